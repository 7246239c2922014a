#!/usr/bin/env python3
"""Writes structural_trend.json: wavelet bands, spectral flatness and structural trends (specification, section 9.2) for signals and pools that the
test draws too. Wavelets: PyWavelets, "db4", mode "symmetric". The trend: the specification's steps one by one in NumPy, on full-length sequences.
"""
import importlib.metadata
import json
import math
import pathlib
import warnings

import numpy as np
import pywt

from draws import normals, uniforms

warnings.simplefilter("ignore")


def spectral_flatness(residual):
    if len(residual) < 8 or residual.var() <= 1e-8:
        return 1.0
    power = np.abs(np.fft.rfft(residual - residual.mean()))[1:] ** 2 + 1e-12
    return math.exp(np.log(power).mean()) / power.mean()


def trends_along(y, bins):
    """The trend along an order for each threshold."""
    count = len(y)
    binned = count > bins
    edges = np.arange(bins + 1) * count // bins
    signal = np.array([y[a:b].mean() for a, b in zip(edges, edges[1:])]) if binned else y
    length = len(signal)
    levels = max(1, min(math.floor(math.log2(length / 7)), math.floor(math.log2(length / 32))))
    bands = pywt.wavedec(signal, "db4", mode="symmetric", level=levels)
    energy = np.cumsum([np.sum(b * b) for b in bands])
    result = []
    for tau in THRESHOLDS:
        kept = int(np.argmax(energy >= tau * energy[-1]))
        cut = [b if i <= kept else np.zeros_like(b) for i, b in enumerate(bands)]
        curve = pywt.waverec(cut, "db4", mode="symmetric")[:length]
        result.append(np.interp(np.arange(count), (edges[:-1] + edges[1:]) / 2, curve) if binned else curve)
    return result


THRESHOLDS = (0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85)


def structural_trend(mu, z, bins):
    if mu.var() < 1e-12:
        return {"score": 0, "flat": True, "threshold": 0, "r_squared": 0, "flatness": 0, "correlation": 0}
    count = len(mu)
    orders = [np.argsort(s, kind="stable") for s in z]
    trends = [trends_along(mu[o], bins) for o in orders]
    looked_at = np.arange(min(count, 65536)) * count // min(count, 65536)
    best = None
    for k, tau in enumerate(THRESHOLDS):
        rows = []
        for order, trend in zip(orders, trends):
            row = np.empty(count)
            row[order] = trend[k]
            rows.append(row)
        mean = (rows[0] + rows[1]) / 2
        design = np.stack([np.ones(count), *z], axis=1)
        left = mean - design @ np.linalg.lstsq(design, mean, rcond=None)[0]
        r_squared = float(np.clip(1 - left @ left / np.sum((mean - mean.mean()) ** 2), 0, 1)) if mean.var() > 0 else 0.0
        flatness = np.mean([spectral_flatness((mu[o] - t[k])[looked_at]) for o, t in zip(orders, trends)])
        varying = rows[0].std() > 1e-9 and rows[1].std() > 1e-9
        correlation = float(np.clip(np.corrcoef(rows[0], rows[1])[0, 1], 0, 1)) if varying else 1.0
        merit = 3 / (1 / (r_squared + 1e-12) + 1 / (flatness + 1e-12) + 1 / (correlation + 1e-12)) - 0.05 * tau
        if best is None or merit > best[0]:
            best = (merit, k, r_squared, float(flatness), correlation)
    _, k, r_squared, flatness, correlation = best
    paths = []
    for order, trend in zip(orders, trends):
        y = mu[order]
        energy = np.sum((y - y.mean()) ** 2) + 1e-12
        residual = y - trend[k]
        paths.append(np.clip(max(energy - np.sum((residual - residual.mean()) ** 2), 0) / energy, 0, 1))
    return {"score": max(float(np.mean(paths)), 1e-12), "flat": False, "threshold": THRESHOLDS[k], "r_squared": r_squared, "flatness": flatness,
            "correlation": correlation}


def pool(kind, seed, count):
    """Scores of two components, and predictions float32 [rows, columns]; the test has the same function."""
    z1, z2, noise = 2 * normals(seed, count), normals(seed + 1, count), normals(seed + 2, count)
    if kind == "correlated":
        z2 = z2 + 0.5 * z1
    elif kind == "tied":
        z1, z2 = np.floor(2 * z1), np.floor(2 * z2)
    elif kind == "line":
        z2 = np.zeros(count)
    cubic = z1 * (z1 * z1 - 5) * 0.125
    columns = [z1, 0.5 * z1 + z2, cubic, z1 * z2, noise, 100 + 0.25 * z1 + noise, np.full(count, 3.0), z1 + np.where(np.arange(count) == 3, 1e4, 0),
               1e-7 * noise, -0.125 * z1 * z1 - z2 + 0.5 * noise]
    return (z1, z2), np.stack(columns, axis=1).astype(np.float32)


def rounded(value):
    return float(f"{value:.12g}")


wavelets = []
for length in (1, 2, 5, 7, 8, 20, 33, 64, 100, 625, 1000, 1023, 1024):
    for levels in sorted({1, 2, max(1, int(math.log2(max(length, 32) / 32)))}):
        bands = pywt.wavedec(normals(length, length), "db4", mode="symmetric", level=levels)
        cut = pywt.waverec([bands[0]] + [np.zeros_like(b) for b in bands[1:]], "db4", mode="symmetric")[:length]
        wavelets.append({"length": length, "levels": levels, "sizes": [len(b) for b in bands],
                         "weighed": [rounded(b @ np.arange(1, len(b) + 1)) for b in bands], "smooth": rounded(cut @ np.arange(1, length + 1))})
flatness = [{"length": n, "flatness": rounded(spectral_flatness(normals(n, n))), "of_steps": rounded(spectral_flatness(np.cumsum(uniforms(n, n) - 0.5)))}
            for n in (7, 8, 9, 64, 97, 1000, 4603, 4604, 48435)]
trends = []
for kind, seed, count, bins in (("independent", 1, 300, 1024), ("independent", 1, 300, 37), ("correlated", 4, 1500, 1024), ("tied", 7, 4604, 575),
                                ("line", 10, 2000, 250), ("independent", 13, 5, 1024), ("independent", 13, 9, 1), ("independent", 16, 70001, 1024)):
    z, mu = pool(kind, seed, count)
    columns = [structural_trend(mu[:, c].astype(np.float64), z, bins) for c in range(mu.shape[1])]
    keys = ("score", "threshold", "r_squared", "flatness", "correlation")
    trends.append({"kind": kind, "seed": seed, "rows": count, "bins": bins, "flat": [c["flat"] for c in columns],
                   **{key: [rounded(c[key]) for c in columns] for key in keys}})
versions = {name: importlib.metadata.version(name) for name in ("numpy", "PyWavelets")}
text = json.dumps({"versions": versions, "wavelets": wavelets, "flatness": flatness, "trends": trends})
for key in ('"wavelets"', '"flatness": [{', '"trends"', '{"length"', '{"kind"'):
    text = text.replace(" " + key, "\n" + key)
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
