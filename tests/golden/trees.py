"""Writes trees.json: what the Python packages of XGBoost, LightGBM and scikit-learn predict, for tests/models/tree_families_test.cpp.

Needs xgboost 1.7, lightgbm 4.7 and scikit-learn; the versions used are in the file. Features, targets and resamples are made from whole numbers,
by the same rule in the test.   python tests/golden/trees.py
"""

import json
import pathlib

import lightgbm
import numpy as np
import sklearn
import sklearn.tree
import xgboost

PREDICTED_ROWS = 30


class Numbers:
    """A linear congruential generator (Numerical Recipes), 24 bits a number."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) * bound >> 24

    def feature(self, levels):
        """In [-2, 2): a multiple of 2^-22, or of 4/levels if there are levels."""
        return self.below(levels) * 4 / levels - 2 if levels else self.below(2**24) / 2**22 - 2


def data(case):
    """Training rows as resampled, their targets, and rows to predict."""
    numbers = Numbers(case["seed"])
    n, d = case["rows"], case["columns"]
    x = np.array([[numbers.feature(case["levels"]) for _ in range(d)] for _ in range(n)], dtype=np.float32)
    wide = x.astype(np.float64)
    y = np.array([r[0] + 0.5 * r[1 % d] * r[2 % d] + numbers.below(1024) / 2048 for r in wide])
    drawn = [numbers.below(n) for _ in range(n)]
    pool = np.array([[numbers.feature(case["levels"]) for _ in range(d)] for _ in range(PREDICTED_ROWS)], dtype=np.float32)
    return x[drawn], y[drawn], pool


def predictions(case):
    x, y, pool = data(case)
    label = y.astype(np.float32)
    if case["kind"] == "xgboost-ensemble":
        settings = {"tree_method": "hist", "max_bin": 256, "lambda": 1, "gamma": 0, "min_child_weight": 1, "nthread": 1,
                    "max_depth": case["depth"], "eta": case["learning_rate"], "base_score": float(np.float32(label.astype(np.float64).mean()))}
        booster = xgboost.train(settings, xgboost.DMatrix(x, label), num_boost_round=case["trees"])
        return booster.predict(xgboost.DMatrix(pool))
    if case["kind"] == "lightgbm-ensemble":
        settings = {"objective": "regression", "num_leaves": 31, "max_bin": 255, "min_data_in_bin": 3, "use_missing": False, "num_threads": 1,
                    "deterministic": True, "force_row_wise": True, "verbosity": -1, "max_depth": case["depth"],
                    "learning_rate": case["learning_rate"], "min_data_in_leaf": case["min_rows_per_leaf"]}
        booster = lightgbm.train(settings, lightgbm.Dataset(x, label), num_boost_round=case["trees"])
        return booster.predict(pool)
    tree = sklearn.tree.DecisionTreeRegressor(max_depth=case["depth"] or None, random_state=0)
    return tree.fit(x, y).predict(pool)


CASES = [
    {"kind": "xgboost-ensemble", "rows": 40, "columns": 6, "levels": 0, "trees": 60, "depth": 6, "learning_rate": 0.3},
    {"kind": "xgboost-ensemble", "rows": 60, "columns": 5, "levels": 8, "trees": 40, "depth": 30, "learning_rate": 0.1},
    {"kind": "xgboost-ensemble", "rows": 700, "columns": 4, "levels": 0, "trees": 30, "depth": 8, "learning_rate": 0.1},
    {"kind": "lightgbm-ensemble", "rows": 60, "columns": 6, "levels": 0, "trees": 60, "depth": 6, "learning_rate": 0.1, "min_rows_per_leaf": 5},
    {"kind": "lightgbm-ensemble", "rows": 80, "columns": 5, "levels": 8, "trees": 40, "depth": 30, "learning_rate": 0.3, "min_rows_per_leaf": 7},
    {"kind": "lightgbm-ensemble", "rows": 900, "columns": 4, "levels": 0, "trees": 30, "depth": 10, "learning_rate": 0.1, "min_rows_per_leaf": 20},
    {"kind": "tree-ensemble", "rows": 60, "columns": 1, "levels": 0, "depth": 0},
    {"kind": "tree-ensemble", "rows": 80, "columns": 1, "levels": 16, "depth": 3},
    {"kind": "tree-ensemble", "rows": 300, "columns": 5, "levels": 0, "depth": 4},
]

if __name__ == "__main__":
    written = []
    for seed, case in enumerate(CASES, start=1):
        case = {**case, "seed": seed}
        written.append({**case, "predictions": [float(f"{p:.9g}") for p in predictions(case)]})
    versions = {"xgboost": xgboost.__version__, "lightgbm": lightgbm.__version__, "scikit-learn": sklearn.__version__}
    lines = ",\n".join("  " + json.dumps(case) for case in written)
    text = f'{{"versions": {json.dumps(versions)},\n "cases": [\n{lines}\n]}}\n'
    (pathlib.Path(__file__).parent / "trees.json").write_text(text)
