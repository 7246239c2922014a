#!/usr/bin/env python3
"""Writes effective_dimension.json: the three dimensions of stage 0 (specification, section 5) for samples that the test draws too.

Nearest neighbours: scikit-dimension (MLE with comb="mean", TwoNN). Principal components: scikit-learn. Sliced inverse regression: the
specification's steps in NumPy, by QR. Needs: numpy, scikit-learn, scikit-dimension.
"""
import importlib.metadata
import json
import math
import pathlib
import warnings

import numpy as np
import skdim
import sklearn
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from draws import normals, uniforms

warnings.simplefilter("ignore")


def sample(kind, seed, rows, columns):
    """Features float32 [rows, columns] and target [rows] of one case; the test has the same function."""
    noise = normals(seed + 1000, rows)
    if kind == "independent":
        x = normals(seed, rows * columns).reshape(rows, columns)
        y = x[:, 0] + x[:, columns // 2] * x[:, columns // 2] + 0.125 * noise
    elif kind == "surface":  # two coordinates, bent into all columns
        u = uniforms(seed, rows * 2).reshape(rows, 2)
        c = np.arange(columns)
        x = u[:, :1] * (1 + c % 3) + u[:, 1:] * (c % 5) + (c % 2) * u[:, :1] * u[:, 1:]
        y = u[:, 0] * u[:, 1] + 0.0625 * noise
    elif kind == "whole":  # few distinct values of features and target, rows that repeat, columns that are constant
        x = np.floor(uniforms(seed, rows * columns).reshape(rows, columns) * 3)
        x[:, ::4] = 1
        y = np.floor(uniforms(seed + 1, rows) * 5) + (x[:, 1] if columns > 1 else 0)
    elif kind == "resampled":  # rows drawn with replacement, half of the columns nearly silent
        base = normals(seed, rows * columns).reshape(rows, columns) * np.where(np.arange(columns) % 2 == 0, 1.0, 0.015625)
        drawn = np.floor(uniforms(seed + 1, rows) * rows).astype(int)
        x, y = base[drawn], (base[:, 0] - base[:, -1] + 0.125 * noise)[drawn]
    elif kind == "two-valued":
        x = normals(seed, rows * columns).reshape(rows, columns)
        y = (noise > 0).astype(float)
    elif kind == "corners":  # all distances equal
        x = np.eye(rows, columns)
        y = noise
    elif kind == "cross":  # the first row is equally far from all others
        x = np.zeros((rows, columns))
        x[1 + np.arange(rows - 1), np.arange(rows - 1) // 2] = np.where(np.arange(rows - 1) % 2 == 0, 1.0, -1.0)
        y = noise
    return x.astype(np.float32), y


def unsupervised(x):
    values = np.linalg.svd(StandardScaler().fit_transform(x), compute_uv=False)[: min(x.shape) - 1] ** 2
    return 1 + int(np.sum(np.cumsum(values) < 0.95 * values.sum())) if values.sum() > 0 else 1


def slice_sizes(y):
    rows = len(y)
    wanted = min(10, max(2, rows // 2))
    values, counts = np.unique(y, return_counts=True)
    if wanted >= len(values):
        return counts
    least, ends, covered, sofar = rows // wanted, [], 0, np.cumsum(counts)
    while covered < rows - 2:
        reached = np.flatnonzero(sofar >= covered + least)
        covered = sofar[reached[0]] if len(reached) else rows
        ends.append(covered)
    ends[-1] = rows
    return np.diff([0, *ends])


def supervised(x, y):
    if len(np.unique(y)) <= 2:
        return 1
    x = x[:, x.max(axis=0) > x.min(axis=0)]
    rows = len(x)
    if x.shape[1] == 0:
        return 1
    sizes = slice_sizes(y)
    x = x - x.mean(axis=0)
    if np.linalg.matrix_rank(x / x.std(axis=0), tol=1e-4) == rows - 1:
        return max(1, len(sizes) - 1)
    if x.shape[1] > rows:
        x = PCA(rows - 1).fit_transform(x)
    q = np.linalg.qr(x)[0][np.argsort(y, kind="stable")] * math.sqrt(rows)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    sums = np.stack([q[groups == g].sum(axis=0) / math.sqrt(sizes[g]) for g in range(len(sizes))])
    values = np.sort(np.linalg.eigvalsh(sums.T @ sums / rows))[::-1]
    return 1 + int(np.argmax(np.abs(np.diff(values)))) if len(values) > 1 else 1


def nearest_neighbour(x):
    def likely():
        return skdim.id.MLE().fit(x, n_neighbors=min(20, len(x) - 1), comb="mean").dimension_

    def two_nearest():
        return skdim.id.TwoNN().fit(x).dimension_

    for estimate in (likely, two_nearest):
        try:
            value = estimate()
        except Exception:
            continue
        if math.isfinite(value) and value >= 1:
            return math.ceil(value), estimate.__name__
    most = min(300, *x.shape)
    shares = np.cumsum(PCA(most).fit(x).explained_variance_ratio_)
    return min(most, 1 + int(np.sum(shares < 0.95))), "components"


cases = [("independent", 1, 13, 3), ("independent", 2, 25, 8), ("independent", 3, 60, 12), ("independent", 4, 140, 30), ("independent", 5, 200, 4),
         ("independent", 6, 13, 30), ("independent", 7, 25, 24), ("independent", 8, 60, 59), ("independent", 9, 100, 200), ("independent", 10, 140, 139),
         ("surface", 11, 60, 3), ("surface", 12, 300, 3), ("resampled", 13, 20, 6), ("resampled", 14, 120, 40), ("resampled", 15, 120, 140),
         ("resampled", 16, 250, 100), ("whole", 17, 60, 4), ("whole", 18, 200, 9), ("two-valued", 19, 50, 7), ("independent", 20, 40, 1),
         ("corners", 21, 30, 30), ("cross", 22, 21, 10), ("independent", 23, 3, 2), ("independent", 24, 4, 9), ("resampled", 25, 520, 300)]
results = []
for kind, seed, rows, columns in cases:
    x, y = sample(kind, seed, rows, columns)
    _, first = np.unique(x, axis=0, return_index=True)
    first = np.sort(first)
    x, y = x[first].astype(np.float64), y[first]
    dimension, estimator = nearest_neighbour(x)
    results.append({"kind": kind, "seed": seed, "rows": rows, "columns": columns, "distinct": len(x), "unsupervised": unsupervised(x),
                    "supervised": supervised(x, y), "nearest_neighbour": dimension, "by": estimator})
versions = {name: importlib.metadata.version(name) for name in ("numpy", "scikit-learn", "scikit-dimension")}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"versions": versions, "cases": results}, indent=0).replace("\n\"", " \"").replace("\n}", " }") + "\n")
print(path.read_text())
