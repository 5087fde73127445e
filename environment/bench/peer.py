"""The work of `environment/run bench` in Python, as its users would write it: PyTorch with automatic differentiation and its default
Adam (torch), with the fused one (torch-fused), and compiled with it (torch-compiled); TorchEBM, ebmkit, BlackJAX, scikit-learn.

    peer.py LIBRARY WORK
    peer.py versions

WORK is what the library's own `bench-worker` takes, in JSON. Prints "ready" once everything is set up, or "unavailable: " and the reason
why this machine cannot do it; then, for each line on the standard input, does the work and prints the seconds that it took. Code is
compiled before "ready", and as it first runs.
"""

import importlib.metadata
import json
import math
import pathlib
import shutil
import struct
import sys
import time
import warnings

LATENT_NOISE = 0.1
LATENT_PENALTY = 0.25
TARGET_ACCEPTANCE = 0.574
ADAPTATION_GAIN = 0.05
LEAPFROG_STEPS = 10


def idx_images(mnist, name, count):
    import torch

    with open(pathlib.Path(mnist) / name, "rb") as file:
        _, images, rows, columns = struct.unpack(">IIII", file.read(16))
        count = min(count, images)
        pixels = torch.frombuffer(bytearray(file.read(count * rows * columns)), dtype=torch.uint8)
    return (pixels.view(count, rows * columns) > 127).to(torch.uint8).to(torch.get_default_device())


# --- PyTorch -----------------------------------------------------------------------------------------------------

FUSED = sys.argv[1] in ("torch-fused", "torch-compiled")
COMPILED = sys.argv[1] == "torch-compiled"


def adam(parameters, learning_rate):
    import torch

    return torch.optim.Adam(parameters, lr=learning_rate, fused=FUSED)


def compiled(function):
    import torch

    return torch.compile(function) if COMPILED else function


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
    energy = compiled(tilted(network))
    start = torch.randn(work["chains"], work["dimension"])

    def run():
        state = (start, *energy_and_gradient(energy, start))
        acceptance = torch.zeros(work["chains"])
        for _ in range(work["steps"]):
            state, probability = langevin_step(energy, state, 0.05)
            acceptance += probability
        return state

    return run


def autoencoder_loss(encoder, decoder, x):
    import torch
    import torch.nn.functional as functional

    z = encoder(x)
    logits = decoder(z + LATENT_NOISE * torch.randn_like(z))
    loss = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    return loss + LATENT_PENALTY * z.square().sum(1).mean()


