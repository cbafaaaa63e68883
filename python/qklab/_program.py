"""Finds the program ``qklab`` and calls it."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from qklab.errors import DirectoryBusy, InputError, ProgramNotFound, QklabError, parse_diagnostics

BAD_INPUT, BUSY = 2, 75
_BUILT = Path("build", "release", "qklab")


def program() -> str:
    """The path of the program: ``$QKLAB_PROGRAM``, the ``qklab`` of ``$PATH``, or ``build/release/qklab`` in the
    current folder, in one above it, or in the source tree that this package is used from. Raises ProgramNotFound."""
    named = os.environ.get("QKLAB_PROGRAM")
    if named:
        if not os.access(named, os.X_OK):
            raise ProgramNotFound(f"QKLAB_PROGRAM={named}: there is no program that can be run")
        return str(Path(named).resolve())
    installed = shutil.which("qklab")
    if installed:
        return installed
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if os.access(folder / _BUILT, os.X_OK):
            return str(folder / _BUILT)
    raise ProgramNotFound("the program qklab was not found: neither $QKLAB_PROGRAM, nor in $PATH, nor "
                          "build/release/qklab in the current folder or above; `./lab build` builds it")


def call(arguments: Sequence[str], plugins: Sequence[str] = (), accept: Sequence[int] = (0,),
         renamed: Optional[Tuple[str, str]] = None) -> Tuple[int, str, str]:
    """Runs the program to its end: exit code, standard output, standard error. Raises InputError for exit code 2, and
    QklabError for any other that is not accepted."""
    command = command_of(arguments, plugins)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
                              errors="replace")
    except OSError as error:
        raise QklabError(f"{command[0]}: cannot be run: {error.strerror}") from error
    check(done.returncode, done.stdout, done.stderr, accept, renamed)
    return done.returncode, done.stdout, done.stderr


def command_of(arguments: Sequence[str], plugins: Sequence[str] = ()) -> List[str]:
    options = [word for plugin in plugins for word in ("--plugin", str(plugin))]
    return [program(), arguments[0], *options, *arguments[1:]]


def check(code: int, output: str, notes: str, accept: Sequence[int] = (0,),
          renamed: Optional[Tuple[str, str]] = None) -> None:
    """Raises what an exit code means."""
    if code == BAD_INPUT:
        raise InputError(parse_diagnostics(notes or output, renamed))
    if code not in accept:
        said = (notes or output).strip()
        said = said[len("qklab: "):] if said.startswith("qklab: ") else said
        raise (DirectoryBusy if code == BUSY else QklabError)(said or f"qklab ended with exit code {code}")
