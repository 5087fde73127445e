export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** Makes a canvas of the size of a digit. */
export function canvas() {
  const element = document.createElement("canvas");
  element.width = SIDE;
  element.height = SIDE;
  return element;
}

/**
 * Paints a digit.
 *
 * @param {HTMLCanvasElement} target
 * @param {ArrayLike<number>} values 784, from 0 (black) to 255 (white)
 */
export function paint(target, values) {
  fill(target, (data, at, i) => {
    data[at] = data[at + 1] = data[at + 2] = values[i];
  });
}

/** Paints red, green and blue of each pixel. */
export function paintColours(target, colour) {
  fill(target, (data, at, i) => data.set(colour(i), at));
}

/** Fills a canvas with what a function writes for each pixel. */
function fill(target, write) {
  const context = target.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < PIXELS; i++) {
    write(image.data, 4 * i, i);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** From the Base64 of a frame, which has two pixels a byte in fifteenths of white, to the pixels of its images. */
export function pixelsOf(frame) {
  const text = atob(frame);
  const pixels = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const both = text.charCodeAt(i);
    pixels[2 * i] = 17 * (both >> 4);
    pixels[2 * i + 1] = 17 * (both & 15);
  }
  return pixels;
}

/** From 28 rows of 28 values to 784. */
export function flat(rows) {
  return rows.flat();
}

/** From 784 values to 28 rows. */
export function rows(values) {
  return Array.from({ length: SIDE }, (_, y) => Array.from(values.slice(y * SIDE, (y + 1) * SIDE)));
}

/** Gives a picture a label. */
export function labelled(picture, label) {
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  return picture;
}

/** Puts a picture above its caption. */
export function captioned(picture, caption) {
  const figure = document.createElement("figure");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  figure.append(labelled(picture, caption), words);
  return figure;
}
