"""The work of `environment/run bench` in Python, as its users would write it: PyTorch with automatic differentiation and its default
Adam, TorchEBM, BlackJAX.

    peer.py LIBRARY WORK

WORK is what the library's own `bench-worker` takes, in JSON. Prints "ready" once everything is set up and has run once; then, for
each line on the standard input, does the work and prints the seconds that it took.
"""

import json
import math
import pathlib
import struct
import sys
import time

LATENT_NOISE = 0.1
LATENT_PENALTY = 0.25
TARGET_ACCEPTANCE = 0.574
ADAPTATION_GAIN = 0.05


def idx_images(mnist, name, count):
    import torch

    with open(pathlib.Path(mnist) / name, "rb") as file:
        _, images, rows, columns = struct.unpack(">IIII", file.read(16))
        count = min(count, images)
        pixels = torch.frombuffer(bytearray(file.read(count * rows * columns)), dtype=torch.uint8)
    return (pixels.view(count, rows * columns) > 127).to(torch.uint8).to(torch.get_default_device())


# --- PyTorch -----------------------------------------------------------------------------------------------------


def perceptron(sizes, activation):
    from torch import nn

    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def energy_network(dimension, hidden):
    from torch import nn

    body = perceptron([dimension, *hidden, 1], nn.SiLU)
    body[-1].bias = None
    return body


def tilted(network):
    """E(u) = f(u) + |u|²/2 + d/2 log 2π."""

    def energy(u):
        return network(u).squeeze(1) + 0.5 * u.square().sum(1) + u.shape[1] / 2 * math.log(2 * math.pi)

    return energy


def energy_and_gradient(energy, u):
    import torch

    u = u.detach().requires_grad_(True)
    values = energy(u)
    (gradient,) = torch.autograd.grad(values.sum(), u)
    return values.detach(), gradient


def langevin_step(energy, state, step_size):
    """One step of the Metropolis-adjusted Langevin algorithm; the state is positions, energies, gradients."""
    import torch

    u, here, gradient = state
    noise = torch.randn_like(u) * (2 * step_size) ** 0.5
    proposal = u - step_size * gradient + noise
    there, proposed_gradient = energy_and_gradient(energy, proposal)
    backward = step_size * (gradient + proposed_gradient) - noise
    log_ratio = here - there + (noise.square().sum(1) - backward.square().sum(1)) / (4 * step_size)
    probability = log_ratio.clamp(max=0).exp().nan_to_num(0)
    accepted = torch.rand_like(probability) < probability
    rows = accepted.unsqueeze(1)
    moved = (
        torch.where(rows, proposal, u),
        torch.where(accepted, there, here),
        torch.where(rows, proposed_gradient, gradient),
    )
    return moved, probability


def torch_mala(work):
    import torch

    network = energy_network(work["dimension"], work["hidden"]).requires_grad_(False)
    energy = tilted(network)
    start = torch.randn(work["chains"], work["dimension"])

    def run():
        state = (start, *energy_and_gradient(energy, start))
        acceptance = torch.zeros(work["chains"])
        for _ in range(work["steps"]):
            state, probability = langevin_step(energy, state, 0.05)
            acceptance += probability
        return state

    return run


