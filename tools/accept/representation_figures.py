"""The figures of representations, measured again in reduced form. One line each: name, value, bar, ok or short. See `representation`."""

import argparse
import json
import os
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from figures import BINARY, call, line

sys.path.insert(0, str(Path(__file__).parent.parent / "reproduce"))
from closed_pool import read_features  # noqa: E402
from representation_pools import moran, standardised  # noqa: E402
from representation_reaction_diffusion import COMMON, ENTROPIC, FRAME, PERIOD, REFERENCE, period_of  # noqa: E402

SAMPLER = "*Sampler*:*Thermostat*:SuzukiYoshida*:AutoencoderGolden*"
NETWORKS = "Convolutional*:LatentMotion*:Motion*:DensestValue*:SpiralWave*"
MODEL = "EntropicTraining*:VariationalTraining*:Calibration*:NextTemperature*:CorrectedTemperature*:Quality*"
ROWS = 100_000  # of the 1,000,000 of the full figure
PAPER = 0.0052 / 0.0014  # error of the entropic autoencoder over that of the plain one, Frey faces
NETS = ("--scale=pixels", "--units=64", "--hidden=128,64", "--activation=relu", "--batch=128", "--inner=50", "--training-rows=1572")


def tests(name: str, program: str, ranks: int, chosen: str) -> bool:
    os.environ["SLUICE_TEST_RANKS"] = str(ranks)
    done = call("mpirun", "-n", ranks, f"build/release/tests/{program}", f"--gtest_filter={chosen}", "--gtest_color=no")
    found = re.search(r"\[  PASSED  \] (\d+) tests", done.stdout)
    return line(name, f"{found[1] if found else 0} tests passed", "all", done.returncode == 0)


def represent(pool: Path, output: Path, method: str, *options: str, ranks: int = 1) -> tuple[dict, float]:
    """What the latents' file says of itself, and the seconds that they took."""
    begin = time.monotonic()
    done = call("mpirun", "-n", ranks, BINARY, "represent", pool, "--method", method, "-o", output, *options)
    if done.returncode != 0:
        sys.exit(f"representation: {done.stderr}")
    with h5py.File(output) as file:
        return json.loads(file["representation"][0]), time.monotonic() - begin


def active_units(frey: Path, work: Path) -> list[bool]:
    """Faces: the variational code collapses, the entropic one does not, at an error in the paper's ratio to the plain one's."""
    if not frey.exists():
        return [line("faces: active units of 64", f"{frey} is missing", "64 beside a collapsed VAE", False)]
    plain, _ = represent(frey, work / "plain.h5", "autoencoder", *NETS, "--descents=40")
    variational, _ = represent(frey, work / "vae.h5", "vae", *NETS, "--descents=40", "--likelihood=bernoulli")
    entropic, _ = represent(frey, work / "entropic.h5", "entropic-autoencoder", *NETS, "--descents=40", "--samplings=20", "--chains=2", "--encoders=16", "--equilibration=500", "--links=30",
                            "--refresh-every=0", "--calibration=trials", f"--target-error={plain['error'] * 3}", "--trial-share=0.5")  # fmt: skip
    ratio = entropic["error"] / plain["error"]
    return [
        line("faces: active units, variational", f"{variational['active']} of 64", "at most 16", variational["active"] <= 16),
        line("faces: active units, entropic", f"{entropic['active']} of 64", "64", entropic["active"] == 64),
        line("faces: informed units, entropic", f"{entropic['informed']} of 64, share {entropic['information']:.2f}", "64, scale-free", entropic["informed"] == 64),
        line("faces: error over the plain autoencoder's", f"{ratio:.2f} ({entropic['error']:.4f})", f"{PAPER:.2f}, the paper's", ratio <= PAPER),
    ]


def properties(melting: Path, work: Path) -> bool:
    """Whether molecules that are near in the latents have like melting points, more than those near in the raw bits."""
    if not melting.exists():
        return line("melting points: Moran's I", f"{melting} is missing", "above that of raw bits", False)
    with h5py.File(melting) as file:
        y = file["targets"][:, 0]
    raw = moran(standardised(read_features(melting)), y)
    values = []
    for method in ("pca", "entropic-autoencoder"):
        represent(melting, work / f"{method}.h5", method, "--descents=20", "--samplings=10")
        values.append(moran(read_features(work / f"{method}.h5"), y))
    return line("melting points: Moran's I", f"pca {values[0]:.3f}, entropic {values[1]:.3f}, raw {raw:.3f}", "above that of raw bits", min(values) > raw)