def train_autoencoder(model, optimizer, images, batch_size, loss_of, schedule=None):
    import torch

    total = torch.zeros(())
    order = torch.randperm(len(images))
    for batch in range(len(images) // batch_size):
        x = images[order[batch * batch_size : (batch + 1) * batch_size]].float()
        loss = loss_of(*model, x)
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
    from torch import nn

    h, d = work["hidden"][0], work["dimension"]
    if work.get("components"):
        model = perceptron([784, h, d], nn.ReLU), convolutional_decoder(d)
    else:
        model = perceptron([784, h, d], nn.ReLU), perceptron([d, h, 784], nn.ReLU)
    optimizer = adam([*model[0].parameters(), *model[1].parameters()], 3e-4)
    images = idx_images(work["mnist"], "train-images-idx3-ubyte", work["images"])
    test = idx_images(work["mnist"], "t10k-images-idx3-ubyte", 1000)
    loss_of = compiled(autoencoder_loss)

    def run():
        train_autoencoder(model, optimizer, images, work["batchSize"], loss_of)
        return test_loss(model, test)

    return run


def convolutional_decoder(d):
    """The default preset's: d → 256 → 32×7×7 → 16×14×14 → 28×28."""
    from torch import nn

    return nn.Sequential(
        nn.Linear(d, 256),
        nn.ReLU(),
        nn.Linear(256, 32 * 7 * 7),
        nn.ReLU(),
        nn.Unflatten(1, (32, 7, 7)),
        nn.Conv2d(32, 4 * 16, 3, padding=1),
        nn.PixelShuffle(2),
        nn.ReLU(),
        nn.Conv2d(16, 4, 3, padding=1),
        nn.PixelShuffle(2),
        nn.Flatten(),
    )


class Mixture:
    """The reference measure of the default preset: normal distributions, with exact draws."""

    def __init__(self, weights, means, factors):
        import torch

        self.weights, self.means, self.factors = weights, means, factors
        self.components, self.dimension = means.shape
        inverse = torch.linalg.inv(factors)
        self.whitening = inverse.permute(2, 0, 1).reshape(self.dimension, -1).contiguous()
        self.offsets = torch.einsum("kij,kj->ki", inverse, means).reshape(-1)
        diagonals = factors.diagonal(dim1=1, dim2=2)
        self.constants = weights.log() - self.dimension / 2 * math.log(2 * math.pi) - diagonals.log().sum(1)

    def energy(self, u):
        whitened = (u @ self.whitening - self.offsets).view(-1, self.components, self.dimension)
        return -(self.constants - 0.5 * whitened.square().sum(2)).logsumexp(1)

    def sample(self, count):
        import torch

        chosen = torch.multinomial(self.weights, count, replacement=True)
        return self.means[chosen] + (self.factors[chosen] @ torch.randn(count, self.dimension, 1)).squeeze(2)


class Normal:
    """The reference measure without a mixture."""

    def __init__(self, dimension):
        self.dimension = dimension

    def energy(self, u):
        return 0.5 * u.square().sum(1) + self.dimension / 2 * math.log(2 * math.pi)

    def sample(self, count):
        import torch

        return torch.randn(count, self.dimension)


def shuffled_batches(latents, batch_size):
    import torch

    order = torch.randperm(len(latents))
    for batch in range(len(latents) // batch_size):
        yield latents[order[batch * batch_size : (batch + 1) * batch_size]]


class ContrastiveDivergence:
    """Negatives from persistent chains, or from chains that start at the data; moving average of the weights. Where the reference is a
    mixture, every other step is a jump proposed from it, and weighted draws of it share the work of the chains."""

    def __init__(self, network, reference, learning_rate, work, steps=5, buffer_batches=4):
        import copy

        import torch

        self.network = network
        self.reference = reference
        # Jumps are accepted by ever other numbers of chains, which compiled code would be compiled for again.
        self.plain_energy = lambda u: network(u).squeeze(1) + reference.energy(u)
        self.energy = compiled(lambda u: network(u).squeeze(1) + reference.energy(u))
        self.average = copy.deepcopy(network)
        self.optimizer = adam(network.parameters(), learning_rate)
        self.batch_size = work["batchSize"]
        self.negatives = work["negatives"]
        self.draws = work.get("draws", 0) * self.batch_size
        self.jumps = isinstance(reference, Mixture)
        self.steps = steps
        self.advances = 0
        self.step_size = torch.tensor(0.1)
        self.updates = 0
        start = [reference.sample(self.batch_size * self.negatives) for _ in range(buffer_batches)]
        self.buffer = torch.stack(start) if work["persistent"] else None
        self.totals = torch.zeros(4)
        self.loss = compiled(self.loss_of)

    def jump(self, state):
        import torch

        proposal = self.reference.sample(len(state[0]))
        with torch.no_grad():
            tilts = self.network(torch.cat([state[0], proposal])).squeeze(1)
            probability = (tilts[: len(proposal)] - tilts[len(proposal) :]).clamp(max=0).exp()
        accepted = torch.rand_like(probability) < probability
        if not accepted.any():
            return state
        proposal = proposal[accepted]
        moved = [part.clone() for part in state]
        for part, proposed in zip(moved, (proposal, *energy_and_gradient(self.plain_energy, proposal)), strict=True):
            part[accepted] = proposed
        return tuple(moved)

    def chains(self, positives):
        import torch

        if self.buffer is None:
            start = positives.repeat_interleave(self.negatives, 0)
        else:
            slot = self.updates % len(self.buffer)
            fresh = self.reference.sample(len(self.buffer[slot]))
            start = torch.where(torch.rand(len(fresh), 1) < 0.01, fresh, self.buffer[slot])
        self.network.requires_grad_(False)
        state = (start, *energy_and_gradient(self.energy, start))
        acceptance = torch.zeros(())
        langevin = 0
        for _ in range(self.steps):
            self.advances += 1
            if self.jumps and self.advances % 2 == 0:
                state = self.jump(state)
                continue
            state, probability = langevin_step(self.energy, state, self.step_size)
            mean = probability.mean()
            acceptance += mean
            langevin += 1
            self.step_size = self.step_size * (ADAPTATION_GAIN * (mean - TARGET_ACCEPTANCE)).exp()
        self.network.requires_grad_(True)
        if self.buffer is not None:
            self.buffer[slot] = state[0]
        return state[0], state[1].mean(), acceptance / langevin

    def loss_of(self, positives, moved, draws):
        import torch

        parts = [positives, moved] if draws is None else [positives, moved, draws]
        tilts = self.network(torch.cat(parts)).squeeze(1)
        data = tilts[: len(positives)]
        model = tilts[len(positives) : len(positives) + len(moved)].mean()
        if draws is not None:
            of_draws = tilts[len(positives) + len(moved) :]
            weights = torch.softmax(-of_draws.detach(), 0)
            model = 0.5 * model + 0.5 * (weights * of_draws).sum()
        return data.mean() - model, data.detach()

    def update(self, positives):
        import torch

        moved, energies, acceptance = self.chains(positives)
        loss, tilts = self.loss(positives, moved, self.reference.sample(self.draws) if self.draws else None)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.updates += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 0.001)
            data = tilts + self.reference.energy(positives)
            self.totals += torch.stack([data.mean(), energies, acceptance, data.square().mean()])

    def epoch(self, latents):
        for positives in shuffled_batches(latents, self.batch_size):
            self.update(positives)


def noise_contrastive_estimation(network, reference, latents, work, noise=8, learning_rate=8e-3):
    """The first epochs of an energy: a logistic regression of latents against draws of the reference measure. Leaves the moving average
    of the weights."""
    import copy

    import torch

    batch_size = work["batchSize"]
    epochs = work.get("pretrainingEpochs", 0)
    if not epochs:
        return
    constant = torch.zeros(1, requires_grad=True)
    optimizer = adam([*network.parameters(), constant], learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(latents) // batch_size))
    average = copy.deepcopy(network)
    labels = torch.cat([torch.ones(batch_size), torch.zeros(noise * batch_size)])

    def loss_of(states):
        logits = -network(states).squeeze(1) - constant - math.log(noise)
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="sum") / batch_size

    loss_of_states = compiled(loss_of)
    for positives in (batch for _ in range(epochs) for batch in shuffled_batches(latents, batch_size)):
        loss = loss_of_states(torch.cat([positives, reference.sample(noise * batch_size)]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 0.001)
    with torch.no_grad():
        torch._foreach_copy_(list(network.parameters()), list(average.parameters()))


def torch_divergence(work):
    import torch

    d, components = work["dimension"], work.get("components", 0)
    reference = Normal(d)
    if components:
        factors = torch.eye(d).expand(components, d, d).contiguous()
        reference = Mixture(torch.full((components,), 1 / components), torch.randn(components, d), factors)
    trainer = ContrastiveDivergence(energy_network(d, work["hidden"]), reference, 1e-3, work)
    latents = reference.sample(work["images"])
    return lambda: trainer.epoch(latents)


def whitened(encoder, images):
    import torch

    with torch.no_grad():
        latents = torch.cat([encoder(part.float()) for part in images.split(2048)])
        centred = latents - latents.mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / (len(latents) - 1))
        return centred @ (vectors / values.sqrt()) @ vectors.T


def torch_training(work):
    """A training as a whole: autoencoder, whitening, mixture where there is one, energy."""
    import torch
    from torch import nn

    h, d, components = 512 if work.get("components") else 1024, work["dimension"], work.get("components", 0)

    def run():
        images = idx_images(work["mnist"], "train-images-idx3-ubyte", work["images"])
        test = idx_images(work["mnist"], "t10k-images-idx3-ubyte", 10_000)
        decoder = convolutional_decoder(d) if components else perceptron([d, h, 784], nn.ReLU)
        model = perceptron([784, h, d], nn.ReLU), decoder
        batch_size = 128 if components else 64
        optimizer = adam([*model[0].parameters(), *model[1].parameters()], 1e-3 if components else 3e-4)
        updates = work["epochs"] * (len(images) // batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
        loss_of = compiled(autoencoder_loss)
        for _ in range(work["epochs"]):
            train_autoencoder(model, optimizer, images, batch_size, loss_of, schedule)
            test_loss(model, test)
        latents = whitened(model[0], images)
        reference = fitted_mixture(latents, components) if components else Normal(d)
        network = energy_network(d, work["hidden"])
        noise_contrastive_estimation(network, reference, latents, work)
        trainer = ContrastiveDivergence(network, reference, 2e-3 if components else 3e-4, work)
        for _ in range(work["energyEpochs"]):
            trainer.epoch(latents)

    return run


def fitted_mixture(latents, components):
    import torch
    from sklearn.mixture import GaussianMixture

    fitted = GaussianMixture(components, reg_covar=1e-3, max_iter=32, init_params="k-means++")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted.fit(latents.numpy())
    tensors = [torch.from_numpy(values).float() for values in (fitted.weights_, fitted.means_, fitted.covariances_)]
    return Mixture(tensors[0], tensors[1], torch.linalg.cholesky(tensors[2]))


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


# --- ebmkit ------------------------------------------------------------------------------------------------------


def ebmkit(kernel):
    """Works of a sampler of ebmkit, which PyTorch compiles in no row: its loop is Python's."""

    def prepare(work):
        import torch

        network = energy_network(work["dimension"], work["hidden"]).requires_grad_(False)
        sampler = kernel(work)
        start = torch.randn(work["chains"], work["dimension"])
        return lambda: sampler.sample(tilted(network), start)

    return prepare


def ebmkit_mala(work):
    from ebm.samplers import MALA

    return MALA(step_size=0.05, steps=work["steps"])


def ebmkit_hmc(work):
    from ebm.samplers import HMC

    return HMC(step_size=0.05, leapfrog_steps=LEAPFROG_STEPS, steps=work["steps"])


# --- scikit-learn ------------------------------------------------------------------------------------------------


def sklearn_mixture(work):
    """So many iterations of expectation maximization, from given parameters."""
    import numpy
    from sklearn.mixture import GaussianMixture

    random = numpy.random.default_rng(1)
    n, d, components = work["images"], work["dimension"], work["components"]
    means = random.standard_normal((components, d))
    data = means[random.integers(components, size=n)] + random.standard_normal((n, d))
    data = data.astype(numpy.float32)

    def run():
        fitted = GaussianMixture(
            components,
            tol=0,
            reg_covar=1e-3,
            max_iter=work["steps"],
            init_params="random_from_data",
            weights_init=numpy.full(components, 1 / components),
            means_init=data[:components],
            precisions_init=numpy.tile(numpy.eye(d), (components, 1, 1)),
        )
        with warnings.catch_warnings():
            # That so many iterations are no convergence.
            warnings.simplefilter("ignore")
            return fitted.fit(data)

    return run


# --- BlackJAX ----------------------------------------------------------------------------------------------------


def blackjax(kernel_of):
    def prepare(work):
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

        kernel = kernel_of(log_density, work["dimension"])
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

    return prepare


def blackjax_mala(log_density, dimension):
    import blackjax

    return blackjax.mala(log_density, 0.05)


def blackjax_hmc(log_density, dimension):
    import blackjax
    import jax.numpy as jnp

    return blackjax.hmc(log_density, 0.05, jnp.ones(dimension), LEAPFROG_STEPS)


TORCH = {
    "mala": torch_mala,
    "autoencoder": torch_autoencoder,
    "divergence": torch_divergence,
    "training": torch_training,
    "matmul": torch_matmul,
}

WORKS = {
    **{(library, kind): work for library in ("torch", "torch-fused", "torch-compiled") for kind, work in TORCH.items()},
    ("torchebm", "ula"): torchebm_ula,
    ("ebmkit", "mala"): ebmkit(ebmkit_mala),
    ("ebmkit", "hmc"): ebmkit(ebmkit_hmc),
    ("sklearn", "mixture"): sklearn_mixture,
    ("blackjax", "mala"): blackjax(blackjax_mala),
    ("blackjax", "hmc"): blackjax(blackjax_hmc),
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


def versions():
    """The versions of Python and of the libraries that are installed."""
    found = {"python": sys.version.split()[0]}
    for library in ("torch", "torchebm", "ebmkit", "blackjax", "jax", "scikit-learn", "numpy"):
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def main():
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
        return
    if COMPILED and not any(map(shutil.which, ("g++", "c++", "clang++"))):
        print("unavailable: torch.compile needs a C++ compiler, and there is none")
        return
    work = json.loads(sys.argv[2])
    run = on_gpu(work) if work.get("device") == "gpu" else WORKS[sys.argv[1], work["kind"]](work)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
