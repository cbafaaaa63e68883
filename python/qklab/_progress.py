"""Runs a sweep in the foreground: shows its progress, and stops it on Ctrl-C as a terminal does."""
from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from typing import Any, Iterator, List, Optional, Sequence, Tuple

_COUNTS = re.compile(r"(\d+)/(\d+) trials(?:, )?(.*)$")
_DONE = re.compile(r": \d+ of \d+ trials done in ")
_PATIENCE = 0.5  # seconds; shorter runs show no bar
_COLUMNS = 240  # of the terminal that the program sees, so that it shortens nothing


def run_shown(command: Sequence[str], title: str, shown: Optional[bool]) -> Tuple[int, str, str]:
    """Runs the command to its end: exit code, standard output, messages (standard error without the progress).

    ``shown``: whether progress is shown; None: where a person watches, that is on a terminal and in a notebook.
    On KeyboardInterrupt the program gets SIGINT, saves what is finished, and the exception is raised again.
    """
    display = _display(title, shown)
    reader, stderr, is_terminal = _channel()
    with tempfile.TemporaryFile() as output, contextlib.closing(display):
        try:
            # In a session of its own the program gets no signals but those sent here, so that one Ctrl-C is one.
            process = subprocess.Popen(_owning(command, stderr) if is_terminal else command, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=stderr, start_new_session=True)
        finally:
            os.close(stderr)
        messages: List[str] = []
        interrupted = done = False
        lines = _lines(reader)
        try:
            while True:
                try:
                    for line in lines:
                        counts = _COUNTS.search(line)
                        if counts and is_terminal:
                            display.update(int(counts[1]), int(counts[2]), counts[3])
                            continue
                        # What follows the summary is an outcome, which the caller gets as a warning.
                        done = done or _DONE.search(line) is not None
                        messages.append(line)
                        if not done:
                            display.note(line)
                    process.wait()
                    break
                except KeyboardInterrupt:
                    interrupted = True
                    process.send_signal(signal.SIGINT)  # a second one ends it at once
                    lines = _lines(reader)
        finally:
            os.close(reader)
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if interrupted:
        raise KeyboardInterrupt("\n".join(messages[-1:]))
    return process.returncode, said, "\n".join(messages)


def after_summary(messages: str) -> str:
    """What the program says about the outcome, behind how many trials were done."""
    lines = messages.split("\n")
    ends = [number for number, line in enumerate(lines) if _DONE.search(line)]
    return "\n".join(lines[ends[-1] + 1 if ends else 0:])


def _owning(command: Sequence[str], terminal: int) -> List[str]:
    """The command, with the pseudo-terminal as its session's own: whoever leads a session and opens a terminal gets it.
    The terminal ends with this process; the program then gets SIGHUP, saves what is finished and ends, also where this
    process was killed."""
    return ["/bin/sh", "-c", 'exec "$@" 2<>"$0"', os.ttyname(terminal), *command]


def _channel() -> Tuple[int, int, bool]:
    """Both ends of what becomes standard error: a terminal, to which the program reports its progress, or a pipe where
    the system has no terminals to give."""
    try:
        reader, stderr = os.openpty()
    except OSError:
        return (*os.pipe(), False)
    settings = termios.tcgetattr(stderr)
    settings[1] &= ~termios.OPOST  # lines as they are written
    termios.tcsetattr(stderr, termios.TCSANOW, settings)
    fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, _COLUMNS, 0, 0))
    return reader, stderr, True


def _lines(reader: int) -> Iterator[str]:
    """Whole lines until the program has ended. A line that is redrawn counts as one each time."""
    pending = b""
    while True:
        try:
            piece = os.read(reader, 65536)
        except OSError:  # the other end of a pseudo-terminal was closed
            piece = b""
        *whole, pending = re.split(rb"\r\x1b\[K|[\r\n]", pending + piece)
        # A progress line has no end of its own: it ends where the next one begins, but is shown at once.
        if _COUNTS.search(pending.decode("utf-8", "replace")):
            whole, pending = [*whole, pending], b""
        for line in whole + ([pending] if not piece else []):
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                yield text
        if not piece:
            return


class _Silent:
    def update(self, done: int, total: int, rest: str) -> None: ...
    def note(self, line: str) -> None: ...
    def close(self) -> None: ...


class _Line(_Silent):
    """One line that is redrawn, for terminals where tqdm is missing."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.begin = time.monotonic()
        self.drawn = False

    def update(self, done: int, total: int, rest: str) -> None:
        if time.monotonic() - self.begin < _PATIENCE:
            return
        text = f"{self.title}: {done}/{total} trials, {rest}"
        sys.stderr.write("\r\x1b[K" + text[:os.get_terminal_size(sys.stderr.fileno()).columns - 1])
        sys.stderr.flush()
        self.drawn = True

    def note(self, line: str) -> None:
        self.close()
        sys.stderr.write(line + "\n")

    def close(self) -> None:
        if self.drawn:
            sys.stderr.write("\r\x1b[K")
        self.drawn = False


class _Bar(_Silent):
    """tqdm's bar: on a terminal or in a notebook."""

    def __init__(self, title: str, kind: Any) -> None:
        self.title = title
        self.kind = kind
        self.begin = time.monotonic()
        self.bar: Any = None

    def update(self, done: int, total: int, rest: str) -> None:
        if self.bar is None:
            if time.monotonic() - self.begin < _PATIENCE:
                return
            # The program's own rate and remaining time know of trials of unequal cost.
            form = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} trials{postfix}"
            self.bar = self.kind(desc=self.title, total=total, bar_format=form, leave=False)
        self.bar.total = total
        self.bar.n = done
        self.bar.set_postfix_str(rest, refresh=True)

    def note(self, line: str) -> None:
        self.kind.write(line, file=sys.stderr)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def _display(title: str, shown: Optional[bool]) -> _Silent:
    notebook = _in_notebook()
    if shown is False or (shown is None and not notebook and not sys.stderr.isatty()):
        return _Silent()
    try:
        return _Bar(title, _tqdm(notebook))
    except ImportError:
        return _Line(title) if sys.stderr.isatty() else _Notes()


def _tqdm(notebook: bool) -> Any:
    if notebook:
        with contextlib.suppress(ImportError):
            import ipywidgets  # noqa: F401: tqdm's bar for notebooks needs it
            from tqdm.notebook import tqdm as bar
            return bar
    from tqdm import tqdm
    return tqdm


class _Notes(_Silent):
    """Messages only."""

    def note(self, line: str) -> None:
        sys.stderr.write(line + "\n")


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
