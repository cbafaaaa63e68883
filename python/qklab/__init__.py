"""Runs qklab's sweeps and opens their results as data frames.

    run = qklab.run("walk.yaml", mean=[0, 0.25], seeds=8)
    run.trials, run.series("support"), run.figures["support"], run.verdicts

`docs/python.md` shows more. With `@qklab.experiment`, a function of yours is swept: docs/process-experiment.md.
"""
from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Sequence, Union

if TYPE_CHECKING:
    from qklab._describe import Description, describe
    from qklab._experiment import Diverged, Experiment, experiment
    from qklab._program import program
    from qklab._running import run
    from qklab._spectrum import spectrum
    from qklab.errors import Diagnostic, DirectoryBusy, FellShort, InputError, ProgramNotFound, QklabError
    from qklab.figures import Figure, Figures
    from qklab.results import Run

__version__ = "0.1.0"
# The module of each name. It is imported when the name is used: an experiment that qklab runs needs no data frames, and
# starts in a tenth of the time without them.
_HOMES = {
    "Description": "_describe", "describe": "_describe", "Diverged": "_experiment", "Experiment": "_experiment",
    "experiment": "_experiment", "program": "_program", "run": "_running", "spectrum": "_spectrum",
    "Diagnostic": "errors", "DirectoryBusy": "errors", "FellShort": "errors", "InputError": "errors", "ProgramNotFound": "errors",
    "QklabError": "errors", "Figure": "figures", "Figures": "figures", "Run": "results"}
__all__ = ["Description", "Diagnostic", "DirectoryBusy", "Diverged", "Experiment", "FellShort", "Figure", "Figures",
           "InputError", "ProgramNotFound", "QklabError", "Run", "describe", "experiment", "open", "program", "run", "spectrum"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'qklab' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"qklab.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def open(directory: Union[str, "os.PathLike[str]"], plugins: Sequence[str] = ()) -> "Run":
    """Opens a run directory or a reference, also while a run is writing it. ``plugins``: those that its experiment
    needs. Raises QklabError if it is none."""
    from qklab.results import Run
    return Run(directory, plugins)
