"""What needs no attention, beside what models reach: measured by n-grams, reached without layers, drawn and told."""
import json
import sys

import ngrams
from harness import FOLDER, ROOT, csv_rows, qklab, run_tests, tables, write

TEXT = (ROOT / "data" / "shakespeare.txt").read_text()


def ran(name, params, more="", *overrides):
    """The rows of trials.csv, and what the run said."""
    config = write(f"{name}.yaml", f"name: {name}\nexperiment: training\nparams: {{{params}}}\n{more}")
    done = qklab("run", config, *overrides, "--out", name)
    return csv_rows(tables(name)["trials.csv"]), done


def close(a, b, relative):
    return abs(a - b) <= relative * abs(b)  # False for a NaN


def test_ngrams():
    """A held-out text that is one window, so that each of its symbols is a target."""
    write("train.txt", TEXT[:60000])
    for unit, vocabulary, size in (("character", 64, 1000), ("word", 256, 300), ("word", 40, 200),
                                   ("character", 500, 30)):
        held_out = TEXT[-20000:]
        words = ngrams.encoded("", unit, 10**6, held_out)[1]
        while len(words) > size:
            held_out = held_out[:-max(1, len(held_out) * (len(words) - size) // len(words) // 2)].rstrip()
            words = ngrams.encoded("", unit, 10**6, held_out)[1]
        write("held_out.txt", held_out)
        (row,), _ = ran(f"ngrams-{unit}-{vocabulary}",
                        f"task: text, text: train.txt, held_out: held_out.txt, unit: {unit}, vocabulary: {vocabulary}, "
                        f"length: {len(words) - 1}, dim: 2, layers: 0, batch: 1, steps: 0, evaluation_batches: 1")
        expected = ngrams.perplexities(*ngrams.encoded(TEXT[:60000], unit, vocabulary, held_out))
        for name, value in zip(("unigram", "bigram", "trigram"), expected, strict=True):
            assert close(float(row[f"{name}_perplexity"]), value, 1e-9), (unit, vocabulary, name, row, value)
        assert row["floor"] == row["above_baseline"] == "" and row["baseline"] != ""


def test_without_layers():
    """Embedding, positions and output head, trained by the usual recipe, end at the baseline."""
    usual = "layers: 0, dim: 32, batch: 64, lr: 0.01, schedule: cosine, steps: 500, evaluation_batches: 64"
    for name, task, known in (
        ("square", "task: sort, length: 12, vocabulary: 12", None),
        ("sort", "task: sort, length: 32, vocabulary: 16", 1.456),
        ("recall", "task: recall, length: 16, vocabulary: 8", None),
        ("copy", "task: copy, length: 16, vocabulary: 8", None),
        ("induction", "task: induction, length: 16, vocabulary: 4", None),
        ("markov", "task: markov, length: 16, vocabulary: 8", None),
        ("memorization", "task: memorization, length: 8, vocabulary: 8", None),
        ("selection", "task: selection", None),
    ):
        (row,), _ = ran(f"zero-{name}", f"{task}, {usual}")
        loss, baseline = float(row["final_loss"]), float(row["baseline"])
        assert close(loss, baseline, 0.02), (name, loss, baseline)
        assert known is None or close(baseline, known, 1e-3), row
        assert row["final_entropy"] == ""
        names = {line["metric"] for line in csv_rows(tables(f"zero-{name}")["series.csv"])}
        assert names == {"loss", "loss_floor", "loss_baseline", "accuracy", "train_loss", "grad_norm"}, names


def test_above_baseline_and_the_remark():
    some = "task: copy, length: 8, vocabulary: 5, dim: 16, batch: 32, lr: 0.01, evaluate_every: 100"
    rows, done = ran("told", some, "sweep: {steps: [0, 300]}\nfigures: [{name: f, x: step, y: loss, color: steps}]\n")
    for row in rows:
        share = (float(row["baseline"]) - float(row["final_loss"])) / float(row["baseline"])  # the floor is 0
        assert close(float(row["above_baseline"]), share, 1e-12), row
        assert (share > 0.5) == (row["steps"] == "300"), row
    said = "1 of 2 trials ended with final_loss at or above baseline (no attention)"
    assert done.stderr.count(said) == 1, done.stderr
    assert json.loads((FOLDER / "told" / "manifest.json").read_text())["baselines"] == said
    assert said in (FOLDER / "told" / "report.html").read_text()
    assert "no attention" in (FOLDER / "told" / "figures" / "f.svg").read_text()
    columns = (FOLDER / "told" / "figures" / "f.csv").read_text().splitlines()[0]
    assert columns == "steps,step,loss,low,high,seeds,loss_floor,loss_baseline", columns
    qklab("verify", "told")
    qklab("replay", "told", "--trials", 2, "--exact")

    _, done = ran("silent", some, "", "steps=300")
    assert "no attention" not in done.stderr
    _, done = ran("chain", "task: markov, length: 8, vocabulary: 4, dim: 8, batch: 8, steps: 2")
    assert "no attention" not in done.stderr, "nothing can be gained there"


def test_tables_of_before():
    """A run directory whose tables were written before there were baselines."""
    config = write("before.yaml", "name: before\nexperiment: training\n"
                                  "params: {task: sort, length: 4, vocabulary: 4, dim: 4, batch: 4, steps: 4}\n"
                                  "figures: [{name: f, x: step, y: loss, baseline: none}]\n")
    qklab("run", config, "--out", "before")
    folder = FOLDER / "before"
    (folder / "run.db").unlink()
    added = ("baseline", "baseline_position", "above_baseline", "unigram_perplexity", "bigram_perplexity",
             "trigram_perplexity")
    lines = [line.split(",") for line in (folder / "trials.csv").read_text().splitlines()]
    kept = [i for i, name in enumerate(lines[0]) if name not in added]
    assert len(kept) == len(lines[0]) - len(added)
    (folder / "trials.csv").write_text("".join(",".join(line[i] for i in kept) + "\n" for line in lines))
    series = (folder / "series.csv").read_text().splitlines(keepends=True)
    (folder / "series.csv").write_text("".join(line for line in series if "loss_baseline" not in line))
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace(", baseline: none", ""))  # as a config of before asks
    qklab("verify", "before")
    qklab("replay", "before", "--trials", 1, "--exact")


def test_describe_and_bad_names():
    assert "baseline (no attention) is drawn beside final_loss" in qklab("describe", "training").stdout
    config = write("bad.yaml", "name: bad\nexperiment: training\nfigures:\n"
                               "  - {x: step, y: loss, baseline: loss_baselin}\n")
    said = qklab("run", config, "--out", "bad", code=2).stderr
    assert "bad.yaml:4:" in said and "did you mean 'loss_baseline'?" in said, said
    assert not (FOLDER / "bad").exists()


run_tests(sys.modules[__name__])
