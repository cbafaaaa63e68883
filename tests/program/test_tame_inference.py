"""TAME at inference starts from weights that a training has saved, and measures that model as the training did."""
import csv
import sys

from harness import FOLDER, ROOT, qklab, run_tests, write

MODEL = (f"task: text, text: {ROOT / 'data' / 'shakespeare.txt'}, unit: character, vocabulary: 32, length: 16, dim: 16, "
         "heads: 2, layers: 1, ffn: 16, batch: 8, evaluation_batches: 2, init.kind: standard, lr: 0.01")


def rows(path):
    with open(FOLDER / path) as file:
        return list(csv.DictReader(file))


def test_a_saved_model_is_measured_as_it_is():
    train = write("train.yaml", f"name: lm\nexperiment: training\nparams: {{{MODEL}, steps: 60, save: final}}\n")
    qklab("run", train, "--out", "lm")
    saved, = (FOLDER / "lm" / "weights").iterdir()
    scale = write("scale.yaml", f"name: scaled\nexperiment: tame_inference\nparams: {{{MODEL}, sequences: 16}}\n"
                                "sweep: {intervention: [scale, formula, activations]}\n")
    qklab("run", scale, f"init.from={saved}", "steps=0", "--out", "scaled")
    trained, = rows("lm/trials.csv")
    measured = rows("scaled/trials.csv")
    assert len(measured) == 3
    for row in measured:
        assert row["status"] == "done", row
        assert abs(float(row["trained_loss"]) - float(trained["final_loss"])) < 1e-6, row
        # The sequences of both held-out batches, by another graph.
        assert abs(float(row["unchanged_loss"]) - float(trained["final_loss"])) < 1e-5, row


def test_models_that_cannot_be_scaled_are_refused():
    config = write("refused.yaml", f"name: refused\nexperiment: tame_inference\nparams: {{{MODEL}, steps: 1}}\n")
    for override, why in (("attention=linear", "set attention to softmax or sparsemax"),
                          ("combined=true", "set combined to false"),
                          ("regularizer=tame", "choose a regularizer"),
                          ("qk_norm=rms", "set qk_norm to none"),
                          ("positions=alibi", "to others than alibi"),
                          ("attention_bias=true", "attention_bias to false"),
                          ("causal=false", "set causal to true"),
                          ("key_groups=3", "make heads a multiple of key_groups"),
                          ("sequences=3", "set an even number")):
        done = qklab("run", config, override, "--out", "refused", code=2)
        assert why in done.stderr, done.stderr
        assert not (FOLDER / "refused").exists()


run_tests(sys.modules[__name__])