def train_autoencoder(model, optimizer, images, batch_size, schedule=None):
    import torch
    import torch.nn.functional as functional

    encoder, decoder = model
    total = torch.zeros(())
    order = torch.randperm(len(images))
    for batch in range(len(images) // batch_size):
        x = images[order[batch * batch_size : (batch + 1) * batch_size]].float()
        z = encoder(x)
        logits = decoder(z + LATENT_NOISE * torch.randn_like(z))
        loss = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
        loss = loss + LATENT_PENALTY * z.square().sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        total += loss.detach()
    return total


def test_loss(model, images):
    import torch
    import torch.nn.functional as functional

    encoder, decoder = model
    total = 0.0
    with torch.no_grad():
        for part in images.split(1000):
            x = part.float()
            total += functional.binary_cross_entropy_with_logits(decoder(encoder(x)), x, reduction="sum").item()
    return total / len(images)


def torch_autoencoder(work):
    import torch
    from torch import nn

    h, d = work["hidden"][0], work["dimension"]
    model = perceptron([784, h, d], nn.ReLU), perceptron([d, h, 784], nn.ReLU)
    optimizer = torch.optim.Adam([*model[0].parameters(), *model[1].parameters()], lr=3e-4)
    images = idx_images(work["mnist"], "train-images-idx3-ubyte", work["images"])
    test = idx_images(work["mnist"], "t10k-images-idx3-ubyte", 1000)

    def run():
        train_autoencoder(model, optimizer, images, work["batchSize"])
        return test_loss(model, test)

    return run


class ContrastiveDivergence:
    """Negatives from persistent chains, or from chains that start at the data; moving average of the weights."""

    def __init__(self, network, learning_rate, batch_size, negatives, persistent, steps=5, buffer_batches=4):
        import copy

        import torch

        self.network = network
        self.energy = tilted(network)
        self.average = copy.deepcopy(network)
        self.optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
        self.batch_size = batch_size
        self.negatives = negatives
        self.steps = steps
        self.step_size = torch.tensor(0.1)
        self.updates = 0
        dimension = network[0].in_features
        self.buffer = torch.randn(buffer_batches, batch_size * negatives, dimension) if persistent else None
        self.totals = torch.zeros(4)

    def chains(self, positives):
        import torch

        if self.buffer is None:
            start = positives.repeat_interleave(self.negatives, 0)
        else:
            slot = self.updates % len(self.buffer)
            fresh = torch.randn_like(self.buffer[slot])
            start = torch.where(torch.rand(len(fresh), 1) < 0.01, fresh, self.buffer[slot])
        self.network.requires_grad_(False)
        state = (start, *energy_and_gradient(self.energy, start))
        acceptance = torch.zeros(())
        for _ in range(self.steps):
            state, probability = langevin_step(self.energy, state, self.step_size)
            mean = probability.mean()
            acceptance += mean
            self.step_size = self.step_size * (ADAPTATION_GAIN * (mean - TARGET_ACCEPTANCE)).exp()
        self.network.requires_grad_(True)
        if self.buffer is not None:
            self.buffer[slot] = state[0]
        return state[0], state[1].mean(), acceptance / self.steps

    def update(self, positives):
        import torch

        moved, energies, acceptance = self.chains(positives)
        tilts = self.network(torch.cat([positives, moved])).squeeze(1)
        data, model = tilts[: len(positives)], tilts[len(positives) :]
        loss = data.mean() - model.mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.updates += 1
        with torch.no_grad():
            for averaged, parameter in zip(self.average.parameters(), self.network.parameters()):
                averaged.lerp_(parameter, 0.001)
            data = self.energy(positives)
            self.totals += torch.stack([data.mean(), energies, acceptance, data.square().mean()])

    def epoch(self, latents):
        import torch

        order = torch.randperm(len(latents))
        for batch in range(len(latents) // self.batch_size):
            self.update(latents[order[batch * self.batch_size : (batch + 1) * self.batch_size]])


def torch_divergence(work):
    import torch

    trainer = ContrastiveDivergence(
        energy_network(work["dimension"], work["hidden"]),
        1e-3,
        work["batchSize"],
        work["negatives"],
        work["persistent"],
    )
    latents = torch.randn(work["images"], work["dimension"])
    return lambda: trainer.epoch(latents)


def torch_training(work):
    """The seed project's training as a whole: autoencoder, whitening, energy."""
    import torch
    from torch import nn

    def run():
        images = idx_images(work["mnist"], "train-images-idx3-ubyte", work["images"])
        test = idx_images(work["mnist"], "t10k-images-idx3-ubyte", 10_000)
        model = perceptron([784, 1024, 4], nn.ReLU), perceptron([4, 1024, 784], nn.ReLU)
        optimizer = torch.optim.Adam([*model[0].parameters(), *model[1].parameters()], lr=3e-4)
        updates = work["epochs"] * (len(images) // 64)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
        for _ in range(work["epochs"]):
            train_autoencoder(model, optimizer, images, 64, schedule)
            test_loss(model, test)
        with torch.no_grad():
            latents = torch.cat([model[0](part.float()) for part in images.split(2048)])
            centred = latents - latents.mean(0)
            values, vectors = torch.linalg.eigh(centred.T @ centred / (len(latents) - 1))
            latents = centred @ (vectors / values.sqrt()) @ vectors.T
        trainer = ContrastiveDivergence(energy_network(4, [8]), 3e-4, 1024, 8, True)
        for _ in range(3):
            trainer.epoch(latents)

    return run


def torch_matmul(work):
    import torch

    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    return lambda: a @ b


# --- TorchEBM ----------------------------------------------------------------------------------------------------


def torchebm_ula(work):
    import torch
    from torchebm.core import BaseModel
    from torchebm.samplers import LangevinDynamics

    network = energy_network(work["dimension"], work["hidden"]).requires_grad_(False)

    class Energy(BaseModel):
        def forward(self, x):
            return tilted(network)(x)

    sampler = LangevinDynamics(Energy(), step_size=0.05)
    start = torch.randn(work["chains"], work["dimension"])
    return lambda: sampler.sample(x=start.clone(), n_steps=work["steps"])


# --- BlackJAX ----------------------------------------------------------------------------------------------------


def blackjax_mala(work):
    import blackjax
    import jax
    import jax.numpy as jnp

    sizes = [work["dimension"], *work["hidden"], 1]
    keys = jax.random.split(jax.random.key(0), len(sizes))
    weights = [
        (jax.random.normal(key, (inputs, outputs)) / math.sqrt(inputs), jnp.zeros(outputs))
        for key, inputs, outputs in zip(keys, sizes, sizes[1:])
    ]

    def log_density(u):
        hidden = u
        for weight, bias in weights[:-1]:
            hidden = jax.nn.silu(hidden @ weight + bias)
        return -(hidden @ weights[-1][0])[0] - 0.5 * jnp.sum(u * u)

    kernel = blackjax.mala(log_density, 0.05)
    start = jax.random.normal(keys[-1], (work["chains"], work["dimension"]))

    @jax.jit
    def run(key, positions):
        states = jax.vmap(kernel.init)(positions)

        def step(carry, key):
            states, acceptance = carry
            states, info = jax.vmap(kernel.step)(jax.random.split(key, work["chains"]), states)
            return (states, acceptance + info.acceptance_rate), None

        carry = (states, jnp.zeros(work["chains"]))
        (states, acceptance), _ = jax.lax.scan(step, carry, jax.random.split(key, work["steps"]))
        return states.position, acceptance

    return lambda: jax.block_until_ready(run(jax.random.key(1), start))


WORKS = {
    ("torch", "mala"): torch_mala,
    ("torch", "autoencoder"): torch_autoencoder,
    ("torch", "divergence"): torch_divergence,
    ("torch", "training"): torch_training,
    ("torch", "matmul"): torch_matmul,
    ("torchebm", "ula"): torchebm_ula,
    ("blackjax", "mala"): blackjax_mala,
}


def on_gpu(work):
    """The work of PyTorch on its GPU: done when the GPU is."""
    import torch

    torch.set_default_device("cuda")
    run = WORKS["torch", work["kind"]](work)

    def complete():
        run()
        torch.cuda.synchronize()

    return complete


def main():
    work = json.loads(sys.argv[2])
    run = on_gpu(work) if work.get("device") == "gpu" else WORKS[sys.argv[1], work["kind"]](work)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
