"""What the builders of pools share: an NPZ file that `sluice import` reads, and a look at it on the way."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Target:
    name: str
    unit: str
    values: np.ndarray  # [rows]; NaN where unknown


def write(output: str, features: np.ndarray, columns: list[str], targets: list[Target], ids: list[str], expected: tuple[int, int]) -> None:
    """Writes features [rows, columns], float32 or uint8. Another shape than expected is said and not refused: a newer copy of the raw data may differ."""
    rows, width = features.shape
    if len(columns) != width or len(ids) != rows or any(len(target.values) != rows for target in targets):
        raise ValueError(f"{output}: {rows} x {width} features, but {len(columns)} columns, {len(ids)} ids, {[len(t.values) for t in targets]} target values")
    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0]
        raise ValueError(f"{output}: row {row} ('{ids[row]}'), column '{columns[column]}' is not a number")
    np.savez(
        output,
        features=np.ascontiguousarray(features),
        columns=np.array(columns),
        targets=np.column_stack([t.values for t in targets]).astype(np.float64),
        target_names=np.array([t.name for t in targets]),
        target_units=np.array([t.unit for t in targets]),
        ids=np.array(ids),
    )
    difference = "" if features.shape == expected else f"; expected {expected[0]} x {expected[1]}"
    print(f"{output}: {rows} rows x {width} columns, targets {', '.join(t.name for t in targets)}{difference}", flush=True)
