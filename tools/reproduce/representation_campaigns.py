"""Iterations to success of multi-model fusion on a pool's raw features and on latents of it, from the same starts.

Writes one CSV line per run and, beside it, a table in Markdown. See `representation`.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from closed_pool import read_closed_pool
from fusion_table import BINARY, FAILED, figures, fusion
from representing import METHODS, command, commit, latents, settings
from table_file import write_table

SPACES = ["raw", *METHODS]
POOLS = ["melting", "3dsc", "qm9"]
FIELDS = ["pool", "space", "seed", "settings", "success", "iterations", "best_aggregate", "seconds_per_iteration", "commit", "command"]


def table(rows: list[dict[str, str]]) -> str:
    text = "| pool | space | runs | success | iterations: median [smallest, largest] | mean | best Q | s per iteration |\n" + "|---" * 8 + "|\n"
    groups: dict[tuple, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["pool"], row["space"], row["settings"]), []).append(row)
    for pool, space, chosen in sorted(groups, key=lambda g: (POOLS.index(g[0]), SPACES.index(g[1]), g[2])):
        own = groups[pool, space, chosen]
        took = [int(row["iterations"]) if row["success"] == "1" else FAILED for row in own]
        best, seconds = (np.mean([float(row[name]) for row in own if row[name]]) for name in ("best_aggregate", "seconds_per_iteration"))
        cells = [pool, space + (f" ({chosen})" if chosen else ""), len(own), f"{np.mean([row['success'] == '1' for row in own]):.0%}", f"{np.median(took):g} [{min(took)}, {max(took)}]",
                 f"{np.mean(took):.1f}", f"{best:.3g}", f"{seconds:.2g}"]  # fmt: skip
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    return f"{text}\nA failure counts as {FAILED}. Made by tools/reproduce/representation campaigns; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="representation campaigns", description=__doc__.split("\n\n")[0])
    parser.add_argument("--pools", nargs="+", choices=POOLS, default=POOLS)
    parser.add_argument("--methods", nargs="+", choices=SPACES, default=SPACES)
    parser.add_argument("--runs", type=int, default=3, help="seeds 1 to this, of the campaign; the representation's seed is always 1")
    parser.add_argument("--set", nargs="+", default=[], metavar="OPTION=VALUE", help="options of sluice represent")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("inputs/fusion"), help="of campaign files and their pools")
    parser.add_argument("--work", type=Path, default=Path("representation.runs"), help="folder of the latents")
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/representation_campaigns.csv"))
    arguments = parser.parse_args()
    given, chosen = settings(arguments.set), " ".join(sorted(arguments.set))
    made_at = commit()
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["pool"], row["space"], int(row["seed"]), row["settings"]) for row in rows}
    for seed in range(1, arguments.runs + 1):
        for name in arguments.pools:
            for space in arguments.methods:
                own = chosen if space != "raw" else ""
                if (name, space, seed, own) in done:
                    continue
                campaign = arguments.folder / f"{name}.toml"
                pool = read_closed_pool(campaign)
                file = pool.file
                if space != "raw":
                    file = latents(BINARY, pool.file, arguments.work / f"{name}-{space}-1-{chosen.replace(' ', '-')}.h5", space, 1, given).file
                history = fusion(campaign, "default", seed, arguments.ranks, [f"pool.file={file.resolve()}"], 0)
                found = {key: str(value) for key, value in figures(history, pool).items() if key in FIELDS}
                rows.append({"pool": name, "space": space, "seed": str(seed), "settings": own} | found | {"commit": made_at,
                            "command": command("campaigns")})  # fmt: skip
                write_table(arguments.output, FIELDS, rows, table(rows))
                print(name, space, seed, rows[-1]["success"], rows[-1]["iterations"], flush=True)


if __name__ == "__main__":
    main()
