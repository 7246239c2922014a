"""QM9 (qm9pack 1.0.3): Morgan fingerprints (radius 2, 1,024 bits) and the number of heavy atoms.

Targets: gap (eV), cv (cal/mol/K), alpha (bohr^3). Rows are the molecules whose SMILES RDKit accepts, in the order of the data set (PyPI qm9pack;
Ramakrishnan et al. 2014). Usage: qm9.py OUTPUT.npz
"""

import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np

import pool_file
from morgan import COLUMNS, morgan

HARTREE = 27.211386245988  # eV, CODATA 2018


def read_tables() -> list[dict[str, str]]:
    """All rows of the package's tables. The tables are read as files: importing the package would need pandas and setuptools."""
    data = Path(importlib.util.find_spec("qm9pack").submodule_search_locations[0]) / "data"
    csv.field_size_limit(1 << 30)
    rows = []
    for part in sorted(data.glob("qm9_part*.csv")):
        with open(part, newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def main(output: str) -> None:
    rows = read_tables()
    print(f"qm9: {len(rows)} molecules", flush=True)
    bits, heavy_atoms = morgan([row["SMILES"] for row in rows])
    accepted = np.flatnonzero(heavy_atoms)
    features = np.column_stack([bits, heavy_atoms])[accepted]

    def values(column: str) -> np.ndarray:
        return np.array([float(rows[i][column]) for i in accepted])

    targets = [
        pool_file.Target("gap", "eV", values("HOMO_LUMO_gap_au") * HARTREE),
        pool_file.Target("cv", "cal/mol/K", values("Heatcapacity_Cv_cal_mol_K")),
        pool_file.Target("alpha", "bohr^3", values("Polarizability_bohr3")),
    ]
    pool_file.write(output, features, [*COLUMNS, "heavy_atoms"], targets, [rows[i]["SMILES"] for i in accepted], expected=(130831, 1025))


if __name__ == "__main__":
    main(sys.argv[1])
