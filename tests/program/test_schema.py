#!/usr/bin/env python3
"""`qklab schema`: every config that is shipped fits the schema, and slips of the kind that people make do not."""
import copy
import functools
import json
import re
import sys

from harness import ROOT, needs, qklab, run_tests


@functools.cache
def problems_of():
    """A function that lists how a config does not fit the schema."""
    jsonschema = needs("jsonschema")
    schema = json.loads(qklab("schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    return lambda config: [error.message for error in validator.iter_errors(config)]


def problems(config):
    return problems_of()(config)


def read_yaml(path):
    """PyYAML reads YAML 1.1, where 1e-3 is text and `no` is false; configs are YAML 1.2, as editors read them."""
    yaml = needs("yaml")

    class Yaml12(yaml.SafeLoader):
        yaml_implicit_resolvers = {}

    for tag, pattern, first in (
            ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"), ("int", r"[-+]?[0-9]+", "-+0123456789"),
            ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+0123456789."),
            ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""])):
        Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^({pattern})$"), list(first))
    return yaml.load(path.read_text(), Yaml12)


def test_shipped_configs_fit():
    files = sorted(ROOT.glob("configs/**/*.yaml"))
    assert len(files) > 15, files
    for path in files:
        found = problems(read_yaml(path))
        assert not found, (path, found[:3])


GOOD = {
    "name": "a", "experiment": "localization", "params": {"dim": 32},
    "sweep": {"mean": [0, 0.5], "variance": {"logspace": [0.01, 1, 3]}},
    "seeds": {"until": {"metric": "x", "ci": 0.1, "max": 8}}, "where": "mean > 0",
    "presets": {"paper": {"seeds": 8, "params": {"length": 64}}, "smoke": None},
    "figures": [{"plot": "line", "y": "support", "x": "position", "color": "mean", "log": ["y"]}],
    "claims": [{"id": "c", "text": "t", "test": "difference", "metric": "m", "reference": 0, "at_least": 1}],
    "confirm": {"seeds": 32},
}


def changed(*path, to):
    config = copy.deepcopy(GOOD)
    place = config
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return config


def test_slips_do_not_fit():
    assert not problems(GOOD), problems(GOOD)
    slips = {
        "an unknown key": changed("seed", to=3),
        "a misspelt parameter": changed("params", "dmi", to=32),
        "a parameter of another type": changed("params", "dim", to="wide"),
        "a value out of range": changed("params", "dim", to=-1),
        "several values under params": changed("params", "dim", to=[32, 64]),
        "a misspelt axis form": changed("sweep", "mean", to={"linspaced": [0, 1, 3]}),
        "an unknown experiment": changed("experiment", to="lokalization"),
        "an unknown strategy of seeds": changed("seeds", to={"untill": {}}),
        "a key in a preset that it cannot have": changed("presets", "paper", "figures", to=[]),
        "an unknown plot": changed("figures", 0, "plot", to="pie"),
        "a key that another plot has": changed("figures", 0, "contours", to=[]),
        "an unknown test": changed("claims", 0, "test", to="t-test"),
        "a claim without a metric": changed("claims", 0, to={"id": "c", "text": "t", "test": "bound"}),
        "a key that another test has": changed("claims", 0, "tolerance", to=0.1),
        "a choice that is none": changed("claims", 0, "about", to="mode"),
        "no seeds to reserve": changed("confirm", to={"seeds": 0}),
    }
    for what, config in slips.items():
        assert problems(config), f"{what} passes"


def test_dotted_names_may_nest():
    config = {"name": "a", "experiment": "training", "params": {"init": {"mean": 0.5}}}
    assert not problems(config), problems(config)
    assert not problems({**config, "params": {"init.mean": 0.5}})
    assert problems({**config, "params": {"init": {"maen": 0.5}}})


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
