"""What the tests of the program share: running it in a folder of its own and checking what it does."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
QKLAB = str(pathlib.Path(sys.argv[1]).resolve())
FIGURE = ROOT / "configs" / "fig_localization.yaml"

_folder = tempfile.TemporaryDirectory(prefix="qklab-test-")
FOLDER = pathlib.Path(_folder.name)


def qklab(*arguments, code=0, cwd=FOLDER, timeout=120, **environment):
    """Runs qklab, demands the exit code (None: any), returns the completed process."""
    done = subprocess.run([QKLAB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          timeout=timeout, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
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
