"""Runs sweeps."""
from __future__ import annotations

import contextlib
import os
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence, Tuple, Union

from qklab._config import Config, to_arguments, to_yaml
from qklab._program import check, command_of
from qklab._progress import after_summary, run_shown
from qklab.errors import FellShort, QklabError
from qklab.results import Run

_RESULTS = re.compile(r"^results: (.*?)(?: \(\d+ trials of the sweep have not been run.*\))?$", re.M)


def run(config: Config, *, out: Union[str, "os.PathLike[str]", None] = None, preset: Optional[str] = None,
        jobs: Optional[int] = None, fresh: bool = False, rerun: Optional[str] = None, plugins: Sequence[str] = (),
        options: Sequence[str] = (), progress: Optional[bool] = None, **overrides: Any) -> Run:
    """Runs a sweep, or goes on with one, and opens its results.

    ``config``: a YAML file, or the same as a dict. ``overrides`` change it: ``mean=[0, 0.25]`` is an axis, ``seeds=8``,
    ``variance={"logspace": [0.01, 100, 9]}``; names with a dot are given as ``**{"init.mean": 0}``. ``out``: the run
    directory (default: ``results/NAME``); ``jobs``: trials at a time; ``rerun``: ``"failed"``, ``"diverged"`` or
    ``"all"``; ``options``: further options of ``qklab run``. ``progress``: whether progress is shown; by default on a
    terminal and in a notebook.

    Raises InputError with all diagnostics where the input is wrong; nothing was written then. KeyboardInterrupt stops
    the run: finished trials are kept, and the same call goes on. If trials failed or a claim falls short, the results
    are returned nevertheless, with a warning of the class FellShort.
    """
    chosen = [*(["--out", str(out)] if out is not None else []), *(["--preset", preset] if preset else []),
              *(["--jobs", str(jobs)] if jobs else []), *(["--fresh"] if fresh else []),
              *(["--rerun", rerun] if rerun else []), *options]
    with _file_of(config) as (path, renamed):
        directory = run_config(path, to_arguments(overrides), chosen, plugins, progress, renamed)
    return Run(directory, plugins)


def run_config(path: Path, overrides: Sequence[str], options: Sequence[str], plugins: Sequence[str],
               progress: Optional[bool], renamed: Optional[Tuple[str, str]] = None) -> Path:
    """Runs a config's file to its end; returns the run directory."""
    command = command_of(["run", str(path), *options, "--", *overrides], plugins)
    try:
        code, output, messages = run_shown(command, path.stem, progress)
    except OSError as error:  # more overrides than a command line can hold, for one
        raise QklabError(f"{command[0]}: cannot be run: {error.strerror}") from error
    results = _RESULTS.search(output)
    if code == 1 and results:
        warnings.warn(after_summary(messages), FellShort, stacklevel=3)
    else:
        check(code, output, messages, renamed=renamed)
    assert results is not None, output
    return Path(results[1])


@contextlib.contextmanager
def _file_of(config: Config) -> Iterator[Tuple[Path, Optional[Tuple[str, str]]]]:
    if not isinstance(config, Mapping):
        yield Path(config), None
        return
    with tempfile.TemporaryDirectory(prefix="qklab-") as folder:
        path = Path(folder, f"{config.get('name', 'config')}.yaml".replace("/", "-"))
        path.write_text(to_yaml(config), encoding="utf-8")
        yield path, (str(path), path.name)
