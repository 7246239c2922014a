"""Thermoelectric materials (ESTM, KRICT): Magpie statistics of the composition, and temperature.

Targets: power_factor (W/m/K^2), zt. Usage: estm.py estm.xlsx OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file
from magpie import magpie


def main(raw: str, output: str) -> None:
    table = pd.read_excel(raw)
    statistics, names = magpie(table.Formula.tolist())
    temperature = table["temperature(K)"]
    targets = [pool_file.Target("power_factor", "W/m/K^2", table["power_factor(W/mK2)"]), pool_file.Target("zt", "", table.ZT)]
    ids = [f"{formula} at {kelvin:g} K" for formula, kelvin in zip(table.Formula, temperature)]
    pool_file.write(output, np.column_stack([statistics, temperature.to_numpy(np.float32)]), [*names, "temperature"], targets, ids, expected=(5205, 133))


if __name__ == "__main__":
    main(*sys.argv[1:])
