"""Draws digits from a model folder with PyTorch alone: what `environment/run infer` does, for `environment/run bench` to compare with.

    infer.py MODEL IMAGES FILE

FILE is a picture, or NumPy's arrays if its name ends in .npz.
"""

import math
import sys

import numpy
import torch
import torch.nn.functional as functional
from PIL import Image
from safetensors.torch import load_file

from peer import TARGET_ACCEPTANCE, energy_and_gradient, langevin_step

BURN_IN = 500
STEPS = 500


def main():
    torch.manual_seed(1)
    weights = load_file(f"{sys.argv[1]}/weights.safetensors")
    count = int(sys.argv[2])
    centres, factors = weights["reference.means"], weights["reference.factors"]
    components, dimension = centres.shape
    inverse = torch.linalg.inv(factors)
    whitening = inverse.permute(2, 0, 1).reshape(dimension, -1)
    offsets = torch.einsum("kij,kj->ki", inverse, centres).reshape(-1)
    constants = (
        weights["reference.weights"].log()
        - dimension / 2 * math.log(2 * math.pi)
        - factors.diagonal(dim1=1, dim2=2).log().sum(1)
    )

    def tilt(u):
        layer = 0
        while f"energy.{layer}.weight" in weights:
            u = functional.silu(functional.linear(u, weights[f"energy.{layer}.weight"], weights[f"energy.{layer}.bias"]))
            layer += 1
        return u @ weights["energy.output.weight"]

    def energy(u):
        whitened = (u @ whitening - offsets).view(-1, components, dimension)
        return tilt(u) - (constants - 0.5 * whitened.square().sum(2)).logsumexp(1)

    def sample():
        chosen = torch.multinomial(weights["reference.weights"], count, replacement=True)
        return centres[chosen] + (factors[chosen] @ torch.randn(count, dimension, 1)).squeeze(2)

    def jump(state):
        proposal = sample()
        with torch.no_grad():
            probability = (tilt(state[0]) - tilt(proposal)).clamp(max=0).exp()
        accepted = torch.rand_like(probability) < probability
        if not accepted.any():
            return state
        # The gradient of what is rejected is needed no more here than in the library.
        proposal = proposal[accepted]
        moved = [part.clone() for part in state]
        for part, proposed in zip(moved, (proposal, *energy_and_gradient(energy, proposal)), strict=True):
            part[accepted] = proposed
        return tuple(moved)

    start = sample()
    state = (start, *energy_and_gradient(energy, start))
    step_size = torch.tensor(0.1)
    for step in range(BURN_IN + STEPS):
        if step % 2:
            state = jump(state)
            continue
        state, probability = langevin_step(energy, state, step_size)
        if step < BURN_IN:
            step_size = step_size * ((probability.mean() - TARGET_ACCEPTANCE) / (step + 1) ** 0.6).exp()

    with torch.no_grad():
        hidden = state[0] @ weights["whitening.unwhiten"] + weights["whitening.mean"]
        # The deep decoder has a convolution more, and another activation.
        deep = "decoder.4.weight" in weights
        activation = functional.elu if deep else functional.relu
        for layer in range(2):
            weight, bias = weights[f"decoder.{layer}.weight"], weights[f"decoder.{layer}.bias"]
            hidden = activation(functional.linear(hidden, weight, bias))
        hidden = hidden.view(count, 32, 7, 7)
        last = 4 if deep else 3
        for layer in range(2, last + 1):
            weight, bias = weights[f"decoder.{layer}.weight"], weights[f"decoder.{layer}.bias"]
            hidden = functional.conv2d(hidden, weight, bias, padding=1)
            hidden = hidden if layer == 4 else functional.pixel_shuffle(hidden, 2)
            hidden = hidden if layer == last else activation(hidden)
        images = (hidden > 0).to(torch.uint8)
        means = hidden.sigmoid()
    if sys.argv[3].endswith(".npz"):
        numpy.savez(sys.argv[3], images=images.view(count, 784).numpy(), means=means.view(count, 784).numpy())
        return
    images = images.mul(255)
    row = images.view(count, 28, 28).permute(1, 0, 2).reshape(28, count * 28)
    Image.fromarray(row.numpy()).resize((count * 56, 56), Image.NEAREST).save(sys.argv[3])


if __name__ == "__main__":
    main()
