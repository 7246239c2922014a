"""Strength of low-alloy steels (MatNavi): composition and test temperature.

Targets: proof_stress and tensile_strength (MPa). Usage: steels.py matnavi_low_alloy.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw, encoding="utf-8-sig").rename(columns=str.strip)
    features = table.iloc[:, 1:16]
    targets = [
        pool_file.Target("proof_stress", "MPa", table["0.2% Proof Stress (MPa)"]),
        pool_file.Target("tensile_strength", "MPa", table["Tensile Strength (MPa)"]),
    ]
    pool_file.write(output, features.to_numpy(np.float32), list(features.columns), targets, table["Alloy code"].tolist(), expected=(915, 15))


if __name__ == "__main__":
    main(*sys.argv[1:])
