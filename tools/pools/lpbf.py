"""Laser powder-bed fusion (GermanOmar data_LPBF): process settings, the named ones one-hot.

Target: rel_density (%). Usage: lpbf.py lpbf.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    features = pd.get_dummies(table.drop(columns="rel_density"), dtype=np.float32)
    pool_file.write(
        output,
        features.to_numpy(np.float32),
        list(features.columns),
        [pool_file.Target("rel_density", "%", table.rel_density)],
        table.material.tolist(),
        expected=(1579, 24),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
