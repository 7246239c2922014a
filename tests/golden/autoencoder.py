#!/usr/bin/env python3
"""Writes autoencoder.json: energies, gradients and Hessian eigenvalues of small dense autoencoders, by automatic differentiation in double precision, and steps of
Adam in the form of Keras by its formula. Parameters and rows are drawn as the tests draw them (draws.py).

Needs: numpy, torch.
"""
import importlib.metadata
import json
import pathlib

import numpy as np
import torch

from draws import normals

ROWS, COLUMNS, HIDDEN, UNITS = 7, 6, (5, 4), 3


def layers(sizes, parameters):
    at = 0
    for inputs, outputs in zip(sizes, sizes[1:]):
        weights = parameters[at : at + inputs * outputs].view(inputs, outputs)
        at += inputs * outputs
        yield weights, parameters[at : at + outputs]
        at += outputs


def network(sizes, parameters, x, activation):
    last = len(sizes) - 2
    for number, (weights, biases) in enumerate(layers(sizes, parameters)):
        x = x @ weights + biases
        if number < last:
            x = activation(x)
    return x


def count(sizes):
    return sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))


def drawn(seed, shape):
    return torch.tensor(normals(seed, int(np.prod(shape))).astype(np.float32).astype(np.float64).reshape(shape))


def autoencoder(name, activation, likelihood, noise_variance):
    variational = likelihood is not None
    encoder_sizes = (COLUMNS, *HIDDEN, UNITS * (2 if variational else 1))
    decoder_sizes = (UNITS, *HIDDEN[::-1], COLUMNS)
    theta = (0.5 * drawn(1, (count(encoder_sizes),))).requires_grad_()
    phi = (0.5 * drawn(2, (count(decoder_sizes),))).requires_grad_()
    x = drawn(3, (ROWS, COLUMNS))
    if likelihood == "bernoulli":
        x = (torch.clamp(x, -3, 3) + 3) / 8
        x = x.to(torch.float32).to(torch.float64)
    noise = drawn(4, (ROWS, UNITS))
    code = network(encoder_sizes, theta, x, activation)
    if not variational:
        energy = ((network(decoder_sizes, phi, code, activation) - x) ** 2).mean()
    else:
        posterior = torch.distributions.Normal(code[:, :UNITS], torch.exp(code[:, UNITS:] / 2))
        z = code[:, :UNITS] + torch.exp(code[:, UNITS:] / 2) * noise
        out = network(decoder_sizes, phi, z, activation)
        if likelihood == "normal":
            misfit = ((out - x) ** 2 / (2 * noise_variance)).sum(1)
        else:
            misfit = torch.nn.functional.binary_cross_entropy_with_logits(out, x, reduction="none").sum(1)
        prior = torch.distributions.Normal(torch.zeros(()).double(), torch.ones(()).double())
        energy = (misfit + posterior.log_prob(z).sum(1) - prior.log_prob(z).sum(1)).mean()
    by_theta, by_phi = torch.autograd.grad(energy, (theta, phi), create_graph=True)
    result = {"name": name, "energy": energy.item(), "by_encoder": by_theta.detach().tolist(), "by_decoder": by_phi.detach().tolist()}
    if not variational:
        rows = [torch.autograd.grad(g, theta, retain_graph=True)[0] for g in by_theta]
        result["largest_curvature"] = float(torch.linalg.eigvalsh(torch.stack(rows)).abs().max())
    return result


def adam():
    """Three steps on five parameters, rate 0.01, gradients drawn with seeds 11, 12, 13."""
    values, mean, square = drawn(10, (5,)).numpy(), np.zeros(5), np.zeros(5)
    path = []
    for t in (1, 2, 3):
        gradient = drawn(10 + t, (5,)).numpy() * 10.0 ** -np.arange(5, 10)  # as small as epsilon
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        values = values - 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * mean / (np.sqrt(square) + 1e-7)
        path.append(values.tolist())
    return path


def main():
    elu, relu = torch.nn.functional.elu, torch.relu
    cases = [autoencoder("elu", elu, None, 1), autoencoder("relu", relu, None, 1), autoencoder("normal", elu, "normal", 0.3), autoencoder("bernoulli", elu, "bernoulli", 1)]
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "torch")}
    content = {"versions": versions, "cases": cases, "adam": adam()}
    pathlib.Path(__file__).with_name("autoencoder.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
