"""SQLite under observation: what it writes, cuts, syncs and deletes, and what it has acknowledged between.

The store's own driver cannot be given a file system from Python; `apsw`, another driver on the same C library, can.
So the store works through `apsw` here, at its seam `sqlite.driver`: every line of ours above it, every statement and
pragma is the real one. Recovery (see `recovery.py`) is done by the real driver.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from autosys_py.event_server import sqlite
from tests.power.disk import Create, Cut, Delete, Mark, Operation, Sync, SyncNames, Write

_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL

Substitutes = Mapping[str, str]
"""Statements to run instead of the store's: for controls, and to make rare things frequent."""


class Recording:
    """Operations on the files of one folder, in order."""

    def __init__(self, folder: str) -> None:
        self.operations: list[Operation] = []
        self.folder = folder
        self.commits = 0
        self.inodes: dict[str, int] = {name: -1 - number for number, name in enumerate(sorted(os.listdir(folder)))}  # noqa: PTH208
        self._last_inode = 0

    def create(self, name: str) -> int:
        self._last_inode += 1
        self.inodes[name] = self._last_inode
        self.operations.append(Create(name, self._last_inode))
        return self._last_inode

    def delete(self, name: str) -> None:
        if self.inodes.pop(name, None) is not None:
            self.operations.append(Delete(name))

    def has_begun(self) -> None:
        """A transaction that may write; what it does is the commit of the next number."""
        self.operations.append(Mark("begun", self.commits + 1))

    def acknowledge(self) -> None:
        """The commit was reported to the store's caller."""
        self.commits += 1
        self.operations.append(Mark("acknowledged", self.commits))


class _File(apsw.VFSFile):
    def __init__(self, recording: Recording, path: Any, flags: list[int]) -> None:
        name = os.path.basename(path.filename() if isinstance(path, apsw.URIFilename) else path)  # noqa: PTH119
        is_new = not os.path.exists(f"{recording.folder}/{name}")  # noqa: PTH110
        super().__init__("", path, flags)
        self._operations = recording.operations
        self._inode = recording.create(name) if is_new else recording.inodes[name]
        self._names_too = is_new and bool(flags[0] & _JOURNALS)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._operations.append(Write(self._inode, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._operations.append(Cut(self._inode, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._operations.append(Sync(self._inode, self._names_too))
        self._names_too = False


class _System(apsw.VFS):
    def __init__(self, name: str, recording: Recording) -> None:
        self._recording = recording
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        if name is None:
            return apsw.VFSFile("", name, flags)  # a temporary file dies with the power
        return _File(self._recording, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self._recording.delete(os.path.basename(filename))  # noqa: PTH119
        if syncdir:
            self._recording.operations.append(SyncNames(""))


class _Error(Exception):
    sqlite_errorcode = 1


class _Cursor:
    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None


class _Connection:
    """As much of a driver's connection as the store uses."""

    def __init__(self, connection: apsw.Connection, recording: Recording, substitutes: Substitutes) -> None:
        self._connection = connection
        self._recording = recording
        self._substitutes = substitutes
        self._is_writing = False

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, text: str, parameters: Any = None) -> _Cursor:
        text = self._substitutes.get(text, text)
        with _translated():
            rows = self._connection.execute(text, parameters).fetchall()
        if text == "BEGIN IMMEDIATE":
            self._is_writing = True
            self._recording.has_begun()
        elif text in ("COMMIT", "ROLLBACK") and self._is_writing:
            self._is_writing = False
            if text == "COMMIT":
                self._recording.acknowledge()
        return _Cursor(rows, self._connection.changes())

    def executemany(self, text: str, rows: Sequence[Any]) -> _Cursor:
        changed = 0
        with _translated():
            for row in rows:
                self._connection.execute(text, row)
                changed += self._connection.changes()
        return _Cursor([], changed)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        wrong = _Error(str(error))
        wrong.sqlite_errorcode = getattr(error, "extendedresult", 1)
        raise wrong from error


class _Driver:
    Error = _Error

    def __init__(self, recording: Recording, substitutes: Substitutes, settings: Sequence[str]) -> None:
        self._recording = recording
        self._substitutes = substitutes
        self._settings = settings
        self._name = f"recorder-{id(recording)}"
        self._system = _System(self._name, recording)

    def connect(self, uri: str, uri_: bool = True, timeout: float = 5.0, **_: Any) -> _Connection:
        flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE
        with _translated():
            connection = apsw.Connection(uri, flags=flags, vfs=self._name)
            connection.set_busy_timeout(int(timeout * 1000))
            for each in self._settings:
                connection.execute(each).fetchall()
        return _Connection(connection, self._recording, self._substitutes)


def recorded_recovery(file: Path) -> list[Operation]:
    """What SQLite does to the files beside `file`, and to it, when it is opened, read and closed."""
    recording = Recording(os.fspath(file.parent))
    connection = _Driver(recording, {}, ()).connect(f"file:{file}?mode=rw")
    connection.execute("PRAGMA schema_version")
    connection.close()
    return recording.operations


@contextmanager
def recorded(
    folder: str, monkeypatch: pytest.MonkeyPatch, substitutes: Substitutes | None = None, settings: Sequence[str] = ()
) -> Iterator[Recording]:
    """Every store that is opened in here works under observation. `settings` are run on each new connection."""
    recording = Recording(folder)
    recorder = _Driver(recording, substitutes or {}, settings)

    class Through:
        """The driver, `uri=` and all."""

        Error = _Error

        @staticmethod
        def connect(path: str, *, uri: bool, timeout: float, isolation_level: None) -> _Connection:
            return recorder.connect(path, uri, timeout)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "driver", Through)
        patch.setattr(sqlite, "_REFUSALS", (_Error, OverflowError, UnicodeError))
        yield recording
