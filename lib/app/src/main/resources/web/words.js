let digits = true;

/** Returns what the chosen model draws, in the singular. */
export function noun() {
  return digits ? "digit" : "image";
}

/** Returns the same with a capital letter. */
export function Noun() {
  return digits ? "Digit" : "Image";
}

/** Returns a number of them. */
export function counted(count) {
  return `${count.toLocaleString("en")} ${noun()}${count === 1 ? "" : "s"}`;
}

/** Returns a reading of the server's classifier: "1 (99 %)". */
export function readingOf({ as, probability }) {
  return `${as} (${Math.min(99, Math.floor(100 * probability))} %)`;
}

/** Makes the page speak of digits, or of images, as its elements with data-images have it. */
export function speakOf(dataSet) {
  digits = dataSet === "MNIST";
  for (const element of document.querySelectorAll("[data-images]")) {
    element.dataset.digits ??= element.textContent;
    element.textContent = digits ? element.dataset.digits : element.dataset.images;
  }
}
