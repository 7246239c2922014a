#!/usr/bin/env python3
"""Writes mi_lb.json: what MI-LB lacks of its bound for 1,000 mixtures that the test draws too, by mpmath, and the mutual information by sampling.

The logarithm of delta is found from the definition of MI-LB (two entropies, specification section 5) with as many digits as the difference needs, not from the
form without cancellation that the program uses. Needs: numpy, mpmath.
"""
import importlib.metadata
import json
import pathlib

import mpmath
import numpy as np

from draws import normals, uniforms

CASES = 1000
SAMPLES = 4000


def mixture(case):
    """Logits [E, K], means and variances [E, K, D], all exact in float32; the test has the same function."""
    u = uniforms(2 * case, 4)
    members, components = 2 + int(u[0] * 7), 1 + int(u[1] * 5)
    targets = (1, 2, 4, 16, 20)[int(u[2] * 5)]
    spread = 2.0 ** (int(u[3] * 10) - 5)  # of the means: from overlap to far beyond the plateau
    count = members * components
    n = normals(2 * case + 1, count * (1 + targets)).astype(np.float32).astype(np.float64)
    logits = 2 * n[:count].reshape(members, components)
    means = spread * n[count:].reshape(members, components, targets)
    variances = (0.0625 + uniforms(2 * case + 3000, count * targets).reshape(members, components, targets)).astype(np.float32).astype(np.float64)
    return logits, means, variances


def log_delta(logits, means, variances):
    members, components, targets = means.shape
    count = members * components
    mu, v = means.reshape(count, targets), variances.reshape(count, targets)
    # log10 delta can be -10^5: the difference of the entropies needs that many digits.
    spread = ((mu[:, None] - mu[None]) ** 2 / (v[:, None] + v[None])).sum(axis=2)
    np.fill_diagonal(spread, np.inf)
    mpmath.mp.dps = 40 + int(spread.min() / 2 / np.log(10)) + 20 * targets // 4
    weights = [mpmath.exp(mpmath.mpf(x)) for x in logits.reshape(count)]
    alpha = []
    for e in range(members):
        part = weights[e * components : (e + 1) * components]
        alpha += [w / sum(part) for w in part]
    beta = [a / members for a in alpha]
    density = [[None] * count for _ in range(count)]
    for i in range(count):
        for j in range(i + 1):
            s = [mpmath.mpf(v[i, d]) + mpmath.mpf(v[j, d]) for d in range(targets)]
            q = mpmath.fsum((mpmath.mpf(mu[i, d]) - mpmath.mpf(mu[j, d])) ** 2 / s[d] for d in range(targets))
            density[i][j] = density[j][i] = mpmath.exp(-q / 2) / mpmath.sqrt((2 * mpmath.pi) ** targets * mpmath.fprod(s))
    lower = -mpmath.fsum(beta[i] * mpmath.log(mpmath.fsum(beta[j] * density[i][j] for j in range(count))) for i in range(count))
    upper = mpmath.fsum(
        beta[i] * (-mpmath.log(alpha[i]) + mpmath.mpf(targets) / 2 * mpmath.log(2 * mpmath.pi * mpmath.e) + mpmath.log(mpmath.fprod(mpmath.mpf(x) for x in v[i])) / 2) for i in range(count)
    )
    bound = mpmath.log(members) - mpmath.mpf(targets) / 2 * (1 - mpmath.log(2))
    return float(mpmath.log(bound - (lower - upper)))


def mutual_information(logits, means, variances, random):
    """Mean and standard error of log p(y | member) - log p(y), the member drawn too."""
    members, components, targets = means.shape
    alpha = np.exp(logits - logits.max(axis=1, keepdims=True))
    alpha /= alpha.sum(axis=1, keepdims=True)
    member = random.integers(members, size=SAMPLES)
    component = np.array([random.choice(components, p=alpha[e]) for e in member])
    y = means[member, component] + np.sqrt(variances[member, component]) * random.standard_normal((SAMPLES, targets))
    q = ((y[:, None, None] - means) ** 2 / variances + np.log(2 * np.pi * variances)).sum(axis=3)
    joint = np.log(alpha) - q / 2
    given = np.logaddexp.reduce(joint, axis=2)
    terms = given[np.arange(SAMPLES), member] - (np.logaddexp.reduce(given, axis=1) - np.log(members))
    return terms.mean(), terms.std() / np.sqrt(SAMPLES)


def main():
    random = np.random.default_rng(1)
    deltas, information, errors = [], [], []
    for case in range(CASES):
        parts = mixture(case)
        deltas.append(float(f"{log_delta(*parts):.12g}"))
        mean, error = mutual_information(*parts, random)
        information.append(float(f"{mean:.5g}"))
        errors.append(float(f"{error:.2g}"))
    versions = {name: importlib.metadata.version(name) for name in ("mpmath", "numpy")}
    content = {"versions": versions, "log_delta": deltas, "mutual_information": information, "standard_error": errors}
    pathlib.Path(__file__).with_name("mi_lb.json").write_text(json.dumps(content).replace(', "', ',\n"') + "\n")


if __name__ == "__main__":
    main()
