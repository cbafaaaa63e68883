"""The same numbers on every processor: exact metrics to the bit and rounded ones up to rounding, at each SIMD level of
this processor and for each kernel set of OpenBLAS. `--against PROGRAM [ARGUMENT ...]` compares with another build, for
example one for another architecture under an emulator."""
import os
import re
import subprocess
import sys

from harness import FOLDER, QKLAB, csv_rows, qklab, run_tests, skip, write

SMALL = "length: 6, vocabulary: 5, dim: 8, batch: 6, steps: 12"
TRAINING = f"{SMALL}, layers: 2, heads: 2, ffn: 16, evaluate_every: 4, evaluation_batches: 2, init.mean: 0.5"
SWEEPS = {
    "localization": ("dim: 16, length: 9, samples: 700, mean: 0.25", "variance: [0.01, 1]"),
    "localization_spectra": ("experiment: localization, dim: 12, length: 8, samples: 300",
                             "shape: [gaussian, semicircle, two_point, outlier]"),
    "entropy_collapse": ("dim: 16, length: 12, mean: 0.5", "variance: [0.1, 10]"),
    "rank_collapse": ("dim: 16, length: 12, depth: 3, mean: 0.5", "skip: [true, false], mlp: [true, false]"),
    "phase": ("dim: 12, length: 8, depth: 3, samples: 300, train.batch: 8", "train.steps: [0, 6]"),
    "signal_propagation": ("dim: 8, length: 6, depth: 3, batch: 2", "norm: [none, pre, post]"),
    "mind_the_gap": ("length: 16, depth: 2", "removed: [true, false]"),
    "mirror_descent": ("prompts: 3, length: 4, dim: 4, steps: 300", "p: [1.75, 2, 3], step: [constant, growing]"),
    "joint_selection": ("steps: 300", "p: [1.75, 2, 3], head: [fixed, trained]"),
    "block_curvature": ("length: 6, vocabulary: 5, dim: 8, batch: 6, ffn: 8, layers: 1", "pretrain_steps: [0, 8]"),
    "tame_inference": (f"{TRAINING}, task: text, causal: true, sequences: 4",
                       "intervention: [scale, formula, activations]"),
    "gated_layers": ("experiment: gated_linear_attention, steps: 12, test_batches: 24, batch: 4, explain: true, tasks: 3",
                     "layers: [1, 2]"),
    "gated_linear_attention": ("steps: 12, test_batches: 2, batch: 4", "attention: [linear, scalar, vector]"),
    "optimizer_heterogeneity": (f"{SMALL}, rates: 2", "norm: [pre, post]"),
    "finetune_adapters": ("experiment: finetune_matrices, length: 6, vocabulary: 5, dim: 8, batch: 6, steps: 8, "
                          "pretrain_steps: 8, optimizer: adam", "rank: [0, 2], value_rate: [0, 0.01]"),
    "finetune_matrices": ("length: 6, vocabulary: 5, dim: 8, batch: 6, steps: 8, pretrain_steps: 8",
                          "optimizer: [sgd, momentum, adam, sign_sgd]"),
    "anchor_tokens": (f"{SMALL}, evaluate_every: 4", "attention: [softmax, sparsemax], intervention: [none, tame]"),
    "training_optimizers": ("experiment: training, " + TRAINING + ", schedule: cosine, warmup: 3, clip: 1",
                            "optimizer: [sgd, momentum, nesterov, adam, adamw, sign_sgd, lion, mirror]"),
    "training_attentions": ("experiment: training, " + TRAINING + ", lr: 0.01, causal: true",
                            "attention: [softmax, sparsemax, linear, sigmoid, piecewise, uniform, gated_linear], "
                            "norm: [none, pre, post]"),
    "training_variants": ("experiment: training, " + TRAINING + ", lr: 0.01, causal: true, dropout.embedding: 0.1, "
                          "dropout.attention: 0.2, dropout.residual: 0.3, label_smoothing: 0.1, schedule: inverse_sqrt",
                          "zip: [{positions: [sinusoidal, rotary, alibi, none], norm: [post, pre, pre, post], "
                          "norm_kind: [layer, rms, rms, layer], qk_norm: [none, none, rms, layer], "
                          "activation: [relu, silu, gelu_tanh, gelu], gated_mlp: [false, true, false, true], "
                          "key_groups: [0, 1, 1, 2], attention_bias: [false, true, true, false], "
                          "tied: [true, false, true, false], logit_cap: [0, 3, 0, 3], attention_cap: [0, 0, 3, 0], "
                          "init.kind: [xavier, gpt2, standard, spectrum], optimizer: [adam, rmsprop, signum, lion]}]"),
    "training_regularizers": ("experiment: training, " + TRAINING + ", strength: 0.01",
                              "regularizer: [none, locater, sigma_reparam, tame, weight_decay], combined: [true, false]"),
    "training_tasks": ("experiment: training, length: 12, dim: 8, batch: 6, steps: 9, evaluate_every: 3",
                       "task: [sort, markov, recall, copy, induction, hull, memorization, regression, selection, text]"),
}
ROUNDING, CANCELLED = 1e-9, 1e-12