def latent_motion(work: Path) -> list[bool]:
    """Two latents of a spiral wave go round with it, by an equation."""
    call(BINARY, "generate", "reaction-diffusion", "--rows", 2500, "--stride", 10, "-o", work / "spiral.h5", "--derivatives", work / "rates.h5")
    options = {**COMMON, "dynamics": work / "rates.h5", **ENTROPIC, "training-rows": 1000, "last-held-out": 500}
    about, _ = represent(work / "spiral.h5", work / "orbit.h5", "entropic-autoencoder", *[f"--{name}={value}" for name, value in options.items()])
    period = period_of(read_features(work / "orbit.h5")[-500:].astype(float), FRAME)
    unexplained = about["motion"]["unexplained"]
    return [
        line("spiral wave: period of the latents", f"{period:.3f}", f"{PERIOD} within 1 %", abs(period / PERIOD - 1) < 0.01),
        line("spiral wave: rows not explained", f"{unexplained['rows']:.4f}", f"{1.5 * REFERENCE[0]:.4f}, 1.5 of the published", unexplained["rows"] < 1.5 * REFERENCE[0]),
        line("spiral wave: latent derivatives not explained", f"{unexplained['latent_rates']:.2g}", f"{REFERENCE[2]}, the published", unexplained["latent_rates"] < REFERENCE[2]),
    ]


def bits_of_few_dimensions(path: Path) -> None:
    """Rows of 1,024 bits that follow from 16 normal numbers each."""
    random = np.random.default_rng(1)
    weights = random.normal(size=(16, 1024)).astype(np.float32)
    bits = np.concatenate([(random.normal(size=(ROWS // 10, 16)).astype(np.float32) @ weights > 1).astype(np.uint8) for _ in range(10)])
    np.savez(path, features=bits)


def large_pool(work: Path) -> list[bool]:
    bits_of_few_dimensions(work / "bits.npz")
    call(BINARY, "import", work / "bits.npz", "-o", work / "bits.h5", "--type", "bits")
    begin = time.monotonic()
    done = call("mpirun", "-n", 2, BINARY, "represent", work / "bits.h5", "-o", work / "latent.h5", "--training-rows=20000", "--descents=20", "--samplings=5")
    if done.returncode != 0:
        sys.exit(f"representation: {done.stderr}")
    took = time.monotonic() - begin
    encoded = float(re.search(r"encoded ([\d.]+) s", done.stderr + done.stdout)[1])
    full = took + encoded * (1_000_000 / ROWS - 1)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9  # of the largest process so far, tests included
    return [
        line(f"{ROWS:,} x 1,024 bits, 2 ranks", f"{took:.0f} s, encoding {encoded:.0f}: 1,000,000 rows {full:.0f}", "600 s for 1,000,000", full <= 600),
        line("memory of a rank", f"{memory:.2f} GB", "3 GB", memory <= 3),
    ]


def encode_rate() -> bool:
    done = call("mpirun", "-n", 1, "build/release/tests/pool_kernels", "--benchmark_filter=^encode/1024", "--benchmark_format=json")
    share = json.loads(done.stdout[done.stdout.index("{"):])["benchmarks"][0]["of_products"]
    return line("encoding, 1,024 columns, of products' rate", f"{share:.2f}", "0.5", share >= 0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("--folder", type=Path, default=Path("inputs/fusion"), help="of frey.h5 and melting.h5")
    arguments = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        results = [encode_rate(), *large_pool(work), properties(arguments.folder / "melting.h5", work), *active_units(arguments.folder / "frey.h5", work), *latent_motion(work),
                   tests("sampler against mechanics and statistics", "unit_tests", 1, SAMPLER), tests("entropic training against theory", "unit_tests", 1, MODEL),
                   tests("convolutions, equations of motion, spiral wave", "unit_tests", 1, NETWORKS),
                   *[tests(f"training and latents on {n} ranks, restarts", "mpi_tests", n, "Represent*:Subsample*:SpiralPools*") for n in (1, 2, 4)]]  # fmt: skip
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {time.time() - begin:.0f} s")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
