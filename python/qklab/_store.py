"""Opens a run.db to read: never writes, not even beside the file, and never disturbs a run that is writing."""
from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any, Iterator, Optional
from urllib.parse import quote

from qklab.errors import QklabError

_APPLICATION = 0x716B6C62  # "qklb"
_VERSIONS = range(1, 4)


@contextlib.contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose reads all see the same state. Raises QklabError if the file is no store."""
    database = _connect(path)
    try:
        database.execute("BEGIN")
        yield database
    finally:
        database.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return _checked(path)
    except sqlite3.OperationalError:
        # A writer may have ended and removed its log between the look for it and its opening.
        try:
            return _checked(path)
        except sqlite3.OperationalError as error:
            raise QklabError(f"{path}: cannot be opened: {error}") from error


def _checked(path: Path) -> sqlite3.Connection:
    # Without a log nobody is writing; "immutable" then creates no files beside the database.
    flags = "mode=ro" if is_written(path) else "immutable=1"
    place = quote(str(path.resolve()))
    database = sqlite3.connect(f"file://{place}?{flags}", uri=True, isolation_level=None, timeout=60,
                               check_same_thread=False)
    try:
        application = _pragma(database, "application_id")
        version = _pragma(database, "user_version")
        if application != _APPLICATION:
            raise QklabError(f"{path}: is no qklab store")
        if version not in _VERSIONS:
            raise QklabError(f"{path}: is a store of version {version}, this package reads versions "
                             f"{_VERSIONS[0]} to {_VERSIONS[-1]}")
        return database
    except sqlite3.DatabaseError as error:
        database.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise QklabError(f"{path}: is no qklab store: {error}") from error
    except BaseException:
        database.close()
        raise


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def is_written(path: Path) -> bool:
    """Whether a run is writing the store, or was killed while it was."""
    return path.with_name(path.name + "-wal").exists()


def meta(path: Path, key: str) -> Optional[Any]:
    """A value of the table ``meta``; None if there is none."""
    with open_read_only(path) as database:
        row = database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]
