"""Bringing a store to the schema of this program: once when it is born, and after an update of the program.

Everything happens inside one transaction that holds the write lock, so it happens whole or not at all. Alembic is
imported here and nowhere else; `creation` sees to it that of many processes that find a file missing only one comes
here.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from autosys_py.event_server.engine import sqlite_engine, translated
from autosys_py.event_server.errors import StoreDamaged, StoreTooNew, damaged

if TYPE_CHECKING:
    from alembic.config import Config

_POSTGRESQL_LOCK = 7_483_650_417_033
"""Key of the advisory lock that stands for "the schema of the event store"."""


def upgrade_sqlite(path: Path) -> None:
    """Migrates a SQLite file, which may still be empty."""
    upgrade(sqlite_engine(path), str(path))


def upgrade(engine: Engine, place: str) -> None:
    """Migrates the database that `engine` connects to. `place` is what messages call it.

    Raises `StoreTooNew`, `StoreDamaged` if it holds something else, `StoreUnavailable`.
    """
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
    known = connection.execute(text("select version_num from alembic_version")).all()
    if not known and len(tables) > 1:
        raise damaged(place, "the number of its schema is gone")
    for (revision,) in known:
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
