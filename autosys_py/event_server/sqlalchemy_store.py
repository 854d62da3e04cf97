"""The store in any database that SQLAlchemy reaches: the same statements, for servers shared by several hosts.

The connection runs in AUTOCOMMIT and the transactions are our own, as in `sqlite`: SQLite's begin with BEGIN
IMMEDIATE, PostgreSQL's take an advisory lock first, so that there too one writer works at a time and what it read
stays true. Tested on SQLite; PostgreSQL follows from the statements being portable.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, TextClause, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from autosys_py.event_server.engine import make_engine, place_of, translated
from autosys_py.event_server.errors import StoreError
from autosys_py.event_server.migrate import upgrade
from autosys_py.event_server.open import open_sqlite, require_present, require_schema
from autosys_py.event_server.queries import QUERIES
from autosys_py.event_server.rows import Row
from autosys_py.event_server.sql import HEAD, SqlStore
from autosys_py.event_server.turnstile import BUSY_TIMEOUT, Turnstile

_POSTGRESQL_LOCK = 7_483_650_417_034
"""Key of the advisory lock that stands for "writing to the event store"."""

_BEGIN_WRITING = (
    "BEGIN",
    f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT:.0f}s'",
    f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})",
)
_BEGIN_READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ"}
_READING = {"connect_timeout": 3, "options": "-c default_transaction_read_only=on -c statement_timeout=5000"}
"""What libpq is told for another instance's database: never write, and never keep our scheduler waiting for long."""
_VERSION = {
    "sqlite": "PRAGMA data_version",
    # The oldest transaction still running, and the next one: differs once any other has ended.
    "postgresql": "SELECT hashtext(pg_current_snapshot()::text)",
}


def open_sqlalchemy(url: str) -> "SqlAlchemyStore":
    """The store at any SQLAlchemy URL, created and migrated if need be. Raises errors of `errors.py`."""
    engine = make_engine(url)
    if engine.dialect.name not in _BEGIN_READING:
        raise StoreError(f"event store {place_of(url)}: use SQLite or PostgreSQL")
    if engine.dialect.name == "sqlite":
        file = Path(str(make_url(url).database))
        open_sqlite(file).close()
        return SqlAlchemyStore(engine, str(file), Turnstile(file))
    store = SqlAlchemyStore(engine, place_of(url))
    try:
        if store.found_revision() != HEAD:
            upgrade(engine, store.place)
    except StoreError:
        store.close()
        raise
    return store


def open_present_sqlalchemy(url: str) -> "SqlAlchemyStore":
    """The same for a store that must be there with our schema. Raises errors of `errors.py`."""
    file = sqlite_file(url)
    if file is not None:
        require_present(file)
        return open_sqlalchemy(url)
    return _with_our_schema(SqlAlchemyStore(make_engine(url), place_of(url)))


def connect_reading(url: str) -> "SqlAlchemyStore":
    """Another instance's store on a server, for reading alone. Raises errors of `errors.py`."""
    engine = make_engine(url, connect_args=_READING)
    if engine.dialect.name not in _BEGIN_READING:
        raise StoreError(f"event store {place_of(url)}: use SQLite or PostgreSQL")
    return _with_our_schema(SqlAlchemyStore(engine, place_of(url)))


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for a URL of another database. Raises `StoreError` for what is no URL."""
    engine = make_engine(url)
    return Path(str(make_url(url).database)) if engine.dialect.name == "sqlite" else None


def _with_our_schema(store: "SqlAlchemyStore") -> "SqlAlchemyStore":
    try:
        require_schema(store.found_revision(), store.place)
    except StoreError:
        store.close()
        raise
    return store


class SqlAlchemyStore(SqlStore):
    """An `EventServer` through SQLAlchemy Core."""

    def __init__(self, engine: Engine, place: str, turnstile: Turnstile | None = None) -> None:
        """`place` is what messages call the database; `turnstile` is there for SQLite alone."""
        self.place = place
        self._turnstile = turnstile
        self._dialect = engine.dialect.name
        try:
            self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise translated(error, place) from None

    def version(self) -> int:
        try:
            return int(self._connection.exec_driver_sql(_VERSION[self._dialect]).scalar_one())
        except SQLAlchemyError as error:
            raise self._refused(error) from None

    def close(self) -> None:
        if self._turnstile:
            self._turnstile.close()
        self._connection.close()

    def found_revision(self) -> str | None:
        """The revision of the schema; None if there is no table of revisions."""
        try:
            has_table = self._connection.dialect.has_table(self._connection, "alembic_version")
        except SQLAlchemyError as error:
            raise self._refused(error) from None
        return self.revision() if has_table else None

    def _execute(self, query: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], int]:
        try:
            result = self._connection.execute(_clause(query), parameters)
            return [tuple(row) for row in result] if result.returns_rows else [], result.rowcount
        except _REFUSALS as error:
            raise self._refused(error) from None

    def _execute_many(self, query: str, rows: Sequence[Row]) -> int:
        names = QUERIES[query].parameters
        bulk = [dict(zip(names, row, strict=True)) for row in rows]
        if not self._connection.dialect.supports_sane_multi_rowcount:  # a driver that cannot count over a bulk
            return sum(self._execute(query, parameters)[1] for parameters in bulk)
        try:
            return self._connection.execute(_clause(query), bulk).rowcount
        except _REFUSALS as error:
            raise self._refused(error) from None

    def _control(self, statement: str) -> None:
        try:
            self._connection.exec_driver_sql(statement)
        except SQLAlchemyError as error:
            raise self._refused(error) from None

    def _begin_writing(self) -> None:
        if self._turnstile:
            with self._turnstile.passing():
                self._control("BEGIN IMMEDIATE")
        else:
            for statement in _BEGIN_WRITING:
                self._control(statement)

    def _begin_reading(self) -> None:
        self._control(_BEGIN_READING[self._dialect])

    def _is_in_transaction(self) -> bool:
        return bool(getattr(self._connection.connection.driver_connection, "in_transaction", True))

    def _refused(self, error: Exception) -> StoreError:
        if isinstance(error, SQLAlchemyError):
            return translated(error, self.place)
        return StoreError(f"event store {self.place}: refused: {error}")


_REFUSALS = (SQLAlchemyError, OverflowError, UnicodeError)
"""What SQLAlchemy raises: its own errors, and a driver's for numbers and texts that no column holds."""


@cache
def _clause(query: str) -> TextClause:
    return text(QUERIES[query].text)
