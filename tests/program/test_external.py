"""Any program as an experiment: docs/process-experiment.md, the ways in which programs misbehave, and kills."""
import json
import math
import os
import re
import signal
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, ROOT, SLOWER, csv_rows, needs, qklab, run_tests, run_through_kills, tables, write

PYTHON = sys.executable

# A program without our package: it speaks the protocol by itself, and misbehaves as its parameter says.
SPEAKER = '''
import json, os, sys, time
def say(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()
HOW = ["well", "die", "signal", "hang", "rubbish", "flood", "other", "fail", "diverge", "unknown", "silent_lines", "names", "no_number",
       "slowly"]
say({"protocol": 1, "hello": {"name": "speaker", "parameters": [
    {"name": "x", "type": "number", "default": 1.0, "low": 0, "high": 10},
    {"name": "how", "type": "text", "default": "well", "choices": HOW}],
    "scalars": [{"name": "y", "unit": "m"}], "series": [{"name": "s", "index": "step"}]}})
for line in sys.stdin:
    message = json.loads(line)
    trial, how = message["trial"], message["parameters"]["how"]
    x, seed = message["parameters"]["x"], message["parameters"]["seed"]
    sys.stderr.write(f"at {how}\\n")
    if how == "die": os._exit(3)
    if how == "signal": os.kill(os.getpid(), 11)
    if how == "hang": time.sleep(1000)
    if how == "rubbish": print("rubbish", flush=True)
    if how == "flood":
        while True: os.write(1, b"x" * 65536)
    if how == "silent_lines":
        while True: say({"trial": trial, "progress": 1, "of": 2})
    if how == "other": say({"trial": "0" * 16, "result": {}})
    if how == "fail": say({"trial": trial, "failed": "no luck"}); continue
    if how == "diverge": say({"trial": trial, "diverged": "too large", "result": {"scalars": {"y": "inf"}}}); continue
    if how == "unknown": say({"trial": trial, "result": {"scalars": {"z": 1}}}); continue
    if how == "names": say({"trial": trial, "progress": 1, "of": 2, "values": {"\\x1b[2J": 1}})
    if how == "no_number": say({"trial": trial, "progress": 1, "of": 2, "values": {"loss": [1]}})
    if how == "slowly":
        for step in range(1000):
            say({"trial": trial, "progress": step, "of": 1000, "values": {"loss": 1 / (1 + step), "gap": None}})
            time.sleep(0.02)
    say({"trial": trial, "progress": 1, "of": 2, "values": {"loss": 0.5}})
    say({"trial": trial, "result": {"scalars": {"y": x * x + seed}, "series": {"s": [x, None, seed]}}})
'''
write("speaker.py", SPEAKER)


def config(name, **keys):
    text = {"name": name, "experiment": {"command": [PYTHON, "speaker.py"]}, **keys}
    return write(f"{name}.yaml", json.dumps(text))  # JSON is YAML


def test_it_sweeps_like_any_experiment():
    file = config("plain", sweep={"x": [1, 2]}, seeds=3,
                  figures=[{"name": "s", "plot": "line", "x": "step", "y": "s", "color": "x"}],
                  claims=[{"id": "larger", "text": "y grows", "test": "difference", "metric": "y", "where": "x == 2",
                           "against": "x == 1", "at_least": 2}])
    qklab("run", file, "--out", "plain")
    rows = csv_rows((FOLDER / "plain/trials.csv").read_text())
    assert [float(row["y"]) for row in rows] == [1, 2, 3, 4, 5, 6], rows
    assert rows[0]["source_1"] == "speaker.py", rows[0]
    assert (FOLDER / "plain/figures/s.svg").exists()
    series = csv_rows((FOLDER / "plain/series.csv").read_text())
    assert [row["value"] for row in series[:3]] == ["1", "nan", "0"], series[:3]
    assert "6 of 6" not in qklab("run", file, "--out", "plain").stdout + qklab("status", "plain").stdout


def test_results_are_read_without_the_program():
    aside = (FOLDER / "speaker.py").rename(FOLDER / "aside.py")
    try:
        for verb in ("status", "verify", "report"):
            qklab(verb, "plain")
        said = qklab("run", "plain.yaml", "--out", "plain", code=2).stderr
        assert "plain.yaml:1:" in said and "can't open file" in said, said
    finally:
        aside.rename(FOLDER / "speaker.py")


