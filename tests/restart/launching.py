"""What the restart tests share: jobs under mpirun that can be signalled and killed whole, campaigns on a synthetic pool, run folders read back."""

import atexit
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import h5py
    import numpy
except ImportError:  # the Python that tools/bootstrap installs has them
    python = pathlib.Path(os.environ.get("SLUICE_DEPS", pathlib.Path.home() / ".cache" / "sluice")) / "venv" / "bin" / "python"
    if not python.exists() or pathlib.Path(sys.prefix) == python.parents[1]:
        sys.exit("needs numpy and h5py: tools/bootstrap installs them")
    os.execv(python, [str(python), *sys.argv])

SLUICE = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "sluice"
POLL = 0.0002  # s between looks at a file or a process
PATIENCE = 120  # s after which something that should have happened counts as a hang


class Failure(Exception):
    pass


# ---- Jobs ------------------------------------------------------------------------------------------------------------------------------------------


def environment(scratch):
    """For mpirun as root on few cores. What a killed job leaves behind (sockets, shared memory) stays in `scratch`."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "OMPI_", "PMIX_"))}
    return outside | {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_hwloc_base_binding_policy": "none",
        "OMPI_MCA_orte_tmpdir_base": str(scratch),
        "OMPI_MCA_btl_vader_backing_directory": str(scratch),
    }


def session_and_state(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None, "X"
    return int(fields[3]), fields[0]


class Job:
    """`mpirun -n ranks command` in a session of its own. mpirun puts its ranks in another process group, so that a job is what lives of its session."""

    def __init__(self, ranks, command, work, variables={}):
        self.text = f"mpirun -n {ranks} {' '.join(map(str, command))}"
        self.scratch = work / "mpi"
        self.scratch.mkdir(exist_ok=True)
        self.log = work / "job.log"
        self.started = time.monotonic()
        with self.log.open("w") as out:
            self.mpirun = subprocess.Popen(
                ["mpirun", "-n", str(ranks), *map(str, command)],
                env=environment(self.scratch) | variables,
                cwd=work,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.known = {self.mpirun.pid}

    def lives(self, pid):
        session, state = session_and_state(pid)
        return session == self.mpirun.pid and state not in "ZX"

    def processes(self):
        self.known = {pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.lives(pid)}
        return self.known

    def ranks(self):
        """Process of each rank that has become the program; mpirun's copies on the way there are not yet."""
        found = {}
        for pid in self.processes() - {self.mpirun.pid}:
            try:
                variables = dict(entry.partition("=")[::2] for entry in pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0"))
            except (FileNotFoundError, ProcessLookupError):
                continue
            if "OMPI_COMM_WORLD_RANK" in variables:
                found[int(variables["OMPI_COMM_WORLD_RANK"])] = pid
        return found

    def kill(self):
        """kill -9 of mpirun and every rank at once; comes back when none of them is left."""
        end = time.monotonic() + PATIENCE
        left = set(filter(self.lives, self.known))
        while True:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.mpirun.poll()  # else it stays a zombie
            left = self.processes()
            if not left:
                break
            if time.monotonic() > end:
                raise Failure(f"processes {sorted(left)} survive kill -9: {self.text}")
            time.sleep(0.001)
        self.mpirun.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def wait(self, seconds=PATIENCE):
        """Exit status of mpirun, which must have taken every rank with it."""
        try:
            status = self.mpirun.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"hangs: not done after another {seconds:.0f} s: {self.text}\n{self.tail()}") from None
        end = time.monotonic() + 2
        while self.processes() and time.monotonic() < end:
            time.sleep(0.01)
        left = sorted(self.known)
        self.kill()
        if left:
            raise Failure(f"mpirun exits {status}, but processes {left} stay behind: {self.text}")
        return status

    def succeed(self, seconds=PATIENCE):
        if self.wait(seconds) != 0:
            raise Failure(f"exits {self.mpirun.returncode}: {self.text}\n{self.tail()}")

    def wait_until(self, condition, what, seconds=PATIENCE):
        """Polls until the condition holds (True) or the job has ended (False)."""
        end = time.monotonic() + seconds
        looked = 0.0
        while not condition():
            now = time.monotonic()
            if self.mpirun.poll() is not None:
                return False
            if now > end:
                self.kill()
                raise Failure(f"hangs: {what} does not come in {seconds:.0f} s: {self.text}\n{self.tail()}")
            if now > looked + 0.05:
                self.processes()  # so that kill knows whom to kill
                looked = now
            time.sleep(POLL)
        return True

    def wait_for(self, seconds):
        end = time.monotonic() + seconds
        return self.wait_until(lambda: time.monotonic() >= end, "the end of a pause")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def work_folder(asked, name):
    """An empty folder of this name, in the folder asked for or among the temporary ones."""
    if asked is None:
        return pathlib.Path(tempfile.mkdtemp(prefix=f"sluice-{name}-"))
    folder = asked.resolve() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# ---- Campaigns -------------------------------------------------------------------------------------------------------------------------------------


