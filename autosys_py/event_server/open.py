"""Opening the event store of an instance: created on first use, migrated after an update, else one cheap question."""

from pathlib import Path

from autosys_py.event_server.creation import create, is_missing, locked, switch_to_wal
from autosys_py.event_server.driver import linked_version, wal_is_safe
from autosys_py.event_server.errors import StoreDamaged, StoreError, StoreUnusable
from autosys_py.event_server.protocol import EventServer
from autosys_py.event_server.sql import HEAD
from autosys_py.event_server.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str) -> EventServer:
    """The store at a SQLAlchemy URL, ready to use.

    `sqlite:///relative/path` and `sqlite:////absolute/path` take the fast way; every other URL, `sqlite+pysqlite:///`
    among them, goes through SQLAlchemy. Raises errors of `errors.py`.
    """
    path = url.removeprefix(_SQLITE)
    if url.startswith(_SQLITE) and path and path != ":memory:" and "?" not in path:
        return open_sqlite(Path(path))
    from autosys_py.event_server.sqlalchemy_store import open_sqlalchemy

    return open_sqlalchemy(url)


def open_sqlite(path: Path, wal: bool | None = None) -> SqliteStore:
    """The store in a file. `wal` says whether a write-ahead log may be used; by default the linked SQLite decides."""
    if wal is None:
        wal = wal_is_safe(linked_version())
    path = _target(path)
    if is_missing(path):
        create(path, wal)
    store = SqliteStore(path)
    try:
        if _revision(store) != HEAD:
            _upgrade(store, wal)
        if not (wal and store.journal_mode() == "wal"):
            store.use_rollback_journal()
    except StoreError:
        store.close()
        raise
    return store


def _target(path: Path) -> Path:
    """Where links lead: the file is created and locked there, and the link stays."""
    try:
        return path.resolve()
    except (RuntimeError, OSError):
        raise StoreUnusable(f"event store {path}: is a link in a circle; check it") from None


def _upgrade(store: SqliteStore, wal: bool) -> None:
    """One process at a time; the others find it done."""
    with locked(store.path.parent):
        revision = _revision(store)
        if revision != HEAD:
            from autosys_py.event_server.migrate import upgrade_sqlite

            upgrade_sqlite(store.path)
        if revision is None and wal:  # it was an empty file
            switch_to_wal(store.path)
    store.revision()  # which makes this connection notice


def _revision(store: SqliteStore) -> str | None:
    try:
        return store.revision()
    except StoreDamaged as error:
        if "no such table" in str(error):
            return None
        raise
