"""Figures of a run: errors are reported before the run, files of other configs are removed, and tables are verified."""
import json
import os
import pathlib
import shutil
import stat
import sys

from harness import FOLDER, qklab, run_tests, write

WALK = """
name: drawn
experiment: localization
params: {dim: 8, length: 6, samples: 40}
sweep: {mean: [0, 0.5], variance: [0.1, 1, 10]}
seeds: 2
figures:
  - {name: curves, x: position, y: support, color: variance, facet: mean}
  - {name: contrast, x: variance, y: contrast, color: mean, log: x}
claims:
  - {id: small, text: Contrast is small., test: difference, metric: contrast, reference: 0, at_most: 2}
"""
PARTS = ("csv", "pdf", "png", "svg")


def run(out, text=WALK, *arguments, **options):
    return qklab("run", write(f"{out}.yaml", text), "--out", out, *arguments, **options)


def drawn(out):
    return sorted(path.name for path in (FOLDER / out / "figures").iterdir())


def files(*names):
    return sorted(f"{name}.{part}" for name in names for part in PARTS)


def dying_gnuplot(condition, how="kill -9 $$"):
    """A folder for the front of PATH, whose gnuplot dies for scripts that match `condition`."""
    folder = FOLDER / "dying"
    folder.mkdir(exist_ok=True)
    program = folder / "gnuplot"
    program.write_text(f"#!/bin/sh\nfor script; do :; done\ngrep -q '{condition}' \"$script\" && {how}\n"
                       f"exec {shutil.which('gnuplot')} \"$@\"\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{os.environ['PATH']}"


def test_figures_that_cannot_be_drawn_are_refused_before_anything_is_made():
    for name, was, becomes, said in [("open", "color: mean, log: x", "log: x", "average over mean (0, 0.5)"),
                                     ("zero", "[0.1, 1, 10]", "[0, 1, 10]", "variance = 0 can't stand on a log axis"),
                                     ("series", "color: variance, facet: mean", "facet: mean", "average over variance")]:
        assert was in WALK
        for more in (["--dry-run"], []):
            done = run(name, WALK.replace(was, becomes), *more, code=2)
            assert said in done.stderr and f"{name}.yaml:" in done.stderr, done.stderr
            assert not (FOLDER / name).exists(), f"{name}: something was made"


def test_a_figure_without_trials_is_told_beforehand_and_the_rest_is_made():
    text = WALK.replace("log: x}", 'log: x, where: "mean > 3"}')
    assert "figure 'contrast': no trial of this sweep" in run("nothing", text, "--dry-run").stderr
    run("nothing", text, code=1)
    assert drawn("nothing") == files("curves")


def test_outputs_of_a_figure_that_was_renamed_or_left_out_do_not_stay():
    run("renamed")
    run("renamed", WALK.replace("name: contrast", "name: other"))
    assert drawn("renamed") == files("curves", "other")
    run("renamed", WALK.replace("  - {name: curves, x: position, y: support, color: variance, facet: mean}\n", ""))
    assert drawn("renamed") == files("contrast")
    qklab("verify", "renamed")
    (FOLDER / "renamed/figures/mine.svg").write_text("<svg/>")
    done = run("renamed")
    assert "mine.svg: belongs to no figure of the config" in done.stderr, done.stderr
    assert "mine.svg" in drawn("renamed"), "a file that qklab did not make is left alone"


def test_only_figures_that_changed_are_drawn_again():
    run("again")
    figures = FOLDER / "again/figures"
    for path in figures.iterdir():
        os.utime(path, (1, 1))
    run("again", WALK.replace("log: x", "log: x, title: Another"))
    kept = [path.name for path in figures.iterdir() if path.stat().st_mtime == 1]
    assert sorted(kept) == files("curves"), kept
    (figures / "curves.png").unlink()
    run("again", WALK.replace("log: x", "log: x, title: Another"))
    assert drawn("again") == files("curves", "contrast")


def test_a_run_killed_while_it_draws_does_not_pass_for_one_of_its_config():
    run("killed")
    path = dying_gnuplot("'Another'")
    other = WALK.replace("log: x", "log: x, title: Another")
    before = {part: (FOLDER / f"killed/figures/contrast.{part}").read_bytes() for part in PARTS}
    done = run("killed", other, code=1, PATH=path)
    assert "figure 'contrast'" in done.stderr and "killed by signal 9" in done.stderr, done.stderr
    assert drawn("killed") == sorted(files("curves") + ["contrast.csv"]), drawn("killed")
    run("killed")
    assert before == {part: (FOLDER / f"killed/figures/contrast.{part}").read_bytes() for part in PARTS}


def test_a_gnuplot_that_dies_leaves_what_it_made_and_no_drafts():
    path = dying_gnuplot("pngcairo")
    done = run("dies", code=1, PATH=path)
    assert "2 of 2 figures could not be drawn" in done.stderr
    assert drawn("dies") == sorted(f"{name}.{part}" for name in ("curves", "contrast") for part in PARTS if part != "png")
    assert (FOLDER / "dies/report.html").exists() and (FOLDER / "dies/claims.json").exists()
    run("dies")
    assert drawn("dies") == files("curves", "contrast")


def test_a_gnuplot_that_never_ends_keeps_no_run_from_its_end():
    path = dying_gnuplot("pngcairo", "exec sleep 1000")
    done = run("hangs", code=1, PATH=path, QKLAB_DRAWING_SECONDS="1")
    assert "gnuplot had not ended after 1 s and was killed" in done.stderr, done.stderr
    assert drawn("hangs") == sorted(f"{name}.{part}" for name in ("curves", "contrast") for part in PARTS if part != "png")
    run("hangs")
    assert drawn("hangs") == files("curves", "contrast")
    qklab("verify", "hangs")


def test_verify_tells_which_picture_is_not_what_was_drawn():
    run("pictures")
    qklab("verify", "pictures")
    for part in ("svg", "pdf", "png"):
        path = FOLDER / f"pictures/figures/contrast.{part}"
        was = path.read_bytes()
        path.write_bytes(was.replace(b"0", b"1", 1))
        assert path.read_bytes() != was
        said = qklab("verify", "pictures", code=1)
        assert said.stderr == f"pictures: pictures/figures/contrast.{part}: is not what was drawn\n", said.stderr
        assert "see the differences above" in said.stdout
        run("pictures")
        assert path.read_bytes() == was, "the same command draws it again"
        path.unlink()
        assert f"contrast.{part}: missing" in qklab("verify", "pictures", code=1).stderr
        run("pictures")
        qklab("verify", "pictures")
    # An edited picture does not become the recorded one when a later run changes something else.
    path.write_bytes(was + b"edited")
    run("pictures", WALK.replace("color: variance, facet: mean", "color: variance, facet: mean, title: Another"))
    assert path.read_bytes() == was
    # A manifest of an earlier version records no pictures, so none are compared.
    path.write_bytes(was + b"edited")
    manifest = FOLDER / "pictures/manifest.json"
    manifest.write_text(json.dumps({key: value for key, value in json.loads(manifest.read_text()).items()
                                    if key != "pictures"}))
    qklab("verify", "pictures")


def test_a_reference_remembers_its_pictures():
    run("original")
    qklab("export", "original", "--format", "reference", "--out", "committed")
    assert drawn("committed") == sorted(f"{name}.{part}" for name in ("curves", "contrast") for part in ("csv", "svg"))
    qklab("verify", "committed")
    path = FOLDER / "committed/figures/curves.svg"
    path.write_text(path.read_text().replace("</svg>", "<!-- edited --></svg>"))
    assert "curves.svg: is not what was drawn" in qklab("verify", "committed", code=1).stderr


def test_a_reference_without_all_its_figures_is_told():
    run("source")
    done = qklab("export", "source", "--format", "reference", "--out", "torn", code=1, PATH=dying_gnuplot("svg"))
    assert "torn: is no whole reference: it lacks figures" in done.stderr, done.stderr
    qklab("export", "source", "--format", "reference", "--out", "torn")
    qklab("verify", "torn")


def test_verify_looks_at_the_tables_that_people_read():
    run("tables")
    qklab("verify", "tables")
    for table in ("trials.csv", "series.csv"):
        path = FOLDER / "tables" / table
        text = path.read_text()
        lines = text.splitlines(keepends=True)
        edits = {"edited": "".join(lines[:2] + [lines[2].replace(",0.", ",0.9", 1)] + lines[3:]),
                 "a row is gone": "".join(lines[:-1]), "a row twice": text + lines[-1], "columns swapped": text.replace(",", ";")}
        for what, edit in edits.items():
            assert edit != text, what
            path.write_text(edit)
            done = qklab("verify", "tables", code=1)
            assert table in done.stderr, (what, done.stderr)
        path.unlink()
        assert f"{table}: missing" in qklab("verify", "tables", code=1).stderr
        path.write_text(text)
        qklab("verify", "tables")


def test_a_reference_is_not_exported_over_a_run_however_its_path_is_written():
    run("kept")
    run("neighbour")
    (FOLDER / "link").symlink_to("kept")
    before = {path: path.read_bytes() for path in (FOLDER / "kept").rglob("*") if path.is_file()}
    for out in ("kept", "kept/", "./kept", "kept/.", "link", str(FOLDER / "kept"), "kept/figures/..", "neighbour"):
        assert "run directory" in qklab("export", "kept", "--format", "reference", "--out", out, code=2).stderr
    assert "another run directory" in qklab("export", "kept", "--out", "neighbour", code=2).stderr
    assert before == {path: path.read_bytes() for path in (FOLDER / "kept").rglob("*") if path.is_file()}
    qklab("export", "kept", "--out", "link/")
    qklab("export", "kept", "--format", "reference", "--out", "elsewhere")
    qklab("verify", "elsewhere")
    assert "figures" not in json.loads((FOLDER / "elsewhere/manifest.json").read_text())


def test_a_report_is_written_elsewhere():
    run("read")
    directory = FOLDER / "read"
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    for out, page in [("pages/", "pages/report.html"), ("pages/one.html", "pages/one.html"), ("new/deep", "new/deep/report.html")]:
        assert page in qklab("report", "read", "--out", out).stdout
        assert (FOLDER / page).read_bytes() == (directory / "report.html").read_bytes()
    assert before == {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_number_that_is_none_has_no_sign():
    text = """
name: undefined
experiment: training
params: {dim: 8, length: 8, batch: 2, layers: 1, steps: 6, lr: 1000, evaluate_every: 2, evaluation_batches: 1}
sweep: {optimizer: [sgd, momentum]}
seeds: 2
figures: [{name: loss, x: optimizer, y: final_loss}]
claims: [{id: low, text: The loss is low., test: bound, metric: final_loss, at_most: 1}]
"""
    told = [run("undefined", text, code=None), qklab("status", "undefined", code=None),
            qklab("verify", "undefined", code=None), qklab("diff", "undefined", "undefined", code=None)]
    shown = "".join(done.stdout + done.stderr for done in told)
    shown += "".join(path.read_text(errors="replace") for path in (FOLDER / "undefined").rglob("*")
                     if path.suffix in (".csv", ".json", ".svg", ".log", ".txt", ".html"))
    assert "diverged" in shown and "-nan" not in shown.replace("-nano", "")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
