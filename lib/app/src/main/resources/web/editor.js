import { paintColours, PIXELS, rows, SIDE } from "./pictures.js";

const UNKNOWN = -1;
const VALUES = { white: 1, black: 0, unknown: UNKNOWN };
const NAMES = { 1: "white", 0: "black", [UNKNOWN]: "unknown" };
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEPT = 50;

/** A drawing of 28 by 28 pixels, by pointers or keys, with undo. */
export class Editor {
  #pixels;
  #cursor = { x: 14, y: 14 };
  /** The last position of each finger, pen or mouse that paints, by the id of its pointer. */
  #strokes = new Map();
  #earlier = [];

  /**
   * Builds the drawing.
   *
   * @param {HTMLElement} holder with the names of its brushes in data-brushes
   * @param {string} label for the canvas
   */
  constructor(holder, label) {
    this.brushes = holder.dataset.brushes.split(" ");
    this.empty = this.brushes.includes("unknown") ? UNKNOWN : 0;
    this.#pixels = new Array(PIXELS).fill(this.empty);
    holder.append(document.getElementById("drawing").content.cloneNode(true));
    this.canvas = holder.querySelector("canvas");
    this.spoken = holder.querySelector("[role=status]");
    this.buttons = holder.querySelector(".buttons");
    this.canvas.id = `${holder.id}-canvas`;
    this.canvas.setAttribute("aria-label", label);
    const help = holder.querySelector(".help");
    help.id = `${holder.id}-help`;
    this.canvas.setAttribute("aria-describedby", help.id);
    const keys = this.brushes.map((name) => `${name[0].toUpperCase()} ${name}`).join(", ");
    help.textContent = `Drag to paint. With the keyboard: arrow keys move, space paints, Ctrl-Z undoes; brushes: ${keys}.`;
    this.#addBrushes(holder.querySelector("fieldset"), holder.id);
    this.undo = this.button("Undo", () => this.#undo());
    this.undo.disabled = true;
    this.#listen();
    this.#redraw();
  }

  #addBrushes(fieldset, group) {
    this.radios = this.brushes.map((name, i) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: group, value: VALUES[name], checked: i === 0 });
      label.append(radio, ` ${name}`);
      fieldset.append(label);
      return radio;
    });
  }

  /** Adds a button below the drawing. */
  button(name, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", action);
    this.buttons.insertBefore(button, this.undo ?? null);
    return button;
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      if (this.#strokes.size === 0) {
        this.#remember();
      }
      this.#stroke(event.pointerId, this.#position(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#strokes.has(event.pointerId)) {
        this.#stroke(event.pointerId, this.#position(event));
      }
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => this.#strokes.delete(event.pointerId));
    }
    canvas.addEventListener("focus", () => this.#redraw());
    canvas.addEventListener("blur", () => this.#redraw());
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      this.#undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const cursor = this.#cursor;
    const move = MOVES[event.key];
    const radio = this.radios[this.brushes.findIndex((name) => name[0] === event.key.toLowerCase())];
    if (move) {
      cursor.x = Math.min(SIDE - 1, Math.max(0, cursor.x + move[0]));
      cursor.y = Math.min(SIDE - 1, Math.max(0, cursor.y + move[1]));
    } else if (event.key === " ") {
      this.#remember();
      this.#dab(cursor.x, cursor.y);
    } else if (radio) {
      radio.checked = true;
    } else {
      return;
    }
    event.preventDefault();
    this.#redraw();
    this.spoken.textContent = radio
      ? `Brush: ${NAMES[radio.value]}`
      : `Column ${cursor.x + 1}, row ${cursor.y + 1}, ${NAMES[this.#pixels[cursor.y * SIDE + cursor.x]]}`;
  }

  #redraw() {
    const focused = document.activeElement === this.canvas;
    paintColours(this.canvas, (i) => {
      const x = i % SIDE;
      const y = Math.floor(i / SIDE);
      if (focused && x === this.#cursor.x && y === this.#cursor.y) {
        return [255, 140, 0];
      }
      if (this.#pixels[i] === UNKNOWN) {
        return (x + y) % 2 ? [70, 92, 112] : [58, 78, 97];
      }
      return this.#pixels[i] ? [255, 255, 255] : [0, 0, 0];
    });
  }

  /** Paints two by two pixels, about as wide as the pen of MNIST. */
  #dab(x, y) {
    const value = Number(this.radios.find((radio) => radio.checked).value);
    for (const [across, down] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      if (x + across >= 0 && x + across < SIDE && y + down >= 0 && y + down < SIDE) {
        this.#pixels[(y + down) * SIDE + x + across] = value;
      }
    }
  }

  #position(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: Math.floor(((event.clientX - box.left) / box.width) * SIDE),
      y: Math.floor(((event.clientY - box.top) / box.height) * SIDE),
    };
  }

  /** Paints from the pointer's last point to this one, so that a quick stroke has no holes. */
  #stroke(pointer, to) {
    const from = this.#strokes.get(pointer) ?? to;
    const length = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let i = 0; i <= length; i++) {
      this.#dab(Math.round(from.x + ((to.x - from.x) * i) / length), Math.round(from.y + ((to.y - from.y) * i) / length));
    }
    this.#strokes.set(pointer, to);
    this.#redraw();
  }

  #remember() {
    this.#earlier.push([...this.#pixels]);
    this.#earlier.splice(0, this.#earlier.length - KEPT);
    this.undo.disabled = false;
  }

  #undo() {
    this.#pixels = this.#earlier.pop() ?? this.#pixels;
    this.undo.disabled = this.#earlier.length === 0;
    this.#redraw();
  }

  /** Puts an image, 784 pixels 0, 1 or -1 (unknown), in place of the drawing. */
  load(image) {
    this.#remember();
    this.#pixels = [...image];
    this.#redraw();
  }

  /** Makes a part unknown. */
  hide(isHidden) {
    this.load(this.#pixels.map((pixel, i) => (isHidden(i % SIDE, Math.floor(i / SIDE)) ? UNKNOWN : pixel)));
  }

  /** Paints black what is unknown and next to white: within two pixels, as a pen's stroke ends there. */
  surround() {
    const reach = [-2, -1, 0, 1, 2];
    const isWhite = (x, y) => x >= 0 && x < SIDE && y >= 0 && y < SIDE && this.#pixels[y * SIDE + x] === 1;
    this.load(this.#pixels.map((pixel, i) => {
      const near = () => reach.some((dy) => reach.some((dx) => isWhite((i % SIDE) + dx, Math.floor(i / SIDE) + dy)));
      return pixel === UNKNOWN && near() ? 0 : pixel;
    }));
  }

  /** Returns whether all that is known is white. */
  get isWhiteOnly() {
    return this.#pixels.includes(1) && !this.#pixels.includes(0);
  }

  /** Returns whether there is nothing unknown. */
  get isComplete() {
    return !this.#pixels.includes(UNKNOWN);
  }

  /** Returns the drawing for a request: unknown pixels are black in the image. */
  drawing() {
    return {
      image: rows(this.#pixels.map((pixel) => (pixel === 1 ? 1 : 0))),
      known: rows(this.#pixels.map((pixel) => (pixel === UNKNOWN ? 0 : 1))),
    };
  }
}
