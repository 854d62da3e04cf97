"""Opening the event store of an instance: created on first use, migrated after an update, else one cheap question."""

from pathlib import Path

from autosys_py.event_server.creation import create, is_missing, locked, switch_to_wal
from autosys_py.event_server.driver import linked_version, wal_is_safe
from autosys_py.event_server.errors import StoreDamaged, StoreError, StoreMissing, StoreUnusable
from autosys_py.event_server.protocol import EventServer
from autosys_py.event_server.sql import HEAD
from autosys_py.event_server.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str) -> EventServer:
    """The store at a SQLAlchemy URL, ready to use.

    `sqlite:///relative/path` and `sqlite:////absolute/path` take the fast way; every other URL, `sqlite+pysqlite:///`
    among them, goes through SQLAlchemy. Raises errors of `errors.py`.
    """
    path = path_of(url)
    if path is not None:
        return open_sqlite(path)
    from autosys_py.event_server.sqlalchemy_store import open_sqlalchemy

    return open_sqlalchemy(url)


def open_present(url: str) -> EventServer:
    """The store of another instance, to be written by commands: as `open_store`, but it is neither created nor
    migrated, which are for its own instance to do. Raises `StoreMissing` and the other errors of `errors.py`."""
    path = path_of(url)
    if path is None:
        from autosys_py.event_server.sqlalchemy_store import open_present_sqlalchemy

        return open_present_sqlalchemy(url)
    require_present(path)
    return open_sqlite(path)


def require_present(path: Path) -> None:
    """Raises `StoreMissing` or `StoreUnusable` unless there is a store with our schema in the file."""
    path = target_of(path)
    if is_missing(path):
        raise StoreMissing(f"event store {path}: is not there; its own instance creates it")
    store = SqliteStore(path)
    try:
        require_schema(_revision(store), str(path))
    finally:
        store.close()


def require_schema(revision: str | None, place: str) -> None:
    """Raises `StoreUnusable` for another schema than ours."""
    if revision != HEAD:
        raise StoreUnusable(
            f"event store {place}: has schema {revision}, this program works with {HEAD}; "
            "bring both instances to the same version"
        )


def path_of(url: str) -> Path | None:
    """The file of a URL that needs no SQLAlchemy to be understood."""
    path = url.removeprefix(_SQLITE)
    if url.startswith(_SQLITE) and path and path != ":memory:" and "?" not in path:
        return Path(path)
    return None


def open_sqlite(path: Path, wal: bool | None = None) -> SqliteStore:
    """The store in a file. `wal` says whether a write-ahead log may be used; by default the linked SQLite decides."""
    if wal is None:
        wal = wal_is_safe(linked_version())
    path = target_of(path)
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


def target_of(path: Path) -> Path:
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
