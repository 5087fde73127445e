import { noun } from "./words.js";

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 36;
const BOTTOM = 128;
const TOP = 14;

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

function text(x, y, content, anchor, name = "") {
  return svg("text", { x, y, "text-anchor": anchor, class: name }, content);
}

function figure(label, caption, ...parts) {
  const element = document.createElement("figure");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  const axis = svg("line", { x1: LEFT, x2: WIDTH - 4, y1: BOTTOM, y2: BOTTOM, class: "axis" });
  element.append(svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, axis, ...parts), words);
  return element;
}

function scale(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from || 1)) * (end - start);
}

function short(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/**
 * The energy along a chain, with a marker that moves, and a dashed line where the chain has jumped.
 *
 * @param {{step: number, energy: number, jumped: boolean}[]} points
 * @returns {{figure: HTMLElement, mark: (index: number) => void}}
 */
export function trace(points) {
  const energies = points.map(({ energy }) => energy);
  const least = Math.min(...energies);
  const most = Math.max(...energies);
  const last = points.at(-1).step;
  const x = scale(0, last, LEFT, WIDTH - 8);
  const y = scale(least, most, BOTTOM, TOP);
  const place = ({ step, energy }) => ({ x: x(step).toFixed(1), y: y(energy).toFixed(1) });
  const lines = points.slice(1).map((point, i) => {
    const [from, to] = [place(points[i]), place(point)];
    return svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: point.jumped ? "trace jump" : "trace" });
  });
  const marker = svg("circle", { r: 5, class: "spot" });
  const jumps = points.filter(({ jumped }) => jumped).length;
  const element = figure(
    `Energy along the chain: ${short(energies[0])} nats at first, ${short(energies.at(-1))} after ${last} steps, ${jumps} jumps`,
    jumps > 0 ? "Energy along the chain, nats; dashed: it jumped on the way" : "Energy along the chain, nats",
    ...lines,
    marker,
    text(LEFT - 4, BOTTOM, short(least), "end"),
    text(LEFT - 4, TOP + 8, short(most), "end"),
    text(LEFT, BOTTOM + 14, "0", "start"),
    text(WIDTH - 4, BOTTOM + 14, `step ${last}`, "end"),
  );
  const mark = (index) => {
    const at = place(points[index]);
    marker.setAttribute("cx", at.x);
    marker.setAttribute("cy", at.y);
  };
  return { figure: element, mark };
}

/** The energies along two paths of as many states, with a marker on each. */
export function profiles(least, straight) {
  const all = [...least, ...straight];
  const x = scale(0, least.length - 1, LEFT, WIDTH - 8);
  // The key stands above the lines, which may be anywhere below.
  const y = scale(Math.min(...all), Math.max(...all), BOTTOM, TOP + 16);
  const line = (energies, name) => svg("polyline", {
    points: energies.map((energy, i) => `${x(i).toFixed(1)},${y(energy).toFixed(1)}`).join(" "), class: name,
  });
  const spots = [least, straight].map(() => svg("circle", { r: 5, class: "spot" }));
  const key = (at, words, name) => [
    svg("line", { x1: at, x2: at + 24, y1: TOP - 4, y2: TOP - 4, class: name }),
    text(at + 30, TOP, words, "start", "marked"),
  ];
  const element = figure(
    `Energy along the paths: at most ${short(Math.max(...least))} nats on that of least energy, ${short(Math.max(...straight))} on the straight one`,
    "Energy along the two paths, nats",
    line(straight, "trace jump"),
    line(least, "trace"),
    ...spots,
    ...key(LEFT, "least energy", "trace"),
    ...key(LEFT + 150, "straight", "trace jump"),
    text(LEFT - 4, BOTTOM, short(Math.min(...all)), "end"),
    text(LEFT - 4, TOP + 24, short(Math.max(...all)), "end"),
  );
  const mark = (index) => [least, straight].forEach((energies, i) => {
    spots[i].setAttribute("cx", x(index));
    spots[i].setAttribute("cy", y(energies[index]));
  });
  return { figure: element, mark };
}

/** A value against the histogram of the test images'; one beyond the histogram stands at its end, with an arrow. */
export function histogram(title, { edges, counts }, value, shareBelow) {
  const most = Math.max(...counts);
  const x = scale(edges[0], edges.at(-1), LEFT, WIDTH - 24);
  const y = scale(0, most, BOTTOM, TOP + 12);
  const bars = counts.map((count, i) => svg("rect", {
    x: x(edges[i]), y: y(count), width: Math.max(1, x(edges[i + 1]) - x(edges[i]) - 0.5), height: BOTTOM - y(count), class: "bar",
  }));
  const at = Math.min(WIDTH - 12, Math.max(LEFT, x(value)));
  // The label goes to the side with more room.
  const isRight = at > WIDTH / 2;
  const beyond = value > edges.at(-1) ? " →" : "";
  const percent = `${(100 * shareBelow).toFixed(1)} %`;
  return figure(
    `${title} of the drawing: ${short(value)} nats, above that of ${percent} of the test ${noun()}s`,
    `${title}: ${short(value)} nats, above ${percent} of the test ${noun()}s`,
    ...bars,
    svg("line", { x1: at, x2: at, y1: TOP, y2: BOTTOM, class: "marker" }),
    text(isRight ? at - 5 : at + 5, TOP + 8, short(value) + beyond, isRight ? "end" : "start", "marked"),
    text(LEFT, BOTTOM + 14, short(edges[0]), "start"),
    text(WIDTH - 24, BOTTOM + 14, short(edges.at(-1)), "end"),
  );
}
