/** Fires "start", "frame" with each frame of the walks, and "done" with their result, as its detail. */
export const walks = new EventTarget();

/** Tells what has come. */
export function tell(name, detail) {
  walks.dispatchEvent(new CustomEvent(name, { detail }));
}