def test_a_changed_program_makes_new_trials():
    text = (FOLDER / "speaker.py").read_text()
    write("speaker.py", text.replace("x * x + seed", "x * x - seed"))
    try:
        said = qklab("run", "plain.yaml", "--out", "plain", code=None)
        assert "speaker.py" in said.stdout + said.stderr, said
        rows = csv_rows((FOLDER / "plain/trials.csv").read_text())
        assert [float(row["y"]) for row in rows] == [1, 0, -1, 4, 3, 2], rows
    finally:
        write("speaker.py", text)


def test_a_program_that_misbehaves_fails_its_trial_and_a_new_one_goes_on():
    ways = {
        "die": "ended with exit code 3; its last words: at die", "signal": "killed by signal 11",
        "hang": "took longer than its limit of 1 s", "rubbish": "no message: rubbish", "other": "another trial",
        "fail": "no luck", "unknown": "no scalar 'z'", "flood": "limit of 1 s|256 MiB", "silent_lines": "limit of 1 s",
        "names": r"'\\x1B\[2J' is no name", "no_number": "expected a number"}
    how = [word for way in ways for word in (way, "well")]
    file = config("badly", experiment={"command": [PYTHON, "speaker.py"], "limit": 1},
                  sweep={"zip": [{"x": [i / 10 for i in range(len(how))], "how": how}]})
    said = qklab("run", file, "--out", "badly", "-j", 1, code=1).stderr
    for row in csv_rows((FOLDER / "badly/trials.csv").read_text()):
        assert row["status"] == ("done" if row["how"] == "well" else "failed"), row
    told = qklab("status", "badly").stdout
    for way, message in ways.items():
        line, = (line for line in told.split("\n") if f"how={way}" in line)
        assert re.search(message, line), (way, line)


def test_what_it_tells_is_seen_while_it_runs():
    file = config("slowly", params={"how": "slowly"})
    run = subprocess.Popen([QKLAB, "run", file, "--out", "slowly"], cwd=FOLDER, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
    try:
        seen = {}
        while seen.get("loss", {}).get("step", [0])[-1] < 20:
            assert run.poll() is None, run.stderr.read()
            path = FOLDER / "slowly/running.json"
            trials = json.loads(path.read_text())["trials"] if path.exists() else []
            seen = trials[0]["metrics"] if trials else {}
            time.sleep(0.05)
        assert seen["gap"]["last"] is None and seen["loss"]["value"][0] == 1 and 0 < seen["loss"]["last"] < 0.05, seen
        # A thousand steps of 20 ms.
        assert 10 < trials[0]["seconds_left"] < 25 * SLOWER, trials
        assert re.search(r"step \d+ of 1000 .* left, gap nan.*, loss 0\.0\d+ [▁▂▃▄▅▆▇█]+", qklab("status", "slowly").stdout)
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)


def test_divergence_is_a_result():
    file = config("apart", sweep={"how": ["well", "diverge"]})
    qklab("run", file, "--out", "apart", code=None)
    rows = csv_rows((FOLDER / "apart/trials.csv").read_text())
    assert [row["status"] for row in rows] == ["done", "diverged"] and rows[1]["y"] == "inf", rows


