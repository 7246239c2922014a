#!/usr/bin/env python3
"""Writes classification.json: scores of class probabilities that the test draws too, by scipy; and the probabilities of logistic regressions on resamples, at the
least of their penalised cross-entropies, by scipy, and by scikit-learn where it takes them. Needs: numpy, scipy, scikit-learn.
"""
import importlib.metadata
import json
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.special import entr, log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from draws import normals, uniforms

CASES = 120
FITTED = [  # rows, columns, classes, members, l2, classes that occur
    (40, 3, 3, 3, 1e-2, 3),
    (25, 2, 2, 2, 3e-2, 2),
    (12, 2, 3, 2, 1e-2, 1),  # one class only
]
TESTED = 10


def probabilities(case):
    """[members, classes], float32; the test has the same function. Some are 0, or 1; some tie."""
    u = uniforms(3 * case, 2)
    members, classes = 1 + int(u[0] * 12), 2 + int(u[1] * 6)
    weights = uniforms(3 * case + 1, members * classes).reshape(members, classes)
    if case % 3 == 1:
        weights = np.floor(weights * 4) / 4
    if case % 5 == 0:
        weights = (np.arange(classes) == weights.argmax(axis=1)[:, None]).astype(float)
    weights[weights.sum(axis=1) == 0, 0] = 1
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32).astype(np.float64)


def scores(case):
    p = probabilities(case)
    votes = np.bincount(p.argmax(axis=1), minlength=p.shape[1]) / len(p)
    of_mean = entr(p.mean(axis=0)).sum()
    return [float(entr(votes).sum()), float(of_mean), float(of_mean - entr(p).sum(axis=1).mean())]


def fitted(number, rows, columns, classes, members, l2, occurring):
    x = normals(500 + number, rows * columns).reshape(rows, columns).astype(np.float32).astype(np.float64)
    labels = np.floor(uniforms(600 + number, rows) * 0.4 * occurring + (x[:, 0] > 0) * 0.6 * occurring).astype(int)
    labels = np.minimum(labels, occurring - 1)
    with_one = np.column_stack([x, np.ones(rows)])
    said, resamples = [], []
    for m in range(members):
        drawn = np.floor(uniforms(700 + 10 * number + m, rows) * rows).astype(int)
        share = np.bincount(drawn, minlength=rows) / rows

        def loss(flat):
            table = flat.reshape(columns + 1, classes)
            outputs = with_one @ table
            gradient = with_one.T @ (share[:, None] * (softmax(outputs, axis=1) - np.eye(classes)[labels])) + l2 * table
            return -(share * log_softmax(outputs, axis=1)[np.arange(rows), labels]).sum() + l2 / 2 * (flat**2).sum(), gradient.ravel()

        best = minimize(loss, np.zeros((columns + 1) * classes), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
        p = softmax(with_one[:TESTED] @ best.x.reshape(columns + 1, classes), axis=1)
        if classes > 2 and len(set(labels[share > 0])) == classes:
            other = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-9, max_iter=5000).fit(with_one, labels, sample_weight=share)
            assert np.abs(other.predict_proba(with_one[:TESTED]) - p).max() < 1e-5
        said.append(p.tolist())
        resamples.append(drawn.tolist())
    return {"rows": rows, "columns": columns, "classes": classes, "l2": l2, "number": number, "labels": labels.tolist(), "resamples": resamples, "said": said}


def main():
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("numpy", "scipy", "scikit-learn")},
        "scores": [scores(case) for case in range(CASES)],
        "fitted": [fitted(number, *case) for number, case in enumerate(FITTED)],
    }
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
