"""Copies of a SQLite store: made while it is in use, and put back in its place.

A copy is made by SQLite itself, page by page out of one state of the store, so writers and the scheduler go on. It is
one file with a rollback journal, closed, checked as a whole, made durable and only then given its name.

Putting one back is the dangerous half. The file takes the store's place by a rename, so that whoever opens it finds
the old one or the new one and never half of either; a write-ahead log of the old one must be gone by then, because
SQLite would read it into the new one. The old one is locked meanwhile and kept. Who had it open notices before he
writes (`SqliteStore`).
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from autosys_py.event_server.creation import is_missing, locked, switch_to_wal
from autosys_py.event_server.driver import linked_version, wal_is_safe
from autosys_py.event_server.errors import StoreBusy, StoreDamaged, StoreError, StoreMissing, StoreUnusable
from autosys_py.event_server.open import open_sqlite, target_of
from autosys_py.event_server.soundness import require_sound
from autosys_py.event_server.sqlite import FAULTS, SqliteStore, connect
from autosys_py.event_server.sqlite_errors import store_error

COMPANIONS = ("-wal", "-shm", "-journal")
"""Files that SQLite keeps beside a database."""
PATIENCE = 5.0
"""Seconds to wait for those who use the store."""


def back_up(source: Path, file: Path) -> None:
    """Copies the store in `source` to a new `file`, mode 0600. Raises errors of `errors.py`, `StoreDamaged` if the
    copy is not sound, and FileExistsError."""
    if os.path.lexists(file):
        raise FileExistsError(file)
    unfinished = file.with_name(f".{file.name}.new")
    try:
        copy(source, unfinished)
        with closing(SqliteStore(unfinished, read_only=True)) as made:
            require_sound(made, str(source))
        _make_durable(unfinished)
        os.link(unfinished, file)  # unlike a rename it never replaces what somebody put there meanwhile
    except OSError as error:
        if isinstance(error, FileExistsError):
            raise
        raise StoreUnusable(f"backup {file}: {error.strerror}; check the folder and its space") from None
    finally:
        _remove(unfinished)
    _make_durable(file.parent)


def copy(source: Path, file: Path) -> None:
    """One state of the database in `source`, as a single file. What is at `file` is replaced."""
    if is_missing(source):
        raise StoreMissing(f"{source}: is not there")
    _remove(file)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(connect(source, PATIENCE, read_only=True)) as origin, closing(connect(file)) as made:
        try:
            origin.execute("select count(*) from sqlite_master").fetchone()
        except FAULTS as error:
            raise store_error(error, str(source)) from None
        try:
            origin.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")
        except FAULTS as error:
            raise store_error(error, str(file)) from None


@contextmanager
def restoring(file: Path, place: Path) -> Iterator[SqliteStore]:
    """A sound copy of the backup in `file`, with our schema, beside the store that it shall replace; it does so with
    `put_in_place`, and is gone when this ends. Raises errors of `errors.py`."""
    unfinished = _unfinished(place)
    try:
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy(file, unfinished)
        except OSError as error:
            raise StoreUnusable(f"event store {place}: {error.strerror}; check the folder and its space") from None
        with closing(SqliteStore(unfinished)) as found:
            if not _has_schema(found):
                raise StoreDamaged(f"{file}: is not an event store; name a file that autosys backup made")
        with closing(open_sqlite(unfinished, wal=False)) as store:
            require_sound(store, str(file))
            yield store
    finally:
        _remove(unfinished)


def put_in_place(store: SqliteStore, place: Path, kept: Path) -> None:
    """The store of `restoring` takes the place of the present one, which is kept under another name, if there is one.
    Raises `StoreBusy` while others use it."""
    store.close()
    unfinished = _unfinished(place)
    if wal_is_safe(linked_version()):
        switch_to_wal(unfinished)
    _make_durable(unfinished)
    with locked(place.parent), _to_ourselves(place, kept):
        if place.exists():
            os.link(place, kept)
        unfinished.replace(place)
    _make_durable(place.parent)


@contextmanager
def _to_ourselves(place: Path, kept: Path) -> Iterator[None]:
    """Nobody writes to the old store, and no log of its commits is left beside it."""
    if not place.exists():
        _keep_companions(place, kept)
        yield
        return
    connection: Any = None
    try:
        connection = connect(place, PATIENCE)
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")  # takes in the log of commits and removes it
        connection.execute("BEGIN EXCLUSIVE")
    except (*FAULTS, StoreError) as error:
        told = error if isinstance(error, StoreError) else store_error(error, str(place))
        if isinstance(told, StoreBusy):
            if connection is not None:
                connection.close()
            raise StoreBusy(f"event store {place}: other commands are using it; try again") from None
        _keep_companions(place, kept)  # it is damaged: nothing can be read into anything
    try:
        yield
    finally:
        if connection is not None:
            with suppress(*FAULTS):
                connection.close()


def _keep_companions(place: Path, kept: Path) -> None:
    for suffix in COMPANIONS:
        with suppress(FileNotFoundError):
            place.with_name(place.name + suffix).rename(kept.with_name(kept.name + suffix))


def _unfinished(place: Path) -> Path:
    place = target_of(place)
    return place.with_name(f".{place.name}.restored")


def _has_schema(store: SqliteStore) -> bool:
    try:
        return store.revision() is not None
    except StoreDamaged as error:
        if "no such table" in str(error):
            return False
        raise


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(file: Path) -> None:
    for suffix in ("", *COMPANIONS):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
