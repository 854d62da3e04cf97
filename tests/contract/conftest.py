"""Every implementation of the store, one after the other, for every test of this folder."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autosys_py.event_server.driver import linked_version, wal_is_safe
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_sqlite, open_store
from autosys_py.event_server.protocol import EventServer

IMPLEMENTATIONS = ("memory", "sqlite-wal", "sqlite-truncate", "sqlalchemy")


@pytest.fixture(scope="session")
def new_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of each journal mode, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("new")
    for name, wal in (("sqlite-wal", wal_is_safe(linked_version())), ("sqlite-truncate", False)):
        open_sqlite(folder / name, wal).close()
    return folder


@pytest.fixture(params=IMPLEMENTATIONS)
def connect(request: pytest.FixtureRequest, new_stores: Path, tmp_path: Path) -> Iterator[Callable[[], EventServer]]:
    """Another connection to the same store, each time it is called."""
    opened: list[EventServer] = []
    file = tmp_path / "ACE.db"
    shutil.copy(new_stores / ("sqlite-truncate" if request.param == "sqlite-truncate" else "sqlite-wal"), file)

    def connection() -> EventServer:
        match request.param:
            case "memory":
                opened.append(opened[0] if opened else MemoryStore())
            case "sqlite-wal":
                opened.append(open_sqlite(file))
            case "sqlite-truncate":
                opened.append(open_sqlite(file, wal=False))
            case _:
                opened.append(open_store(f"sqlite+pysqlite:///{file}"))
        return opened[-1]

    yield connection
    for each in opened:
        each.close()


@pytest.fixture
def store(connect: Callable[[], EventServer]) -> EventServer:
    return connect()
