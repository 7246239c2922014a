"""The closed-pool protocol in Python: what a campaign file wants of its pool, the aggregate value Q of each row, and the rows that count as success.

Source: paper 003, as read in section 3 of the fusion specification. As a program, describes pools: closed_pool.py inputs/fusion/*.toml
"""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np


@dataclass
class ClosedPool:
    name: str
    file: Path
    goals: list[dict]
    targets: np.ndarray  # [rows, goals], raw units
    aggregate: np.ndarray  # [rows], Q
    threshold: float  # a row with Q at or above it is a success
    best: np.ndarray  # the ten rows of largest Q
    in_windows: np.ndarray | None  # [rows], whether all targets are in their windows; None where a target has no window


def merit(goal: dict, values: np.ndarray) -> np.ndarray:
    """Values of a target as something to maximise; of a window only the centre counts."""
    if goal["goal"] == "window":
        return -np.abs(values - sum(goal["window"]) / 2)
    return values if goal["goal"] == "maximize" else -values


def aggregate_of(goals: list[dict], targets: np.ndarray) -> np.ndarray:
    """Q of all rows: the product over targets of the merit, min-max-normalised over the table with a margin of 0.001 raw units, and none for windows."""
    product = np.ones(len(targets))
    for goal, values in zip(goals, targets.T):
        value, margin = merit(goal, values), 0.0 if goal["goal"] == "window" else 0.001
        low, high = value.min() - margin, value.max() + margin
        product *= (value - low) / (high - low)
    return product


def read_closed_pool(campaign: Path) -> ClosedPool:
    with campaign.open("rb") as file:
        wanted = tomllib.load(file)
    pool = campaign.parent / wanted["pool"]["file"]
    goals = wanted["target"]
    with h5py.File(pool) as file:
        names = [name.decode() for name in file["target_names"][:]]
        targets = file["targets"][:][:, [names.index(goal["name"]) for goal in goals]]
    aggregate = aggregate_of(goals, targets)
    rank = max(int(0.99 * len(aggregate)), len(aggregate) - 10)
    windows = all(goal["goal"] == "window" for goal in goals)
    inside = [(goal["window"][0] <= values) & (values <= goal["window"][1]) for goal, values in zip(goals, targets.T)] if windows else []
    return ClosedPool(
        campaign.stem,
        pool,
        goals,
        targets,
        aggregate,
        np.sort(aggregate)[rank],
        np.argsort(-aggregate, kind="stable")[:10],
        np.all(inside, axis=0) if windows else None,
    )


def read_features(file: Path) -> np.ndarray:
    """Features [rows, columns] as float32."""
    with h5py.File(file) as pool:
        stored = pool["features"][:]
        if pool.attrs["encoding"] in (b"bits", "bits"):
            stored = np.unpackbits(stored, axis=1)[:, : pool.attrs["bits"]]
    return stored.astype(np.float32)


def describe(pool: ClosedPool) -> str:
    features = read_features(pool.file)
    repeated = len(features) - len({row.tobytes() for row in features})
    constant = int((features.min(axis=0) == features.max(axis=0)).sum())
    ranges = "; ".join(f"{goal['name']} {values.min():.5g} to {values.max():.5g}" for goal, values in zip(pool.goals, pool.targets.T))
    inside = "–" if pool.in_windows is None else pool.in_windows.sum()
    return (
        f"| {pool.name} | {len(features)} | {features.shape[1]} | {ranges} | {(pool.aggregate >= pool.threshold).sum()} | {inside} | {repeated} | {constant} |"
    )


def main() -> None:
    print(
        "| pool | rows | columns | targets | success rows | rows in all windows | repeated feature rows | constant columns |\n|---|---|---|---|---|---|---|---|"
    )
    for campaign in sys.argv[1:]:
        print(describe(read_closed_pool(Path(campaign))), flush=True)


if __name__ == "__main__":
    main()
