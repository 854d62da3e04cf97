"""Bringing a store to the schema of this program: once when it is born, and after an update of the program.

Many processes may find the store missing or old at the same moment. For a SQLite file they queue for a lock on its
folder, the first one does the work, and the others look again and find it done. A new file is made under another
name and renamed when it is complete, journal mode included, so that nobody ever sees half a store. An old one is
migrated inside one transaction that holds the write lock. Alembic is imported here and nowhere else.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from autosys_py.event_server.driver import OLDEST, driver, linked_version
from autosys_py.event_server.engine import sqlite_engine, translated
from autosys_py.event_server.errors import StoreDamaged, StoreTooNew, StoreUnavailable
from autosys_py.event_server.sqlite_errors import store_error

if TYPE_CHECKING:
    from alembic.config import Config

_POSTGRESQL_LOCK = 7_483_650_417_033
"""Key of the advisory lock that stands for "the schema of the event store"."""


def create_sqlite(path: Path, wal: bool) -> None:
    """Makes the file, mode 0600, unless it is there by now; missing folders are made with mode 0700."""
    if linked_version() < OLDEST:
        raise StoreUnavailable(
            f"event store {path}: needs SQLite {'.'.join(map(str, OLDEST))} or later, this Python has "
            f"{driver.sqlite_version}; pip install pysqlite3"
        )
    try:
        _make_folder(path.parent)
        with _locked(path.parent) as folder:
            if not path.exists():
                _make_file(path, wal)
            elif not path.is_file():  # renaming a new store over a device or a pipe would destroy it
                raise StoreUnavailable(
                    f"event store {path}: is not a regular file; name another one in AUTOSYS_EVENT_SERVER"
                )
            elif path.stat().st_size == 0:
                _make_file(path, wal)
                os.fsync(folder)
    except OSError as error:
        raise StoreUnavailable(f"event store {path}: cannot be created: {error.strerror}; check the folder") from None


def upgrade_sqlite(path: Path) -> None:
    """Migrates an existing file. Raises `StoreTooNew`, `StoreDamaged` if it is not ours, `StoreUnavailable`."""
    try:
        with _locked(path.parent):
            upgrade(sqlite_engine(path), str(path))
    except OSError as error:
        raise StoreUnavailable(f"event store {path}: {error.strerror}; check the folder") from None


def upgrade(engine: Engine, place: str) -> None:
    """Migrates the database that `engine` connects to, in one transaction under the write lock."""
    event.listen(engine, "begin", _take_write_lock)
    try:
        with engine.begin() as connection:
            _upgrade(connection, place)
    except SQLAlchemyError as error:
        raise translated(error, place) from None
    finally:
        engine.dispose()


def head() -> str | None:
    """The newest revision that this program has."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def _take_write_lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")


def _upgrade(connection: Connection, place: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config()
    _require_ours(connection, {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}, place)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _require_ours(connection: Connection, revisions: set[str], place: str) -> None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return
    if "alembic_version" not in tables:
        raise StoreDamaged(
            f"event store {place}: is the database of another program; name another one in AUTOSYS_EVENT_SERVER"
        )
    for (revision,) in connection.execute(text("select version_num from alembic_version")):
        if revision not in revisions:
            raise StoreTooNew(
                f"event store {place}: was written by a newer version of the program (schema {revision}); "
                "pip install --upgrade autosys-py"
            )


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    return config


def _migrations() -> Path:
    """In the package when installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def _make_folder(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Holds the folder's lock, which dies with the process; yields its descriptor."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _make_file(path: Path, wal: bool) -> None:
    unfinished = path.with_name(f".{path.name}.new")
    for suffix in ("", "-wal", "-shm", "-journal"):  # of a process that died here
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    upgrade(sqlite_engine(unfinished), str(path))
    if wal:
        _switch_to_wal(unfinished)
    unfinished.rename(path)


def _switch_to_wal(path: Path) -> None:
    try:
        connection: Any = driver.connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    except driver.Error as error:
        raise store_error(error, str(path)) from None
