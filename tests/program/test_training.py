"""Training through the program: killed trials, bad input, and traces that PyTorch replays."""
import contextlib
import csv
import json
import shutil
import signal
import subprocess
import sys

from harness import FOLDER, ROOT, begin_run, qklab, run_tests, skip, tables, wait_while, write

LONG = write("long.yaml", """
name: long
experiment: training
params: {task: sort, length: 16, dim: 32, ffn: 64, batch: 32, steps: 1200, evaluate_every: 100}
""")
SMALL = write("small.yaml", """
name: small
experiment: training
params: {task: copy, length: 8, vocabulary: 5, dim: 8, batch: 4, steps: 3}
""")


def start(out):
    return begin_run(LONG, out, "--checkpoint-every", "0.02")


def checkpoints(out):
    return list((FOLDER / out / "checkpoints").glob("[0-9a-f]" * 16))


def times_written(out):
    times = set()
    for path in checkpoints(out):
        with contextlib.suppress(FileNotFoundError):
            times.add(path.stat().st_mtime_ns)
    return times


def test_killed_trial_goes_on_bitwise():
    """Each life of the run gets further than the one before: it writes a new checkpoint."""
    qklab("run", LONG, "--out", "whole")
    assert not checkpoints("whole")
    kills = 0
    while kills < 4:
        seen = times_written("killed")
        process = start("killed")
        wait_while(process, lambda: times_written("killed") <= seen)  # noqa: B023: called at once
        process.kill()
        if process.wait() == -signal.SIGKILL and checkpoints("killed"):
            kills += 1
        else:  # the kill came after the trial's end: try again
            shutil.rmtree(FOLDER / "killed")
            kills = 0
    assert len(checkpoints("killed")) == 1
    qklab("run", LONG, "--out", "killed")
    assert tables("killed") == tables("whole")
    assert not checkpoints("killed")
    return f"passed ({kills} kills)"


def test_damaged_checkpoint_is_no_harm():
    file = None
    while file is None:
        process = start("damaged")
        wait_while(process, lambda: not checkpoints("damaged"))
        process.kill()
        process.wait()
        file = next(iter(checkpoints("damaged")), None)
        if file is None:  # finished before its checkpoint was seen
            shutil.rmtree(FOLDER / "damaged")
    file.write_bytes(file.read_bytes()[:-10])
    qklab("run", LONG, "--out", "damaged")
    qklab("run", LONG, "--out", "whole")
    assert tables("damaged") == tables("whole")


def test_series_by_layer_and_head():
    qklab("run", SMALL, "heads=2", "layers=2", "--out", "series")
    with open(FOLDER / "series" / "series.csv", newline="") as file:
        names = {row["metric"] for row in csv.DictReader(file)}
    expected = {"loss", "loss_floor", "loss_baseline", "accuracy", "train_loss", "grad_norm", "residual.0", "residual.1"}
    for name in ("entropy", "mean", "variance", "frobenius", "spectral"):
        expected |= {f"{name}.{layer}.{head}" for layer in (0, 1) for head in (0, 1)}
    assert names == expected, names ^ expected


def test_figures_and_claims_name_members():
    figure = "figures: [{name: f, plot: line, x: step, y: %s}]\n"
    text = SMALL.read_text()
    qklab("run", write("member.yaml", text + figure % "entropy.1.0"), "--out", "member")
    assert "entropy.1.0" in (FOLDER / "member" / "figures" / "f.csv").read_text()
    said = qklab("run", write("family.yaml", text + figure % "loss, theory: entropy.L.H"), code=2).stderr
    assert "entropy.0.0" in said, said
    assert "no scalar or series" in qklab("run", write("none.yaml", text + figure % "entropy.0"), code=2).stderr


def test_bad_input():
    for override, words in (
        ("heads=3", "multiple of heads"),
        ("length=0", "length"),
        ("lr=-1", "lr"),
        ("max_length=7", "lower length"),
        ("length=7", "even"),
        ("causal=false", "set causal to true"),
        ("task=sorted", "did you mean 'sort'?"),
        ("attention=gated_linear combined=true", "set combined to false"),
        ("positions=rotary dim=6 heads=2", "even"),
        ("heads=4 key_groups=3", "make heads a multiple of key_groups"),
        ("task=copy tied=true", "set tied to false"),
        ("dropout.attention=1", "dropout.attention"),
        ("qk_norm=rms combined=true", "set combined to false"),
        ("activation=silo", "did you mean 'silu'?"),
    ):
        said = qklab("run", SMALL, *override.split(), "--out", "bad", code=2).stderr
        assert words in said, (override, said)
        assert not (FOLDER / "bad").exists()


