"""The package python/qklab: what it reads from run directories, and what it lets the program do."""
import json
import math
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import warnings

from harness import FOLDER, ROOT, csv_rows, needs, qklab, run_tests, skip, tables, without_store, write
from python_package import package

SWEEP = write("walk.yaml", """
name: walk
experiment: localization
params: {dim: 16, length: 8, samples: 200}
sweep:
  mean: [0, 1]
  variance: [0.01, 1]
seeds: 3
figures:
  - {name: support, plot: line, x: position, y: support, color: variance, facet: mean}
  - {name: entropy, plot: band, x: variance, y: entropy, color: mean}
claims:
  - {id: step, text: "a step", test: difference, metric: contrast, reference: 0, at_least: 0.9, where: "mean != 0",
     by: [variance]}
""")
TRAINING = write("train.yaml", """
name: train
experiment: training
params: {dim: 8, length: 6, vocabulary: 4, layers: 2, heads: 2, steps: 4, batch: 4, evaluate_every: 2}
sweep: {lr: [0.001, 0.01]}
""")


def walk():
    if not (FOLDER / "walk").exists():
        qklab("run", SWEEP, "--out", "walk")
    return package().open(FOLDER / "walk")


def test_trials_have_their_types_and_every_bit():
    trials = walk().trials
    kinds = {"trial": "O", "status": "O", "dim": "i", "mean": "f", "shape": "O", "symmetric": "b", "seed": "i",
             "entropy": "f"}
    assert {name: trials[name].dtype.kind for name in kinds} == kinds
    rows = csv_rows(tables("walk")["trials.csv"])
    assert list(trials.columns) == list(rows[0]) and len(trials) == len(rows) == 12
    for (_, trial), row in zip(trials.iterrows(), rows):
        for name, text in row.items():
            value = trial[name]
            assert str(value).lower() == text if isinstance(value, (str, bool)) else float(text or "nan") == value, name


def test_a_reference_without_a_store_reads_the_same():
    from pandas.testing import assert_frame_equal
    lab, run = package(), walk()
    trials, support = run.trials, run.series("support")
    with without_store("walk"):
        reference = lab.open(FOLDER / "walk")
        assert_frame_equal(reference.trials, trials, check_exact=True)
        assert_frame_equal(reference.series("support"), support, check_exact=True)
        assert reference.parameters == run.parameters and reference.varied == ["mean", "variance"]
        assert len(reference.query("mean == 0")) == 6
    for name in ("fig_phase_boundary", "fig_locater"):
        reference = lab.open(ROOT / "results/reference" / name)
        rows = csv_rows((reference.directory / "trials.csv").read_bytes())
        assert list(reference.trials["trial"]) == [row["trial"] for row in rows]
        assert reference.trials["seed"].dtype.kind == "i" and not reference.verdicts.empty


def test_series_are_tidy():
    import numpy
    support = walk().series("support")
    assert list(support.columns)[:2] == ["trial", "dim"] and list(support.columns)[-2:] == ["index", "support"]
    rows = [row for row in csv_rows(tables("walk")["series.csv"]) if row["metric"] == "support"]
    assert [(row["trial"], int(row["index"]), float(row["value"])) for row in rows] == list(
        support[["trial", "index", "support"]].itertuples(index=False, name=None))
    matrix = walk().array("support")
    assert matrix.shape == (12, 8) and numpy.array_equal(matrix.ravel(), support["support"])
    try:
        walk().series("suport")
    except KeyError as error:
        assert "support_theory" in str(error)
    else:
        raise AssertionError("a series of an unknown name")


def test_a_family_of_series_has_layers_and_heads():
    run = package().run(TRAINING, out=FOLDER / "train", seeds=2)
    entropy = run.series("entropy")
    assert set(zip(entropy["layer"], entropy["head"])) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    one = run.series("entropy.1.0")
    other = entropy[(entropy["layer"] == 1) & (entropy["head"] == 0)]
    assert list(one["entropy.1.0"]) == list(other["entropy"]) and len(one) == 4 * 3
    assert set(entropy["lr"]) == {0.001, 0.01} and list(entropy["index"][:3]) == [0, 2, 4]
    assert set(run.series("residual").columns) > {"layer"} and "loss" in run.series_names


