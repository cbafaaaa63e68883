"""A malformed config exits with 2 and a message with file and line, and leaves nothing behind.

200 of them are made from the shipped configs by reproducible damage. Damage that yields another valid config (a dry
run exits with 0) does not count.
"""
import random
import re
import sys

from harness import FOLDER, ROOT, qklab, run_tests, write

sys.path.insert(0, str(ROOT / "tests" / "torture"))
from slips import damage  # noqa: E402

WANTED = 200


def refuses(config):
    """True if the program refuses the config correctly, false if it accepts the config as valid."""
    before = sorted(FOLDER.rglob("*"))
    dry = qklab("run", config, "--dry-run", code=None)
    if dry.returncode == 0 or "give --yes" in dry.stderr:  # valid, but too large to run without --yes
        return False
    assert dry.returncode == 2, f"a dry run exits with {dry.returncode}: {dry.stderr}\n{config.read_text()}"
    done = qklab("run", config, "--out", "out", code=2)
    assert re.search(re.escape(str(config)) + r":[1-9]\d*:[1-9]\d*: .", done.stderr), done.stderr
    assert sorted(FOLDER.rglob("*")) == before, "something was created"
    return True


def test_mutants_of_every_shipped_config():
    configs = sorted((ROOT / "configs").glob("*.yaml"))
    assert configs, "no shipped config"
    source = random.Random(1)
    refused = tried = 0
    while refused < WANTED:
        tried += 1
        assert tried < 10 * WANTED, f"{refused} of {tried} mutants refused: too few"
        text = configs[tried % len(configs)].read_text()
        refused += refuses(write("mutant.yaml", damage(text, source)))
    return f"passed ({refused} of {tried} mutants were malformed)"


def test_bytes_that_are_no_text():
    config = FOLDER / "binary.yaml"
    config.write_bytes(b"name: x\nexperiment: \xff\x00\n")
    assert refuses(config)


run_tests(sys.modules[__name__])
