let digits = true;

/** Returns what the chosen model draws, in the singular. */
export function noun() {
  return digits ? "digit" : "image";
}

/** Returns the same with a capital letter. */
export function Noun() {
  return digits ? "Digit" : "Image";
}

/** Makes the page speak of digits, or of images, as its elements with data-images have it. */
export function speakOf(dataSet) {
  digits = dataSet === "MNIST";
  for (const element of document.querySelectorAll("[data-images]")) {
    element.dataset.digits ??= element.textContent;
    element.textContent = digits ? element.dataset.digits : element.dataset.images;
  }
}
