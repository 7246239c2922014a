"""Writes hypervolume.json: fronts, hypervolumes, contributions and improvements as BoTorch and moocore compute them, for the C++ tests of src/fusion.

    pip install torch==2.13.0 botorch==0.18.1 moocore==0.3.2        python tests/golden/hypervolume.py

Points are minimised. The hypervolume is of botorch's Hypervolume, the improvement of a point the sum over the cells of its FastNondominatedPartitioning, the
front and the exclusive contributions are moocore's, the expected improvement of independent normals, within 3 in every objective, is botorch's closed form.
"""

import json
from pathlib import Path

import botorch
import moocore
import numpy as np
import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.utils.multi_objective.box_decompositions import FastNondominatedPartitioning
from botorch.utils.multi_objective.hypervolume import Hypervolume
from botorch.utils.testing import MockModel, MockPosterior


def points_of(kind: str, targets: int, random: np.random.Generator) -> np.ndarray:
    """20 points in [0, 1]: a cloud, a concave front, or a grid on which coordinates and whole points repeat."""
    if kind == "cloud":
        return random.random((20, targets)).round(3)
    if kind == "grid":
        return random.integers(0, 4, (20, targets)) / 4
    directions = np.abs(random.standard_normal((20, targets)))
    return (directions / np.linalg.norm(directions, axis=1, keepdims=True)).round(3)


def partitioning(front: np.ndarray, reference: np.ndarray) -> FastNondominatedPartitioning:
    return FastNondominatedPartitioning(ref_point=torch.tensor(-reference), Y=torch.tensor(-front))


def improvement(front: np.ndarray, reference: np.ndarray, z: np.ndarray) -> float:
    lower, upper = partitioning(front, reference).get_hypercell_bounds()  # maximised
    upper = torch.minimum(upper, torch.tensor(-z))
    return float((upper - lower).clamp_min(0).prod(dim=-1).sum())


def expected_improvement(front: np.ndarray, reference: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> float:
    posterior = MockPosterior(mean=torch.tensor(-mean)[None, None], variance=torch.tensor(deviation**2)[None, None])
    acquisition = ExpectedHypervolumeImprovement(MockModel(posterior), ref_point=list(-reference), partitioning=partitioning(front, reference))
    return float(acquisition(torch.zeros(1, 1, 1, dtype=torch.double)))


def case(kind: str, targets: int, random: np.random.Generator) -> dict:
    points = points_of(kind, targets, random)
    reference = np.full(targets, 1.1)
    front = np.unique(moocore.filter_dominated(points), axis=0)
    samples = (random.random((6, targets)) * 1.1 - 0.2).round(3)
    means, deviations = random.random((3, targets)).round(3), (0.2 + random.random((3, targets)) / 2).round(3)
    return {
        "targets": targets,
        "points": points.tolist(),
        "reference": reference.tolist(),
        "front": front.tolist(),
        "hypervolume": Hypervolume(torch.tensor(-reference)).compute(torch.tensor(-front)),
        "contributions": moocore.hv_contributions(front, ref=reference).tolist(),
        "samples": samples.tolist(),
        "improvements": [improvement(front, reference, z) for z in samples],
        "means": means.tolist(),
        "deviations": deviations.tolist(),
        "expected_improvements": [expected_improvement(front, np.full(targets, 3.0), m, d) for m, d in zip(means, deviations)],
    }


def main() -> None:
    random = np.random.default_rng(4)
    reference = {
        "versions": {"botorch": botorch.__version__, "moocore": moocore.__version__, "numpy": np.__version__, "torch": torch.__version__},
        "cases": [case(kind, targets, random) for targets in (2, 3, 4) for kind in ("cloud", "concave", "grid")],
    }
    lines = ",\n".join(json.dumps(c) for c in reference["cases"])
    text = f'{{"versions": {json.dumps(reference["versions"])},\n"cases": [\n{lines}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
