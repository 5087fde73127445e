import { show } from "./enlarge.js";
import { canvas, flat, paint, PIXELS } from "./pictures.js";
import { Noun, readingOf } from "./words.js";

const digits = document.getElementById("digits");
const blackAndWhite = document.getElementById("black-and-white");
const strangest = document.getElementById("strangest");
/** The drawing that the grid shows: its frames so far, and the result once it is there. */
let drawn = { frames: [], result: null };

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
  digits.querySelectorAll("canvas").forEach((each, i) => paint(each, pixelsOf(i, drawn.frames.at(-1))));
}

function order() {
  const items = Array.from(digits.children);
  const energies = drawn.frames.at(-1)?.energies ?? drawn.result?.energies;
  const byEnergy = energies && strangest.checked
    ? items.map((_, i) => i).sort((a, b) => energies[b] - energies[a])
    : items.map((_, i) => i);
  // The tiles stay where they are, so that their numbers do; only the way to show them differs.
  byEnergy.forEach((index, place) => (items[index].style.order = place));
}

/** Shows a drawing, which grows by frames until its result is there. */
export function showDrawing(drawing) {
  drawn = drawing;
  const { energies } = drawn.frames.at(-1) ?? drawn.result;
  const count = energies.length;
  if (digits.querySelectorAll("button").length !== count || digits.dataset.noun !== Noun()) {
    digits.dataset.noun = Noun();
    layOut(digits, Array.from({ length: count }, canvas)).forEach((button, i) => {
      button.addEventListener("click", () => show(i, () => drawn, pixelsOf));
    });
  }
  digits.querySelectorAll("button").forEach((button, i) => {
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
