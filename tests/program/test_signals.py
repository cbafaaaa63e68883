"""Signals that the caller ignores stay ignored; those sent before a limit make a run save its results and end."""
import json
import re
import resource
import signal
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, SLOWER, csv_rows, qklab, run_tests, tables, write

TRIALS = 60
SWEEP = write("signals.yaml", f"""
name: signals
experiment: localization
params: {{dim: 32, length: 16, samples: {1000000 // SLOWER}}}
sweep: {{mean: {{linspace: [0, 1, {TRIALS}]}}}}
""")
ASKING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
AHEAD_OF_A_LIMIT = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU]


def begin(out, *arguments, ignored=(), limits=()):
    def prepare():
        for each in ignored:
            signal.signal(each, signal.SIG_IGN)
        for which, limit in limits:
            resource.setrlimit(which, limit)
    return subprocess.Popen([QKLAB, "run", SWEEP, "--out", out, "-j", "1", *map(str, arguments)], cwd=FOLDER, text=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=prepare)


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def has_begun(path):
    return path.exists() and path.stat().st_size > 0


def rows(out):
    return len(csv_rows((FOLDER / out / "trials.csv").read_bytes()))


def test_signals_that_the_caller_ignores_end_nothing():
    run = begin("ignored", ignored=ASKING + AHEAD_OF_A_LIMIT)
    wait_until(lambda: has_begun(FOLDER / "ignored/run.db"))
    for each in (ASKING + AHEAD_OF_A_LIMIT) * 2:
        run.send_signal(each)
    assert run.poll() is None, "over before the signals could be sent"
    _, said = run.communicate(timeout=240)
    assert run.returncode == 0 and rows("ignored") == TRIALS, said


def test_each_signal_saves_and_ends_a_run():
    for each in ASKING + AHEAD_OF_A_LIMIT:
        out, scratch = f"ended-{each.name}", FOLDER / f"scratch-{each.name}"
        run = begin(out, "--scratch", scratch)
        wait_until(lambda: any(has_begun(path) for path in scratch.glob("*/run.db")))
        time.sleep(0.2)
        run.send_signal(each)
        _, said = run.communicate(timeout=60)
        assert run.returncode == 130 and "interrupted" in said, (each, run.returncode, said)
        assert list(scratch.iterdir()) == [], f"{each.name}: left in scratch"
        assert has_begun(FOLDER / out / "run.db"), f"{each.name}: not copied back"
    qklab("run", SWEEP, "--out", out, "-j", "1")
    assert tables(out) == tables("ignored")


def test_a_training_that_is_stopped_loses_nothing():
    """No state is saved while it runs, so that what is there afterwards was saved because of the signal."""
    config = write("long.yaml", "name: long\nexperiment: training\n"
                   "params: {dim: 16, length: 8, steps: 20000, batch: 8, evaluate_every: 10000}\n")
    begin = [QKLAB, "run", config, "--out", "long", "--checkpoint-every", "100000"]
    reached = 0
    for _ in range(2):
        run = subprocess.Popen(begin, cwd=FOLDER, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        running = FOLDER / "long/running.json"
        wait_until(lambda: running.exists() and (trials := json.loads(running.read_text())["trials"])
                   and trials[0]["step"] > reached)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
        assert run.returncode == 130, said
        step = re.search(r"^saved as well: step (\d+) of 20000, or a little further$", said, re.M)
        assert step and int(step[1]) > reached, said  # the second run went on from there
        reached = int(step[1])
        assert len(list((FOLDER / "long/checkpoints").iterdir())) == 1
    qklab("run", config, "--out", "long")
    qklab("run", config, "--out", "unbroken")
    assert tables("long") == tables("unbroken")
    # Several at a time, and quietly.
    run = subprocess.Popen([QKLAB, "run", config, "lr=0.001,0.002", "--out", "both", "-j", "2", "--quiet"], cwd=FOLDER,
                           text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    running = FOLDER / "both/running.json"
    wait_until(lambda: running.exists() and len(json.loads(running.read_text())["trials"]) == 2)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert re.search(r"^saved as well: lr=0\.00[12] at step \d+ of 20000; lr=0\.00[12] at step", said, re.M), said


def test_a_signal_before_anything_has_begun_leaves_nothing():
    for each in ASKING + AHEAD_OF_A_LIMIT:
        run = begin("early")
        caught = lambda: int(open(f"/proc/{run.pid}/status").read().split("SigCgt:")[1].split()[0], 16)
        wait_until(lambda: caught() & 1 << (each - 1))
        run.send_signal(each)
        assert run.wait(timeout=60) == 130, each
        run.stderr.close()


def test_a_limit_of_processor_time_ends_a_run_and_the_same_command_goes_on():
    """The kernel repeats SIGXCPU every second, but the repetitions are not urgent. No processor ends the trials sooner."""
    run = begin("limited", "samples=100000000", limits=[(resource.RLIMIT_CPU, (1, resource.RLIM_INFINITY))])
    _, said = run.communicate(timeout=240)
    assert run.returncode == 130 and "interrupted" in said, (run.returncode, said)
    qklab("verify", "limited", code=None)


def test_a_limit_of_a_files_size_is_an_error_that_is_told():
    run = begin("small", limits=[(resource.RLIMIT_FSIZE, (20000, 20000))])
    _, said = run.communicate(timeout=240)
    assert run.returncode == 1 and "small" in said, (run.returncode, said)


def test_a_second_request_leaves_at_once():
    run = begin("twice", "samples=100000000", "mean=0")
    wait_until(lambda: has_begun(FOLDER / "twice/run.db"))
    time.sleep(0.3)
    for each in (signal.SIGUSR1, signal.SIGUSR1, signal.SIGTERM, signal.SIGTERM):
        run.send_signal(each)
    assert run.wait(timeout=30) == 130
    run.stderr.close()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
