"""MI-LB scores and training steps per second: Sluice on 2 ranks against JAX on the same cores, float32, on the sizes of paper 000's multimodal problem.

JAX computes what the paper's reference code does: members stacked on a leading axis, gradients clipped by norms over that axis, the M x M x D tensor of pairs for
chunks of 256 rows, everything compiled and warmed up. Times of Sluice are those of its stages, scoring with the pool's features decoded. Prints one CSV line.
"""

import argparse
import csv
import os
import subprocess
import tempfile
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

MEMBERS, COMPONENTS, COLUMNS, TARGETS, WIDTH = 8, 5, 10, 16, 128
MINIBATCH, CHUNK, LABELLED = 128, 256, 1000
SLOTS = 1 + 2 * TARGETS


def initial(key: jax.Array) -> list[tuple[jax.Array, jax.Array]]:
    sizes = [COLUMNS, WIDTH, WIDTH, COMPONENTS * SLOTS]
    keys = jax.random.split(key, len(sizes) - 1)
    draw = jax.nn.initializers.lecun_normal()
    return [(jnp.stack([draw(k, (i, o)) for k in jax.random.split(key, MEMBERS)]), jnp.zeros((MEMBERS, o))) for key, i, o in zip(keys, sizes, sizes[1:])]


def heads(parameters, x):
    """Logits [members, rows, components], means and variances [members, rows, components, targets]."""
    h = jnp.broadcast_to(x, (MEMBERS, *x.shape))
    for layer, (w, b) in enumerate(parameters):
        h = jnp.einsum("erc,eco->ero", h, w) + b[:, None]
        if layer == 0:
            h = jax.nn.gelu(h)
    h = h.reshape(MEMBERS, x.shape[0], COMPONENTS, SLOTS)
    return h[..., 0], h[..., 1 : 1 + TARGETS], jax.nn.softplus(h[..., 1 + TARGETS :])


def loss(parameters, x, y):
    logits, mean, variance = heads(parameters, x)
    terms = ((y[:, None] - mean) ** 2 / (variance + 1e-8) + jnp.log(variance + 1e-8) + jnp.log(2 * jnp.pi)).sum(-1)
    return -jax.nn.logsumexp(jax.nn.log_softmax(logits) - terms / 2, axis=-1).mean()


def clip(gradients, parameters):
    """Norms over the members' axis; over members, inputs and components for the head's weights."""

    def one(g, p, axes):
        limit = 0.1 * jnp.maximum(jnp.sqrt((p**2).sum(axes, keepdims=True)), 1e-3)
        norm = jnp.sqrt((g**2).sum(axes, keepdims=True))
        return jnp.where(norm < limit, g, g * limit / jnp.maximum(norm, 1e-6))

    clipped = [(one(gw, w, 0), one(gb, b, 0)) for (gw, gb), (w, b) in zip(gradients[:-1], parameters[:-1])]
    (gw, gb), (w, b) = gradients[-1], parameters[-1]
    shape = (MEMBERS, WIDTH, COMPONENTS, SLOTS)
    return [*clipped, (one(gw.reshape(shape), w.reshape(shape), (0, 1, 2)).reshape(w.shape), one(gb, b, 0))]


def training(steps: int, x: jax.Array, y: jax.Array) -> float:
    """Seconds of so many steps, after as many to warm up."""
    optimiser = optax.adamw(5e-4, weight_decay=1e-2)

    @jax.jit
    def step(parameters, state, key):
        rows = jax.random.choice(key, x.shape[0], (MINIBATCH,), replace=False)
        gradients = clip(jax.grad(loss)(parameters, x[rows], y[rows]), parameters)
        updates, state = optimiser.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state

    parameters = initial(jax.random.key(0))
    state = optimiser.init(parameters)
    keys = jax.random.split(jax.random.key(1), 2 * steps)
    for i in range(2 * steps):
        if i == steps:
            jax.block_until_ready(parameters)
            begin = time.perf_counter()
        parameters, state = step(parameters, state, keys[i])
    jax.block_until_ready(parameters)
    return time.perf_counter() - begin


@jax.jit
def mi_lb(parameters, x):
    logits, mean, variance = heads(parameters, x)
    log_alpha = jax.nn.log_softmax(logits)
    upper = (jnp.exp(log_alpha) * (-log_alpha + TARGETS / 2 * jnp.log(2 * jnp.pi * jnp.e) + jnp.log(variance).sum(-1) / 2)).sum(-1).mean(0)

    def lower(log_beta, m, v):
        s = jnp.maximum(v[:, None] + v[None], 1e-8)
        pairs = -0.5 * (jnp.log(2 * jnp.pi) + jnp.log(s) + (m[:, None] - m[None]) ** 2 / s).sum(-1)
        return -(jnp.exp(log_beta) * jax.nn.logsumexp(log_beta[None] + pairs, axis=1)).sum()

    flat = lambda a: jnp.moveaxis(a, 1, 0).reshape(x.shape[0], MEMBERS * COMPONENTS, *a.shape[3:])  # noqa: E731
    return jax.vmap(lower)(flat(log_alpha) - jnp.log(MEMBERS), flat(mean), flat(variance)) - upper


def scoring(rows: int, x: np.ndarray) -> float:
    parameters = initial(jax.random.key(0))
    chunks = [jnp.asarray(x[i : i + CHUNK]) for i in range(0, rows - CHUNK + 1, CHUNK)]
    mi_lb(parameters, chunks[0]).block_until_ready()
    begin = time.perf_counter()
    scores = [mi_lb(parameters, chunk) for chunk in chunks]
    jax.block_until_ready(scores)
    return (time.perf_counter() - begin) * rows / (len(chunks) * CHUNK)


def by_sluice(rows: int, steps: int, ranks: int) -> tuple[float, float]:
    """Seconds of the fit and of the scoring of one iteration."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        settings = [f"pool.rows={rows}", "pool.test=1", f"campaign.initial.count={LABELLED}", "campaign.iterations=1", f"strategy.steps_most={steps}", "strategy.recipe=published"]
        command = ["mpirun", "--bind-to", "none", "-n", str(ranks), "build/release/sluice", "run", "inputs/two_index/multimodal.toml", "--run-dir", str(run)]
        subprocess.run([*command, *[f"--set={s}" for s in settings]], check=True, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": str(max(1, 2 // ranks))})
        stages = {row["stage"]: float(row["seconds"]) for row in csv.DictReader((run / "stages.csv").open()) if row["iteration"] == "1"}
    return stages["fit"], stages["score"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=50000)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--ranks", type=int, default=1, help="of Sluice: 1 with two threads, or 2")
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    x, y = random.standard_normal((arguments.rows, COLUMNS), dtype=np.float32), random.standard_normal((LABELLED, TARGETS), dtype=np.float32)
    fit, score = by_sluice(arguments.rows, arguments.steps, arguments.ranks)
    jax_fit = training(arguments.steps, jnp.asarray(x[:LABELLED]), jnp.asarray(y))
    jax_score = scoring(arguments.rows, x)
    print("rows,steps,ranks,sluice_rows_per_s,jax_rows_per_s,scoring_ratio,sluice_steps_per_s,jax_steps_per_s,training_ratio")
    print(f"{arguments.rows},{arguments.steps},{arguments.ranks},{arguments.rows / score:.0f},{arguments.rows / jax_score:.0f},{jax_score / score:.2f},"
          f"{arguments.steps / fit:.1f},{arguments.steps / jax_fit:.1f},{jax_fit / fit:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
