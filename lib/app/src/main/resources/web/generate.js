import { follow, runner } from "./api.js";
import { linkTo, renewSeed, request } from "./form.js";
import { showDrawing } from "./grid.js";
import { pixelsOf } from "./pictures.js";
import { tell } from "./walks.js";
import { counted } from "./words.js";

const form = document.getElementById("generate");
const progress = document.getElementById("generate-progress");
const status = document.getElementById("generate-status");
const error = document.getElementById("generate-error");
const downloads = document.getElementById("downloads");
const numbers = document.getElementById("numbers");
/** The request of the digits that the link is for. */
let linked = null;

const run = runner({
  stop: document.getElementById("generate-stop"),
  start: [form.querySelector("button[type=submit]")],
  error,
  status,
});

function short(seconds) {
  return seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
}

function onTheWay({ step, steps, secondsLeft }) {
  return `Step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`
    + (step === 0 ? "." : `, ${short(secondsLeft)} s left.`);
}

/** Draws digits as the form says. */
export function generate() {
  return run(async (signal) => {
    const asked = request();
    const start = performance.now();
    tell("start");
    const drawing = { frames: [], result: null, request: asked };
    const hadResult = !downloads.hidden;
    downloads.hidden = true;
    numbers.hidden = true;
    progress.value = 0;
    status.textContent = "Waiting for its turn.";
    signal.addEventListener("abort", () => stopped(drawing));
    const result = await follow("api/generate", asked, signal, (event) => {
      const frame = { ...event, pixels: pixelsOf(event.frame) };
      drawing.frames.push(frame);
      showDrawing(drawing);
      tell("frame", frame);
      progress.value = event.step / event.steps;
      status.textContent = onTheWay(event);
    }).catch((failure) => {
      // The grid still shows the digits of before: so their link and files stay too.
      downloads.hidden = drawing.frames.length > 0 || !hadResult;
      numbers.hidden = downloads.hidden;
      // The page has the field's name in its own words.
      failure.message = failure.message.replace(/^given: /, "In words: ");
      throw failure;
    });
    drawing.result = result;
    showDrawing(drawing);
    tell("done", result);
    progress.value = 1;
    const seconds = short((performance.now() - start) / 1000);
    const them = result.images.length === 1 ? "it to see how it" : "one to see how it";
    const rarity = result.given ? ` ${result.given.text[0].toUpperCase()}${result.given.text.slice(1)} match the request.` : "";
    status.textContent = `${counted(result.images.length)} in ${seconds} s.${rarity} Choose ${them} was drawn.`;
    error.textContent = result.given?.warning ?? "";
    describe(result);
    finish(asked, result.id);
  });
}

function stopped({ frames }) {
  const last = frames.at(-1);
  // The runner speaks of the stop first.
  queueMicrotask(() => setTimeout(() => {
    status.textContent = last
      ? `Stopped after step ${last.step.toLocaleString("en")} of ${last.steps.toLocaleString("en")}. ${counted(last.energies.length)} as they were then.`
      : "Stopped.";
  }));
}

function describe({ steps, acceptanceRate, jumpAcceptanceRate, stepSize, energies, request: asked }) {
  const mean = energies.reduce((sum, energy) => sum + energy, 0) / energies.length;
  const found = {
    Steps: steps.toLocaleString("en"),
    "Moves accepted": `${(100 * acceptanceRate).toFixed(0)} %`,
    "Jumps accepted": jumpAcceptanceRate === undefined ? "none were tried" : `${(100 * jumpAcceptanceRate).toFixed(0)} %`,
    "Step size": stepSize.toPrecision(2),
    "Mean energy": `${mean.toFixed(1)} nats`,
    Temperature: asked.temperature,
    Seed: asked.seed,
  };
  document.getElementById("details").replaceChildren(...Object.entries(found).flatMap(([name, value]) => {
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = name;
    definition.textContent = value;
    return [term, definition];
  }));
  numbers.hidden = false;
}

function finish(asked, id) {
  for (const type of ["png", "npz", "csv"]) {
    document.getElementById(`download-${type}`).href = `api/results/${id}/digits.${type}`;
  }
  linked = asked;
  renewLink();
  downloads.hidden = false;
}

function renewLink() {
  const link = `?${linkTo(linked)}`;
  document.getElementById("permalink").href = link;
  history.replaceState(null, "", link);
}

document.getElementById("strangest").addEventListener("change", () => {
  if (linked) {
    renewLink();
  }
});

document.getElementById("copy-link").addEventListener("click", async () => {
  const link = document.getElementById("permalink").href;
  try {
    await navigator.clipboard.writeText(link);
    status.textContent = "The link is copied. Whoever opens it sees the same images.";
  } catch {
    status.textContent = `This browser does not let the page copy. The link: ${link}`;
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  renewSeed();
  generate();
});
