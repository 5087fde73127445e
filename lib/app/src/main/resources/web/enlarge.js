import { trace } from "./charts.js";
import { paint } from "./pictures.js";
import { Noun, readingOf } from "./words.js";
import { walks } from "./walks.js";

const FRAME_MILLISECONDS = 250;

const dialog = document.getElementById("enlarged");
const title = document.getElementById("enlarged-title");
const digit = document.getElementById("enlarged-digit");
const frame = document.getElementById("enlarged-frame");
const step = document.getElementById("enlarged-step");
const play = document.getElementById("enlarged-play");
const traced = document.getElementById("enlarged-trace");

/** The index of the digit, and the functions that give the drawing and the pixels of a frame. */
let shown = null;
let chart = null;
let playing = null;
/** The two things that the dialog can do with an image, pixels 0 or 1. */
const ways = {};

/** Registers what becomes of an image that leaves the dialog: "complete" or "score". */
export function leaveTo(name, take) {
  ways[name] = take;
}

function showFrame() {
  const { step: at, energies, jumped } = shown.drawing().frames[frame.value];
  paint(digit, shown.pixels(shown.drawing().frames[frame.value]));
  const jump = jumped?.includes(shown.index) ? ", after a jump" : "";
  step.textContent = `step ${at.toLocaleString("en")}, energy ${energies[shown.index].toFixed(1)} nats${jump}`;
  chart.mark(frame.value);
}

function refresh(place) {
  const { frames, result } = shown.drawing();
  const { index } = shown;
  const reading = result?.readings?.[index];
  title.textContent = `${Noun()} ${index + 1} of ${frames[0].energies.length}` + (reading ? `, reads as ${readingOf(reading)}` : "");
  dialog.classList.toggle("at-once", frames.length < 2);
  frame.max = frames.length - 1;
  frame.value = place;
  chart = trace(frames.map((each) => ({
    step: each.step, energy: each.energies[index], jumped: each.jumped?.includes(index) ?? false,
  })));
  traced.replaceChildren(chart.figure);
  showFrame();
}

/**
 * Enlarges one of the digits, with its energy trace and its way.
 *
 * @param {number} index
 * @param {() => {frames: object[], result: object}} drawing
 * @param {(index: number, frame: object) => ArrayLike<number>} pixelsOf
 * @param {() => number[]} order the numbers of the digits in the order in which they are shown
 */
export function show(index, drawing, pixelsOf, order) {
  const { frames } = drawing();
  if (frames.length === 0) {
    return;
  }
  const neighbour = (way) => order()[order().indexOf(shown.index) + way];
  const open = (to) => {
    shown = { index: to, drawing, pixels: (each) => pixelsOf(to, each), move: (way) => open(neighbour(way)) };
    pause();
    refresh(drawing().frames.length - 1);
    for (const [id, way] of [["enlarged-previous", -1], ["enlarged-next", 1]]) {
      document.getElementById(id).disabled = neighbour(way) === undefined;
    }
  };
  open(index);
  dialog.showModal();
}

function pause() {
  clearInterval(playing);
  playing = null;
  play.textContent = "Play";
}

function advance() {
  if (Number(frame.value) >= Number(frame.max)) {
    pause();
    return;
  }
  frame.value = Number(frame.value) + 1;
  showFrame();
}

play.addEventListener("click", () => {
  if (playing) {
    pause();
    return;
  }
  if (frame.value === frame.max) {
    frame.value = 0;
    showFrame();
  }
  playing = setInterval(advance, FRAME_MILLISECONDS);
  play.textContent = "Pause";
});
frame.addEventListener("input", () => {
  pause();
  showFrame();
});
document.getElementById("enlarged-previous").addEventListener("click", () => shown.move(-1));
document.getElementById("enlarged-next").addEventListener("click", () => shown.move(1));
document.getElementById("enlarged-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", pause);
dialog.addEventListener("keydown", (event) => {
  const button = { PageUp: "enlarged-previous", PageDown: "enlarged-next" }[event.key];
  if (button) {
    event.preventDefault();
    document.getElementById(button).click();
  }
});
for (const event of ["frame", "done"]) {
  walks.addEventListener(event, () => {
    if (dialog.open && shown.index < shown.drawing().frames.at(-1).energies.length) {
      const follows = frame.value === frame.max && !playing;
      refresh(follows ? shown.drawing().frames.length - 1 : Math.min(frame.value, shown.drawing().frames.length - 1));
    }
  });
}
for (const name of ["complete", "score"]) {
  document.getElementById(`enlarged-${name}`).addEventListener("click", () => {
    const pixels = shown.pixels(shown.drawing().frames[frame.value]);
    dialog.close();
    ways[name](Array.from(pixels, (value) => (value > 127 ? 1 : 0)));
  });
}
