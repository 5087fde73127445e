import { follow, runner } from "./api.js";
import { histogram } from "./charts.js";
import { Editor } from "./editor.js";
import { leaveTo } from "./enlarge.js";
import { chosenModel, drawOne } from "./form.js";
import { PIXELS } from "./pictures.js";
import { noun } from "./words.js";

const start = document.getElementById("score-start");
const status = document.getElementById("score-status");
const scores = document.getElementById("scores");

const editor = new Editor(document.getElementById("score-drawing"), "Drawing to score, 28 by 28 pixels");
const newDigit = editor.button("Take a digit", () => renew());
newDigit.dataset.images = "Take an image";
editor.button("Clear", () => editor.load(new Array(PIXELS).fill(0)));

const run = runner({
  stop: document.getElementById("score-stop"),
  start: [start, newDigit],
  error: document.getElementById("score-error"),
  status,
});

function renew() {
  return run(async (signal) => {
    const drawn = await drawOne(signal);
    scores.replaceChildren();
    editor.load(drawn);
    status.textContent = `A drawn ${noun()}. Score it, or change it first.`;
  });
}

/** Says how unlike others a drawing is, of which that share of the test images is less unlike. */
function inWords(share) {
  if (share > 0.99) {
    return noun() === "digit" ? "Hardly a digit." : "Hardly an image like those of the data set.";
  }
  return share > 0.9 ? `An unusual ${noun()}.` : `${noun() === "digit" ? "A digit" : "An image"} like others.`;
}

start.addEventListener("click", () => run(async (signal) => {
  scores.replaceChildren();
  status.textContent = "Waiting for its turn.";
  const result = await follow("api/score", { images: [editor.drawing().image], model: chosenModel() }, signal);
  const [found] = result.scores;
  scores.replaceChildren(
    histogram("Energy", result.testEnergies, found.energy, found.energyAbove),
    histogram("Reconstruction error", result.testReconstructionErrors, found.reconstructionError,
      found.reconstructionErrorAbove),
  );
  status.textContent = inWords(Math.max(found.energyAbove, found.reconstructionErrorAbove));
}));

leaveTo("score", (image) => {
  scores.replaceChildren();
  editor.load(image);
  status.textContent = `The ${noun()} is here. Score it, or change it first.`;
  document.getElementById("score").scrollIntoView();
  editor.canvas.focus({ preventScroll: true });
});