def test_bad_text_files():
    (FOLDER / "latin1.txt").write_bytes(b"caf\xe9 " * 100)
    (FOLDER / "short.txt").write_text("short")
    (FOLDER / "same.txt").write_text("a" * 500)
    (FOLDER / "good.txt").write_text("to be or not to be\n" * 40)
    bad = (("nowhere.txt", "cannot be read"), ("latin1.txt", "no UTF-8"), ("short.txt", "too few for a sequence"),
           ("same.txt", "one character only"))
    for path, words in bad:
        for more in ([], ["--dry-run"]):
            said = qklab("run", SMALL, "task=text", f"text={path}", "--out", "text", *more, code=2).stderr
            assert said.startswith(f"argument 'text={path}': 'text': {path}") and words in said, said
    for path, words in bad[:3]:
        said = qklab("run", SMALL, "task=text", "text=good.txt", f"held_out={path}", "--out", "text", code=2).stderr
        assert said.startswith(f"argument 'held_out={path}': 'held_out': {path}") and words in said, said
    config = write("longer.yaml", "name: longer\nexperiment: training\nparams: {task: text, text: good.txt}\n"
                                  "sweep:\n  length: [8, 900, 950]\n")
    said = qklab("run", config, "--out", "text", code=2).stderr
    assert [line.split(" ")[0] for line in said.splitlines()] == [f"{config}:3:28:"] * 2, said
    config.write_text(config.read_text().replace(", text: good.txt", "").replace("950", "1048576"))
    said = qklab("run", config, "--out", "text", code=2).stderr
    assert said.startswith(f"{config}:5:11: 'text': data/shakespeare.txt: ") and "length 1048576" in said, said
    assert not (FOLDER / "text").exists()


