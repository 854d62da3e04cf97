"""The event store of another instance, opened to be read and for nothing else (rule C-06).

It is not ours: it is neither created nor migrated, its driver is told to refuse every write, and a writer there is
not kept waiting for longer than a look takes. Whoever reads it waits as little: a store that is locked is asked again
later. What was opened is checked at every look, because a file can be replaced and a schema can be migrated while a
connection to it stays open.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from autosys_py.core.model import Fact
from autosys_py.event_server.creation import is_missing
from autosys_py.event_server.errors import StoreDamaged, StoreUnavailable
from autosys_py.event_server.open import path_of, require_schema, target_of
from autosys_py.event_server.protocol import OtherStore, StatusRow
from autosys_py.event_server.sql import SqlStore
from autosys_py.event_server.sqlite import SqliteStore

T = TypeVar("T")

PATIENCE = 0.2
"""Seconds to wait for a lock: the scheduler has other things to do meanwhile."""


def open_other(url: str) -> OtherStore:
    """Another instance's store at a SQLAlchemy URL. Raises errors of `errors.py`, also where nothing is there."""
    path = path_of(url)
    if path is not None:
        return OtherSqliteStore(path)
    from autosys_py.event_server.sqlalchemy_store import connect_reading, sqlite_file

    file = sqlite_file(url)
    return OtherSqliteStore(file) if file is not None else OtherSqlStore(connect_reading(url))


class OtherSqlStore:
    """An `OtherStore` over any SQL store."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        try:
            self._check_schema()
        except BaseException:
            store.close()
            raise

    def version(self) -> int:
        return self._store.version()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._store.snapshot():
            self._check_schema()
            yield

    def last_seq(self) -> int:
        return self._store.last_seq()

    def digest(self, seq: int) -> str:
        found = self._store.hashes(seq, 1)
        return found[0][1] if found and found[0][0] == seq else ""

    def facts_after(self, seq: int, limit: int) -> list[Fact]:
        return self._understood(lambda: self._store.all_facts(seq + 1, limit))

    def status_of(self, name: str) -> StatusRow | None:
        head = self._store.head(name)
        return None if head is None else self._understood(lambda: self._store.status(head.joid))

    def close(self) -> None:
        self._store.close()

    def _check_schema(self) -> None:
        require_schema(self._store.revision(), self._store.place)

    def _understood(self, read: Callable[[], T]) -> T:
        """The schema is ours, but a newer program may know more codes."""
        try:
            return read()
        except (KeyError, ValueError, TypeError) as error:
            raise StoreDamaged(
                f"event store {self._store.place}: holds what this version does not know ({error}); "
                "bring both instances to the same version"
            ) from None


class OtherSqliteStore(OtherSqlStore):
    """The same in a file, which may be replaced under our hands."""

    def __init__(self, path: Path) -> None:
        self._path = target_of(path)
        if is_missing(self._path):
            raise StoreUnavailable(f"event store {path}: is not there")
        self._file = self._identity()
        super().__init__(SqliteStore(self._path, patience=PATIENCE, read_only=True))

    def version(self) -> int:
        if self._identity() != self._file:
            raise StoreUnavailable(f"event store {self._path}: was replaced by another file")
        return super().version()

    def _identity(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise StoreUnavailable(f"event store {self._path}: {error.strerror}") from None
        return status.st_dev, status.st_ino
