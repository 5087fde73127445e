"""Draws the README's picture of the model, data/pipeline.svg: an MNIST image, binary, encoded; a chain on the energy; new digits.

The digits are those of data/mnist and data/pretrained/samples.png. The energy and the chain are a schematic example in two dimensions:
a mixture of normal distributions, sampled by the Metropolis-adjusted Langevin algorithm with jumps.

Usage: python3 environment/pipeline.py
"""

import json
import math
import pathlib
import random
import struct
import zlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SIDE = 28
PANEL = 270
# A chain that shows all: it stays in the panel and visits three components.
SEED = 19
LEVELS = (0.35, 1.1, 2.1, 3.3, 4.7)

# Weight, mean and standard deviations along the two axes of each component, in pixels of the panel, and its rotation.
COMPONENTS = (
    (0.30, (80, 80), (22, 16), 0.5),
    (0.25, (190, 78), (16, 21), 0.3),
    (0.20, (136, 146), (19, 14), -0.5),
    (0.25, (198, 194), (21, 16), -0.7),
    (0.20, (76, 194), (16, 20), 0.4),
)

STYLE = """
text { font: 16px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: #1f2328; text-anchor: middle }
.small { font-size: 14px; fill: #59636e }
.start { text-anchor: start }
.page { fill: #ffffff; stroke: #d1d9e0 }
.black { fill: #000000; stroke: #59636e }
.white { fill: #ffffff }
.line { stroke: #2d333b }
.network { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5 }
.energy { fill: #0969da; fill-opacity: 0.1; stroke: #0969da; stroke-opacity: 0.55 }
.frame { fill: none; stroke: #59636e }
.chain { fill: none; stroke: #bc4c00; stroke-width: 1.6; stroke-linejoin: round }
.jump { fill: none; stroke: #bc4c00; stroke-width: 1.6; stroke-dasharray: 5 4 }
.state { fill: #bc4c00 }
.latent { fill: #1f2328; fill-opacity: 0.55 }
.arrow { fill: none; stroke: #59636e; stroke-width: 2 }
.head { fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .small { fill: #9198a1 }
  .page { fill: #0d1117; stroke: #3d444d }
  .black, .frame { stroke: #6e7681 }
  .network { fill: #121d2f; stroke: #4493f8 }
  .energy { fill: #4493f8; fill-opacity: 0.14; stroke: #4493f8 }
  .chain, .jump { stroke: #f0883e }
  .state { fill: #f0883e }
  .latent { fill: #f0f6fc; fill-opacity: 0.6 }
  .arrow { stroke: #9198a1 }
  .head { fill: #9198a1 }
}
"""


def first_test_image():
    """Returns the grey values of MNIST's first test image, row by row."""
    pixels = (DATA / "mnist" / "t10k-images-idx3-ubyte").read_bytes()[16 : 16 + SIDE * SIDE]
    return [pixels[row * SIDE : (row + 1) * SIDE] for row in range(SIDE)]


def red_of_png(path):
    """Returns the red channel, row by row, of a PNG of three channels of 8 bits."""
    content, at, packed = path.read_bytes(), 8, b""
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    if (depth, colour) != (8, 2):
        raise ValueError(f"{path}: expected 8 bits and three channels, found {depth} bits and colour type {colour}")
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        packed += content[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw, step, before, rows = zlib.decompress(packed), 3 * width, bytes(3 * width), []
    for y in range(height):
        method, line = raw[y * (step + 1)], bytearray(raw[y * (step + 1) + 1 : (y + 1) * (step + 1)])
        for i in range(step):
            left, up, corner = line[i - 3] if i > 2 else 0, before[i], before[i - 3] if i > 2 else 0
            paeth = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, paeth)[method]) % 256
        rows.append(line[::3])
        before = bytes(line)
    return rows


def samples():
    """Returns the hundred digits of data/pretrained/samples.png: rows of pixels, true where white."""
    red = red_of_png(DATA / "pretrained" / "samples.png")
    cell, margin = 58, 2
    return [
        [[red[y + 2 * row][x + 2 * column] > 127 for column in range(SIDE)] for row in range(SIDE)]
        for y in range(margin, 10 * cell, cell)
        for x in range(margin, 10 * cell, cell)
    ]


def path_of(image):
    """Returns the path of an image's white pixels, one rectangle a run, one unit a pixel."""
    parts = []
    for y, row in enumerate(image):
        x = 0
        while x < SIDE:
            run = x
            while run < SIDE and row[run]:
                run += 1
            if run > x:
                parts.append(f"M{x} {y}h{run - x}v1h{x - run}z")
            x = run + 1
    return "".join(parts)


