import { conditions } from "./api.js";
import { chosenModel } from "./form.js";
import { scaleOf } from "./scale.js";

const part = document.getElementById("given");
const keys = document.getElementById("given-digits");
const not = document.getElementById("given-not");
const either = document.getElementById("given-either");
const measures = document.getElementById("given-measures");
const text = document.getElementById("given-text");

let scales = [];

/** The condition on the digits in words, such as "3 or 8"; empty if none is chosen. */
function digits() {
  const chosen = Array.from(keys.querySelectorAll("[aria-pressed=true]"), (key) => key.value).join(" or ");
  return chosen === "" || !not.checked ? chosen : `not (${chosen})`;
}

/** Writes what the keys and sliders say into the field, which is what counts. */
function write() {
  const shapes = scales.map((scale) => scale.condition()).filter((condition) => condition !== "");
  const shape = either.checked && shapes.length > 1 ? `(${shapes.join(") or (")})` : shapes.join(", ");
  text.value = [digits(), shape].filter((condition) => condition !== "").join(", ");
}

function key(name) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", value: name, textContent: name });
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    write();
  });
  return button;
}

function clear() {
  keys.querySelectorAll("button").forEach((each) => each.setAttribute("aria-pressed", "false"));
  scales.forEach((scale) => scale.clear());
  not.checked = false;
  either.checked = false;
  write();
}

/** Offers the conditions that the chosen model knows. */
export async function offerConditions(isOffered) {
  part.hidden = !isOffered;
  text.disabled = !isOffered;
  if (!isOffered) {
    return;
  }
  const found = await conditions(chosenModel());
  keys.replaceChildren(...found.classes.map(key));
  scales = found.measures.map((measure) => scaleOf(measure, write));
  measures.replaceChildren(...scales.map(({ element }) => element));
}

not.addEventListener("change", write);
either.addEventListener("change", write);
document.getElementById("given-clear").addEventListener("click", clear);