def test_figures_and_verdicts():
    run = walk()
    assert sorted(run.figures) == ["entropy", "support"] and len(run.figures) == 2
    figure = run.figures["support"]
    rows = csv_rows((FOLDER / "walk/figures/support.csv").read_bytes())
    assert [float(row["support"]) for row in rows] == list(figure.data["support"])
    assert figure._repr_svg_().lstrip().startswith("<?xml") and figure._repr_html_().startswith("<img")
    try:
        run.figures["suport"]
    except KeyError as error:
        assert "there are entropy, support" in str(error)
    verdicts = run.verdicts
    claim, = json.loads((FOLDER / "walk/claims.json").read_text())["claims"]
    assert list(verdicts["estimate"]) == [each["estimate"] for each in claim["slices"]]
    assert list(verdicts["at"]) == ["variance=0.01", "variance=1.0"] and set(verdicts["claim"]) == {"step"}


def test_points_have_the_intervals_that_figures_show():
    run = walk()
    points = run.points("entropy").sort_values(["mean", "variance"])
    rows = sorted(csv_rows((FOLDER / "walk/figures/entropy.csv").read_bytes()),
                  key=lambda row: (float(row["mean"]), float(row["variance"])))
    assert len(points) == len(rows) == 4
    for (_, point), row in zip(points.iterrows(), rows):
        for name in ("entropy", "low", "high"):
            assert math.isclose(point[name], float(row[name]), rel_tol=1e-12), (name, point, row)
    assert set(points["seeds"]) == {3}
    from qklab.statistics import student_quantile
    for freedom, known in ((1, 12.7062047362), (2, 4.3026527297), (7, 2.3646242516), (30, 2.0422724563)):
        assert abs(student_quantile(freedom) - known) < 1e-9, freedom


def test_latex():
    run = walk()
    table = run.to_latex("contrast", rows="variance", columns="mean", best="highest", caption="100 % of it", label="t")
    assert table.count(r" \\") == 4 and table.count(r"\boldmath") == 1 and r"100 \% of it" in table
    points = run.points("contrast").set_index(["mean", "variance"])
    cell = points.loc[(0.0, 1.0)]
    assert f"${cell['contrast']:.2f}"[:4] in table, (cell, table)
    from qklab.latex import escaped, with_interval
    assert escaped("a_b & 3%") == r"a\_b \& 3\%"
    assert with_interval(0.22875, 0.0335) == r"$0.229 \pm 0.034$" and with_interval(float("nan"), 1.0) == "--"
    try:
        run.to_latex("contrast", rows="variance")
    except ValueError as error:
        assert "several points" in str(error)
    else:
        raise AssertionError("two means share a cell")
    try:
        run.to_latex("contrast", rows="varience")
    except KeyError as error:
        assert "there are mean, variance" in str(error)
    else:
        raise AssertionError("a row of a parameter that does not exist")
    if shutil.which("pdflatex"):
        write("table.tex", "\\documentclass{article}\\usepackage{booktabs,amsmath}\\begin{document}" + table
              + "\\end{document}")
        done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"], cwd=FOLDER,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_queries_have_types_and_only_read():
    lab, run = package(), walk()
    answer = run.query("SELECT mean, count(*) AS n, avg(entropy) AS e FROM results GROUP BY mean")
    assert list(answer["mean"]) == [0.0, 1.0] and list(answer["n"]) == [6, 6] and answer["e"].dtype.kind == "f"
    chosen = run.query("mean == 0 and seed < 2")
    assert len(chosen) == 4 and set(chosen["mean"]) == {0.0} and chosen["seed"].dtype.kind == "i"
    for sql in ("SELECT nothing FROM results", "WITH x AS (SELECT 1) DELETE FROM trials", "entropy <"):
        try:
            run.query(sql)
        except lab.InputError as error:
            assert error.diagnostics, sql
        else:
            raise AssertionError(sql)
    assert len(run.trials) == 12


