#!/usr/bin/env python3
"""Writes deep_mlp.json: deep perceptrons with batch normalisation by PyTorch in float64, from weights and points that the test draws too. What an ensemble predicts
after some epochs of joint training, in one batch an epoch; and expected model output changes, with every derivative by a parameter formed by autograd.
Needs: numpy, torch.
"""
import json
import pathlib

import numpy as np
import torch

from draws import normals

torch.set_default_dtype(torch.float64)
TRAINED = [  # rows, columns, targets, width, depth, members, epochs, learning rate, l2
    (40, 3, 2, 7, 2, 3, 40, 1e-2, 0.0),
    (64, 2, 1, 5, 4, 2, 60, 1e-2, 1e-3),
]
CHANGED = [  # rows, columns, targets, width, depth, references
    (9, 3, 2, 6, 3, 5),
    (6, 2, 2, 160, 3, 4),  # more than the 50,000 parameters that are looked at
]
MOST = 50000


def single(values):
    """As the test holds them."""
    return torch.tensor(np.asarray(values).astype(np.float32).astype(np.float64))


def network(seed, columns, targets, width, depth):
    """Layers of a flat list: each layer's weights [in, out] and biases; scales, shifts, means, variances of all hidden layers."""
    sizes = [columns] + [width] * depth + [targets]
    length = sum((i + 1) * o for i, o in zip(sizes, sizes[1:])) + 4 * width * depth
    drawn = normals(seed, length)
    flat, at, layers = drawn * 0.5, 0, []
    for i, o in zip(sizes, sizes[1:]):
        flat[at:at + i * o] = drawn[at:at + i * o] * 1.5 / np.sqrt(i)
        at += (i + 1) * o
    hidden = width * depth
    flat[at:at + hidden] = 1 + 0.2 * drawn[at:at + hidden]                         # scales
    flat[at + 3 * hidden:] = 0.5 + 0.1 * drawn[at + 3 * hidden:]                    # variances
    flat, at = single(flat), 0
    for i, o in zip(sizes, sizes[1:]):
        linear = torch.nn.Linear(i, o)
        with torch.no_grad():
            linear.weight.copy_(flat[at:at + i * o].reshape(i, o).T)
            linear.bias.copy_(flat[at + i * o:at + (i + 1) * o])
        at += (i + 1) * o
        layers.append(linear)
    modules = []
    for layer, linear in enumerate(layers):
        modules.append(linear)
        if layer == depth:
            break
        norm = torch.nn.BatchNorm1d(width)
        with torch.no_grad():
            for part, values in enumerate((norm.weight, norm.bias, norm.running_mean, norm.running_var)):
                first = at + part * hidden + layer * width
                values.copy_(flat[first:first + width])
        modules += [norm, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules)


def labelled_set(seed, rows, columns, targets):
    x = single(normals(seed, rows * columns).reshape(rows, columns))
    return x, torch.stack([torch.sin((t + 1.5) * x[:, 0]) + 0.3 * x[:, -1] ** 2 for t in range(targets)], dim=1)


def train(case, rows, columns, targets, width, depth, members, epochs, rate, l2):
    x, y = labelled_set(100 + case, rows, columns, targets)
    nets = [network(1000 + 10 * case + m, columns, targets, width, depth) for m in range(members)]
    optimiser = torch.optim.Adam([p for net in nets for p in net.parameters()], lr=rate, weight_decay=l2)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.8, patience=10, threshold=1e-4)
    for net in nets:
        net.train()
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = torch.stack([((net(x) - y) ** 2).mean() for net in nets]).mean()
        loss.backward()
        optimiser.step()
        schedule.step(loss.item())
    for net in nets:
        net.eval()
    with torch.no_grad():
        said = torch.stack([net(x[:10]) for net in nets], dim=1)
    return {"case": case, "rows": rows, "columns": columns, "targets": targets, "width": width, "depth": depth, "members": members, "epochs": epochs,
            "learning_rate": rate, "l2": l2, "rate_at_end": optimiser.param_groups[0]["lr"], "loss": loss.item(), "predicted": said.tolist()}


def looked_at(net):
    """Parameters of the last layers within the budget: a hidden layer's linear part and normalisation together."""
    parts = [[m for m in net[i:i + 2] if not isinstance(m, torch.nn.ReLU)] for i in range(0, len(net), 3)]
    kept, count = [], 0
    for part in reversed(parts):
        parameters = [p for module in part for p in module.parameters()]
        count += sum(p.numel() for p in parameters)
        if kept and count > MOST:
            break
        kept += parameters
    return kept


def flat_gradient(value, parameters):
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad(value, parameters, retain_graph=True)])


def change(case, rows, columns, targets, width, depth, references):
    net = network(2000 + case, columns, targets, width, depth).eval()
    x = single(normals(200 + case, rows * columns).reshape(rows, columns))
    reference = single(normals(300 + case, references * columns).reshape(references, columns))
    label = net(x).mean(0).detach()
    parameters = looked_at(net)
    jacobians = [torch.stack([flat_gradient(net(r[None])[0, t], parameters) for t in range(targets)]) for r in reference]
    scores = []
    for row in x:
        gradient = flat_gradient(((net(row[None])[0] - label) ** 2).mean(), parameters)
        scores.append(float(np.mean([(j @ gradient).abs().sum().item() for j in jacobians])))
    return {"case": case, "rows": rows, "columns": columns, "targets": targets, "width": width, "depth": depth, "references": references, "label": label.tolist(),
            "parameters": sum(p.numel() for p in parameters), "scores": scores}


def plateau():
    """Learning rates after losses that fall, rest and rise."""
    losses = list(np.exp(-0.2 * np.arange(12))) + [0.11] * 30 + list(0.11 - 1e-5 * np.arange(20)) + [0.09] + [0.2] * 15
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.Adam([parameter], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.8, patience=10, threshold=1e-4)
    rates = []
    for loss in losses:
        schedule.step(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    return {"losses": losses, "rates": rates}


def main():
    result = {"plateau": plateau(), "trained": [train(i, *case) for i, case in enumerate(TRAINED)], "changed": [change(i, *case) for i, case in enumerate(CHANGED)]}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(path, [(c["rate_at_end"], c["loss"]) for c in result["trained"]], [(c["parameters"], c["scores"][:2]) for c in result["changed"]])


if __name__ == "__main__":
    main()
