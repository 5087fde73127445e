import { follow, runner } from "./api.js";
import { histogram } from "./charts.js";
import { drawing, load } from "./editor.js";
import { chosenModel } from "./generate.js";
import { canvas, flat, paint, paintColours } from "./pictures.js";
import { noun } from "./words.js";

const start = document.getElementById("restore-start");
const score = document.getElementById("score-start");
const newDigit = document.getElementById("editor-digit");
const progress = document.getElementById("restore-progress");
const status = document.getElementById("restore-status");
const completions = document.getElementById("completions");
const summary = document.getElementById("summary");
const scores = document.getElementById("scores");

const run = runner({
  stop: document.getElementById("restore-stop"),
  start: [start, score, newDigit],
  error: document.getElementById("restore-error"),
  status,
});

function labelled(picture, label) {
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  return picture;
}

function captioned(picture, caption) {
  const figure = document.createElement("figure");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  figure.append(labelled(picture, caption), words);
  return figure;
}

/** Says how unlike others a drawing is, of which that share of the test images is less unlike. */
function scoreInWords(share) {
  if (share > 0.99) {
    return noun() === "digit" ? "Hardly a digit." : "Hardly an image like those of the data set.";
  }
  return share > 0.9 ? `An unusual ${noun()}.` : `${noun() === "digit" ? "A digit" : "An image"} like others.`;
}

function clear() {
  completions.replaceChildren();
  summary.replaceChildren();
  scores.replaceChildren();
  progress.value = 0;
}

start.addEventListener("click", () => run(async (signal) => {
  clear();
  status.textContent = "Waiting for its turn.";
  const seed = Number(document.getElementById("restore-seed").value);
  const asked = { ...drawing(), seed, completions: 12, model: chosenModel() };
  const result = await follow("api/restore", asked, signal, ({ done }) => {
    progress.value = done;
    status.textContent = `Particles see ${(100 * done).toPrecision(2)} % of what is known.`;
  });
  completions.replaceChildren(...result.completions.map((image, i) => {
    const picture = labelled(canvas(), `Completion ${i + 1}`);
    paint(picture, flat(image).map((pixel) => 255 * pixel));
    const item = document.createElement("li");
    item.append(picture);
    return item;
  }));
  const mean = canvas();
  paint(mean, flat(result.mean).map((value) => 255 * value));
  const deviation = canvas();
  const most = flat(result.standardDeviation);
  paintColours(deviation, (i) => [255 * Math.min(1, 2 * most[i]), 150 * Math.min(1, 2 * most[i]), 40]);
  summary.replaceChildren(captioned(mean, "Mean"), captioned(deviation, "Uncertainty: bright is uncertain"));
  status.textContent = `${result.completions.length} of 64 completions.`;
}));

score.addEventListener("click", () => run(async (signal) => {
  clear();
  status.textContent = "Waiting for its turn.";
  const asked = { images: [drawing().image], model: chosenModel() };
  const result = await follow("api/score", asked, signal);
  const [found] = result.scores;
  scores.replaceChildren(
    histogram("Energy", result.testEnergies, found.energy, found.energyAbove),
    histogram("Reconstruction error", result.testReconstructionErrors, found.reconstructionError,
      found.reconstructionErrorAbove),
  );
  const unlike = Math.max(found.energyAbove, found.reconstructionErrorAbove);
  status.textContent = scoreInWords(unlike);
}));

newDigit.addEventListener("click", () => run(async (signal) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const result = await follow("api/generate", { images: 1, seed, model: chosenModel() }, signal);
  load(flat(result.images[0]));
  status.textContent = `A new ${noun()}. Hide a part of it, or change it.`;
}));
