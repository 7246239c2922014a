"""Materials Project (matbench tables joined by formula): Magpie statistics of the composition.

Targets: minus_e_form (minus the formation energy of the lowest polymorph, eV/atom), mu_b (magnetisation, bohr magnetons per cell), gap (eV).
Usage: mp.py mp_joined_3obj.csv.gz OUTPUT.npz
"""

import sys

import pandas as pd

import pool_file
from magpie import magpie


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    targets = [
        pool_file.Target("minus_e_form", "eV/atom", -table.e_form_min),
        pool_file.Target("mu_b", "mu_B/cell", table.mu_b),
        pool_file.Target("gap", "eV", table.gap),
    ]
    pool_file.write(output, statistics, names, targets, table.formula.tolist(), expected=(48435, 132))


if __name__ == "__main__":
    main(*sys.argv[1:])