def test_what_the_program_does():
    run = walk()
    assert run.replay(2).ok and "2 of 2 trials are the same" in run.replay(2)
    assert run.verify().ok
    assert "no difference" in run.diff(run) and "no difference" in run.diff(str(run.directory))
    page = run.report(out=FOLDER / "page.html")
    assert page.read_text().startswith("<!") and "page.html" in page._repr_html_()
    edited = FOLDER / "edited"
    shutil.copytree(run.directory, edited)
    figure = edited / "figures/support.csv"
    figure.write_text(figure.read_text().replace("1", "2", 1))
    assert not package().open(edited).verify().ok


def test_a_dict_and_overrides_run_what_the_command_line_runs():
    import numpy
    lab = package()
    config = {"name": "walk", "experiment": "localization", "params": {"dim": 16, "length": 8, "samples": 200},
              "sweep": {"mean": [0, 1], "variance": {"logspace": [0.01, 1, 2]}}, "seeds": 3}
    run = lab.run(config, out=FOLDER / "from-dict")
    walk()
    assert tables("from-dict")["trials.csv"] == tables("walk")["trials.csv"] and run.directory == FOLDER / "from-dict"
    lab.run(config, out=FOLDER / "overridden", mean=numpy.linspace(0, 1, 3), variance={"logspace": [0.1, 10, 3]},
            seeds=[5], where="mean > 0", attention="softmax")
    qklab("run", SWEEP, "--out", "by-hand", "mean=0,0.5,1", "variance=logspace(0.1,10,3)", "seeds=values(5)",
          "where=mean > 0", "attention=softmax")
    assert tables("overridden")["trials.csv"] == tables("by-hand")["trials.csv"]


def test_errors_are_data_and_nothing_is_written():
    lab = package()
    bad = write("bad.yaml", SWEEP.read_text().replace("samples: 200", "sampels: 200"))
    for config in (bad, {"name": "walk", "experiment": "localization", "params": {"sampels": 200}}):
        try:
            lab.run(config, out=FOLDER / "nowhere", maen=0)
        except lab.InputError as error:
            misspelt, argument = error.diagnostics
        assert misspelt.suggestion == "samples" and misspelt.line in (3, 4) and misspelt.column
        assert misspelt.file.endswith("bad.yaml" if config is bad else "walk.yaml"), misspelt
        assert argument.suggestion == "mean" and argument.file == "argument 'maen=0'" and argument.line is None
    assert not (FOLDER / "nowhere").exists()
    for call, kind in ((lambda: lab.open(FOLDER / "nowhere"), lab.QklabError),
                       (lambda: lab.describe("trainin"), lab.InputError),
                       (lambda: lab.run({"name": "x"}), lab.InputError)):
        try:
            call()
        except kind as error:
            assert str(error)
        else:
            raise AssertionError(kind)
    before = os.environ.pop("QKLAB_PROGRAM")
    try:
        os.environ["QKLAB_PROGRAM"] = "/nowhere/qklab"
        lab.program()
    except lab.ProgramNotFound as error:
        assert "/nowhere/qklab" in str(error)
    finally:
        os.environ["QKLAB_PROGRAM"] = before


def test_a_claim_that_falls_short_warns_and_gives_the_results():
    lab = package()
    config = write("short.yaml", SWEEP.read_text().replace("id: step", "id: step, demand: holds"))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        run = lab.run(config, out=FOLDER / "short")
    assert [each.category for each in heard] == [lab.FellShort] and "falls short: step" in str(heard[0].message)
    assert len(run.trials) == 12 and run.failed.empty


