"""What the programs that measure figures again share: how they call, and the line that they print."""

import os
import subprocess

BINARY = "build/release/sluice"
FIT_THE_CORES = {  # more ranks than cores must neither spin while they wait nor be bound to one core
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
}


def call(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, env=os.environ | FIT_THE_CORES)


def line(name: str, value: str, bar: str, ok: bool) -> bool:
    print(f"{name:<44} {value:<46} {bar:<34} {'ok' if ok else 'short'}", flush=True)
    return ok