def config_of(name):
    params, sweep = SWEEPS[name]
    experiment = re.search(r"experiment: (\w+), ", params)
    rest = params.replace(experiment.group(0), "") if experiment else params
    return (f"name: {name}\nexperiment: {experiment.group(1) if experiment else name}\n"
            f"params: {{{rest}}}\nsweep: {{{sweep}}}\nseeds: 2\n")


def kinds_of(experiment):
    """Whether each scalar and each series is exact, as `qklab describe` declares it."""
    text = qklab("describe", experiment).stdout
    scalars, series = text.partition("\nseries: ")[0].partition("\nscalars: ")[2], text.partition("\nseries: ")[2]
    kinds = [{re.sub(r"\[.*", "", name): kind == "exact"
              for name, kind in re.findall(r"^  (\S+) +\S+ +(exact|rounded) ", part, re.M)} for part in (scalars, series)]
    assert any(kinds), text
    return kinds


def exact_by(kinds, metric):
    """A member of a family, loss.0.1, is exact if its family, loss.L.H, is."""
    if metric in kinds:
        return kinds[metric]
    family = metric.split(".")[0]
    found = [kind for name, kind in kinds.items() if name.split(".")[0] == family]
    assert len(found) == 1, (metric, kinds)
    return found[0]


def numbers_of(directory, kinds):
    """{(trial, metric, index): text} of all metrics."""
    found = {}
    for row in csv_rows((directory / "trials.csv").read_bytes()):
        found.update({(row["trial"], metric, ""): row[metric] for metric in kinds[0]})
        found[row["trial"], "status", ""] = row["status"]
    for row in csv_rows((directory / "series.csv").read_bytes()):
        found[row["trial"], row["metric"], row["index"]] = row["value"]
    return found


def compare(name, kinds, expected, found, what):
    """Compares all numbers; returns how many of them are exact and how many rounded."""
    assert expected.keys() == found.keys(), f"{name}, {what}: other trials or metrics"
    sizes, counts = {}, [0, 0]
    for (_, metric, _), text in expected.items():
        if metric != "status" and text not in ("", "nan", "inf", "-inf"):
            sizes[metric] = max(sizes.get(metric, 0.0), abs(float(text)))
    for key, text in expected.items():
        exact = key[1] == "status" or exact_by(kinds[key[2] != ""], key[1])
        counts[not exact] += 1
        if text == found[key]:
            continue
        assert not exact, f"{name}, {what}: {key} is {text} and {found[key]}"
        distance = abs(float(text) - float(found[key]))
        assert distance <= ROUNDING * sizes[key[1]] + CANCELLED, f"{name}, {what}: {key} is {text} and {found[key]}"
    return counts


def simd_levels():
    told = qklab("list", "experiments", code=2, QKLAB_SIMD="none").stderr
    return re.search(r"runs (.*)", told).group(1).split(", ")


def compare_all(machines):
    """machines: {name: (program, environment)}; the others are compared with the first."""
    report = []
    for name in SWEEPS:
        config = write(f"{name}.yaml", config_of(name))
        experiment = re.search(r"experiment: (\w+)", config.read_text()).group(1)
        kinds, expected, counts = kinds_of(experiment), None, [0, 0]
        for machine, (program, environment) in machines.items():
            out = FOLDER / machine / name
            done = subprocess.run([*program, "run", str(config), "--out", str(out), "-j", "1"], capture_output=True,
                                  text=True, cwd=FOLDER, env={**os.environ, **environment})
            assert done.returncode == 0, f"{name}, {machine}: {done.stdout}{done.stderr}"
            found = numbers_of(out, kinds)
            if expected is None:
                expected = found
            else:
                counts = compare(name, kinds, expected, found, machine)
        report.append(f"{name}: {counts[0]} exact, {counts[1]} rounded")
    return "; ".join(report)


def test_every_level_of_simd_comes_to_the_same_numbers():
    levels = [level for level in simd_levels() if level != "portable" or os.environ.get("QKLAB_ALL_LEVELS")]
    if len(levels) < 2:
        skip(f"this processor runs {levels} alone")
    return compare_all({level: ([QKLAB], {"QKLAB_SIMD": level}) for level in levels})


def test_no_core_of_openblas_changes_a_bit_of_exact_metrics():
    cores = ["Haswell", "Zen", "SkylakeX", "Sandybridge"] if os.environ.get("QKLAB_ALL_LEVELS") else ["Haswell", "Sandybridge"]
    if "v4" not in simd_levels() and "SkylakeX" in cores:
        cores.remove("SkylakeX")
    return compare_all({core: ([QKLAB], {"OPENBLAS_CORETYPE": core}) for core in cores})


def test_an_unknown_level_is_refused():
    told = qklab("list", "experiments", code=2, QKLAB_SIMD="v9").stderr
    assert "v9" in told and "portable" in told, told
    for level in simd_levels():
        assert f"SIMD {level}" in qklab("--version", QKLAB_SIMD=level).stdout


if __name__ == "__main__":
    if "--against" in sys.argv:
        other = sys.argv[sys.argv.index("--against") + 1:]
        print(compare_all({"here": ([QKLAB], {}), "there": (other, {})}))
    else:
        run_tests(sys.modules[__name__])
