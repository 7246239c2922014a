#!/usr/bin/env python3
"""Writes nose_hoover.json: exact trajectories of particles with a Nosé-Hoover chain, by an adaptive Runge-Kutta method of eighth order.

The equations of motion (specification of the entropic autoencoder, section 4.1) are integrated as they stand, without any splitting. Needs: numpy, scipy.
"""
import importlib.metadata
import json
import pathlib

import numpy as np
from scipy.integrate import solve_ivp

TIME = 2.0


def slope(case, x):
    """Of the energy: springs of stiffness 1, 2, 3..., or (x^2 - 1)^2 of each particle."""
    return np.arange(1, len(x) + 1) * x if case["potential"] == "springs" else 4 * x * (x * x - 1)


def energy(case, x):
    return (np.arange(1, len(x) + 1) * x * x).sum() / 2 if case["potential"] == "springs" else ((x * x - 1) ** 2).sum()


def motion(case):
    mass, temperature, particles, links = case["mass"], case["temperature"], case["particles"], case["links"]
    heavy = np.full(links, temperature * case["relaxation"] ** 2)
    heavy[0] *= particles

    def rates(_, state):
        x, p = state[:particles], state[particles : 2 * particles]
        momentum = state[2 * particles + links :]
        drive = np.append((p * p).sum() / mass - particles * temperature, momentum[:-1] ** 2 / heavy[:-1] - temperature)
        drag = np.append(momentum[1:] / heavy[1:], 0.0)
        return np.concatenate((p / mass, -slope(case, x) - momentum[0] / heavy[0] * p, momentum / heavy, drive - drag * momentum))

    return rates, heavy


def main():
    random = np.random.default_rng(1)
    cases = []
    for potential, particles, links in (("springs", 3, 1), ("springs", 3, 4), ("wells", 2, 3), ("wells", 1, 10)):
        case = {"potential": potential, "particles": particles, "links": links, "temperature": 0.7, "mass": 1.3, "relaxation": 0.8}
        rates, heavy = motion(case)
        start = np.concatenate((random.normal(size=2 * particles), np.zeros(links), 0.5 * random.normal(size=links)))
        end = solve_ivp(rates, (0, TIME), start, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
        x, p, eta, momentum = np.split(start, np.cumsum((particles, particles, links)))
        conserved = (p * p).sum() / (2 * case["mass"]) + energy(case, x) + (momentum**2 / (2 * heavy)).sum() + case["temperature"] * (particles * eta[0] + eta[1:].sum())
        cases.append(case | {"start": start.tolist(), "end": end.tolist(), "extended_energy": float(conserved)})
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "scipy")}
    content = {"versions": versions, "time": TIME, "state": "position, momentum, chain position, chain momentum", "cases": cases}
    pathlib.Path(__file__).with_name("nose_hoover.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
