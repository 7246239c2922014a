"""Two latents of a rotating spiral wave of a reaction and diffusion, and the equation of motion that they obey, as paper 004 reports them; reduced.

Writes one CSV line per run and, beside it, tables in Markdown and the latent orbit of the last run as SVG. See `representation`.
"""

import subprocess
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import gaussian_kde

from closed_pool import read_features
from representing import Latents, Study, latents, study_arguments

FRAMES, TEST, FRAME = 9999, 1000, 0.05  # frames kept, of which the last ones are the test set; time between two
PERIOD = 6.918  # of the spiral, late; specification of the entropic autoencoder, section 7.1
METHODS = ["autoencoder", "entropic-autoencoder"]
# Reduced: every 10th point in both directions in place of all, 64 hidden units in place of 256, 2,000 frames to learn from in place of 4,000, minibatches in place of full
# ones, 2,000 steps of plain descent and then 1,000 of sampling in place of 20,000, 200 encoders in place of 5,000. The temperature, lost, is the formula's.
COMMON = {"scale": "none", "units": 2, "hidden": "64", "training-rows": 2000, "last-held-out": TEST, "batch": 128, "inner": 50, "descents": 40}
ENTROPIC = {"samplings": 20, "chains": 1, "encoders": 200, "thinning": 5, "equilibration": 200, "refresh-every": 5, "excess-energy": 0.02}
# The paper's averages and modes of (dz1/dt, dz2/dt), in the order of the terms. They belong to the frame that its training chose for the latents.
PUBLISHED = [(0.47, 0.48, -1.98, -1.98), (1.00, 1.17, -1.37, -0.38), (0.00, 0.00, 0.01, 0.00), (0.00, 0.00, -0.03, -0.03), (-0.03, -0.01, -0.03, -0.01), (0.00, -0.01, -0.05, -0.07),
             (-0.02, -0.03, 0.09, -0.03), (-0.03, -0.03, 0.14, -0.03), (0.03, 0.02, 0.09, 0.02), (0.36, 0.31, 0.13, 0.31), (0.86, 0.81, 0.11, 0.85)]  # fmt: skip
REFERENCE = (0.0159, 0.0158, 0.0021)  # unexplained fractions of x, dx/dt, dz/dt by the sigmoid network of Champion et al., all pixels
FIELDS = ["method", "seed", "stride", "settings", "error", "error_of_mean_code", "error_of_principal_components", "unexplained_rows", "unexplained_rates", "unexplained_latent_rates",
          "period", "closedness", "model_period", "followed", "equations", "correlated", "means", "modes", "temperature", "seconds", "commit", "command"]  # fmt: skip


def frames(sluice: str, work: Path, stride: int) -> tuple[Path, Path]:
    """Pools of the frames and of their time derivatives, simulated unless they are there."""
    states, rates = work / f"spiral-{stride}.h5", work / f"spiral-{stride}-rates.h5"
    if not rates.exists():
        work.mkdir(parents=True, exist_ok=True)
        subprocess.run([sluice, "generate", "reaction-diffusion", "--rows", str(FRAMES), "--stride", str(stride), "-o", states, "--derivatives", rates], check=True, capture_output=True)
    return states, rates


def library(z: np.ndarray) -> np.ndarray:
    """The terms of the equations at codes [.., 2], in the program's order."""
    a, b = z[..., 0], z[..., 1]
    return np.stack([a, b, a * a, a * b, b * b, a**3, a * a * b, a * b * b, b**3, np.sin(a), np.sin(b)], -1)


