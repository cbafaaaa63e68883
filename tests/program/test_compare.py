"""diff, query and export: differences between two runs, selecting trials, and the same numbers in every format."""
import json
import math
import shutil
import sqlite3
import statistics
import sys

from harness import FOLDER, csv_rows, needs, qklab, run_tests, skip, write

SWEEP = write("compared.yaml", """
name: compared
experiment: localization
params: {dim: 16, length: 8, samples: 300}
sweep: {mean: [0, 0.5], variance: [0.01, 1, 10], attention: [piecewise, softmax]}
seeds: 4
claims:
  - {id: near, text: Support follows theory., test: agreement, metric: support, theory: support_theory,
     tolerance: 0.3, by: [mean, variance], where: "attention == 'piecewise'"}
  - {id: above, text: Entropy is at least 0., test: bound, metric: entropy, at_least: 0}
""")


def setup():
    if not (FOLDER / "a").exists():
        qklab("run", SWEEP, "--out", "a", code=None)
        qklab("run", SWEEP, "--out", "more", "samples=3000", code=None)


def test_equal_runs_have_no_difference():
    setup()
    shutil.copytree(FOLDER / "a", FOLDER / "copy")
    text = qklab("diff", "a", "copy").stdout
    assert text.count("no difference") == 2 and text.count("equal to the bit\n") >= 3, text
    assert "12 points, 48 trials, paired by seed" in text and "->" not in text, text


def test_config_and_scalar_differences_have_intervals():
    setup()
    text = qklab("diff", "a", "more").stdout
    assert "overrides: (none) -> samples=3000" in text and "samples: 300 -> 3000" in text, text
    line = next(line for line in text.splitlines() if line.strip().startswith("entropy "))
    low, high = map(float, line.split("[")[1].split("]")[0].split(","))
    a = {(r["mean"], r["variance"], r["attention"], r["seed"]): float(r["entropy"])
         for r in csv_rows((FOLDER / "a/trials.csv").read_text())}
    b = {(r["mean"], r["variance"], r["attention"], r["seed"]): float(r["entropy"])
         for r in csv_rows((FOLDER / "more/trials.csv").read_text())}
    difference = statistics.fmean(b[key] - a[key] for key in a)
    assert low <= difference <= high and low < high, line
    assert abs(float(line.split("[")[0].split()[-1]) - difference) <= 1e-3 * abs(difference), line


def test_versions_and_verdicts_that_changed():
    """A directory of an earlier version of the experiment, which this program no longer has."""
    setup()
    shutil.copytree(FOLDER / "a", FOLDER / "older")
    with sqlite3.connect(FOLDER / "older/run.db") as db:
        db.execute("UPDATE meta SET value = 0 WHERE key = 'version'")
    claims = json.loads((FOLDER / "older/claims.json").read_text())
    claims["claims"][0]["verdict"] = "fails"
    (FOLDER / "older/claims.json").write_text(json.dumps(claims))
    text = qklab("diff", "older", "a").stdout
    assert "version of the experiment: 0 -> " in text and "near: fails -> " in text, text
    assert "equal to the bit" in text
    # A committed reference has no run.db.
    (FOLDER / "older/run.db").unlink()
    assert "equal to the bit\n" in qklab("diff", "older", "a").stdout
    qklab("diff", "a", "nowhere", code=2)


def test_query_by_condition():
    setup()
    table = csv_rows((FOLDER / "a/trials.csv").read_text())
    expected = [r["trial"] for r in table if r["attention"] == "softmax" and float(r["entropy"]) > 1]
    found = csv_rows(qklab("query", "a", "attention == 'softmax' and entropy > 1").stdout)
    assert [r["trial"] for r in found] == expected and 0 < len(expected) < len(table)
    assert found[0].keys() == table[0].keys()
    assert len(csv_rows(qklab("query", "a", "status == 'done'").stdout)) == len(table)
    assert qklab("query", "a", "entropy < -1").stderr == "none of 48 trials fits\n"
    assert "did you mean 'variance'" in qklab("query", "a", "varience > 1", code=2).stderr


