"""What the tests of the program share: running it in a folder of its own and checking what it does."""
import contextlib
import csv
import io
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
QKLAB = str(pathlib.Path(sys.argv[1]).resolve())
FIGURE = ROOT / "configs" / "fig_localization.yaml"
SLOWER = int(os.environ.get("QKLAB_SLOWER", "1"))  # times, by a sanitizer: Monte Carlo takes fewer samples then

# A shell ignores Ctrl-C for what it runs in the background, and what these tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

_folder = tempfile.TemporaryDirectory(prefix="qklab-test-")
FOLDER = pathlib.Path(_folder.name)


def qklab(*arguments, code=0, cwd=FOLDER, timeout=300, **environment):
    """Runs qklab, demands the exit code (None: any), returns the completed process."""
    done = subprocess.run([QKLAB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          errors="backslashreplace", timeout=timeout, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})
    shown = f"qklab {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
    assert code is None or done.returncode == code, f"exit code {done.returncode}, not {code}: {shown}"
    assert "terminate called" not in done.stderr and "Sanitizer" not in done.stderr, shown
    return done


def write(name, text):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def tables(directory):
    """The bytes of both CSVs of a run directory."""
    return {name: (pathlib.Path(FOLDER) / directory / name).read_bytes() for name in ("trials.csv", "series.csv")}


def csv_rows(table):
    """The rows of a CSV given as text or bytes, each a dict."""
    return list(csv.DictReader(io.StringIO(table if isinstance(table, str) else table.decode())))


def run_through_kills(config, out, *arguments, seed, lives):
    """Runs into `out`, killed after a short random while each of `lives` times, and then to its end. Returns how
    many kills hit it."""
    choose, killed = random.Random(seed), 0
    for _ in range(lives):
        run = subprocess.Popen([QKLAB, "run", str(config), "--out", out, "-j", "2", *arguments], cwd=FOLDER,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(choose.uniform(0.03, 0.2))
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            killed += 1
        run.wait()
    qklab("run", config, "--out", out, "-j", "2")
    assert killed > 0
    return killed


@contextlib.contextmanager
def without_store(directory):
    """A run directory as a committed reference is: CSVs and manifest alone."""
    store, aside = FOLDER / directory / "run.db", FOLDER / "aside.db"
    store.rename(aside)
    yield
    aside.rename(store)


def run_tests(module):
    """Runs every function named test_*, prints a line each, and exits 1 if one failed."""
    failed = 0
    tests = [(name, test) for name, test in vars(module).items() if name.startswith("test_")]
    assert tests, "no test here"
    for name, test in tests:
        try:
            outcome = test() or "passed"
        except Exception as error:  # noqa: BLE001: the next test is to run all the same
            outcome, failed = f"FAILED: {type(error).__name__}: {error}", failed + 1
        print(f"{name}: {outcome}", flush=True)
    sys.exit(1 if failed else 0)
