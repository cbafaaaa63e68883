"""Weights in and out: spectra of files that PyTorch and NumPy wrote, what cannot be read, weights that trainings save,
and trainings that start from them."""
import csv
import io
import json
import math
import pathlib
import shutil
import signal
import struct
import sys

from harness import FOLDER, ROOT, begin_run, needs, qklab, run_tests, tables, wait_for_changes, write

GOLDENS = ROOT / "tests" / "goldens" / "weights"
HEADER = ("layer,head,mean,variance,frobenius_variance,spectral_norm,effective_rank,symmetric_share,support_contrast,"
          "entropy_theory,self_weight_theory")
TRAINING = """
name: saved
experiment: training
params: {task: sort, length: 8, vocabulary: 6, dim: 8, heads: 2, layers: 2, steps: 6, batch: 4, evaluate_every: 3}
"""


def read_safetensors(path):
    """The arrays of a file as {name: (shape, numbers)}, and its metadata: by the format's definition alone."""
    raw = pathlib.Path(path).read_bytes()
    length, = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32" and end - begin == 4 * math.prod(entry["shape"])
        arrays[name] = entry["shape"], list(struct.unpack(f"<{(end - begin) // 4}f", data[begin:end]))
    assert max(entry["data_offsets"][1] for entry in header.values()) == len(data)
    return arrays, metadata


def write_safetensors(name, arrays):
    """arrays: {name: (shape, numbers)}"""
    header, data = {}, b""
    for key, (shape, numbers) in arrays.items():
        begin, data = len(data), data + struct.pack(f"<{len(numbers)}f", *numbers)
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    path = FOLDER / name
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def spectrum(*arguments):
    """The rows of `qklab spectrum --csv`, as numbers."""
    text = qklab("spectrum", *arguments, "--csv").stdout
    assert text.splitlines()[0] == HEADER, text
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


def refused(*arguments):
    """The only line that is said of a file that cannot be used."""
    done = qklab("spectrum", *arguments, code=2)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1, done.stdout + done.stderr
    return done.stderr


def only_weights(out):
    found = sorted((FOLDER / out / "weights").iterdir())
    assert len(found) == 1, found
    return found[0]


def test_spectra_of_files_by_pytorch_are_those_of_numpy():
    goldens = json.loads((GOLDENS.parent / "weights.json").read_text())
    for name, arguments in (("gpt2.safetensors", ()), ("gpt2.npz", ("--layout", "gpt2")),
                            ("llama.safetensors", ()), ("bert.safetensors", ())):
        for kind, more in (("plain", ()), ("folded", ("--fold-norm",))):
            rows = spectrum(GOLDENS / name, "--heads", 4, *arguments, *more)
            expected = goldens[name.split(".")[0]][kind]
            assert len(rows) == len(expected) == 8
            for row, golden in zip(rows, expected):
                for key in ("layer", "head", "mean", "variance", "frobenius_variance", "spectral_norm",
                            "effective_rank", "symmetric_share"):
                    assert abs(row[key] - golden[key]) <= 1e-5 * max(1, abs(golden[key])), (name, kind, key, row)
                assert 0 <= row["support_contrast"] <= 1 and 0 <= row["self_weight_theory"] <= 1
                assert 0 <= row["entropy_theory"] <= math.log(64)


def test_what_was_read_is_said_beside_the_table():
    done = qklab("spectrum", GOLDENS / "llama.safetensors", "--heads", 4)
    assert "layout llama, 2 layers of 4 heads with 2 groups of keys, width 4 of 16; rotary positions: W_QK at relative " \
           "distance 0" in done.stderr, done.stderr
    assert done.stdout.split()[:3] == ["layer", "head", "mean"] and len(done.stdout.splitlines()) == 9


def test_a_folder_with_its_config_needs_no_more():
    for name, heads in (("gpt2", {"n_head": 4}), ("llama", {"num_attention_heads": 4, "num_key_value_heads": 2})):
        folder = FOLDER / name
        folder.mkdir()
        shutil.copy(GOLDENS / f"{name}.safetensors", folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(heads))
        assert spectrum(folder) == spectrum(GOLDENS / f"{name}.safetensors", "--heads", 4)


