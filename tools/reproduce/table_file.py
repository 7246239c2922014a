"""A table of runs as a CSV file, with its summary in Markdown beside it."""

import csv
from pathlib import Path


def write_table(output: Path, fields: list[str], rows: list[dict[str, str]], summary: str) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    output.with_suffix(".md").write_text(summary)
