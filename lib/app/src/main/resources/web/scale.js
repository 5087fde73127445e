const STEPS = 100;

function bars(histogram) {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  const most = Math.max(...histogram);
  svg.setAttribute("viewBox", `0 0 ${histogram.length} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(...histogram.map((share, i) => {
    const bar = document.createElementNS(name, "rect");
    const height = (10 * share) / most;
    Object.entries({ x: i, y: 10 - height, width: 0.9, height, class: "bar" }).forEach(([key, value]) => bar.setAttribute(key, value));
    return bar;
  }));
  return svg;
}

function slider(label, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: STEPS, step: 1, value });
  input.setAttribute("aria-label", label);
  return input;
}

/**
 * Makes the two sliders of a measure, from and to, with the distribution of real digits behind them.
 *
 * @param {{name: string, unit: string, least: number, greatest: number, histogram: number[]}} measure
 * @param {() => void} changed called when a slider moves
 */
export function scaleOf({ name, unit, least, greatest, histogram }, changed) {
  const element = document.createElement("div");
  element.className = "scale";
  const words = document.createElement("span");
  const from = slider(`${name} from`, 0);
  const to = slider(`${name} to`, STEPS);
  const both = document.createElement("div");
  both.className = "both";
  both.append(bars(histogram), from, to);
  element.append(words, both);

  const digitsAfter = greatest - least > 20 ? 0 : 1;
  const valueOf = (input) => (least + (input.value / STEPS) * (greatest - least)).toFixed(digitsAfter);
  const limits = () => [Number(from.value) > 0 ? valueOf(from) : null, Number(to.value) < STEPS ? valueOf(to) : null];
  const show = () => {
    const [low, high] = limits();
    const range = [low === null ? "" : `from ${low}`, high === null ? "" : `to ${high}`].filter((each) => each !== "").join(" ");
    words.textContent = `${name[0].toUpperCase()}${name.slice(1)}: ${range === "" ? "any" : `${range} ${unit}`}`;
    for (const input of [from, to]) {
      input.setAttribute("aria-valuetext", `${valueOf(input)} ${unit}`);
    }
  };
  for (const [moved, other, isCrossed] of [[from, to, () => +from.value >= +to.value], [to, from, () => +to.value <= +from.value]]) {
    moved.addEventListener("input", () => {
      if (isCrossed()) {
        moved.value = Number(other.value) + (moved === from ? -1 : 1);
      }
      show();
      changed();
    });
  }
  show();
  return {
    element,
    /** Returns the condition in words; empty if any value will do. */
    condition() {
      const [low, high] = limits();
      if (low !== null && high !== null) {
        return `${name} between ${low} and ${high}`;
      }
      return low !== null ? `${name} > ${low}` : high === null ? "" : `${name} < ${high}`;
    },
    clear() {
      from.value = 0;
      to.value = STEPS;
      show();
    },
  };
}
