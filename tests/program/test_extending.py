"""Follows docs/extending.md: each file of examples/plugins, built as a shared library, adds what the page says."""
import shutil
import sys

from harness import FOLDER, csv_rows, plugins, qklab, run_tests, write

NAMES = ("parity", "adagrad", "interleaved", "multi_query", "squared_relu")
CONFIG = write("extended.yaml", """
name: extended
experiment: training
params:
  task: parity
  parity.last: 2
  length: 8
  dim: 16
  heads: 4
  layers: 1
  ffn: 16
  steps: 150
  batch: 16
  optimizer: adagrad
  adagrad.keep: 0.99
  lr: 0.03
  positions: interleaved
  interleaved.base: 100
  init.kind: standard
sweep:
  zip: [{attention: [multi_query, multi_query, squared_relu], multi_query.groups: [1, 2, 1]}]
""")
PLAIN = write("plain.yaml", """
name: plain
experiment: training
params: {length: 6, vocabulary: 4, dim: 8, layers: 1, steps: 3, batch: 4}
""")


def loaded(*names):
    return [word for name in names or NAMES for word in ("--plugin", plugins(*NAMES)[name])]


def test_each_adds_what_it_says():
    for name, noun in zip(NAMES, ("tasks", "optimizers", "positions", "models", "models")):
        assert name in qklab("list", noun, *loaded(name)).stdout
        assert name not in qklab("list", noun).stdout
    described = qklab("describe", "training", *loaded()).stdout
    for word in (*NAMES, "parity.last", "adagrad.keep", "interleaved.base", "multi_query.groups", "squared_relu.offset"):
        assert word in described, word
    assert "interleaved" not in qklab("describe", "training").stdout


def test_a_model_of_all_of_them_learns():
    qklab("run", CONFIG, "--out", "extended", *loaded())
    rows = csv_rows((FOLDER / "extended/trials.csv").read_text())
    assert [row["multi_query.groups"] for row in rows] == ["1", "2", "1"], rows
    for row in rows:
        assert row["status"] == "done" and float(row["final_accuracy"]) > 0.8, row  # chance: 0.5


def test_gate_residual_scale_and_window_are_parameters():
    out = qklab("run", write("reached.yaml", """
name: reached
experiment: training
params: {task: markov, length: 6, vocabulary: 4, dim: 8, heads: 2, layers: 1, steps: 3, batch: 4}
sweep:
  zip: [{residual_scale: [1, 0.5, 1, 1, 1], window: [0, 0, 2, 0, 0], gate: [scalar, scalar, scalar, scalar, vector],
         attention: [softmax, softmax, softmax, gated_linear, gated_linear]}]
"""), "--out", "reached")
    rows = csv_rows((FOLDER / "reached/trials.csv").read_text())
    assert len({row["final_loss"] for row in rows}) == 5, out.stdout


def test_trials_that_use_none_of_them_stay_what_they_were():
    qklab("run", PLAIN, "--out", "without")
    qklab("run", PLAIN, "--out", "with", *loaded())
    one, two = (csv_rows((FOLDER / name / "trials.csv").read_text())[0] for name in ("without", "with"))
    assert one.items() <= two.items(), (one, two)


def test_unknown_and_taken_names():
    slip = CONFIG.read_text().replace("optimizer: adagrad", "optimizer: adagra")
    assert "did you mean 'adagrad'?" in qklab("run", write("slip.yaml", slip), *loaded(), code=2).stderr
    assert "'adagrad'?" not in qklab("run", write("slip.yaml", slip), code=2).stderr
    copy = FOLDER / "again.so"
    shutil.copy(plugins(*NAMES)["parity"], copy)
    done = qklab("list", "tasks", *loaded("parity"), "--plugin", copy, code=2)
    assert "again.so: task 'parity' is registered already" in done.stderr, done.stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
