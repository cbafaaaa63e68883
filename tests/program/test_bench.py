"""`qklab bench --shape`: the content of the JSON, and invalid shapes."""
import json
import sys

from harness import qklab, run_tests

SHAPES = ("8,6,2,1,2,5,16", "8,6,2,1,2,5,0")


def test_json():
    steps = json.loads(qklab("bench", "--shape", SHAPES[0], "--shape", SHAPES[1], "--json").stdout)
    assert [step["shape"] for step in steps] == list(SHAPES)
    for step in steps:
        assert step["threads"] == 1 and "OpenBLAS" in step["blas"], step
        low, high = step["step_us_spread"]
        assert 0 < low <= step["step_us"] <= high, step
        assert step["gemm_floor_us"] > 0 and step["ratio"] > 0, step


def test_profile():
    printed = qklab("bench", "--shape", SHAPES[0], "--profile").stdout
    for op in ("cross_entropy", "adamw"):
        assert op in printed, printed


def test_bad_shapes():
    for shape in ("1,2,3", "8,6,2,1,3,5,0", "0,6,2,1,1,5,0", "8,6,2,1,1,5,-1", "8,6,2,1,1,5,0,7", "x"):
        assert f"shape '{shape}'" in qklab("bench", "--shape", shape, code=2).stderr


run_tests(sys.modules[__name__])