def make_pool(sluice, work, rows, columns):
    """work/pool.h5: a closed pool with one target, y."""
    random = numpy.random.default_rng(1)
    features = random.standard_normal((rows, columns), dtype=numpy.float32)
    y = numpy.sin(2 * features[:, 0]) + features[:, 1] * features[:, 2] + 0.1 * random.standard_normal(rows)
    numpy.savez(work / "pool.npz", features=features, targets=y[:, None], target_names=numpy.array(["y"], dtype="S"))
    Job(1, [sluice, "import", work / "pool.npz", "-o", work / "pool.h5"], work).succeed()


def write_campaign(work, name, **sections):
    """A campaign file of [section] key = value, on the pool of this folder unless it has a domain or a pool that is drawn."""
    given = {"campaign": {"name": name, "stop": "never"}}
    is_drawn = not sections.get("pool", {}).keys().isdisjoint({"rows", "ratio"})
    if "domain" not in sections and not is_drawn:
        given |= {"pool": {"file": "pool.h5"}, "problem": {"kind": "closed-pool"}}
    for section, values in sections.items():
        given[section] = given.get(section, {}) | values
    text = '[[target]]\nname = "y"\n'
    for section, values in given.items():
        text += f"[{section}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    path = work / f"{name}.toml"
    path.write_text(text)
    return path


def leave_semaphores(*files):
    """What a kill in the middle of opening these files may leave: semaphores of Open MPI, on the node and by name, that nobody will give back. Until the test ends."""
    library = ctypes.CDLL(None)
    for name in (f"/OMPIO_{file}".encode() for file in files):
        if not library.sem_open(name, os.O_CREAT, 0o644, 0):
            raise OSError(f"sem_open of {name.decode()} fails")
        atexit.register(library.sem_unlink, name)


# ---- Run folders -----------------------------------------------------------------------------------------------------------------------------------


def content(path):
    return path.read_bytes() if path.exists() else b""


def whole_lines(data):
    return data[: data.rfind(b"\n") + 1]


def require_nothing_twice(journal):
    """No row in two batches, none labelled twice, none labelled that was not asked for."""
    asked, labelled = set(), set()
    for number, line in enumerate(journal.splitlines(), 1):
        event = json.loads(line)
        rows = event["rows"] if event["event"] == "batch" else [event["row"]] if event["event"] == "label" else []
        done = asked if event["event"] == "batch" else labelled
        for row in rows:
            if row in done:
                raise Failure(f"journal.jsonl:{number}: row {row} a second time: {line.decode()[:200]}")
            if done is labelled and row not in asked:
                raise Failure(f"journal.jsonl:{number}: row {row} is labelled, but was not asked for")
            done.add(row)


def read_checkpoint(path):
    """Iteration of a checkpoint that can be read to its end and whose parts agree; else an exception."""
    with h5py.File(path, "r") as file:
        rows, labelled, pending = file["rows"][:], file["labelled"][:], file["pending"][:]
        for name in ("campaign", "values", "failed", "asked", "asked_in", "oob_r2", "points", "rows_checksum"):
            file[name][...]
        agrees = not rows.size or ((rows[labelled] == rows[labelled[:1]]).all() and (rows[pending] == rows[pending[:1]]).all())  # generated candidates are no rows
        if not agrees:
            raise OSError("/rows disagrees with /labelled or /pending")
        return int(file.attrs["iteration"])


def is_readable(path):
    try:
        read_checkpoint(path)
    except (OSError, KeyError, RuntimeError):
        return False
    return True


def session_ends(folder):
    return [json.loads(line).get("ended", "killed") for line in content(folder / "sessions.jsonl").splitlines()]


def require_same(name, folder, undisturbed):
    mine, other = content(folder / name), content(undisturbed / name)
    if mine == other and other:
        return
    lines = zip(mine.splitlines() + [b"(end)"], other.splitlines() + [b"(end)"])
    number, (left, right) = next(((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1]), (0, (b"(empty)", b"(empty)")))
    raise Failure(f"{folder / name}:{number}: {left.decode()[:200]}\n{undisturbed / name}:{number}: {right.decode()[:200]}")
