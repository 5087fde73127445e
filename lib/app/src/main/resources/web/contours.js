const LEVELS = 9;

/** The crossings of a level with the four sides of a cell of the grid: bottom, right, top, left. */
function crossings([a, b, c, d], level) {
  const between = (from, to) => (from < level) !== (to < level) ? (level - from) / (to - from) : null;
  return [
    { at: between(a, b), point: (t) => [t, 0] },
    { at: between(b, c), point: (t) => [1, t] },
    { at: between(d, c), point: (t) => [t, 1] },
    { at: between(a, d), point: (t) => [0, t] },
  ].filter(({ at }) => at !== null).map(({ at, point }) => point(at));
}

/** Adds the contour of a level to the path, by marching squares (Lorensen & Cline 1987, in two dimensions). */
function trace(path, values, side, level, size) {
  const unit = size / (side - 1);
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const i = row * side + column;
      const found = crossings([values[i], values[i + 1], values[i + side + 1], values[i + side]], level);
      for (let k = 0; k + 1 < found.length; k += 2) {
        path.moveTo((column + found[k][0]) * unit, size - (row + found[k][1]) * unit);
        path.lineTo((column + found[k + 1][0]) * unit, size - (row + found[k + 1][1]) * unit);
      }
    }
  }
}

/**
 * Draws the contours of a square grid of values, with the lowest places shaded.
 *
 * @param {number[]} values row by row from below
 * @param {number} side the number of values along each side
 * @param {number} size of the canvas, in pixels
 * @param {{low: string, line: string}} colours
 * @returns {HTMLCanvasElement}
 */
export function contours(values, side, size, { low, line }) {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d");
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const levels = Array.from({ length: LEVELS }, (_, i) => least + ((i + 0.5) / LEVELS) * (most - least));
  const unit = size / (side - 1);
  context.fillStyle = low;
  for (let i = 0; i < values.length; i++) {
    context.globalAlpha = levels.filter((level) => values[i] < level).length / LEVELS;
    context.fillRect((i % side - 0.5) * unit, size - (Math.floor(i / side) + 0.5) * unit, unit + 0.5, unit + 0.5);
  }
  context.globalAlpha = 1;
  context.strokeStyle = line;
  context.lineWidth = 1.5;
  context.beginPath();
  levels.forEach((level) => trace(context, values, side, level, size));
  context.stroke();
  return canvas;
}
