"""Bitwise the same tables for any number of threads, in shards, and after any interruption."""
import os
import pathlib
import signal
import sys

from harness import (FOLDER, SLOWER, begin_run, handles_signals, qklab, run_tests, run_through_kills, tables,
                     wait_for_changes, write)

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
    """One trial at a time, so that its inner loop runs in parallel."""
    for out, jobs in (("inner-1", 1), ("inner-4", 4)):
        run(out, "-j", jobs, "mean=0.5", "variance=1", "attention=softmax", "seeds=1", f"samples={200000 // SLOWER}")
    assert tables("inner-1") == tables("inner-4")


def test_shards_one_after_the_other():
    for shard in (2, 3, 1):
        run("shards", "--shard", f"{shard}/3")
    assert tables("shards") == reference()


def test_killed_twenty_times():
    killed = run_through_kills(SWEEP, "killed", seed=7, lives=20)
    assert tables("killed") == reference()
    return f"passed ({killed} kills)"


def cpu_seconds(process):
    """The CPU time that it has used so far, in all its threads."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stopped(process, number):
    """Sends the signal; returns the exit code, and the CPU time that the process used after it."""
    before = cpu_seconds(process)
    process.send_signal(number)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime - before


def test_interrupted_runs_go_on():
    codes = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        process = begin_run(SWEEP, "interrupted", "-j", 2)
        if wait_for_changes(process, "interrupted", 4):
            code, seconds = stopped(process, number)
            assert code in (0, 130), code
            assert seconds < 3 * SLOWER, f"{seconds} s of work after the signal"
            codes.append(code)
    run("interrupted")
    assert tables("interrupted") == reference()
    assert 130 in codes, codes


def test_signals_are_handled_before_anything_is_written():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        out = FOLDER / f"early-{number}"
        process = begin_run(SWEEP, out, "-j", 2)
        while not handles_signals(process):
            assert process.poll() is None, "it never handled signals"
            # The order matters: if `out` exists now, a program that handles the signals by now has written it.
            assert not out.exists() or handles_signals(process), "it writes, and a signal would kill it"
        code, _ = stopped(process, number)
        assert code == 130, (number, code)
        run(out)
        assert tables(out) == reference()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
