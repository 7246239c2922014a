"""Hardness of high-entropy alloys (CitrineInformatics MPEA): Magpie statistics of the composition, one-hot processing and phase.

Target: hv (Vickers hardness). An unknown processing has no column: all of its five are 0. Usage: hea.py hea_hv.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file
from magpie import magpie


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    classes = pd.get_dummies(table[["processing", "phase"]], dtype=np.float32)
    pool_file.write(
        output,
        np.column_stack([statistics, classes]),
        [*names, *classes.columns],
        [pool_file.Target("hv", "HV", table.HV)],
        table.formula.tolist(),
        expected=(530, 140),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
