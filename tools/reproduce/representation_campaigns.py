"""Iterations to success of multi-model fusion on a pool's raw features and on latents of it, from the same starts.

Writes one CSV line per run and, beside it, a table in Markdown. See `representation`.
"""

import numpy as np

from closed_pool import read_closed_pool
from fusion_table import FAILED, figures, fusion
from representing import METHODS, Study, latents, study_arguments

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
    parser = study_arguments("campaigns", __doc__, SPACES, "of campaign files and their pools")
    parser.set_defaults(seeds=3)
    parser.add_argument("--pools", nargs="+", choices=POOLS, default=POOLS)
    parser.add_argument("--ranks", type=int, default=1)
    arguments = parser.parse_args()
    study = Study("campaigns", arguments, FIELDS, ("pool", "space", "seed", "settings"), table)
    for key in study.missing(seed=study.seeds, pool=arguments.pools, space=arguments.methods):  # seeds of the campaign; the representation's seed is always 1
        name, space, seed = key["pool"], key["space"], key["seed"]
        campaign = arguments.folder / f"{name}.toml"
        pool = read_closed_pool(campaign)
        file = pool.file
        if space != "raw":
            file = latents(arguments.sluice, pool.file, study.latents_file(arguments.work, name, space, 1), space, 1, study.given, arguments.threads).file
        history = fusion(campaign, "default", seed, arguments.ranks, [f"pool.file={file.resolve()}"], 0)
        row = study.add({field: value for field, value in figures(history, pool).items() if field in FIELDS} | key)
        print(name, space, seed, row["success"], row["iterations"], flush=True)


if __name__ == "__main__":
    main()
