"""Shared by the tests of python/qklab: imports the package from the source tree; it calls the tested program."""
import os
import sys

from harness import QKLAB, ROOT, needs

os.environ["QKLAB_PROGRAM"] = QKLAB
os.environ["PYTHONPATH"] = str(ROOT / "python")
sys.path.insert(0, str(ROOT / "python"))


def package():
    """The package; the test is skipped where a library that it needs is missing."""
    needs("numpy")
    needs("pandas")
    import qklab
    return qklab
