"""Claims are judged on results and on models that lack what they speak of."""
import sys

from harness import FOLDER, contents, qklab, run_tests, write

CONFIG = """\
name: routed
experiment: training
params: {task: recall, length: 12, vocabulary: 6, dim: 16, layers: 2, batch: 32, steps: 250, lr: 0.01,
         evaluate_every: 250, init: {mean: 0.5, variance: 0.3}}
seeds: 8
claims:
  - {id: learned, text: t, test: difference, metric: above_baseline, reference: 0, at_least: 0.3}
  - {id: low, text: t, test: difference, metric: final_loss, reference: 0, at_most: 1.3}
"""


def rows(text):
    """The table's rows by claim, a count of "held of slices" for each null model."""
    names, *lines = text.split("\n\n")[0].splitlines()
    return {line.split()[0]: dict(zip(names.replace("no layers", "no_layers").split()[2:],
                                      line.replace(" of ", "/").split()[2:])) for line in lines}


def test_a_config_is_judged_on_null_models_and_nothing_is_stored():
    config = write("routed.yaml", CONFIG)
    before = contents(".")
    done = qklab("audit", config, code=1)
    assert contents(".") == before
    found = rows(done.stdout)
    assert found["learned"]["labels"] == found["learned"]["uniform"] == found["learned"]["no_layers"] == "0/1", found
    # Recall is at log 3 = 1.1 without attention, so that this limit asks for nothing.
    assert found["low"]["no_layers"] == "1/1", found
    assert "low holds as well for models whose labels" in done.stdout, done.stdout
    assert "learned holds as well for models" not in done.stdout, done.stdout
    assert "layers: 0" in done.stderr, done.stderr


def test_a_directory_is_judged_on_its_results_and_on_models_if_asked():
    config = write("routed.yaml", CONFIG)
    qklab("run", config, "--out", "routed")
    assert "no layers" not in qklab("audit", "routed").stdout
    assert rows(qklab("audit", "routed", "--models", code=1).stdout)["learned"]["uniform"] == "0/1"


def test_what_does_not_apply_is_left_out():
    config = write("walk.yaml", "name: w\nexperiment: localization\nparams: {dim: 8, length: 8, samples: 100}\n"
                                "seeds: 8\nclaims: [{id: c, text: t, test: difference, metric: contrast, reference: 0, "
                                "at_least: 0}]\n")
    found = rows(qklab("audit", config).stdout)
    assert found["c"]["labels"] == found["c"]["uniform"] == found["c"]["no_layers"] == "-", found


def test_bad_input_is_told():
    config = write("routed.yaml", CONFIG)
    assert "did you mean 'steps'" in qklab("audit", config, "stpes=3", code=2).stderr
    assert "cannot be read" in qklab("audit", "nowhere.yaml", code=2).stderr
    (FOLDER / "routed2").mkdir(exist_ok=True)
    qklab("audit", "routed2", code=2)
    assert "with a config" in qklab("audit", "routed2", "steps=3", code=2).stderr
    none = write("none.yaml", "name: w\nexperiment: localization\nseeds: 2\n")
    assert "makes no claims" in qklab("audit", none, code=2).stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