def test_divergence_is_a_status():
    qklab("run", SMALL, "optimizer=sgd", "lr=1e6", "skip=false", "norm=none", "steps=50", "evaluate_every=1", "--out",
          "diverged")
    with open(FOLDER / "diverged" / "trials.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["status"] == "diverged" and row["final_loss"] == "" and row["floor"] == "0", row
    assert b",loss,0," in (FOLDER / "diverged" / "series.csv").read_bytes()


def replay(*folders):
    return subprocess.run(["/usr/bin/python3", ROOT / "docs" / "replicate.py", *folders], capture_output=True, text=True)


def test_traces_replayed_by_pytorch():
    if subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode != 0:
        skip("no PyTorch here")
    folders = []
    for name, overrides in (
        ("sorting", "task=sort length=10 heads=2 layers=2 ffn=24 norm=post attention=sparsemax optimizer=lion lr=1e-3"),
        ("regression", "task=regression length=9 attention=linear combined=true optimizer=nesterov lr=1e-2 clip=0.5"),
        ("text", "task=text vocabulary=30 attention=piecewise ffn=16 optimizer=adamw schedule=cosine warmup=10"),
        ("locater", "task=recall length=12 vocabulary=6 regularizer=locater keep=penalty strength=1e-3 norm=none"),
        ("held", "task=sort heads=2 regularizer=locater keep=init squares=frobenius strength=1e-2"),
        ("held-combined", "task=sort combined=true regularizer=locater keep=init strength=1e-2 optimizer=momentum"),
        ("sigma", "task=markov heads=2 ffn=24 attention=gated_linear regularizer=sigma_reparam optimizer=sign_sgd"),
        ("paper", "task=text unit=token vocabulary=60 length=24 norm=post positions=sinusoidal activation=relu ffn=16 heads=1 "
                  "dropout.embedding=0.1 dropout.residual=0.1 dropout.attention=0.1 init.kind=xavier xavier.gain=0.7071 "
                  "beta2=0.98 schedule=inverse_sqrt warmup=20 lr=5e-3"),
        ("llama", "task=markov positions=rotary rotary.base=100 heads=4 key_groups=2 norm_kind=rms ffn=24 gated_mlp=true "
                  "activation=silu mlp_bias=false dropout.attention=0.2 optimizer=rmsprop lr=1e-3"),
        ("qk_norm", "task=sort qk_norm=rms heads=2 attention_bias=true positions=alibi attention_cap=5 dropout.attention=0.1 "
                    "optimizer=signum lr=1e-3 schedule=linear"),
        ("gpt2", "task=text vocabulary=40 length=12 tied=true init.kind=gpt2 head_bias=true attention_bias=true heads=2 "
                 "key_groups=1 activation=gelu_tanh ffn=16 embedding_scale=2 logit_cap=9 label_smoothing=0.1 qk_norm=layer "
                 "epsilon=1e-6 norm_epsilon=1e-4"),
        ("held-groups", "task=sort heads=4 key_groups=2 regularizer=locater keep=init strength=1e-2"),
        ("tame", "task=markov heads=2 ffn=24 regularizer=tame optimizer=mirror lr=1e-3"),
    ):
        folders.append(FOLDER / f"trace-{name}")
        qklab("trace", SMALL, *overrides.split(), "dim=16", "steps=100", "--out", folders[-1])
    done = replay(*folders)  # in one go, since PyTorch takes long to load
    assert done.returncode == 0 and done.stdout.count(" 100 steps, ") == len(folders), (done.stdout, done.stderr)
    # The comparison must be able to fail: for a loss, for the held-out loss, and for what is no number.
    folder, judged, spoilt = folders[3], folders[1], folders[2]
    step, loss = (judged / "held_out.csv").read_text().splitlines()[1].split(",")
    assert step == "100"
    (judged / "held_out.csv").write_text(f"step,loss\n{step},{float(loss) * 1.01}\n")
    gradient = next((spoilt / "grads").glob("*.npy"))
    gradient.write_bytes(gradient.read_bytes()[:-4] + b"\x00\x00\xc0\x7f")
    losses = (folder / "losses.csv").read_text().splitlines()
    step, loss = losses[60].split(",")
    losses[60] = f"{step},{float(loss) * 1.01}"
    (folder / "losses.csv").write_text("\n".join(losses) + "\n")
    done = replay(*folders[:5])
    differing = [line for line in done.stdout.splitlines() if " differs by " in line]
    assert done.returncode == 1 and len(differing) == 3, done.stdout
    assert all(line.startswith(f"{each} ") for each, line in zip((judged, spoilt, folder), differing)), done.stdout


def test_trace_holds_what_it_says():
    folder = FOLDER / "trace"
    qklab("trace", SMALL, "--out", folder)
    model = json.loads((folder / "model.json").read_text())
    assert model["model"]["dim"] == 8 and model["task"]["batch"] == 4 and model["steps"] == 3
    assert len(list((folder / "params").glob("*.npy"))) == len(list((folder / "grads").glob("*.npy"))) > 5
    assert len(list((folder / "batches").glob("*_inputs.npy"))) == 3
    assert (folder / "losses.csv").read_text().startswith("step,loss\n0,")
    assert (folder / "held_out.csv").read_text().startswith("step,loss\n3,")
    assert (folder / "held_out/0_inputs.npy").exists() and (folder / "held_out/0_targets.npy").exists()
    assert "not empty" in qklab("trace", SMALL, "--out", folder, code=2).stderr
    assert "several trials" in qklab("trace", SMALL, "seeds=2", "--out", FOLDER / "two", code=2).stderr
    other = ROOT / "configs" / "fig_localization.yaml"
    fixed = ["mean=0", "variance=1", "seeds=1"]
    assert "cannot be traced" in qklab("trace", other, *fixed, "--out", FOLDER / "other", code=2).stderr



def test_arms_begin_alike_where_that_is_asked_for():
    """Trials of other rates, spectra and regularizers draw the same numbers, of one seed and task."""
    def first_losses(out, *overrides):
        qklab("run", SMALL, "steps=0", "seeds=2", "lr=0.001,0.01", "regularizer=none,locater", *overrides, "--out", out)
        by_seed = {}
        for row in csv.DictReader((FOLDER / out / "trials.csv").open()):
            by_seed.setdefault(row["seed"], set()).add(row["final_loss"])
        return [len(losses) for losses in by_seed.values()]

    assert first_losses("own_draws") == [4, 4]
    assert first_losses("common_draws", "init.common=true") == [1, 1]
    assert min(first_losses("other_spectra", "init.common=true", "init.variance=0.1,1")) == 2


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
