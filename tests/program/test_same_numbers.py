"""Bitwise the same tables for any number of threads, in shards, and after any interruption."""
import random
import signal
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, SLOWER, qklab, run_tests, tables, write

CONFIG = f"""
name: same
experiment: localization
params: {{dim: 48, length: 24, samples: {20000 // SLOWER}}}
sweep: {{mean: [-0.5, 0, 0.5], variance: {{logspace: [0.01, 10, 4]}}, attention: [piecewise, softmax]}}
seeds: 4
"""
SWEEP = write("same.yaml", CONFIG)
REFERENCE = {}


def run(out, *arguments, **options):
    return qklab("run", SWEEP, "--out", out, *arguments, **options)


def reference():
    if not REFERENCE:
        run("one", "-j", "1")
        REFERENCE.update(tables("one"))
        assert REFERENCE["trials.csv"].count(b"\n") == 1 + 96
    return REFERENCE


def test_threads():
    for jobs in (2, 7):
        run(f"threads-{jobs}", "-j", jobs)
        assert tables(f"threads-{jobs}") == reference()


def test_fewer_trials_than_threads():
    """One trial at a time, so that its inner loop is what runs in parallel."""
    for out, jobs in (("inner-1", 1), ("inner-4", 4)):
        run(out, "-j", jobs, "mean=0.5", "variance=1", "attention=softmax", "seeds=1", f"samples={200000 // SLOWER}")
    assert tables("inner-1") == tables("inner-4")


def test_shards_one_after_the_other():
    for shard in (2, 3, 1):
        run("shards", "--shard", f"{shard}/3")
    assert tables("shards") == reference()


def start(out):
    return subprocess.Popen([QKLAB, "run", str(SWEEP), "--out", out, "-j", "2"], cwd=FOLDER,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_killed_twenty_times():
    choose = random.Random(7)
    killed = 0
    for attempt in range(200):
        process = start("killed")
        # Short lives at first, so that twenty kills hit a sweep that is not finished.
        time.sleep(choose.uniform(0.005, 0.06))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        if killed == 20:
            break
    assert killed == 20, f"only {killed} kills"
    run("killed")
    assert tables("killed") == reference()
    return f"passed ({killed} kills)"


def test_interrupted_runs_go_on():
    codes = set()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        process = start("interrupted")
        time.sleep(0.15 if SLOWER == 1 else 1.5)  # a sanitized program is slow to start as well
        process.send_signal(number)
        began = time.monotonic()
        codes.add(process.wait(timeout=10))
        assert time.monotonic() - began < 3, "a stop takes too long"
    assert 130 in codes and codes <= {0, 130}, codes
    run("interrupted")
    assert tables("interrupted") == reference()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