def test_query_by_sql():
    setup()
    table = csv_rows((FOLDER / "a/trials.csv").read_text())
    found = csv_rows(qklab("query", "a", "SELECT mean, variance, avg(entropy) AS e, count(*) AS n FROM results "
                                         "WHERE attention = 'softmax' GROUP BY mean, variance ORDER BY 1, 2").stdout)
    assert len(found) == 6
    for row in found:
        own = [float(r["entropy"]) for r in table if r["attention"] == "softmax"
               and float(r["mean"]) == float(row["mean"]) and float(r["variance"]) == float(row["variance"])]
        assert int(row["n"]) == len(own) and abs(float(row["e"]) - statistics.fmean(own)) <= 1e-12
    assert csv_rows(qklab("query", "a", "WITH t AS (SELECT 'a,\"b' AS x) SELECT * FROM t").stdout) == [{"x": 'a,"b'}]


def test_query_changes_nothing():
    setup()
    before = (FOLDER / "a/run.db").read_bytes()
    for sql in ("WITH t AS (SELECT 1) DELETE FROM trials", "SELECT * FROM nowhere", "SELECT load_extension('x')",
                "WITH t AS (SELECT 1) INSERT INTO meta VALUES('a', 'b')", "SELECT (",
                "SELECT * FROM pragma_journal_mode('delete')"):
        assert qklab("query", "a", sql, code=2).stderr.strip(), sql
    for text in ("ATTACH 'x.db' AS x", "PRAGMA user_version = 7", "DROP TABLE trials", "", "DELETE FROM trials"):
        qklab("query", "a", text, code=2)
    assert (FOLDER / "a/run.db").read_bytes() == before
    assert sorted(p.name for p in (FOLDER / "a").glob("run.db*")) == ["run.db", "run.db.lock"]


def same(column, strings):
    if column.dtype.kind in "US":
        return list(column) == strings
    if column.dtype.kind == "b":
        return [str(x).lower() for x in column] == strings
    numbers = [float(s) if s else math.nan for s in strings]
    return all(x == y or x != x and y != y for x, y in zip(column.astype(float), numbers, strict=True))


def test_export_npy():
    np = needs("numpy")
    setup()
    qklab("export", "a", "--format", "npy", "--out", "exported")
    table = csv_rows((FOLDER / "a/trials.csv").read_text())
    for name in table[0]:
        column = np.load(FOLDER / "exported/npy" / f"{name}.npy")
        assert same(column, [row[name] for row in table]), name
    series = {}
    for row in csv_rows((FOLDER / "a/series.csv").read_text()):
        series.setdefault(row["metric"], {}).setdefault(row["trial"], []).append((float(row["index"]), float(row["value"])))
    for name, trials in series.items():
        value = np.load(FOLDER / "exported/npy/series" / f"{name}.npy")
        index = np.load(FOLDER / "exported/npy/series" / f"{name}.index.npy")
        for i, row in enumerate(table):
            points = trials.get(row["trial"], [])
            assert np.array_equal(value[i, :len(points)], [p[1] for p in points]), name
            assert np.array_equal(index[i, :len(points)], [p[0] for p in points]), name
            assert np.isnan(value[i, len(points):]).all()


def test_export_hdf5():
    setup()
    done = qklab("export", "a", "--format", "hdf5", "--out", "exported", code=None)
    if done.returncode == 2 and "without HDF5" in done.stderr:
        skip("built without HDF5")
    assert done.returncode == 0, done.stderr
    assert (FOLDER / "exported/results.h5").read_bytes()[:8] == b"\x89HDF\r\n\x1a\n"
    with needs("h5py").File(FOLDER / "exported/results.h5") as file:
        table = csv_rows((FOLDER / "a/trials.csv").read_text())
        for name in table[0]:
            column = file["trials"][name]
            strings = [row[name] for row in table]
            assert list(column.asstr()) == strings if column.dtype.kind == "O" else \
                same(column[()], [{"true": "1", "false": "0"}.get(s, s) for s in strings]), name


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
