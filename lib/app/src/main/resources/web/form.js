import { follow } from "./api.js";
import { flat } from "./pictures.js";

const form = document.getElementById("generate");
const wildness = document.getElementById("wildness");
const lock = document.getElementById("lock");
const strangest = document.getElementById("strangest");
const NUMBERS = ["images", "seed", "steps", "temperature"];
const NAMES = ["model", ...NUMBERS, "given"];
const MOST = 2 ** 31;
/** The value of a link's "order" where the digits of the highest energy come first. */
const STRANGEST = "strangest";

/** Reads the form. What is left empty is the server's choice. */
export function request() {
  const filled = Array.from(new FormData(form)).filter(([, value]) => value.trim() !== "");
  return Object.fromEntries(filled.map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]));
}

/** Returns a seed by chance. */
export function anySeed() {
  return Math.floor(Math.random() * MOST);
}

/** Takes a new seed, unless the visitor keeps the present one. */
export function renewSeed() {
  if (!lock.checked) {
    form.elements.seed.value = anySeed();
  }
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
  showWildness();
  const order = parameters.get("order");
  strangest.checked = order === STRANGEST;
  if (order !== null && !strangest.checked) {
    wrong.push(`order: expected ${STRANGEST}, found ${order.slice(0, 40) || "nothing"}`);
  }
  return { found: names.length > 0, wrong };
}

function possible(field) {
  if (field.type === "text") {
    return `at most ${field.maxLength} characters`;
  }
  return field.type === "number"
    ? `a ${field.step === "any" ? "" : "whole "}number from ${field.min} to ${field.max}`
    : `one of ${Array.from(field.options, (option) => option.value).join(", ")}`;
}

/** Returns the parameters of the permanent link to the digits of a request, in the order in which they are shown. */
export function linkTo(asked) {
  return new URLSearchParams(strangest.checked ? { ...asked, order: STRANGEST } : asked);
}

export function chosenModel() {
  return form.elements.model.value;
}

/** Draws a new image with the chosen model; returns its pixels row by row. */
export async function drawOne(signal) {
  const result = await follow("api/generate", { images: 1, seed: anySeed(), model: chosenModel() }, signal);
  return flat(result.images[0]);
}

/** The slider shows the binary logarithm of the temperature, which is its middle at 1. */
function showWildness() {
  wildness.value = Math.log2(form.elements.temperature.value);
  const value = Number(wildness.value);
  const usual = "as the model has learned";
  wildness.setAttribute("aria-valuetext", value === 0 ? usual : `${value < 0 ? "more typical" : "wilder"}, temperature ${form.elements.temperature.value}`);
}

wildness.addEventListener("input", () => {
  form.elements.temperature.value = Number((2 ** wildness.value).toPrecision(2));
  showWildness();
});
form.elements.temperature.addEventListener("input", showWildness);
// A number that was typed is meant to stay.
form.elements.seed.addEventListener("input", () => (lock.checked = true));
// A field that is folded away could not show its fault.
form.addEventListener("invalid", (event) => {
  const fold = event.target.closest("details");
  if (fold) {
    fold.open = true;
  }
}, true);