def tile(x, y, scale, content):
    """Returns a black square of an image's size with a content in its pixels."""
    return (
        f'<g transform="translate({x} {y}) scale({scale:g})"><path class="black" stroke-width="{1 / scale:.3g}" d="M0 0h28v28h-28z"/>'
        f"{content}</g>"
    )


def in_axes(component, x, y):
    """Returns a point in units of a component's standard deviations along its axes."""
    _, mean, deviations, angle = component
    dx, dy = x - mean[0], y - mean[1]
    cos, sin = math.cos(angle), math.sin(angle)
    return (dx * cos + dy * sin) / deviations[0], (dy * cos - dx * sin) / deviations[1]


def energy(x, y):
    """Returns the energy: minus the logarithm of the mixture's density, 0 at about its highest."""
    density = 0.0
    for component in COMPONENTS:
        a, b = in_axes(component, x, y)
        density += component[0] * math.exp(-(a * a + b * b) / 2) / (component[2][0] * component[2][1])
    return -math.log(density * 1200 + 1e-9)


def gradient(x, y, width=0.1):
    """Returns the gradient of the energy, by central differences."""
    return (
        (energy(x + width, y) - energy(x - width, y)) / 2 / width,
        (energy(x, y + width) - energy(x, y - width)) / 2 / width,
    )


