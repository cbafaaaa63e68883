"""Runs qklab's sweeps and opens their results as data frames.

    run = qklab.run("walk.yaml", mean=[0, 0.25], seeds=8)
    run.trials, run.series("support"), run.figures["support"], run.verdicts

`docs/python.md` shows more.
"""
from __future__ import annotations

import os
from typing import Sequence, Union

from qklab._describe import Description, describe
from qklab._program import program
from qklab._running import run
from qklab._spectrum import spectrum
from qklab.errors import Diagnostic, FellShort, InputError, ProgramNotFound, QklabError
from qklab.figures import Figure, Figures
from qklab.results import Run

__version__ = "0.1.0"
__all__ = ["Description", "Diagnostic", "FellShort", "Figure", "Figures", "InputError", "ProgramNotFound", "QklabError",
           "Run", "describe", "open", "program", "run", "spectrum"]


def open(directory: Union[str, "os.PathLike[str]"], plugins: Sequence[str] = ()) -> Run:
    """Opens a run directory or a reference, also while a run is writing it. ``plugins``: those that its experiment
    needs. Raises QklabError if it is none."""
    return Run(directory, plugins)
