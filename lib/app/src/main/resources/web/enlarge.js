import { trace } from "./charts.js";
import { load } from "./editor.js";
import { paint, PIXELS } from "./pictures.js";
import { Noun } from "./words.js";

const dialog = document.getElementById("enlarged");
const digit = document.getElementById("enlarged-digit");
const frame = document.getElementById("enlarged-frame");
const step = document.getElementById("enlarged-step");
let shown = [];

function showFrame() {
  const { step: at, energy, pixels } = shown[frame.value];
  paint(digit, pixels);
  step.textContent = `step ${at}, energy ${energy.toFixed(1)} nats`;
}

/** Enlarges one of the digits, with its energy trace and its way. */
export function show(index, frames) {
  if (frames.length === 0) {
    return;
  }
  shown = frames.map((each) => ({
    step: each.step,
    energy: each.energies[index],
    pixels: each.pixels.subarray(index * PIXELS, (index + 1) * PIXELS),
  }));
  document.getElementById("enlarged-title").textContent = `${Noun()} ${index + 1}`;
  frame.max = shown.length - 1;
  frame.value = shown.length - 1;
  showFrame();
  document.getElementById("enlarged-trace").replaceChildren(
    trace(shown.map((each) => each.step), shown.map((each) => each.energy)),
  );
  dialog.showModal();
}

frame.addEventListener("input", showFrame);
document.getElementById("enlarged-close").addEventListener("click", () => dialog.close());
document.getElementById("enlarged-edit").addEventListener("click", () => {
  load(Array.from(shown[frame.value].pixels, (value) => (value > 127 ? 1 : 0)));
  dialog.close();
  document.getElementById("editor").focus();
});