def test_texts_of_any_kind_and_numbers_that_json_lacks():
    """Trials whose parameters cannot be split at commas, of several sets of parameters, and with infinite numbers."""
    lab = package()
    from qklab import _columns
    texts = ["plain", "a, b", 'say "no"', "two\nlines", "caf\u00e9", ""]
    for count in (1, len(texts)):  # with commas and without: two ways to read
        folder = FOLDER / f"texts-{count}"
        folder.mkdir()
        make_store(folder / "run.db", [{"text": texts[k % count], "limit": ["inf", 1.5, "-inf"][k % 3],
                                        "flag": k % 2 == 0, "n": k} for k in range(30)])
        for alone in (1000, 7):  # in this process, and in several
            _columns._ALONE = alone
            run = lab.Run(folder)
            trials = run.trials
            assert list(trials["text"]) == [texts[k % count] for k in range(30)], trials["text"]
            assert list(trials["limit"]) == [[math.inf, 1.5, -math.inf][k % 3] for k in range(30)]
            assert list(trials["flag"]) == [k % 2 == 0 for k in range(30)] and trials["flag"].dtype == bool
            assert list(trials["n"]) == list(range(30)) and trials["n"].dtype == "int64"
            assert [x for x in trials["score"] if x == x] == [k / 7 for k in range(0, 30, 2)]
        _columns._ALONE = 200_000
    assert list(run.query("SELECT \"limit\" FROM results LIMIT 3")["limit"]) == [math.inf, 1.5, -math.inf]


def test_lines_that_are_alike_are_split_without_parsing_each():
    package()
    from qklab import _split
    rows = [{"a": k % 3, "long name": "x" * (k % 20), "c.d": k / 7, "e": k % 2 == 0} for k in range(100)]
    for separators in ((", ", ": "), (",", ":")):
        text = "\n".join(json.dumps(row, separators=separators) for row in rows)
        columns = _split.split(text.encode())
        for name in rows[0]:
            column = columns[name]
            assert len(column.texts) == len({row[name] for row in rows})
            assert [json.loads(column.texts[code]) for code in column.codes] == [row[name] for row in rows]
        # Anything else is left to the parser: a comma within a value, other names, another order, fewer of them.
        for other in ({**rows[0], "long name": "x,y"}, {**rows[0], "f": 1}, dict(reversed(rows[0].items())), {"a": 1},
                      {"a": 1, "long name": 2, "c.d": 3, "E": 4}):
            assert _split.split((text + "\n" + json.dumps(other, separators=separators)).encode()) is None, other


