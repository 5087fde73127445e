import { follow, runner } from "./api.js";
import { anySeed, chosenModel } from "./form.js";
import { layOut } from "./grid.js";
import { canvas, flat, paint } from "./pictures.js";
import { noun, Noun } from "./words.js";

const SECONDS = 10;

const start = document.getElementById("game-start");
const done = document.getElementById("game-done");
const clock = document.getElementById("game-clock");
const untimed = document.getElementById("game-untimed");
const status = document.getElementById("game-status");
const list = document.getElementById("game-digits");

let ticking = null;
let round = null;
const score = { right: 0, all: 0 };

const run = runner({
  stop: document.createElement("button"),
  start: [start],
  error: document.getElementById("game-error"),
  status,
});

function deal({ images, real, expected }) {
  const tiles = images.map((image) => {
    const picture = canvas();
    paint(picture, flat(image).map((pixel) => 255 * pixel));
    return picture;
  });
  const buttons = layOut(list, tiles);
  buttons.forEach((button, i) => {
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", `${Noun()} ${i + 1}: real?`);
    button.addEventListener("click", () => button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true")));
  });
  round = { buttons, real, expected };
  done.hidden = false;
  start.disabled = true;
}

function end() {
  clearInterval(ticking);
  clock.hidden = true;
  done.hidden = true;
  start.disabled = false;
  start.textContent = "Play again";
  const right = round.buttons.filter((button, i) => {
    const chosen = button.getAttribute("aria-pressed") === "true";
    button.disabled = true;
    const truth = document.createElement("span");
    truth.className = "truth";
    truth.textContent = `${chosen === round.real[i] ? "✓" : "✗"} ${round.real[i] ? "real" : "drawn"}`;
    button.after(truth);
    return chosen === round.real[i];
  }).length;
  score.right += right;
  score.all += round.buttons.length;
  const expected = round.expected === undefined
    ? "Guessing gives 6."
    : `Guessing gives 6; a computer that compares each with its nearest neighbour gets ${(12 * round.expected).toFixed(1)}.`;
  const soFar = score.all > round.buttons.length ? ` In all: ${score.right} of ${score.all}.` : "";
  status.textContent = `${right} of ${round.buttons.length} right. ${expected}${soFar}`;
}

function tick(deadline) {
  const left = (deadline - performance.now()) / 1000;
  clock.value = Math.max(0, left);
  if (left <= 0) {
    end();
  }
}

start.addEventListener("click", () => run(async (signal) => {
  status.textContent = "Shuffling.";
  const seed = anySeed();
  const dealt = await follow("api/quiz", { model: chosenModel(), seed }, signal);
  deal(dealt);
  status.textContent = `Choose the six ${noun()}s that are real.`;
  if (!untimed.checked) {
    clock.hidden = false;
    const deadline = performance.now() + 1000 * SECONDS;
    ticking = setInterval(tick, 100, deadline);
    tick(deadline);
  }
}).then(() => (start.disabled = !done.hidden)));
done.addEventListener("click", end);
