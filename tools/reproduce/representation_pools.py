"""What spaces of features say of a pool: neighbours kept (trustworthiness) and properties alike among neighbours (Moran's I), raw and in latents.

Writes one CSV line per pool, space, seed and target and, beside it, a table in Markdown. See `representation`.
"""

from pathlib import Path

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from closed_pool import read_features
from representing import METHODS, Study, latents, study_arguments, targets_of

NEIGHBOURS = 10
ROWS = 3000  # judged, a random subsample: trustworthiness compares all pairs
SPACES = ["raw", *METHODS]
POOLS = ["melting", "qm9", "3dsc", "3dsc_wide"]
FIELDS = ["pool", "space", "seed", "settings", "columns", "target", "rows", "trustworthiness", "moran", "error", "error_of_principal_components", "seconds", "commit", "command"]


def standardised(x: np.ndarray) -> np.ndarray:
    """As the program has features: columns of mean 0 and deviation 1, cut off at 10; constant ones are 0."""
    deviation = x.std(axis=0)
    return np.clip((x - x.mean(axis=0)) / np.where(deviation < 1e-12, np.inf, deviation), -10, 10)


def moran(x: np.ndarray, y: np.ndarray) -> float:
    """Moran's I of a property, with equal weights of a row's nearest others: 1 where neighbours are alike, about 0 where they are like anyone."""
    known = np.flatnonzero(np.isfinite(y))
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(x[known]).kneighbors(return_distance=False)
    gap = y[known] - y[known].mean()
    return float((gap[:, None] * gap[nearest]).mean() / (gap * gap).mean())


def table(rows: list[dict[str, str]]) -> str:
    text = "| pool | target | space | columns | seeds | trustworthiness | Moran's I | error | of as many components | s |\n" + "|---" * 10 + "|\n"
    groups: dict[tuple, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["pool"], row["target"], row["space"], row["settings"]), []).append(row)
    for pool, target, space, chosen in sorted(groups, key=lambda g: (POOLS.index(g[0]), g[1], SPACES.index(g[2]), g[3])):
        own = groups[pool, target, space, chosen]

        def mean(name: str) -> str:
            values = [float(row[name]) for row in own if row[name]]
            return f"{np.mean(values):.3f}" + (f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 and np.std(values) > 0 else "") if values else "–"

        cells = [pool, target, space + (f" ({chosen})" if chosen else ""), own[0]["columns"], len(own), mean("trustworthiness"), mean("moran"), mean("error"),
                 mean("error_of_principal_components"), f"{np.mean([float(row['seconds']) for row in own]):.0f}"]  # fmt: skip
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    return (
        f"{text}\nOf {ROWS} random rows, {NEIGHBOURS} neighbours, Euclidean distances; raw: standardised columns. Trustworthiness (Venna and Kaski 2001): of a space's neighbours beside the raw "
        "ones, 1 where they agree. ±: deviation over seeds, which draw the rows judged as well as the representation. "
        f"Made by tools/reproduce/representation pools; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"
    )


def main() -> None:
    parser = study_arguments("pools", __doc__, METHODS, "of the pools")
    parser.add_argument("--pools", nargs="+", choices=POOLS, default=POOLS)
    arguments = parser.parse_args()
    study = Study("pools", arguments, FIELDS, ("pool", "space", "seed", "settings"), table)
    for pool in arguments.pools:
        path = arguments.folder / f"{pool}.h5"
        for seed in study.seeds:
            missing = list(study.missing(pool=[pool], seed=[seed], space=["raw", *arguments.methods]))
            if not missing:
                continue
            names, targets = targets_of(path)
            raw = standardised(read_features(path))
            judged = np.sort(np.random.default_rng(seed).permutation(len(raw))[:ROWS])
            raw = raw[judged]
            for key in missing:
                space = key["space"]
                x, about, seconds = raw, {}, 0.0
                if space != "raw":
                    made = latents(arguments.sluice, path, study.latents_file(arguments.work, pool, space, seed), space, seed, study.given, arguments.threads)
                    x, about, seconds = read_features(made.file)[judged], made.about, made.seconds
                kept = trustworthiness(raw, x, n_neighbors=NEIGHBOURS)
                errors = {name: f"{about[name]:.6g}" for name in ("error", "error_of_principal_components") if name in about}
                for name, values in zip(names, targets.T):
                    judgement = {"trustworthiness": f"{kept:.4f}", "moran": f"{moran(x, values[judged]):.4f}"}
                    row = study.add(errors | key | judgement | {"columns": x.shape[1], "target": name, "rows": len(judged), "seconds": f"{seconds:.0f}"})
                    print(pool, space, seed, name, row["trustworthiness"], row["moran"], flush=True)


if __name__ == "__main__":
    main()
