import { show } from "./enlarge.js";
import { canvas, flat, paint, PIXELS } from "./pictures.js";
import { Noun, readingOf } from "./words.js";

const digits = document.getElementById("digits");
const blackAndWhite = document.getElementById("black-and-white");
const strangest = document.getElementById("strangest");
/** The drawing that the grid shows: its frames so far, and the result once it is there. */
let drawn = { frames: [], result: null };
/** The button of each digit, by its number. */
let tiles = [];
/** The numbers of the digits in the order in which they are shown. */
let shownOrder = [];

/** Lays tiles out in about a square. */
export function layOut(list, tiles, kind = "button") {
  list.style.setProperty("--columns", Math.ceil(Math.sqrt(tiles.length)));
  list.replaceChildren(...tiles.map((tile) => {
    const item = document.createElement("li");
    const holder = document.createElement(kind);
    if (kind === "button") {
      holder.type = "button";
    }
    holder.append(tile);
    item.append(holder);
    return item;
  }));
  return Array.from(list.children, (item) => item.firstChild);
}

/** Returns the pixels of an image of a drawing, as the visitor wants to see them. */
function pixelsOf(index, frame) {
  const isLast = frame === drawn.frames.at(-1);
  const smooth = frame?.pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
  if (drawn.result && isLast && (blackAndWhite.checked || frame?.step !== drawn.result.steps)) {
    return flat(drawn.result.images[index]).map((pixel) => 255 * pixel);
  }
  return blackAndWhite.checked ? smooth.map((value) => (value > 127 ? 255 : 0)) : smooth;
}

function repaint() {
  document.body.classList.toggle("smooth", !blackAndWhite.checked);
  tiles.forEach((tile, i) => paint(tile.firstChild, pixelsOf(i, drawn.frames.at(-1))));
}

function order() {
  const energies = drawn.frames.at(-1)?.energies ?? drawn.result?.energies;
  const numbers = tiles.map((_, i) => i);
  const wanted = energies && strangest.checked ? numbers.sort((a, b) => energies[b] - energies[a]) : numbers;
  // A tile that moves loses the focus, so none moves without need.
  if (wanted.some((index, place) => index !== shownOrder[place])) {
    digits.append(...wanted.map((index) => tiles[index].parentElement));
  }
  shownOrder = wanted;
}

/** Shows a drawing, which grows by frames until its result is there. */
export function showDrawing(drawing) {
  drawn = drawing;
  const { energies } = drawn.frames.at(-1) ?? drawn.result;
  const count = energies.length;
  if (digits.querySelectorAll("button").length !== count || digits.dataset.noun !== Noun()) {
    digits.dataset.noun = Noun();
    tiles = layOut(digits, Array.from({ length: count }, canvas));
    shownOrder = tiles.map((_, i) => i);
    tiles.forEach((button, i) => {
      button.addEventListener("click", () => show(i, () => drawn, pixelsOf, () => shownOrder));
    });
  }
  tiles.forEach((button, i) => {
    const reading = drawn.result?.readings?.[i];
    const read = reading ? `, reads as ${readingOf(reading)}` : "";
    button.setAttribute("aria-label", `${Noun()} ${i + 1}, energy ${energies[i].toFixed(1)}${read}: enlarge`);
    button.title = `Energy ${energies[i].toFixed(1)} nats${read}`;
  });
  repaint();
  order();
}

for (const control of [blackAndWhite, strangest]) {
  control.addEventListener("change", () => {
    repaint();
    order();
  });
}
document.body.classList.add("smooth");

/** Keeps the place of as many tiles, before there is a drawing. */
export function makeRoom(count) {
  layOut(digits, Array.from({ length: count }, canvas), "span");
}