def period_of(z: np.ndarray, duration: float) -> float:
    """2 pi over the slope of the angle about the orbit's centre, by least squares; NaN for what is no orbit."""
    if not np.isfinite(z).all() or z.std(axis=0).min() < 1e-6:
        return float("nan")
    centred = (z - z.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T
    angle = np.unwrap(np.arctan2(centred[:, 1], centred[:, 0]))
    return abs(2 * np.pi * duration / np.polyfit(np.arange(len(z)), angle, 1)[0])


def closedness(z: np.ndarray) -> float:
    """Distance between codes a period apart over the orbit's mean radius: 0 if it closes."""
    ahead = PERIOD / FRAME
    whole, part = int(ahead), ahead - int(ahead)
    later = (1 - part) * z[whole:-1] + part * z[whole + 1 :]
    return float(np.linalg.norm(later - z[: len(later)], axis=1).mean() / np.linalg.norm(z - z.mean(axis=0), axis=1).mean())


def integrated(start: np.ndarray, coefficients: np.ndarray, duration: float = 100, step: float = 0.01) -> np.ndarray:
    """The path of dz/dt = Theta(z) Xi from a code, by Runge and Kutta's classical rule. What runs away ends in NaN."""
    path = [start]
    with np.errstate(all="ignore"):
        for _ in range(round(duration / step)):
            z = path[-1]
            a = library(z) @ coefficients
            b = library(z + step / 2 * a) @ coefficients
            c = library(z + step / 2 * b) @ coefficients
            d = library(z + step * c) @ coefficients
            path.append(z + step / 6 * (a + 2 * b + 2 * c + d))
    return np.array(path)


def time_followed(path: np.ndarray, z: np.ndarray, step: float = 0.01) -> float:
    """When a path has first left the orbit's codes by a fifth of its mean radius; its whole duration if it never does."""
    radius = np.linalg.norm(z - z.mean(axis=0), axis=1).mean()
    for k in range(0, len(path), 10):
        if not np.isfinite(path[k]).all() or np.linalg.norm(z - path[k], axis=1).min() > 0.2 * radius:
            return k * step
    return (len(path) - 1) * step


def correlated_pairs(terms: list[str], encoders: np.ndarray) -> str:
    """Pairs of linear and sine coefficients that vary together over the ensemble, |r| > 0.9, with the modes of their joint density."""
    names = [f"{term} in dz{u}/dt" for term in terms for u in (0, 1)]
    chosen = [i for i, name in enumerate(names) if name.split(" in ")[0] in ("z0", "z1", "sin z0", "sin z1")]
    values = encoders.reshape(len(encoders), -1)
    found = []
    for n, i in enumerate(chosen):
        for j in chosen[n + 1 :]:
            r = np.corrcoef(values[:, i], values[:, j])[0, 1]
            if abs(r) > 0.9:
                density = gaussian_kde(values[:, [i, j]].T)
                grid = np.stack(np.meshgrid(*(np.linspace(values[:, k].min(), values[:, k].max(), 100) for k in (i, j))), -1).reshape(-1, 2)
                mode = grid[density(grid.T).argmax()]
                found.append(f"{names[i]} and {names[j]}: r {r:.2f}, mode ({mode[0]:.2f}, {mode[1]:.2f})")
    return "; ".join(found)


def equation(terms: list[str], mean: np.ndarray, mode: np.ndarray, unit: int) -> str:
    """The terms of which mean and mode are above 0.1."""
    kept = [f"{mean[t, unit]:+.2f} {term}" for t, term in enumerate(terms) if min(abs(mean[t, unit]), abs(mode[t, unit])) > 0.1]
    return f"dz{unit}/dt = {' '.join(kept) or '0'}"


def draw(z: np.ndarray, path: np.ndarray, method: str, output: Path) -> None:
    plt.rcParams["svg.hashsalt"] = "sluice"
    figure, axes = plt.subplots(figsize=(5.2, 5))
    axes.plot(*z.T, ".", markersize=2, label="mean codes of the last 1,000 frames")
    axes.plot(*path.T, linewidth=1, label="integrated equation, two turns")
    axes.plot(*path[0], "o", label="its start")
    axes.set(xlabel="z0", ylabel="z1", title=f"Latent orbit of the spiral wave, {method}")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(output, metadata={"Date": None})


def figures_of(made: Latents, output: Path, method: str) -> dict[str, object]:
    motion = made.about["motion"]
    mean, mode, encoders = (np.array(motion[name]) for name in ("mean", "mode", "encoders"))
    z = read_features(made.file)[-TEST:].astype(float)
    path = integrated(z[0], mean)
    turns = path[: round(2 * PERIOD / 0.01) + 1]
    draw(z, turns, method, output.with_suffix(".svg"))
    names = ("error", "error_of_mean_code", "error_of_principal_components", "temperature")
    return {name: f"{made.about[name]:.4g}" for name in names if name in made.about} | {f"unexplained_{name}": f"{value:.4g}" for name, value in motion["unexplained"].items()} | {
        "period": f"{period_of(z, FRAME):.4f}", "closedness": f"{closedness(z):.4f}", "model_period": f"{period_of(turns, 0.01):.4f}", "followed": f"{time_followed(path, z):.1f}",
        "equations": "; ".join(equation(motion["terms"], mean, mode, u) for u in (0, 1)), "correlated": correlated_pairs(motion["terms"], encoders) if len(encoders) > 2 else "",
        "means": " ".join(f"{value:.4g}" for value in mean.ravel()), "modes": " ".join(f"{value:.4g}" for value in mode.ravel())}  # fmt: skip


def coefficients_table(row: dict[str, str], terms: list[str]) -> str:
    text = f"\nCoefficients of {row['method']}, seed {row['seed']}, beside the paper's, whose frame is another one:\n\n"
    text += "| term | dz0/dt mean | mode | dz1/dt mean | mode | paper: dz1/dt mean | mode | dz2/dt mean | mode |\n" + "|---" * 9 + "|\n"
    means, modes = (np.array(row[name].split(), dtype=float).reshape(-1, 2) for name in ("means", "modes"))
    for term, own_mean, own_mode, published in zip(terms, means, modes, PUBLISHED):
        text += f"| {term} | {own_mean[0]:.2f} | {own_mode[0]:.2f} | {own_mean[1]:.2f} | {own_mode[1]:.2f} | {' | '.join(f'{value:.2f}' for value in published)} |\n"
    return text


def table(rows: list[dict[str, str]]) -> str:
    columns = ["method", "seed", "points", "error", "of the mean code", "of 2 components", "rows", "derivatives", "latent derivatives", "period", "closedness", "period of the equation", "followed", "T", "s"]
    text = "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|\n"
    for row in rows:
        cells = [row["method"] + (f" ({row['settings']})" if row["settings"] else ""), row["seed"], (100 // int(row["stride"])) ** 2, *(row[name] for name in FIELDS[4:14]), row["temperature"], row["seconds"]]
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    text += (f"\nErrors: mean squares per point of the last {TEST} of {FRAMES} frames. Rows, derivatives, latent derivatives: fractions of their squares that are not explained; a published network "
             f"of another kind, with all 10,000 points, has {', '.join(map(str, REFERENCE))}. Period: of the mean codes of those frames; the spiral's is {PERIOD}. Closedness: distance of codes a period "
             "apart over the orbit's radius. The equation of the mean coefficients is integrated from the first of these frames: its period over two turns, and the time after which it has left the orbit "
             "by a fifth of the radius (of 100). Far fewer steps, points and hidden units than published (see the script).\n")  # fmt: skip
    for row in rows:
        text += f"\n{row['method']}, seed {row['seed']}: {row['equations']}\n" + (f"Correlated over the ensemble: {row['correlated']}\n" if row["correlated"] else "")
    sampled = [row for row in rows if row["method"] == "entropic-autoencoder"]
    if sampled:
        text += coefficients_table(sampled[-1], ["z0", "z1", "z0^2", "z0 z1", "z1^2", "z0^3", "z0^2 z1", "z0 z1^2", "z1^3", "sin z0", "sin z1"])
    return f"{text}\nMade by tools/reproduce/representation reaction-diffusion; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"


def main() -> None:
    parser = study_arguments("reaction-diffusion", __doc__, METHODS, "not used: the frames are simulated in the folder of the latents")
    parser.add_argument("--stride", type=int, default=10, choices=[1, 2, 4, 5, 10], help="every so many points in both directions")
    arguments = parser.parse_args()
    study = Study("reaction-diffusion", arguments, FIELDS, ("method", "seed", "stride", "settings"), table)
    states, rates = frames(arguments.sluice, arguments.work, arguments.stride)
    for key in study.missing(stride=[arguments.stride], seed=study.seeds, method=arguments.methods):
        method, seed = key["method"], key["seed"]
        options = COMMON | {"dynamics": rates} | (ENTROPIC if method == "entropic-autoencoder" else {}) | study.given
        made = latents(arguments.sluice, states, study.latents_file(arguments.work, "spiral", arguments.stride, method, seed), method, seed, options, arguments.threads)
        row = study.add(figures_of(made, arguments.output, method) | key | {"seconds": f"{made.seconds:.0f}"})
        print(", ".join(f"{name} {row[name]}" for name in ("method", *FIELDS[4:15])), flush=True)


if __name__ == "__main__":
    main()
