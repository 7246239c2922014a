#!/usr/bin/env python3
"""Writes gaussian_process.json: Gaussian process regression by scikit-learn on sets of points that the test draws too. For given parameters: the log marginal
likelihood and its gradient, and mean and variance at other points; and the likelihood and parameters where a search ends. Needs: numpy, scikit-learn.
"""
import importlib.metadata
import json
import pathlib

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel

from draws import normals

JITTER = 1e-10  # of the diagonal
CASES = [  # labelled rows, columns, targets, amplitude, length, noise
    (40, 1, 1, 1.3, 0.7, 0.01),
    (60, 3, 1, 0.8, 1.5, 0.05),
    (80, 5, 2, 2.0, 2.5, 0.2),
    (120, 2, 3, 1.0, 0.4, 1e-4),
]
TESTED = 25


def labelled_set(case, rows, columns, targets):
    """The test has the same function: targets are smooth in the first columns, with noise."""
    x = normals(10 * case, rows * columns).reshape(rows, columns).astype(np.float32).astype(np.float64)
    noise = normals(10 * case + 1, rows * targets).reshape(rows, targets)
    y = np.stack([np.sin((t + 1.5) * x[:, 0]) + 0.3 * x[:, -1] ** 2 for t in range(targets)], axis=1) + 0.1 * noise
    return x, y


def kernel(name, amplitude, length, noise):
    shape = RBF(length, (1e-3, 1e3)) if name == "squared-exponential" else Matern(length, (1e-3, 1e3), nu=2.5)
    return ConstantKernel(amplitude, (1e-4, 1e4)) * shape + WhiteKernel(noise, (1e-9, 1e1))


def main():
    results = []
    for number, (rows, columns, targets, *parameters) in enumerate(CASES):
        x, y = labelled_set(number, rows, columns, targets)
        at = normals(10 * number + 2, TESTED * columns).reshape(TESTED, columns).astype(np.float32).astype(np.float64)
        for name in ("squared-exponential", "matern-5/2"):
            diagonal = JITTER * (parameters[0] + parameters[2])
            given = GaussianProcessRegressor(kernel(name, *parameters), alpha=diagonal, optimizer=None).fit(x, y)
            likelihood, gradient = given.log_marginal_likelihood(given.kernel_.theta, eval_gradient=True)
            mean, deviation = given.predict(at, return_std=True)
            variance = np.square(deviation).reshape(TESTED, -1)[:, 0] - parameters[2]
            search = GaussianProcessRegressor(kernel(name, *parameters), alpha=1e-10, n_restarts_optimizer=9, random_state=0).fit(x, y)
            found = np.exp(search.kernel_.theta)
            results.append({
                "case": number, "kernel": name, "rows": rows, "columns": columns, "targets": targets, "parameters": parameters,
                "likelihood": likelihood, "gradient": gradient.tolist(), "mean": mean.reshape(TESTED, targets).tolist(), "variance": variance.tolist(),
                "found_likelihood": search.log_marginal_likelihood_value_, "found_parameters": found.tolist(),
            })
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "scikit-learn")}
    content = {"versions": versions, "cases": results}
    pathlib.Path(__file__).with_name("gaussian_process.json").write_text(json.dumps(content).replace(', {"case"', ',\n{"case"') + "\n")


if __name__ == "__main__":
    main()
