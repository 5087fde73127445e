import { paintColours, PIXELS, rows, SIDE } from "./pictures.js";

const UNKNOWN = -1;
const KEYS = { w: 1, b: 0, u: UNKNOWN };
const NAMES = { 1: "white", 0: "black", [UNKNOWN]: "unknown" };
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const canvas = document.getElementById("editor");
const spoken = document.getElementById("editor-cursor");
let pixels = new Array(PIXELS).fill(UNKNOWN);
let cursor = { x: 14, y: 14 };
/** The last position of each finger, pen or mouse that paints, by the id of its pointer. */
const strokes = new Map();

function brush() {
  return Number(document.querySelector("input[name=brush]:checked").value);
}

function redraw() {
  const focused = document.activeElement === canvas;
  paintColours(canvas, (i) => {
    const x = i % SIDE;
    const y = Math.floor(i / SIDE);
    if (focused && x === cursor.x && y === cursor.y) {
      return [255, 140, 0];
    }
    if (pixels[i] === UNKNOWN) {
      return (x + y) % 2 ? [70, 92, 112] : [58, 78, 97];
    }
    return pixels[i] ? [255, 255, 255] : [0, 0, 0];
  });
}

/** Paints two by two pixels, about as wide as the pen of MNIST. */
function dab(x, y, value) {
  for (const [across, down] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    if (x + across >= 0 && x + across < SIDE && y + down >= 0 && y + down < SIDE) {
      pixels[(y + down) * SIDE + x + across] = value;
    }
  }
}

function position(event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: Math.floor(((event.clientX - box.left) / box.width) * SIDE),
    y: Math.floor(((event.clientY - box.top) / box.height) * SIDE),
  };
}

/** Paints from the pointer's last point to this one, so that a quick stroke has no holes. */
function stroke(pointer, to) {
  const from = strokes.get(pointer) ?? to;
  const length = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  for (let i = 0; i <= length; i++) {
    dab(Math.round(from.x + ((to.x - from.x) * i) / length), Math.round(from.y + ((to.y - from.y) * i) / length), brush());
  }
  strokes.set(pointer, to);
  redraw();
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  stroke(event.pointerId, position(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (strokes.has(event.pointerId)) {
    stroke(event.pointerId, position(event));
  }
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
  canvas.addEventListener(end, (event) => strokes.delete(event.pointerId));
}
canvas.addEventListener("focus", redraw);
canvas.addEventListener("blur", redraw);
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const move = MOVES[event.key];
  const value = KEYS[event.key.toLowerCase()];
  if (move) {
    cursor.x = Math.min(SIDE - 1, Math.max(0, cursor.x + move[0]));
    cursor.y = Math.min(SIDE - 1, Math.max(0, cursor.y + move[1]));
  } else if (event.key === " ") {
    dab(cursor.x, cursor.y, brush());
  } else if (value !== undefined) {
    document.querySelector(`input[name=brush][value="${value}"]`).checked = true;
  } else {
    return;
  }
  event.preventDefault();
  redraw();
  spoken.textContent = value === undefined
    ? `Column ${cursor.x + 1}, row ${cursor.y + 1}, ${NAMES[pixels[cursor.y * SIDE + cursor.x]]}`
    : `Brush: ${NAMES[value]}`;
});

function hide(isHidden) {
  pixels = pixels.map((pixel, i) => (isHidden(i % SIDE, Math.floor(i / SIDE)) ? UNKNOWN : pixel));
  redraw();
}

/** Puts an image, 784 pixels 0 or 1, all known, in place of the drawing. */
export function load(image) {
  pixels = [...image];
  redraw();
}

/** Returns the drawing for a request: unknown pixels are black in the image. */
export function drawing() {
  return {
    image: rows(pixels.map((pixel) => (pixel === 1 ? 1 : 0))),
    known: rows(pixels.map((pixel) => (pixel === UNKNOWN ? 0 : 1))),
  };
}

document.getElementById("editor-lower").addEventListener("click", () => hide((x, y) => y >= SIDE / 2));
document.getElementById("editor-right").addEventListener("click", () => hide((x) => x >= SIDE / 2));
document.getElementById("editor-clear").addEventListener("click", () => hide(() => true));
document.getElementById("editor-black").addEventListener("click", () => load(new Array(PIXELS).fill(0)));
redraw();