def test_scalars_are_read_from_pages_as_sqlite_reads_them():
    """A table of several levels, with numbers of every kind that SQLite stores in its own way, and gaps."""
    import numpy
    package()
    from qklab import _scalars
    from qklab._store import open_read_only
    path = FOLDER / "pages/run.db"
    path.parent.mkdir()
    make_store(path, [])
    odd = [0, 1, -1, 127, -128, 128, 32767, -32769, 1 << 23, -(1 << 23) - 1, 1 << 31, -(1 << 31) - 1, 1 << 47,
           -(1 << 47) - 1, (1 << 62) + 1, 0.0, -0.0, math.inf, -math.inf, 5e-324, -1.7976931348623157e308, 1 / 3]
    rows = [(trial, metric, odd[(trial * 7 + metric) % len(odd)]) for trial in (*range(1, 30000), 1 << 17, 1 << 33)
            for metric in (1, 2, 300) if (trial + metric) % 11]
    with sqlite3.connect(path) as store:
        store.executemany("INSERT INTO metrics VALUES(?, ?)", [(2, "b"), (300, "c")])
        store.execute("DELETE FROM scalars")
        store.executemany("INSERT INTO scalars VALUES(?, ?, ?)", rows)
    store.close()
    trials = numpy.array(sorted({row[0] for row in rows}))
    with open_read_only(path) as database:
        assert all(part is not None for part in _scalars._from_pages(database, path))
        fast = _scalars.read_scalars(database, path, trials)
        pages, _scalars._from_pages = _scalars._from_pages, lambda *_: iter([None])
        slow = _scalars.read_scalars(database, path, trials)
        _scalars._from_pages = pages
    assert list(fast) == list(slow) == ["score", "b", "c"]
    for name, column in fast.items():
        assert column.tobytes() == slow[name].tobytes() and numpy.isnan(column).any(), name
    assert numpy.signbit(fast["b"][fast["b"] == 0]).any() and numpy.isinf(fast["b"]).any()
    # A page that is no such page: SQLite decides what it is.
    with open(path, "r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 8)
    with open_read_only(path) as database:
        parts = list(_scalars._from_pages(database, path))
    assert parts[-1] is None


def test_trials_may_differ_in_what_parameters_they_have():
    lab = package()
    (FOLDER / "later").mkdir()
    make_store(FOLDER / "later/run.db", [{"n": 1}, {"n": 2, "x": 0.5}, {"x": "inf", "n": 3}])
    trials = lab.open(FOLDER / "later").trials
    assert list(trials["n"]) == [1, 2, 3] and list(trials["x"])[1:] == [0.5, math.inf] and math.isnan(trials["x"][0])


def make_store(path, parameters):
    store = sqlite3.connect(path)
    source = sqlite3.connect(f"file:{walk().directory / 'run.db'}?mode=ro", uri=True)
    for (sql,) in source.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"):
        store.execute(sql)
    store.execute("PRAGMA application_id=0x716b6c62")
    store.execute("PRAGMA user_version=3")
    store.execute("INSERT INTO metrics VALUES(1, 'score')")
    store.executemany("INSERT INTO trials VALUES(?, ?, 'done', 0.1, ?, '', 0)",
                      [(k + 1, k - 5, json.dumps(each, ensure_ascii=False)) for k, each in enumerate(parameters)])
    store.executemany("INSERT INTO scalars VALUES(?, 1, ?)", [(k + 1, k / 7) for k in range(0, len(parameters), 2)])
    store.commit()
    store.close()


def test_weights_are_read_where_they_are_saved():
    import numpy
    lab, run = package(), walk()
    trial = run.trials.iloc[0]
    try:
        run.weights(trial)
    except lab.QklabError as error:
        assert "has no weights of trial" in str(error)
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                         "b": {"dtype": "BF16", "shape": [2], "data_offsets": [16, 20]},
                         "__metadata__": {"k": "v"}}).encode()
    content = struct.pack("<Q", len(header)) + header + struct.pack("<4f", 1, 2, 3, 4) + b"\x80\x3f\x20\xc1"
    folder = FOLDER / "walk/weights"
    folder.mkdir()
    (folder / f"{trial['trial']}.safetensors").write_bytes(content)
    for chosen in (trial, trial["trial"]):
        weights = run.weights(chosen)
        assert numpy.array_equal(weights["a"], [[1, 2], [3, 4]]) and list(weights["b"]) == [1.0, -10.0], weights
    from qklab import safetensors
    arrays = {"x": numpy.arange(6, dtype="f4").reshape(2, 3).T, "y": numpy.array([True, False]),
              "z": numpy.float64(3), "e": numpy.zeros((0, 2), "i4")}
    safetensors.save(FOLDER / "own.safetensors", arrays)
    again = safetensors.load(FOLDER / "own.safetensors")
    assert all(numpy.array_equal(again[name], arrays[name]) and again[name].dtype == numpy.asarray(arrays[name]).dtype
               for name in arrays)
    for damaged in (content[:-1], content[:20], b"", struct.pack("<Q", 1 << 60) + header,
                    content.replace(b"16, 20", b"16, 99"), content.replace(b"[2, 2]", b"[2, 3]")):
        (FOLDER / "damaged.safetensors").write_bytes(damaged)
        try:
            safetensors.load(FOLDER / "damaged.safetensors")
        except lab.QklabError as error:
            assert "is no complete .safetensors file" in str(error)
        else:
            raise AssertionError(damaged)
    shutil.rmtree(folder)


