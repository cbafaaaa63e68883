"""The memory that an experiment states for a trial is enough, and not many times too much."""
import os
import re
import subprocess
import sys

from harness import FOLDER, QKLAB, qklab, run_tests, write

MIB = 1 << 20
UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": MIB, "GiB": 1 << 30}


def config(experiment, params):
    return write(f"{experiment}.yaml", f"name: {experiment}\nexperiment: {experiment}\nparams: {{{params}}}\n")


def said(path):
    """The estimate, taken from the message that refuses a trial which would not fit."""
    message = qklab("run", path, "--fresh", "--out", "refused", "--memory", "1K", code=1).stderr
    number, unit = re.search(r"it needs about ([\d.e+]+) (\w+)", message).groups()
    assert "1 KiB may be used" in message, message
    return float(number) * UNITS[unit]


def taken(path):
    """The peak memory of a run of one trial, in bytes."""
    run = subprocess.Popen([QKLAB, "run", str(path), "--fresh", "--out", "taken", "-j", "1"], cwd=FOLDER,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, run.returncode
    return 1024 * usage.ru_maxrss


def compare(experiment, small, *larger):
    # A tiny trial measures the memory of program, libraries and threads.
    base = taken(config(experiment, small))
    told = []
    for params in larger:
        path = config(experiment, params)
        estimate, measured = said(path), taken(path) - base
        assert measured > 8 * MIB, f"{params}: too small a trial to tell by"
        assert 0.9 * measured <= estimate <= 3 * measured, \
            f"{params}: {estimate / MIB:.0f} MiB said, {measured / MIB:.0f} taken"
        told.append(f"{estimate / measured:.2f}")
    return f"passed (estimate over what was taken: {', '.join(told)})"


def test_rank_collapse():
    return compare("rank_collapse", "dim: 8, length: 8, depth: 1", "dim: 700, length: 40, depth: 1",
                   "dim: 40, length: 1500, depth: 1", "dim: 500, length: 700, depth: 2, mlp: true, skip: true")


def test_entropy_collapse():
    return compare("entropy_collapse", "dim: 8, length: 8", "dim: 900, length: 40", "dim: 40, length: 1500",
                   "dim: 600, length: 900")


def test_training():
    def trial(text):
        return f"task: copy, steps: 2, evaluate_every: 2, evaluation_batches: 1, {text}"
    return compare("training", trial("length: 8, dim: 8, batch: 2, layers: 1"),
                   trial("length: 64, dim: 64, ffn: 128, batch: 128, layers: 3, heads: 4"),
                   trial("length: 256, dim: 32, batch: 16, layers: 2, heads: 4"),
                   trial("length: 16, dim: 512, ffn: 1024, batch: 2, layers: 2"),
                   trial("length: 32, dim: 32, batch: 256, layers: 1, vocabulary: 500"))


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
