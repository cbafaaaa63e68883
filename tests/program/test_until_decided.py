"""Seeds are added until claims are decided, and verdicts count the looks."""
import json
import sys

from harness import FOLDER, qklab, run_tests, write

CONFIG = """\
name: decided
experiment: localization
params: {{dim: 16, length: 8, samples: 200}}
sweep: {{variance: [0.1, 1]}}
seeds: {{until: {{claims: [{awaited}], min: 8, max: {most}}}}}
claims:
  - {{id: far, text: Contrast is below 0.9., test: difference, metric: contrast, reference: 0, at_most: 0.9, by: [variance]}}
  - {{id: at, text: t, test: difference, metric: support, at: mean, reference: 0.5, at_most: 0, where: "variance == 1"}}
"""


def verdicts(folder):
    return {claim["id"]: claim for claim in json.loads((FOLDER / folder / "claims.json").read_text())["claims"]}


def config(name, awaited, most):
    return write(name, CONFIG.format(awaited=awaited, most=most))


def test_a_claim_that_is_decided_at_once_gets_no_more_seeds():
    qklab("run", config("far.yaml", "far", 128), "--out", "far")
    claim = verdicts("far")["far"]
    assert claim["verdict"] == "holds" and claim["slices"][0]["seeds"] == 8, claim
    # Five looks, at 8, 16, 32, 64 and 128 seeds, were possible: eight seeds on one side, twice the chance, five times.
    assert claim["slices"][0]["p"] == 2 / 2**8 and abs(claim["slices"][0]["p_adjusted"] - 10 / 2**8) < 1e-12, claim


def test_an_undecided_claim_gets_seeds_up_to_the_maximum():
    qklab("run", config("at.yaml", "at", 24), "--out", "at")
    claim = verdicts("at")["at"]
    assert claim["slices"][0]["seeds"] in (8, 16, 24), claim
    assert claim["slices"][0]["seeds"] == 24 or claim["verdict"] != "undecided", claim
    assert "replicates a point" in qklab("status", "at").stdout
    assert qklab("verify", "at").returncode == 0


def test_wrong_names_and_numbers_are_told():
    said = qklab("run", config("w.yaml", "fra", 128), "--out", "w", code=2).stderr
    assert "no claim 'fra'" in said and "did you mean 'far'?" in said and not (FOLDER / "w").exists(), said
    assert "from 8 to" in qklab("run", config("w.yaml", "far", 7), "--out", "w", code=2).stderr
    said = qklab("run", config("s.yaml", "far", 16), "--shard", "1/2", "--out", "w", code=2).stderr
    assert "without shards" in said, said


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
