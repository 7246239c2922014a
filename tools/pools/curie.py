"""Curie temperatures (MagDTc; Long et al. 2021): the 140 features of the table.

Target: tc (K). Usage: curie.py MagDTc.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    features = table.drop(columns=["No", "compound", "MagnetizationDensity", "Tc_real"])
    pool_file.write(
        output,
        features.to_numpy(np.float32),
        list(features.columns),
        [pool_file.Target("tc", "K", table.Tc_real)],
        table["compound"].tolist(),
        expected=(1474, 140),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
