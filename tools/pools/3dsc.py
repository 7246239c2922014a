"""Superconductors (3DSC, Materials Project part): Magpie statistics of the composition, and 16 of lattice, density and symmetry.

Target: tc (K). Rows: the first structure of each formula with a known critical temperature. cifs.tar.xz is expected beside the table.
Usage: 3dsc.py cif_tc_join.csv [--noise-columns N --seed S] OUTPUT.npz. Noise columns are independent standard normal ones, for a pool that is wide.
"""

import argparse
import tarfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from pymatgen.io.cif import CifParser
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

import pool_file
from magpie import magpie

STRUCTURE = ["a", "b", "c", "alpha", "beta", "gamma", "volume", "sites", "mixed_sites", "volume_per_atom", "density", "packing_fraction", "space_group",
             "crystal_system", "centrosymmetric", "symmetry_operations"]
SYSTEMS = ["triclinic", "monoclinic", "orthorhombic", "tetragonal", "trigonal", "hexagonal", "cubic"]
CHUNK = 100


def describe(cif: str) -> list[float]:
    """The STRUCTURE columns: angstroms, degrees, g/cm^3; share of sites with several or missing atoms; atoms as spheres of their tabulated atomic radii."""
    structure = CifParser.from_str(cif, occupancy_tolerance=10).parse_structures(primitive=False)[0]
    symmetry = SpacegroupAnalyzer(structure)
    lattice, composition = structure.lattice, structure.composition
    spheres = sum(amount * 4 / 3 * np.pi * (element.atomic_radius or 0) ** 3 for element, amount in composition.element_composition.items())
    mixed = np.mean([not site.is_ordered for site in structure])
    return [
        *lattice.abc,
        *lattice.angles,
        lattice.volume,
        len(structure),
        mixed,
        lattice.volume / composition.num_atoms,
        float(structure.density),
        spheres / lattice.volume,
        symmetry.get_space_group_number(),
        SYSTEMS.index(symmetry.get_crystal_system()),
        symmetry.is_laue(),
        len(symmetry.get_symmetry_operations()),
    ]


def describe_all(cifs: list[str]) -> np.ndarray:
    warnings.simplefilter("ignore")  # of the parser, for every rounded coordinate
    return np.array([describe(cif) for cif in cifs], dtype=np.float32)


def read_structures(archive: Path, names: list[str]) -> list[str]:
    wanted = set(names)
    with tarfile.open(archive) as tar:
        texts = {Path(member.name).name: tar.extractfile(member).read().decode() for member in tar if Path(member.name).name in wanted}
    return [texts[name] for name in names]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("raw", type=Path)
    parser.add_argument("--noise-columns", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("output")
    arguments = parser.parse_args()

    table = pd.read_csv(arguments.raw).dropna(subset="Tc").drop_duplicates("formula")
    statistics, names = magpie(table.formula.tolist())
    cifs = read_structures(arguments.raw.parent / "cifs.tar.xz", table.cif.tolist())
    with ProcessPoolExecutor() as workers:
        structures = np.concatenate(list(workers.map(describe_all, [cifs[i : i + CHUNK] for i in range(0, len(cifs), CHUNK)])))
    noise = np.random.default_rng(arguments.seed).standard_normal((len(table), arguments.noise_columns), dtype=np.float32)
    columns = [*names, *STRUCTURE, *(f"noise_{i}" for i in range(arguments.noise_columns))]
    pool_file.write(
        arguments.output,
        np.column_stack([statistics, structures, noise]),
        columns,
        [pool_file.Target("tc", "K", table.Tc)],
        table.formula.tolist(),
        expected=(5812, 148 + arguments.noise_columns),
    )


if __name__ == "__main__":
    main()