def test_an_own_layout_is_described_by_a_mapping():
    model = write_safetensors("own.safetensors", {"enc.0.wq": ([2, 2], [1, 2, 3, 4]), "enc.0.wk": ([2, 2], [1, 0, 0, 1])})
    mapping = write("own.yaml", "query: enc.{layer}.wq\nkey: enc.{layer}.wk\nheads: 1\n")
    row, = spectrum(model, "--mapping", mapping)
    assert row["mean"] == 2.5 and abs(row["variance"] - (29 / 2 - 2.5 ** 2)) < 1e-12
    message = refused(model, "--mapping", write("wrong.yaml", "query: enc.{layer}.wq\nkye: enc.{layer}.wk\n"))
    assert "wrong.yaml:2:1: unknown key 'kye' in mapping (did you mean 'key'?)" in message, message


def test_files_that_cannot_be_used_are_told_in_one_line():
    raw = (GOLDENS / "gpt2.safetensors").read_bytes()
    for name, content, why in (
            ("cut.safetensors", raw[:-10], "the file has"),
            ("empty.safetensors", b"", "it has 0 bytes"),
            ("header.safetensors", struct.pack("<Q", 1 << 60) + b"{}", "its header is said to have 1152921504606846976 bytes"),
            ("pytorch_model.bin", b"\x80\x02}q\x00.", "is a pickle (a PyTorch checkpoint)"),
            ("text.safetensors", b"not weights at all, but some text", "is no valid safetensors file")):
        (FOLDER / name).write_bytes(content)
        assert why in (message := refused(name, "--heads", 4)), message
    nan = write_safetensors("nan.safetensors", {"blocks.0.attn.q.weight": ([2, 2], [1, 2, 3, math.nan]),
                                                "blocks.0.attn.k.weight": ([2, 2], [1, 0, 0, 1])})
    assert "'blocks.0.attn.q.weight' (2, 2) holds NaN in row 1, column 1" in refused(nan, "--heads", 1)
    assert "No such file" in refused("nowhere.safetensors")
    message = refused(GOLDENS / "gpt2.safetensors", "--layout", "llama", "--heads", 4)
    assert "has no array 'layers.0.self_attn.q_proj.weight'" in message and "it has transformer.h.0.attn.bias" in message
    assert "did you mean 'gpt2'" in refused(GOLDENS / "gpt2.safetensors", "--layout", "gtp2")
    assert "set heads" in refused(GOLDENS / "gpt2.safetensors")


