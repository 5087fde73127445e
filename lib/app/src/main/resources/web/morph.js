import { follow, runner } from "./api.js";
import { profiles } from "./charts.js";
import { anySeed, chosenModel } from "./form.js";
import { showPath } from "./map.js";
import { paint, PIXELS, pixelsOf } from "./pictures.js";

const PREFERRED = ["4", "9"];

const form = document.getElementById("morph-form");
const selects = [document.getElementById("morph-from"), document.getElementById("morph-to")];
const canvases = [document.getElementById("morph-least"), document.getElementById("morph-straight")];
const outcome = document.getElementById("morph-outcome");
const slider = document.getElementById("morph-slider");
const where = document.getElementById("morph-where");
const status = document.getElementById("morph-status");

let paths = [];
let chart = null;

const run = runner({
  stop: document.getElementById("morph-stop"),
  start: [form.querySelector("button[type=submit]")],
  error: document.getElementById("morph-error"),
  status,
});

/** Offers the classes of the chosen model. */
export function offerClasses(classes) {
  selects.forEach((select, i) => {
    select.replaceChildren(...classes.map((name) => new Option(name, name)));
    select.value = classes.includes(PREFERRED[i]) ? PREFERRED[i] : classes[i];
  });
  outcome.hidden = true;
  status.textContent = "";
}

function show() {
  const at = Number(slider.value);
  paths.forEach(({ pixels }, i) => paint(canvases[i], pixels.subarray(at * PIXELS, (at + 1) * PIXELS)));
  const [least, straight] = paths.map(({ energies }) => energies[at].toFixed(1));
  where.textContent = `${Math.round((100 * at) / slider.max)} %, energy ${least} nats, straight ${straight}`;
  chart.mark(at);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run(async (signal) => {
    status.textContent = "Looking for the path.";
    const [from, to] = selects.map((select) => select.value);
    const seed = anySeed();
    const { least, straight } = await follow("api/morph", { model: chosenModel(), from, to, seed }, signal);
    paths = [least, straight].map(({ energies, frame }) => ({ energies, pixels: pixelsOf(frame) }));
    chart = profiles(least.energies, straight.energies);
    document.getElementById("morph-profile").replaceChildren(chart.figure);
    slider.max = least.energies.length - 1;
    slider.value = Math.round(slider.max / 2);
    outcome.hidden = false;
    show();
    showPath(least.points);
    const barrier = ({ energies }) => Math.max(...energies) - Math.max(energies[0], energies.at(-1));
    const climbs = (path) => barrier(path) > 0.05;
    const climb = (path) => (climbs(path) ? `climbs ${barrier(path).toFixed(1)} nats above its ends` : "never climbs above its ends");
    const outline = climbs(least) || climbs(straight)
      ? `The path of least energy ${climb(least)}, the straight one ${climb(straight)}.`
      : "Neither path climbs above its ends.";
    status.textContent = `${outline} Move the slider.`;
  });
});
slider.addEventListener("input", show);
