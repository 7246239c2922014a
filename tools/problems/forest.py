"""Fits the random forests that stand for reality in paper 002's problems FOIL and HYDR, and writes their arrays for the program to read.

    eval "$(tools/pools/build --env)"
    $SLUICE_POOLS_PYTHON tools/problems/forest.py foil airfoil.csv -o inputs/regression/foil.forest.h5
    $SLUICE_POOLS_PYTHON tools/problems/forest.py hydr yacht.csv -o inputs/regression/hydr.forest.h5 [--logarithm]

The tables are UCI's airfoil self-noise (1503 x 6) and yacht hydrodynamics (308 x 7), the target last, as numbers between commas or blanks, with or without .gz;
columns that were shifted or multiplied make no difference. A copy of the yacht table that goes round (uci_datasets) has the logarithm of its target: say --logarithm
for it, and it is undone. Inputs and target are mapped to [-1, 1]. Of HYDR, rows whose target is at or above the middle of its
range are left out, and the target is mapped again; inputs keep the range of the whole table. (spec: regression-methods, section 3)

The file: /first [trees + 1] where each tree begins; nodes in preorder, so that a left child follows its parent: /feature (255: a leaf), /number (threshold: a row
whose feature is at most that goes left; or a leaf's value), /right (place of the right child, from its parent). A prediction is the mean over trees.
"""

import argparse
import gzip
import pathlib

import h5py
import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

LEAF = 255
PROBLEMS = {  # rows and columns of the table, depth of the trees, column names
    "foil": ((1503, 6), 15, ["frequency", "attack_angle", "chord", "velocity", "displacement_thickness"]),
    "hydr": ((308, 7), None, ["buoyancy_centre", "prismatic_coefficient", "length_displacement", "beam_draught", "length_beam", "froude_number"]),
}


def read_table(path):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as file:
        return np.array([line.replace(",", " ").split() for line in file if line.strip()], dtype=float)


def to_unit_box(values):
    low, high = values.min(axis=0), values.max(axis=0)
    return 2 * (values - low) / (high - low) - 1


def problem_data(name, table):
    x, y = to_unit_box(table[:, :-1]), to_unit_box(table[:, -1])
    if name == "hydr":
        kept = y < 0
        x, y = x[kept], to_unit_box(y[kept])
    return x, y


def preorder(tree):
    """Nodes of a tree. Thresholds are rounded down to single precision: what passes x <= threshold stays the same for a single-precision x."""
    features, numbers, rights = [], [], []

    def visit(node):
        place = len(features)
        is_leaf = tree.children_left[node] < 0
        features.append(LEAF if is_leaf else tree.feature[node])
        rights.append(0)
        if is_leaf:
            numbers.append(np.float32(tree.value[node][0][0]))
            return
        threshold = np.float32(tree.threshold[node])
        numbers.append(np.nextafter(threshold, np.float32(-np.inf)) if threshold > tree.threshold[node] else threshold)
        visit(tree.children_left[node])
        rights[place] = len(features) - place
        visit(tree.children_right[node])

    visit(0)
    return features, numbers, rights


def write(path, forest, columns, provenance):
    trees = [preorder(estimator.tree_) for estimator in forest.estimators_]
    first = np.cumsum([0] + [len(features) for features, _, _ in trees])
    with h5py.File(path, "w", libver="v110") as file:
        file.attrs["sluice_forest"] = np.int64(1)
        file.attrs["provenance"] = np.bytes_(provenance)
        file["columns"] = np.array(columns, dtype=f"S{max(map(len, columns))}")
        file["first"] = first.astype(np.int64)
        for name, part, kind in (("feature", 0, np.uint8), ("number", 1, np.float32), ("right", 2, np.uint16)):
            file.create_dataset(name, data=np.concatenate([tree[part] for tree in trees]).astype(kind), compression="gzip", compression_opts=9, shuffle=True)
    return first[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", choices=PROBLEMS)
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--logarithm", action="store_true", help="the table has the logarithm of the target, shifted or not")
    arguments = parser.parse_args()
    shape, depth, columns = PROBLEMS[arguments.problem]
    table = read_table(arguments.table)
    if table.shape != shape:
        raise SystemExit(f"{arguments.table}: a table of {table.shape[0]} x {table.shape[1]}; {arguments.problem} needs {shape[0]} x {shape[1]}")
    if arguments.logarithm:
        table[:, -1] = np.exp(table[:, -1])
    x, y = problem_data(arguments.problem, table)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
    forest = RandomForestRegressor(n_estimators=50, max_depth=depth, random_state=0).fit(x_train, y_train)
    quality = "; ".join(f"{part}: R2 {forest.score(a, b):.5f}, MSE {np.mean((forest.predict(a) - b) ** 2):.6f}" for part, a, b in (("train", x_train, y_train), ("test", x_test, y_test)))
    provenance = f"{arguments.problem}: random forest, 50 trees, on {len(x_train)} rows of {arguments.table.name.split('.')[0]}; {quality}"
    nodes = write(arguments.output, forest, columns, provenance)
    print(f"{arguments.output}: {nodes} nodes, {arguments.output.stat().st_size} bytes; {provenance}")


if __name__ == "__main__":
    main()
