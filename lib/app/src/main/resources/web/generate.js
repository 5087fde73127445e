import { follow, runner } from "./api.js";
import { canvas, flat, paint, PIXELS, pixelsOf } from "./pictures.js";
import { show } from "./enlarge.js";
import { noun, Noun } from "./words.js";

const form = document.getElementById("generate");
const digits = document.getElementById("digits");
const progress = document.getElementById("generate-progress");
const status = document.getElementById("generate-status");
const downloads = document.getElementById("downloads");
const NUMBERS = ["images", "seed", "steps", "temperature"];
const NAMES = ["model", ...NUMBERS];

const run = runner({
  stop: document.getElementById("generate-stop"),
  start: [form.querySelector("button[type=submit]")],
  error: document.getElementById("generate-error"),
  status,
});

/** Reads the form. What is left empty is the server's choice. */
function request() {
  const filled = Array.from(new FormData(form)).filter(([, value]) => value !== "");
  return Object.fromEntries(filled.map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]));
}

/** Lays out a black digit for each image. */
function layOut(count) {
  const canvases = Array.from({ length: count }, canvas);
  digits.replaceChildren(...canvases.map((each, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `${Noun()} ${i + 1}: enlarge`);
    button.append(each);
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
  return canvases;
}

function describe({ step, steps, acceptanceRate, energies, secondsLeft }) {
  const mean = energies.reduce((sum, energy) => sum + energy, 0) / energies.length;
  return `Step ${step} of ${steps} · acceptance ${acceptanceRate.toFixed(2)} · mean energy ${mean.toFixed(1)} nats · `
    + (step === 0 ? "starting" : `${secondsLeft.toFixed(1)} s left`);
}

/** Draws digits as the form says. */
export function generate() {
  return run(async (signal) => {
    const asked = request();
    const canvases = layOut(asked.images);
    const frames = [];
    downloads.hidden = true;
    progress.value = 0;
    status.textContent = "Waiting for its turn.";
    digits.querySelectorAll("button").forEach((button, i) => {
      button.addEventListener("click", () => show(i, frames));
    });
    const result = await follow("api/generate", asked, signal, (frame) => {
      const pixels = pixelsOf(frame.frame);
      canvases.forEach((each, i) => paint(each, pixels.subarray(i * PIXELS, (i + 1) * PIXELS)));
      frames.push({ step: frame.step, energies: frame.energies, pixels });
      progress.value = frame.step / frame.steps;
      status.textContent = describe(frame);
    });
    result.images.forEach((image, i) => paint(canvases[i], flat(image).map((pixel) => 255 * pixel)));
    digits.querySelectorAll("button").forEach((button, i) => {
      button.setAttribute("aria-label", `${Noun()} ${i + 1}, energy ${result.energies[i].toFixed(1)}: enlarge`);
    });
    progress.value = 1;
    const jumps = result.jumpAcceptanceRate === undefined ? "" : `, of jumps ${result.jumpAcceptanceRate.toFixed(2)}`;
    status.textContent = `${result.images.length} ${noun()}s in ${result.steps} steps. Acceptance ${result.acceptanceRate.toFixed(2)}${jumps}, `
      + `step size ${result.stepSize.toPrecision(2)}. Choose one to enlarge it.`;
    finish(asked, result.id);
  });
}

function finish(asked, id) {
  for (const type of ["png", "npz", "csv"]) {
    document.getElementById(`download-${type}`).href = `api/results/${id}/digits.${type}`;
  }
  const link = `?${new URLSearchParams(asked)}`;
  document.getElementById("permalink").href = link;
  history.replaceState(null, "", link);
  downloads.hidden = false;
}

/**
 * Fills the form from a permanent link, as far as the values of the link are possible.
 *
 * @param {URLSearchParams} parameters
 * @returns {{found: boolean, wrong: string[]}} whether there was a link, and a message on each value that is not possible
 */
export function fillFrom(parameters) {
  const names = NAMES.filter((name) => parameters.has(name));
  const wrong = [];
  for (const name of names) {
    const field = form.elements[name];
    const [usual, value] = [field.value, parameters.get(name)];
    field.value = value;
    // A field rejects values of another kind.
    if (field.value !== value || !field.checkValidity()) {
      field.value = usual;
      wrong.push(`${name}: expected ${possible(field)}, found ${value.slice(0, 40) || "nothing"}`);
    }
  }
  return { found: names.length > 0, wrong };
}

function possible(field) {
  return field.type === "number"
    ? `a ${field.step === "any" ? "" : "whole "}number from ${field.min} to ${field.max}`
    : `one of ${Array.from(field.options, (option) => option.value).join(", ")}`;
}

export function chosenModel() {
  return form.elements.model.value;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  generate();
});
