import { follow, runner } from "./api.js";
import { Editor } from "./editor.js";
import { leaveTo } from "./enlarge.js";
import { chosenModel, drawOne } from "./form.js";
import { layOut } from "./grid.js";
import { canvas, captioned, flat, labelled, paint, paintColours, SIDE } from "./pictures.js";
import { noun } from "./words.js";

const COMPLETIONS = 12;

const start = document.getElementById("restore-start");
const progress = document.getElementById("restore-progress");
const status = document.getElementById("restore-status");
const offer = document.getElementById("restore-offer");
const completions = document.getElementById("completions");
const summary = document.getElementById("summary");

const editor = new Editor(document.getElementById("complete-drawing"), "Drawing to complete, 28 by 28 pixels");
const newDigit = editor.button("New digit", () => renew());
newDigit.dataset.images = "New image";
newDigit.className = "primary";
editor.button("Hide lower half", () => hide((x, y) => y >= SIDE / 2));
editor.button("Hide right half", () => hide((x) => x >= SIDE / 2));
editor.button("All unknown", () => editor.hide(() => true));

const run = runner({
  stop: document.getElementById("restore-stop"),
  start: [start, newDigit],
  error: document.getElementById("restore-error"),
  status,
});

function clear() {
  completions.replaceChildren();
  summary.replaceChildren();
  progress.value = 0;
  offer.hidden = true;
}

function hide(isHidden) {
  editor.hide(isHidden);
  status.textContent = "Half of it is hidden. Complete it.";
}

/** Draws a new digit into the drawing. */
export function renew() {
  return run(async (signal) => {
    const drawn = await drawOne(signal);
    clear();
    editor.load(drawn);
    status.textContent = `A new ${noun()}. Hide a half of it, or change it.`;
  });
}

function complete() {
  return run(async (signal) => {
    clear();
    if (editor.isComplete) {
      status.textContent = "Nothing is hidden yet. Hide a half, or paint with “unknown”.";
      return;
    }
    offer.hidden = !editor.isWhiteOnly;
    status.textContent = "Waiting for its turn.";
    const seed = Number(document.getElementById("restore-seed").value);
    const asked = { ...editor.drawing(), seed, completions: COMPLETIONS, model: chosenModel() };
    const result = await follow("api/restore", asked, signal, ({ done }) => {
      progress.value = done;
      status.textContent = `Completing: ${Math.round(100 * done)} %.`;
    });
    show(result);
    progress.value = 1;
    status.textContent = `${result.completions.length} of many ways to complete it.`;
  });
}

function show(result) {
  const tiles = result.completions.map((image, i) => {
    const picture = labelled(canvas(), `Completion ${i + 1}`);
    paint(picture, flat(image).map((pixel) => 255 * pixel));
    return picture;
  });
  layOut(completions, tiles, "span");
  const mean = canvas();
  paint(mean, flat(result.mean).map((value) => 255 * value));
  const deviation = canvas();
  const most = flat(result.standardDeviation);
  paintColours(deviation, (i) => [255 * Math.min(1, 2 * most[i]), 150 * Math.min(1, 2 * most[i]), 40]);
  summary.replaceChildren(captioned(mean, "Mean of 64"), captioned(deviation, "Bright where they differ"));
}

start.addEventListener("click", complete);
document.getElementById("restore-black").addEventListener("click", async () => {
  offer.hidden = true;
  editor.surround();
  await complete();
});
leaveTo("complete", (image) => {
  clear();
  editor.load(image);
  status.textContent = `The ${noun()} is here. Hide a half of it.`;
  document.getElementById("complete").scrollIntoView();
  editor.canvas.focus({ preventScroll: true });
});