def test_bad_declarations_are_told_before_anything_runs():
    good = {"protocol": 1, "hello": {"name": "a", "scalars": [{"name": "y"}]}}
    bad = {
        "speaks protocol 2": {**good, "protocol": 2},
        "'name' is missing": {"protocol": 1, "hello": {"scalars": [{"name": "y"}]}},
        "unknown key 'scalar'.*did you mean 'scalars'": {"protocol": 1, "hello": {"name": "a", "scalar": []}},
        "neither scalars nor series": {"protocol": 1, "hello": {"name": "a"}},
        "expected one of.*number.*did you mean": {"protocol": 1, "hello": {
            **good["hello"], "parameters": [{"name": "x", "type": "numbr"}]}},
        "expected an integer": {"protocol": 1, "hello": {
            **good["hello"], "parameters": [{"name": "x", "type": "integer", "default": 1.5}]}},
        "expected a number in": {"protocol": 1, "hello": {
            **good["hello"], "parameters": [{"name": "x", "default": 3, "low": 0, "high": 1}]}},
        "adds one of that name": {"protocol": 1, "hello": {**good["hello"], "parameters": [{"name": "seed"}]}},
        "name of an experiment of qklab": {"protocol": 1, "hello": {**good["hello"], "name": "training"}},
    }
    lines = {message: json.dumps(hello) for message, hello in bad.items()}
    lines["no declaration: nonsense"] = "nonsense"
    for message, line in lines.items():
        write("bad.py", f"print({line!r}, flush=True)\ninput()\n")
        write("bad.yaml", json.dumps({"name": "bad", "experiment": {"command": [PYTHON, "bad.py"]}}))
        said = qklab("run", "bad.yaml", code=2).stderr
        assert re.search(message, said) and said.startswith("bad.yaml:1:"), (message, said)
        assert not (FOLDER / "results/bad").exists()
    for command, message in (([PYTHON, "-c", "import sys; sys.exit('why not')"], "exit code 1.*why not"),
                             (["no-such-program"], "cannot be started"), ([], "expected command")):
        write("bad.yaml", json.dumps({"name": "bad", "experiment": {"command": command}}))
        said = qklab("run", "bad.yaml", code=2).stderr
        assert re.search(message, said), (message, said)
    write("bad.yaml", json.dumps({"name": "bad", "experiment": {"command": ["x"], "limit": -1}}))
    assert "limit" in qklab("run", "bad.yaml", code=2).stderr


def example():
    """The config and the program of the documentation."""
    text = (ROOT / "docs/process-experiment.md").read_text()
    program = re.search(r"```python\n# parabola.py\n(.*?)```", text, re.S)[1]
    write("parabola.py", program)
    settings = re.search(r"```yaml\n(name: parabola.*?)```", text, re.S)[1]
    return write("parabola.yaml", settings.replace("python3", PYTHON))


SERVING = {"PYTHONPATH": str(ROOT / "python")}


def test_the_documented_example_runs():
    qklab("run", example(), "--out", "parabola", **SERVING)
    rows = csv_rows((FOLDER / "parabola/trials.csv").read_text())
    assert len(rows) == 16 and {row["best"] for row in rows} == {"0"}, rows
    loss = [row["value"] for row in csv_rows((FOLDER / "parabola/series.csv").read_text())[:4]]
    assert loss == ["1", "0", "1", "4"], loss


def test_serving_needs_no_other_package():
    """Neither pandas nor NumPy, which take longer to load than a small trial takes."""
    code = "import qklab, sys; qklab.experiment; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([PYTHON, "-c", code], env={**os.environ, **SERVING}).returncode == 0


def test_pytorch_agrees_with_our_own_engine():
    """Mean entropies of the two examples, from independent draws, within four standard errors of the difference."""
    needs("torch")
    found = []
    for name in ("attention_entropy", "attention_entropy_own"):
        text = (ROOT / f"examples/{name}.yaml").read_text()
        file = write(f"{name}.yaml", text.replace("python3", PYTHON))
        qklab("run", file, "--out", FOLDER / name, "temperature=2,8", "seeds=60", cwd=ROOT,
              **SERVING)
        rows = csv_rows((FOLDER / name / "trials.csv").read_text())
        found.append({t: [float(row["entropy"]) for row in rows if row["temperature"] == t] for t in ("2", "8")})
    for t, (most, least) in {"2": (1.5, 1.2), "8": (3.75, 3.6)}.items():
        ours, theirs = (mean_of(each[t]) for each in found)
        error = math.hypot(*(math.sqrt(sum((x - mean_of(each[t])) ** 2 for x in each[t])) / len(each[t]) for each in found))
        assert least < ours < most and abs(ours - theirs) < 4 * error < 0.15, (t, ours, theirs, error)


def mean_of(values):
    return sum(values) / len(values)


def test_kills_change_nothing():
    os.environ.update(SERVING)
    file = example()
    slow = (FOLDER / "parabola.py").read_text().replace("for step in range(steps):\n        yield",
                                                        "for step in range(steps):\n        time.sleep(0.005)\n        yield")
    write("parabola.py", "import time\n" + slow)
    text = file.read_text().replace("seeds: 8", "seeds: 100")
    file = write("parabola.yaml", text)
    qklab("run", file, "--out", "unbroken")
    run_through_kills(file, "broken", seed=1, lives=10)
    assert tables("broken") == tables("unbroken")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
