#!/usr/bin/env python3
"""Writes forest.h5, a small forest by scikit-learn in the form of tools/problems/forest.py, and forest.json: points, among them thresholds themselves, and what
scikit-learn says there. Needs: numpy, h5py, scikit-learn.
"""
import json
import pathlib
import sys

import numpy as np
from sklearn.ensemble import RandomForestRegressor

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "problems"))
import forest as tool  # noqa: E402
from draws import normals, uniforms  # noqa: E402

COLUMNS = 3


def main():
    here = pathlib.Path(__file__)
    x = (2 * uniforms(1, 200 * COLUMNS) - 1).reshape(200, COLUMNS)
    y = np.sin(3 * x[:, 0]) * x[:, 1] + 0.1 * normals(2, 200)
    fitted = RandomForestRegressor(n_estimators=7, max_depth=6, random_state=0).fit(x, y)
    tool.write(here.with_suffix(".h5"), fitted, ["a", "b", "c"], "a test's")
    points = (2 * uniforms(3, 60 * COLUMNS) - 1).reshape(60, COLUMNS).astype(np.float32)
    tree = fitted.estimators_[0].tree_
    at_thresholds = [(node, step) for node in np.flatnonzero(tree.feature >= 0)[:10] for step in (-np.inf, np.inf)]
    for i, (node, step) in enumerate(at_thresholds):  # the single-precision number on either side
        threshold = np.float32(tree.threshold[node])
        points[i, tree.feature[node]] = threshold if i % 4 < 2 else np.nextafter(threshold, np.float32(step))
    here.with_suffix(".json").write_text(json.dumps({"points": points.astype(float).ravel().tolist(), "values": fitted.predict(points).tolist()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
