"""BlackJAX's part of `environment/run bench samplers`: warm-up and draws of one sampler on one target.

    samplers.py blackjax WORK

WORK is a SamplerWork of the benchmark, in JSON. Prints "ready" once everything is compiled. Then, for each line on the standard input,
which has a seed and a file: warms chains up, draws, writes the energy and the position of each draw to the file (float32,
[draws, chains, 1 + d]), and prints the seconds that the draws took, without the warm-up.

Chains run in one batch, or in one for each core: whichever is faster in a quarter of the draws.
"""

import json
import math
import os
import sys
import time

CORES = len(os.sched_getaffinity(0))
# Read as JAX starts.
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={CORES}"

import blackjax  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402
from jax.sharding import Mesh, PartitionSpec  # noqa: E402

MALA_ACCEPTANCE = 0.574
HMC_ACCEPTANCE = 0.8

# --- targets -------------------------------------------------------------------------------------------------------


def digits(folder):
    """The energy of a trained model: its network and its mixture of normal distributions."""
    from safetensors.numpy import load_file

    weights = {name: jnp.asarray(value) for name, value in load_file(f"{folder}/weights.safetensors").items()}
    means, factors = weights["reference.means"], weights["reference.factors"]
    components, dimension = means.shape
    inverse = jnp.linalg.inv(factors)
    whitening = inverse.reshape(components * dimension, dimension)
    offsets = jnp.einsum("kij,kj->ki", inverse, means).reshape(-1)
    constants = (
        jnp.log(weights["reference.weights"])
        - dimension / 2 * math.log(2 * math.pi)
        - jnp.log(jnp.diagonal(factors, axis1=1, axis2=2)).sum(1)
    )
    layers = []
    while f"energy.{len(layers)}.weight" in weights:
        layer = f"energy.{len(layers)}"
        layers.append((weights[f"{layer}.weight"], weights[f"{layer}.bias"]))
    output = weights["energy.output.weight"].reshape(-1)

    def log_density(u):
        hidden = u
        for weight, bias in layers:
            hidden = jax.nn.silu(weight @ hidden + bias)
        whitened = (whitening @ u - offsets).reshape(components, dimension)
        mixture = jax.nn.logsumexp(constants - 0.5 * jnp.square(whitened).sum(1))
        return mixture - hidden @ output

    return dimension, log_density


def eight_schools(_):
    effects = jnp.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    errors = jnp.array([15.0, 10, 16, 11, 9, 11, 10, 18])

    def log_density(u):
        mu, log_tau, eta = u[0], u[1], u[2:]
        tau = jnp.exp(log_tau)
        residuals = (mu + tau * eta - effects) / errors
        prior = -mu * mu / 50 - jnp.log1p(tau * tau / 25) + log_tau
        return prior - (jnp.square(residuals) + jnp.square(eta)).sum() / 2

    return 10, log_density


def logistic_regression(_):
    log_doses = jnp.array([-0.86, -0.30, -0.05, 0.73])
    deaths = jnp.array([0.0, 1, 3, 5])

    def log_density(u):
        logits = u[0] + u[1] * log_doses
        return (deaths * logits - 5 * jax.nn.softplus(logits)).sum()

    return 2, log_density


def ill_conditioned(_):
    precisions = 1e4 / jnp.square(jnp.arange(1.0, 101))
    return 100, lambda u: -(precisions * jnp.square(u)).sum() / 2


TARGETS = {
    "digits": digits,
    "eight schools": eight_schools,
    "logistic regression": logistic_regression,
    "ill-conditioned normal": ill_conditioned,
}

# --- samplers ------------------------------------------------------------------------------------------------------


