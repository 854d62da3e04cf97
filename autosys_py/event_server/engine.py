"""SQLAlchemy engines for event stores, and their errors in our words. Importing this costs 150 ms."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreBusy, StoreError, StoreUnavailable
from autosys_py.event_server.sqlite import connect
from autosys_py.event_server.sqlite_errors import store_error

_POSTGRESQL_LOCK_TIMEOUT = "55P03"


def sqlite_engine(path: Path) -> Engine:
    """An engine on our own connections: same driver, same pragmas, no transaction of the driver's making."""
    return create_engine("sqlite://", creator=lambda: connect(path), module=driver, poolclass=NullPool)


def make_engine(url: str, connect_args: dict[str, Any] | None = None) -> Engine:
    """An engine for any URL; a server's driver is given `connect_args`.

    Raises `StoreError` for one that is misspelt or whose driver is not installed."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise StoreError(f"event store {url}: name a file, as in sqlite:////var/autosys/ACE.db")
            return sqlite_engine(Path(parsed.database))
        return create_engine(parsed, poolclass=NullPool, connect_args=connect_args or {})
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(
            f"event store {_without_password(url)}: not a database URL; it should look like sqlite:////var/autosys/ACE.db"
        ) from None
    except ModuleNotFoundError as error:
        raise StoreError(f"event store {place_of(url)}: needs a driver; pip install {error.name}") from None


def place_of(url: str) -> str:
    """What to call a database in messages: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def has_password(url: str) -> bool:
    """Does the URL hold one?"""
    try:
        return make_url(url).password is not None
    except ArgumentError:
        return False


def translated(error: SQLAlchemyError, place: str) -> StoreError:
    """The error to raise instead of SQLAlchemy's or a driver's."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return StoreError(f"event store {place}: refused: {_first_line(error)}")
    cause = error.orig
    if isinstance(cause, driver.Error):
        return store_error(cause, place)
    if getattr(cause, "sqlstate", "") == _POSTGRESQL_LOCK_TIMEOUT:
        return StoreBusy(f"event store {place}: another process kept it locked for too long; try again")
    if isinstance(error, OperationalError):
        return StoreUnavailable(f"event store {place}: {_first_line(cause)}; check that the server runs and the URL")
    return StoreError(f"event store {place}: refused: {_first_line(cause)}")


def _without_password(url: str) -> str:
    """Of a text that is no URL and may still hold a password."""
    return re.sub(r":[^:@/]*@", ":***@", url)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