def test_the_experiment_reports_the_same_and_refuses_beforehand():
    config = FOLDER / "gpt2.yaml"
    qklab("spectrum", GOLDENS / "gpt2.safetensors", "--heads", 4, "--config", config)
    qklab("run", config, "--out", "heads")
    with open(FOLDER / "heads" / "trials.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = spectrum(GOLDENS / "gpt2.safetensors", "--heads", 4)
    heads, points = [row for row in rows if row["file"]], [row for row in rows if not row["file"]]
    assert len(heads) == len(expected) == 8 and len(points) == 225
    for row, wanted in zip(heads, expected):
        for key in HEADER.split(","):
            assert float(row[key]) == wanted[key], (key, row, wanted)
    # All heads lie within the map beneath them.
    for head, point in (("plane_mean", "plane.mean"), ("plane_frobenius", "plane.variance")):
        values = [float(row[point]) for row in points]
        assert min(values) <= min(float(row[head]) for row in heads) <= max(float(row[head]) for row in heads) <= max(values)
    for name in ("plane", "phases", "spectrum", "attention", "eigenvalues", "density", "support"):
        assert (FOLDER / "heads" / "figures" / f"{name}.svg").exists()
    qklab("verify", "heads")
    again = qklab("spectrum", GOLDENS / "gpt2.safetensors", "--heads", 4, "--config", config, code=2)
    assert "is there already" in again.stderr
    for override, why in (("layer=5", "has no layer 5: its layers are 0 to 1"), ("heads=5", "5 heads"),
                          ("layout=bert", "has no array"), ("file=nowhere", "No such file")):
        done = qklab("run", config, override, "--out", "none", code=2)
        assert why in done.stderr and not (FOLDER / "none").exists(), done.stderr


def test_the_content_of_a_file_is_part_of_a_trial():
    shutil.copy(GOLDENS / "gpt2.safetensors", FOLDER / "changing.safetensors")
    config = write("changing.yaml", "name: c\nexperiment: weights\nparams: {file: changing.safetensors, heads: 4}\n")
    qklab("run", config, "--out", "changing")
    before = (FOLDER / "changing" / "trials.csv").read_text()
    raw = bytearray((FOLDER / "changing.safetensors").read_bytes())
    raw[-2] ^= 1
    (FOLDER / "changing.safetensors").write_bytes(raw)
    assert "changing.safetensors" in qklab("run", config, "--out", "changing").stderr
    after = (FOLDER / "changing" / "trials.csv").read_text()
    assert before.splitlines()[1].split(",")[0] != after.splitlines()[1].split(",")[0]


def test_saved_weights_give_the_trainings_own_last_report():
    for options in ("", "attention=sparsemax combined=true", "regularizer=sigma_reparam", "regularizer=tame",
                    "norm=post ffn=8"):
        out = f"report-{len(options)}"
        config = write("saved.yaml", TRAINING)
        qklab("run", config, "save=final", *options.split(), "--out", out)
        with open(FOLDER / out / "series.csv", newline="") as file:
            last = {row["metric"]: float(row["value"]) for row in csv.DictReader(file)}
        rows = spectrum(only_weights(out))
        assert len(rows) == 4
        for row in rows:
            for key, name in (("mean", "mean"), ("variance", "variance"), ("frobenius_variance", "frobenius"),
                              ("spectral_norm", "spectral")):
                wanted = last[f"{name}.{row['layer']:.0f}.{row['head']:.0f}"]
                assert abs(row[key] - wanted) <= 1e-6 * max(1, abs(wanted)), (options, key, row[key], wanted)
        spectrum(only_weights(out), "--fold-norm") if "post" not in options else None


def test_saving_changes_no_number_and_files_hold_the_parameters():
    config = write("saved.yaml", TRAINING)
    qklab("run", config, "--out", "unsaved")
    assert not (FOLDER / "unsaved" / "weights").exists()
    qklab("run", config, "save=evaluations", "--out", "saved")
    rows = [list(csv.DictReader(open(FOLDER / out / "series.csv", newline=""))) for out in ("unsaved", "saved")]
    assert [(r["metric"], r["index"], r["value"]) for r in rows[0]] == [(r["metric"], r["index"], r["value"]) for r in rows[1]]
    trial = rows[1][0]["trial"]
    folder = FOLDER / "saved" / "weights"
    assert sorted(file.name for file in folder.iterdir()) == sorted(
        [f"{trial}.safetensors", *(f"{trial}.{step}.safetensors" for step in (0, 3, 6))])
    arrays, metadata = read_safetensors(folder / f"{trial}.safetensors")
    last, at_last = read_safetensors(folder / f"{trial}.6.safetensors")
    assert arrays == last and metadata == at_last and metadata["heads"] == "2" and metadata["step"] == "6"
    assert json.loads(metadata["model"])["dim"] == 8
    # The parameters before the first update are those of a trace, which NumPy can read.
    numpy = needs("numpy")
    qklab("trace", config, "--out", "trace")
    first, _ = read_safetensors(folder / f"{trial}.0.safetensors")
    for name, (shape, numbers) in first.items():
        expected = numpy.load(FOLDER / "trace" / "params" / f"{name}.npy")
        assert list(expected.shape) == shape and expected.flatten().tolist() == numbers, name
    qklab("verify", "saved")
    (folder / f"{trial}.3.safetensors").write_bytes(b"x")
    assert "3.safetensors: is missing, or not what was written" in qklab("verify", "saved", code=1).stderr


def saved_files(out):
    return {file.name: file.read_bytes() for file in (FOLDER / out / "weights").iterdir()}


def test_files_are_the_same_for_any_jobs_shards_and_scratch():
    sweep = write("sweep.yaml", TRAINING + "  \nsweep: {init.mean: [0, 0.5], lr: [0.001, 0.01]}\nseeds: 2\n")
    qklab("run", sweep, "save=evaluations", "--out", "one", "-j", 1)
    qklab("run", sweep, "save=evaluations", "--out", "two", "-j", 2, "--scratch", FOLDER / "disk")
    for part in (1, 2):
        qklab("run", sweep, "save=evaluations", "--shard", f"{part}/2", "--out", f"part-{part}")
    qklab("merge", "part-1", "part-2", "--out", "merged")
    expected = saved_files("one")
    assert len(expected) == 8 * 4
    assert saved_files("two") == expected and saved_files("merged") == expected
    assert tables("merged") == tables("one") == tables("two")


def test_a_training_that_was_killed_leaves_the_same_files():
    long = write("long.yaml", TRAINING.replace("steps: 6", "steps: 4000").replace("evaluate_every: 3", "evaluate_every: 100"))
    qklab("run", long, "save=evaluations", "--out", "whole")
    killed = 0
    for _ in range(3):
        run = begin_run(long, "killed", "save=evaluations", "--checkpoint-every", "0.1")
        wait_for_changes(run, "killed", 12)
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
    qklab("run", long, "save=evaluations", "--out", "killed", "--checkpoint-every", "0.1")
    assert saved_files("killed") == saved_files("whole") and len(saved_files("whole")) == 42
    assert tables("killed") == tables("whole")
    return f"passed after {killed} kills"


def test_a_training_starts_from_a_file():
    config = write("saved.yaml", TRAINING)
    qklab("run", config, "save=final", "--out", "first")
    start = only_weights("first")
    with open(FOLDER / "first" / "series.csv", newline="") as file:
        ended = [row for row in csv.DictReader(file) if row["metric"] == "loss"][-1]["value"]
    qklab("run", config, f"init.from={start}", "steps=3", "--out", "next")
    with open(FOLDER / "next" / "series.csv", newline="") as file:
        began = [row for row in csv.DictReader(file) if row["metric"] == "loss"][0]["value"]
    assert began == ended  # the same parameters on the same held-out batches
    # Other tokens and positions: rows are matched, and the others are drawn.
    qklab("run", config, f"init.from={start}", "vocabulary=9", "length=12", "save=evaluations", "steps=1", "--out", "more")
    first, _ = read_safetensors(next((FOLDER / "more" / "weights").glob("*.0.safetensors")))
    then, _ = read_safetensors(start)
    for name, (shape, numbers) in then.items():
        wider = first[name][0][0] > shape[0] if shape else False
        assert first[name][1][:len(numbers)] == numbers, name
        assert wider == (name in ("embedding.weight", "position.weight", "head.weight")), name
    assert any(first["embedding.weight"][1][6 * 8:])
    for override, why in (("dim=16", "is a model of dim 8, not 16"), ("layers=1", "is a model of layers 2, not 1"),
                          ("norm=post", 'is a model of norm "pre", not "post"'), ("ffn=4", "is a model of ffn 0, not 4"),
                          (f"init.from={GOLDENS / 'gpt2.safetensors'}", "is no model of this program"),
                          ("init.from=nowhere", "No such file")):
        done = qklab("run", config, f"init.from={start}" if "init" not in override else "steps=6", override,
                     "--out", "none", code=2)
        assert why in done.stderr and not (FOLDER / "none").exists(), done.stderr


run_tests(sys.modules[__name__])