def test_a_state_dict_becomes_a_file_that_the_program_reads():
    """The program is replaced by one that keeps the file and prints a table."""
    import numpy
    lab = package()
    stand_in = write("stand-in", f"#!/bin/sh\n[ \"$1 $3\" = 'spectrum --csv' ] || exit 2\ncp \"$2\" '{FOLDER}/kept'\n"
                     "printf 'layer,head,mean\\n0,1,0.1\\n'\n")
    stand_in.chmod(0o755)
    before, os.environ["QKLAB_PROGRAM"] = os.environ["QKLAB_PROGRAM"], str(stand_in)
    try:
        table = lab.spectrum({"h.0.attn.q": numpy.eye(3, dtype="f4")})
        assert list(table.columns) == ["layer", "head", "mean"] and table["mean"][0] == 0.1
        from qklab import safetensors
        assert numpy.array_equal(safetensors.load(FOLDER / "kept")["h.0.attn.q"], numpy.eye(3))
        try:
            import torch
        except ImportError:
            return
        lab.spectrum({"w": torch.tensor([1.5, -2.0], dtype=torch.bfloat16, requires_grad=True)})
        assert list(safetensors.load(FOLDER / "kept")["w"]) == [1.5, -2.0]
    finally:
        os.environ["QKLAB_PROGRAM"] = before


def test_describe():
    declared = package().describe("training")
    lr = declared.parameters.loc["lr"]
    assert lr["type"] == "real" and lr["default"] == "0.003" and lr["doc"] == "learning rate" and lr["low"] == 0
    assert declared.series.loc["loss", "index"] == "step" and "final_loss" in declared.scalars.index
    assert "adamw" in declared.parameters.loc["optimizer", "choices"]
    assert repr(declared) == qklab("describe", "training").stdout.rstrip("\n")
    assert "is a task" in qklab("describe", "sort", "--json", code=2).stderr


def test_extend_adds_points_as_a_search_does():
    lab = package()
    run = lab.run(SWEEP, out=FOLDER / "search", mean=0.5, variance=1, seeds=2)
    assert len(run.trials) == 2
    best, step = 1.0, 2.0
    for _ in range(3):
        added = run.extend([{"variance": best * step}, {"variance": best / step}])
        assert list(added["variance"]) == [best * step] * 2 + [best / step] * 2 and set(added["mean"]) == {0.5}
        points = run.points("contrast")
        best = points.loc[points["contrast"].idxmax(), "variance"]
    assert len(run.trials) > 6 and run.varied == ["variance"] and run.verify().ok
    again = len(run.trials)
    assert len(run.extend([{"variance": best}])) == 2 and len(run.trials) == again
    # They are the trials of a sweep over these values.
    values = sorted(set(run.trials["variance"]))
    other = lab.run(SWEEP, out=FOLDER / "swept", mean=0.5, variance=values, seeds=2)
    assert set(other.trials["trial"]) == set(run.trials["trial"])
    try:
        run.extend([{"varianse": 1}])
    except lab.InputError as error:
        assert error.diagnostics[0].suggestion == "variance"
    assert len(run.trials) == again


def test_the_version_is_the_programs():
    version = re.search(r"project\(qklab VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert package().__version__ == version
    assert f'version = "{version}"' in (ROOT / "python/pyproject.toml").read_text()


def test_types_are_sound():
    package()
    needs("mypy")
    done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", str(FOLDER / "mypy")], cwd=ROOT / "python",
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pip_installs_it_without_a_network():
    package()
    try:
        import ensurepip  # noqa: F401: a venv has a pip only where this is
    except ImportError:
        skip("python3-venv is not installed")
    venv = FOLDER / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(venv)], check=True)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    before = sorted((ROOT / "python").iterdir())
    done = subprocess.run([venv / "bin/pip", "install", "--no-index", ROOT / "python"], env=clean, cwd=FOLDER,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted((ROOT / "python").iterdir()) == before, "left in the source tree"
    script = "import qklab; print(qklab.__file__); print(len(qklab.open('walk').trials))"
    shown = subprocess.run([venv / "bin/python", "-c", script], env=clean, cwd=walk().directory.parent,
                           capture_output=True, text=True)
    place, count = shown.stdout.split()
    assert pathlib.Path(place).is_relative_to(venv) and count == "12", shown
    assert (pathlib.Path(place).parent / "py.typed").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