def contour(level, grid=3):
    """Returns the closed path on which the energy has a value, by marching squares over the panel and a margin."""
    values = {}

    def value(i, j):
        if (i, j) not in values:
            values[i, j] = energy(i * grid, j * grid) - level
        return values[i, j]

    def crossing(a, b):
        share = value(*a) / (value(*a) - value(*b))
        return tuple(round(grid * (p + share * (q - p)), 1) for p, q in zip(a, b))

    following = {}
    cells = range(-8, PANEL // grid + 8)
    for i in cells:
        for j in cells:
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            inside = [value(*corner) < 0 for corner in corners]
            enters = [k for k in range(4) if not inside[k] and inside[k - 3]]
            leaves = [k for k in range(4) if inside[k] and not inside[k - 3]]
            for enter in enters:
                leave = next(k % 4 for k in range(enter + 1, enter + 5) if k % 4 in leaves)
                edge = [tuple(sorted((corners[k], corners[k - 3]))) for k in (enter, leave)]
                following[edge[0]] = edge[1]
    parts = []
    while following:
        edge = next(iter(following))
        points = []
        while edge in following:
            points.append("{:g} {:g}".format(*crossing(*edge)))
            edge = following.pop(edge)
        parts.append("M" + "L".join(points) + "z")
    return "".join(parts)


def draw(source):
    """Returns a draw of the mixture."""
    _, mean, deviations, angle = source.choices(COMPONENTS, [component[0] for component in COMPONENTS])[0]
    a, b = source.gauss(0, deviations[0]), source.gauss(0, deviations[1])
    return mean[0] + a * math.cos(angle) - b * math.sin(angle), mean[1] + a * math.sin(angle) + b * math.cos(angle)


def chain(source, states, jumps, step=70.0):
    """Returns the states of a chain of the Metropolis-adjusted Langevin algorithm; some steps are jumps to a draw of the mixture."""
    path = [(16.0, 128.0)]
    while len(path) < states:
        x, y = path[-1]
        if len(path) in jumps:
            path.append(draw(source))
            continue
        down = gradient(x, y)
        there = [p - step * g + math.sqrt(2 * step) * source.gauss(0, 1) for p, g in zip((x, y), down)]
        back = gradient(*there)
        forward = sum((q - p + step * g) ** 2 for p, q, g in zip((x, y), there, down))
        reverse = sum((p - q + step * g) ** 2 for p, q, g in zip((x, y), there, back))
        if math.log(1 - source.random()) < energy(x, y) - energy(*there) + (forward - reverse) / 4 / step:
            path.append(tuple(there))
    return path


def polyline(points):
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def arrow(x0, x1, y):
    return f'<path class="arrow" d="M{x0} {y}H{x1 - 6}"/><path class="head" d="M{x1} {y}l-9 -5v10z"/>'


def caption(x, y, first, second, style=""):
    return f'<text x="{x}" y="{y}"{style}>{first}</text><text class="small" x="{x}" y="{y + 18}"{style}>{second}</text>'


def bent(start, end):
    """Returns the path of a jump."""
    (x0, y0), (x1, y1) = start, end
    return f"M{x0:.1f} {y0:.1f}Q{(x0 + x1) / 2 + (y1 - y0) / 6:.1f} {(y0 + y1) / 2 - (x1 - x0) / 6:.1f} {x1:.1f} {y1:.1f}"


def latent_space():
    source = random.Random(SEED)
    jumps = (12, 24)
    states = chain(source, 36, jumps)
    stays = [states[start:end] for start, end in zip((0, *jumps), (*jumps, len(states)))]
    latents = "".join(f'<circle class="latent" r="1.4" cx="{x:.1f}" cy="{y:.1f}"/>' for x, y in (draw(source) for _ in range(90)))
    return (
        '<clipPath id="panel"><path d="M0 0h270v270h-270z"/></clipPath><g clip-path="url(#panel)">'
        + "".join(f'<path class="energy" d="{contour(level)}"/>' for level in LEVELS)
        + latents
        + "".join(f'<path class="chain" d="{polyline(stay)}"/>' for stay in stays)
        + "".join(f'<path class="jump" d="{bent(states[jump - 1], states[jump])}"/>' for jump in jumps)
        + "".join(f'<circle class="state" r="2.1" cx="{x:.1f}" cy="{y:.1f}"/>' for x, y in states)
        + f'<circle class="state" r="5.5" cx="{states[-1][0]:.1f}" cy="{states[-1][1]:.1f}"/></g>'
        + '<path class="frame" d="M0 0h270v270h-270z"/>'
    )


def main():
    grey = first_test_image()
    digits = samples()
    axis = 198
    pixels = "".join(
        f'<path class="white" fill-opacity="{value / 255:.2f}" d="M{x} {y}h1v1h-1z"/>'
        for y, row in enumerate(grey)
        for x, value in enumerate(row)
        if value > 0
    )
    binary = f'<path class="white" d="{path_of([[value > 127 for value in row] for row in grey])}"/>'
    white = "".join(
        f'<path class="white" transform="translate({29 * (n % 10) + 0.5} {29 * (n // 10) + 0.5})" d="{path_of(digit)}"/>'
        for n, digit in enumerate(digits)
    )
    lines = "".join(f"M{29 * k} 0v290M0 {29 * k}h290" for k in range(1, 10))
    card = json.loads((DATA / "pretrained" / "model.json").read_text())
    dimension = card["configuration"]["autoencoder"]["latentDimension"]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1014 396" role="img" aria-labelledby="title">',
        '<title id="title">An image becomes binary, and an encoder makes a latent of it. A chain walks on the energy of the latent space, '
        "and a decoder makes a digit of its last state.</title>",
        f"<style>{STYLE}</style>",
        '<rect class="page" x="0.5" y="0.5" width="1013" height="395" rx="8"/>',
        tile(22, axis - 42, 3, pixels),
        caption(64, axis + 68, "image", "28 × 28, grey"),
        arrow(112, 140, axis),
        tile(146, axis - 42, 3, binary),
        caption(188, axis + 68, "binary image", "white above 127"),
        arrow(236, 258, axis),
        f'<path class="network" d="M264 {axis - 75}L312 {axis - 28}V{axis + 28}L264 {axis + 75}z"/>',
        caption(288, axis + 100, "encoder", f"784 → {dimension}"),
        arrow(317, 337, axis),
        '<text x="478" y="34">latent space with the energy E(u)</text>',
        f'<g transform="translate(343 {axis - 148})">{latent_space()}</g>',
        '<circle class="latent" r="2" cx="358" cy="347"/><text class="small start" x="378" y="351">latents of images</text>',
        '<path class="chain" d="M346 369h24"/><circle class="state" r="2.1" cx="358" cy="369"/>'
        '<text class="small start" x="378" y="373">Langevin step</text>',
        '<path class="jump" d="M512 369h24"/><text class="small start" x="544" y="373">jump</text>',
        '<circle class="state" r="5.5" cx="524" cy="347"/><text class="small start" x="544" y="351">the chain’s last state</text>',
        arrow(618, 638, axis),
        f'<path class="network" d="M644 {axis - 28}L692 {axis - 75}V{axis + 75}L644 {axis + 28}z"/>',
        caption(668, axis + 100, "decoder", f"{dimension} → 784"),
        arrow(697, 717, axis),
        '<text x="858" y="34">a hundred new digits</text>',
        f'<g transform="translate(723 {axis - 148}) scale({PANEL / 290:.4f})"><path class="black" d="M0 0h290v290h-290z"/>'
        f'<path class="line" d="{lines}"/>{white}</g>',
        "</svg>",
    ]
    (DATA / "pipeline.svg").write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
