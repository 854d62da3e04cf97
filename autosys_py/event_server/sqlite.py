"""The store in a SQLite file, by Python's own driver: what every command uses unless told otherwise.

Nothing heavy is imported here, because scripts call `sendevent` in loops. Three rules keep a commit a commit:

* every transaction that may write begins with BEGIN IMMEDIATE, so it waits for the lock before it reads anything,
  and never finds at its end that what it read is out of date;
* synchronous=FULL: a commit that was reported is on the disk, with either journal;
* the write-ahead log is used only with a SQLite that is free of its reset bug (see `driver`).

Readers never keep a lock while their caller works: whatever may be large is read in pages (see `seam`).
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autosys_py.event_server import turnstile
from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreError, StoreReplaced, StoreUnavailable
from autosys_py.event_server.queries import QUERIES
from autosys_py.event_server.rows import Row
from autosys_py.event_server.sql import SqlStore
from autosys_py.event_server.sqlite_errors import store_error
from autosys_py.event_server.turnstile import BUSY_TIMEOUT, Turnstile

FAULTS = (driver.Error, UnicodeDecodeError)
"""What the driver raises by itself; the second over a damaged file whose fault it cannot even spell."""
_REFUSALS = (*FAULTS, OverflowError, UnicodeError)
"""What the driver raises: its own errors, and for numbers and texts that no column holds."""

_BY_POSITION: dict[str, str] = {}


def connect(path: Path, patience: float = BUSY_TIMEOUT, *, read_only: bool = False) -> Any:
    """A driver's connection to an existing file, its durability and checks switched on. `patience` is in seconds: how
    long it waits for a lock.

    Raises errors of `errors.py`.
    """
    mode = "ro" if read_only else "rw"
    try:
        connection = driver.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=patience, isolation_level=None
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA query_only=ON" if read_only else "PRAGMA synchronous=FULL")
    except FAULTS as error:
        raise store_error(error, str(path)) from None
    return connection


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116 - asked in every transaction: a Path costs more than the call
    except OSError as error:
        raise StoreUnavailable(f"event store {path}: {error.strerror}; put it back, or: autosys restore FILE") from None
    return status.st_dev, status.st_ino


class SqliteStore(SqlStore):
    """An `EventServer` in a file. Use `open_store`, which creates and migrates it."""

    def __init__(self, path: Path, patience: float = BUSY_TIMEOUT, *, read_only: bool = False) -> None:
        self.path = path
        self.place = str(path)
        self._patience = patience
        self._connection = connect(path, patience, read_only=read_only)
        self._file = _identity(path)
        self._turnstile = Turnstile(path)

    def version(self) -> int:
        return int(self._pragma("data_version"))

    def journal_mode(self) -> str:
        """`wal`, or one of the rollback journals."""
        return str(self._pragma("journal_mode"))

    def use_rollback_journal(self) -> None:
        """Leaves the write-ahead log, if the file has one, for the journal that any SQLite keeps safely."""
        self._pragma("journal_mode=TRUNCATE")

    def check_file(self) -> str | None:
        """Looks at every page; what is wrong with the file, in a few words, None if nothing is."""
        found = str(self._pragma("integrity_check(1)"))
        return None if found == "ok" else found.replace("*** in database main ***", "").strip().replace("\n", "; ")

    def close(self) -> None:
        self._turnstile.close()
        self._connection.close()

    def _pragma(self, pragma: str) -> Any:
        try:
            return self._connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        except FAULTS as error:
            raise store_error(error, str(self.path)) from None

    def _execute(self, query: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], int]:
        try:
            cursor = self._connection.execute(QUERIES[query].text, parameters)
            return cursor.fetchall(), cursor.rowcount
        except _REFUSALS as error:
            raise store_error(error, str(self.path)) from None

    def _execute_many(self, query: str, rows: Sequence[Row]) -> int:
        text = _BY_POSITION.get(query)
        if text is None:
            text = _BY_POSITION[query] = QUERIES[query].by_position
        try:
            return int(self._connection.executemany(text, rows).rowcount)
        except _REFUSALS as error:
            raise store_error(error, str(self.path)) from None

    def _control(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except FAULTS as error:
            raise store_error(error, str(self.path)) from None

    def _begin_writing(self) -> None:
        with self._turnstile.passing() as is_late:
            if is_late:
                self._control(f"PRAGMA busy_timeout={int(1000 * turnstile.LATE_TIMEOUT)}")
            try:
                self._control("BEGIN IMMEDIATE")
            finally:
                if is_late:
                    self._control(f"PRAGMA busy_timeout={int(1000 * self._patience)}")
            try:
                self._require_same_file()
            except StoreError:
                self._control("ROLLBACK")
                raise

    def _require_same_file(self) -> None:
        """A file that was moved away or replaced goes on taking what nobody will ever read: not an acknowledgement."""
        if _identity(self.path) != self._file:
            raise StoreReplaced(f"event store {self.path}: was replaced by another file; try again")

    def _begin_reading(self) -> None:
        self._control("BEGIN")

    def _is_in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)
