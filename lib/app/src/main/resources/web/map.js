import { follow, messageOf } from "./api.js";
import { contours } from "./contours.js";
import { chosenModel } from "./form.js";
import { paint, pixelsOf } from "./pictures.js";
import { walks } from "./walks.js";
import { readingOf } from "./words.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEY_STEPS = 48;
const MOVE_MILLISECONDS = 240;
const JUMP_MILLISECONDS = 700;

const canvas = document.getElementById("plane");
const decoded = document.getElementById("decoded");
const status = document.getElementById("plane-status");
const error = document.getElementById("plane-error");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const size = canvas.width;

let map = null;
let background = null;
let point = { x: 0, y: 0 };
/** The walks' places: where each was at the last frame, where it is now, and whether it jumped. */
let dots = [];
let since = 0;
let drawing = false;
/** A path to show, as points of the map. */
let path = [];
let asking = false;
let asked = null;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function place([x, y]) {
  return [(size / 2) * (1 + x / map.halfWidth), (size / 2) * (1 - y / map.halfWidth)];
}

function stroke(context, points, dash) {
  context.setLineDash(dash);
  context.beginPath();
  points.forEach((each, i) => (i === 0 ? context.moveTo(...place(each)) : context.lineTo(...place(each))));
  context.stroke();
  context.setLineDash([]);
}

function drawDots(context, elapsed) {
  const share = still.matches ? 1 : Math.min(1, elapsed / MOVE_MILLISECONDS);
  for (const { from, to, jumped } of dots) {
    if (jumped && elapsed < JUMP_MILLISECONDS) {
      context.globalAlpha = 1 - elapsed / JUMP_MILLISECONDS;
      context.strokeStyle = colour("marker");
      context.lineWidth = 2;
      stroke(context, [from, to], [8, 6]);
      context.globalAlpha = 1;
    }
    // A walk that jumped was nowhere on the way.
    const at = jumped ? to : [0, 1].map((i) => from[i] + share * (to[i] - from[i]));
    context.beginPath();
    context.arc(...place(at), 7, 0, 2 * Math.PI);
    context.fillStyle = jumped && elapsed < JUMP_MILLISECONDS ? colour("marker") : colour("accent");
    context.fill();
    context.strokeStyle = colour("card");
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function drawMeans(context) {
  context.font = "bold 30px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 6;
  for (const { label, x, y } of map.means) {
    const short = label.length > 12 ? `${label.slice(0, 11)}…` : label;
    context.strokeStyle = colour("card");
    context.strokeText(short, ...place([x, y]));
    context.fillStyle = colour("ink");
    context.fillText(short, ...place([x, y]));
  }
}

function drawPoint(context) {
  const [x, y] = place([point.x, point.y]);
  context.strokeStyle = colour("marker");
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x, y, 13, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + 7 * dx, y + 7 * dy);
    context.lineTo(x + 22 * dx, y + 22 * dy);
  }
  context.stroke();
}

function draw(now) {
  drawing = false;
  if (!map) {
    return;
  }
  const context = canvas.getContext("2d");
  const elapsed = now - since;
  context.clearRect(0, 0, size, size);
  context.drawImage(background, 0, 0);
  if (path.length > 0) {
    context.strokeStyle = colour("marker");
    context.lineWidth = 4;
    stroke(context, path, []);
  }
  drawDots(context, elapsed);
  drawMeans(context);
  drawPoint(context);
  if (elapsed < JUMP_MILLISECONDS && !still.matches) {
    redraw();
  }
}

function redraw() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
}

function shade() {
  if (map) {
    background = contours(map.energies, map.side, size, { low: colour("deep"), line: colour("line") });
    redraw();
  }
}

/** Asks for the image at the point; while one is asked for, only the last of the points to come is remembered. */
async function decode() {
  asked = { ...point };
  if (asking || !map) {
    return;
  }
  asking = true;
  try {
    while (asked) {
      const { x, y } = asked;
      asked = null;
      const found = await follow("api/decode", { model: map.model, x, y }, null);
      paint(decoded, pixelsOf(found.frame));
      const read = found.reading ? `reads as ${readingOf(found.reading)}, ` : "";
      decoded.setAttribute("aria-label", `The image at the point, ${read}energy ${found.energy.toFixed(1)} nats`);
      status.textContent = `${read}energy ${found.energy.toFixed(1)} nats`.replace(/^./, (first) => first.toUpperCase());
      error.textContent = "";
    }
  } catch (failure) {
    error.textContent = messageOf(failure);
  } finally {
    asking = false;
  }
}

function moveTo(x, y) {
  const inside = (value) => Math.min(map.halfWidth, Math.max(-map.halfWidth, value));
  point = { x: inside(x), y: inside(y) };
  redraw();
  decode();
}

function moveToPointer(event) {
  const box = canvas.getBoundingClientRect();
  const share = (at, from, length) => (2 * (at - from)) / length - 1;
  moveTo(map.halfWidth * share(event.clientX, box.left, box.width), -map.halfWidth * share(event.clientY, box.top, box.height));
}

/** Draws the map of the chosen model. */
export async function showMap() {
  try {
    map = await follow("api/map", { model: chosenModel() }, null);
    const plane = map.means.length > 0 ? `the differences of the means` : "the differences of the draws";
    document.getElementById("plane-share").textContent = `It shows ${Math.round(100 * map.share)} % of ${plane}.`;
    shade();
    moveTo(map.means[0]?.x ?? 0, map.means[0]?.y ?? 0);
  } catch (failure) {
    map = null;
    error.textContent = messageOf(failure);
  }
}

/** Shows a path on the map. */
export function showPath(points) {
  path = points;
  redraw();
}

walks.addEventListener("frame", ({ detail: { points, jumped } }) => {
  const before = dots.length === points.length && jumped ? dots : points.map((to) => ({ to }));
  dots = points.map((to, i) => ({ from: before[i].to, to, jumped: jumped.includes(i) }));
  since = performance.now();
  redraw();
});
walks.addEventListener("start", () => (dots = []));
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  if (map) {
    moveToPointer(event);
  }
});
canvas.addEventListener("pointermove", (event) => {
  if (map && event.buttons > 0) {
    moveToPointer(event);
  }
});
canvas.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  if (map && move && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    const length = ((event.shiftKey ? 4 : 1) * 2 * map.halfWidth) / KEY_STEPS;
    moveTo(point.x + length * move[0], point.y + length * move[1]);
  }
});
dark.addEventListener("change", shade);