class Sampling:
    """Warm-up and draws, compiled for so many chains, in a batch for each of so many devices."""

    def __init__(self, work, log_density, dimension, draws, devices):
        sampler, path = work["sampler"], work["leapfrogSteps"]
        # Hamiltonian Monte Carlo of one leapfrog step is MALA, with the metric that `blackjax.mala` lacks.
        fixed = {} if sampler == "nuts" else {"num_integration_steps": 1 if sampler == "mala" else path}
        algorithm = blackjax.nuts if sampler == "nuts" else blackjax.hmc
        acceptance = MALA_ACCEPTANCE if sampler == "mala" else HMC_ACCEPTANCE
        adaptation = blackjax.window_adaptation(algorithm, log_density, target_acceptance_rate=acceptance, **fixed)

        def warm_up(key, position):
            (state, found), _ = adaptation.run(key, position, num_steps=work["warmUp"])
            return state, {name: found[name] for name in ("step_size", "inverse_mass_matrix")}

        def draw(path_key, key, state, found):
            if sampler == "hmc":
                # Paths of random length, of the same distribution as this library's, and as there of the same length for all chains:
                # otherwise each step would take as long as the longest path.
                dynamic = blackjax.dynamic_hmc(
                    log_density, **found, integration_steps_fn=lambda key: jax.random.randint(key, (), 1, 2 * path)
                )
                step, state = dynamic.step, dynamic.init(state.position, path_key)
            else:
                step = algorithm(log_density, **found, **fixed).step

            def some(state, key):
                state = jax.lax.fori_loop(
                    0, work["thinning"], lambda i, state: step(jax.random.fold_in(key, i), state)[0], state
                )
                return state, jnp.concatenate([-state.logdensity[None], state.position])

            return jax.lax.scan(some, state, jax.random.split(key, draws))[1]

        self.chains, self.dimension = work["chains"], dimension
        mesh = Mesh(jax.devices()[:devices], ("chains",))
        by_chain = PartitionSpec("chains")

        def compiled(function, common, *examples):
            own = len(examples) - common
            batched = jax.vmap(function, in_axes=(None,) * common + (0,) * own)
            specs = (PartitionSpec(),) * common + (by_chain,) * own
            sharded = jax.shard_map(batched, mesh=mesh, in_specs=specs, out_specs=by_chain, check_vma=False)
            return jax.jit(sharded).lower(*examples).compile()

        path_key, keys, positions = self.start(0)
        self.warm_up = compiled(warm_up, 0, keys, positions)
        state, found = self.warm_up(keys, positions)
        self.draw = compiled(draw, 1, path_key, keys, state, found)

    def start(self, seed):
        key = jax.random.key(seed)
        positions = jax.random.normal(key, (self.chains, self.dimension))
        return jax.random.fold_in(key, 2), jax.random.split(jax.random.fold_in(key, 1), self.chains), positions

    def __call__(self, seed):
        """The seconds that the draws take, and the draws, [chains, draws, 1 + d]."""
        path_key, keys, positions = self.start(seed)
        state, found = jax.block_until_ready(self.warm_up(keys, positions))
        start = time.perf_counter()
        draws = jax.block_until_ready(self.draw(path_key, keys, state, found))
        return time.perf_counter() - start, draws


def fastest(work, log_density, dimension):
    """The sampling in one batch or in as many as cores."""
    most = max(devices for devices in range(1, CORES + 1) if work["chains"] % devices == 0)
    some = max(1, work["draws"] // 4)
    tried = {devices: Sampling(work, log_density, dimension, some, devices) for devices in {1, most}}
    seconds = {devices: min(sampling(seed)[0] for seed in range(2)) for devices, sampling in tried.items()}
    return Sampling(work, log_density, dimension, work["draws"], min(seconds, key=seconds.get))


def main():
    work = json.loads(sys.argv[2])
    dimension, log_density = TARGETS[work["target"]](work["model"])
    sampling = fastest(work, log_density, dimension)
    print("ready", flush=True)
    for line in sys.stdin:
        seed, file = line.rstrip("\n").split(" ", 1)
        seconds, draws = sampling(int(seed))
        numpy.asarray(draws).transpose(1, 0, 2).astype("<f4").tofile(file)
        print(seconds, flush=True)


if __name__ == "__main__":
    main()
