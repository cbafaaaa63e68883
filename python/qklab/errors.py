"""What goes wrong, as exceptions that carry the program's diagnostics as data."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, List, Optional, Tuple

_AT = re.compile(r"^(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<message>.*)$", re.S)
_ARGUMENT = re.compile(r"^(?P<file>argument '.*?'): (?P<message>.*)$", re.S)
_MEANT = re.compile(r"did you mean (?:the parameter )?'([^']+)'")


@dataclass(frozen=True)
class Diagnostic:
    """One message about an input.

    ``line`` and ``column`` count from 1 and are None where the message has no place; ``file`` is then the command-line
    argument at fault (``argument 'mean=x'``) or None. ``suggestion`` is the nearest valid name, where one is near.
    """

    message: str
    file: Optional[str] = None
    line: Optional[int] = None
    column: Optional[int] = None
    suggestion: Optional[str] = None

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ": ".join(filter(None, [":".join(place), self.message]))


class QklabError(Exception):
    """The program failed: a full disk, another run that writes to the directory, a damaged file."""


class DirectoryBusy(QklabError):
    """Another run is writing to the directory: the same call succeeds once that has ended."""


class ProgramNotFound(QklabError):
    """The program ``qklab`` was not found."""


class InputError(QklabError):
    """The input is wrong, and nothing was written. ``diagnostics`` has every message."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: Tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))


class FellShort(UserWarning):
    """A run is complete, but trials failed, a figure could not be drawn, or a claim with a demand does not hold."""


def parse_diagnostics(text: str, renamed: Optional[Tuple[str, str]] = None) -> List[Diagnostic]:
    """The messages of a program's output, one a line; an indented line continues the one before.

    ``renamed``: a file's name in the output, and the name that it is to have in the diagnostics.
    """
    messages: List[str] = []
    for line in text.splitlines():
        if line.startswith("  ") and messages:
            messages[-1] += "\n" + line
        elif line.strip():
            messages.append(line)
    return [_parse(message, renamed) for message in messages]


def _parse(message: str, renamed: Optional[Tuple[str, str]]) -> Diagnostic:
    meant = _MEANT.search(message)
    suggestion = meant.group(1) if meant else None
    found = _AT.match(message)
    if found:
        file, column = found["file"], found["column"]
        if renamed and file == renamed[0]:
            file = renamed[1]
        return Diagnostic(found["message"], file, int(found["line"]), int(column) if column else None, suggestion)
    found = _ARGUMENT.match(message)
    if found:
        return Diagnostic(found["message"], found["file"], suggestion=suggestion)
    return Diagnostic(message.replace(*renamed) if renamed else message, suggestion=suggestion)
