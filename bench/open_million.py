"""How long python/qklab takes to open a run of many trials as a data frame: a run.db of 11 parameters and 7 scalars is
made and opened, several times. Usage: python3 bench/open_million.py [TRIALS]"""
import json
import pathlib
import random
import sqlite3
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE metrics(metric INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE trials(trial INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, status TEXT NOT NULL,
  seconds REAL NOT NULL, params TEXT NOT NULL, message TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE scalars(trial INTEGER, metric INTEGER, value NOT NULL, PRIMARY KEY(trial, metric)) WITHOUT ROWID;
PRAGMA application_id=0x716b6c62; PRAGMA user_version=3; PRAGMA journal_mode=WAL;
"""
SCALARS = ["entropy", "participation", "contrast", "mean_drawn", "variance_drawn", "frobenius_variance",
           "spectral_norm"]


def make(path, trials):
    draw = random.Random(0)
    params = {"dim": 64, "length": 32, "mean": 0.0, "variance": 0.0, "shape": "gaussian", "symmetric": True,
              "asymmetry": 1.0, "attention": "piecewise", "temperature": 8.0, "samples": 4000, "seed": 0}
    store = sqlite3.connect(path, isolation_level=None)
    store.executescript(TABLES)
    store.execute("BEGIN")
    store.executemany("INSERT INTO metrics VALUES(?, ?)", enumerate(SCALARS, 1))
    for trial in range(1, trials + 1):
        point, params["seed"] = divmod(trial, 100)
        params["mean"], params["variance"] = point % 100 / 7, 10 ** (point // 100 / 25 - 2)
        store.execute("INSERT INTO trials VALUES(?, ?, 'done', 0.001, ?, '', 0)",
                      (trial, draw.getrandbits(63), json.dumps(params)))
        store.executemany("INSERT INTO scalars VALUES(?, ?, ?)",
                          [(trial, metric, draw.random()) for metric in range(1, len(SCALARS) + 1)])
    store.execute("COMMIT")
    store.close()


def main(trials=1_000_000):
    import qklab
    with tempfile.TemporaryDirectory() as folder:
        make(pathlib.Path(folder, "run.db"), trials)
        seconds = []
        for _ in range(5):
            begin = time.perf_counter()
            table = qklab.open(folder).trials
            seconds.append(time.perf_counter() - begin)
        assert table.shape == (trials, 2 + 11 + 7) and not table.isna().any().any()
        print(f"{trials} trials: " + ", ".join(f"{each:.2f}" for each in seconds) + " s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
