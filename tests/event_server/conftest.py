"""A store in a file, created once and copied."""

import shutil
from pathlib import Path

import pytest

from autosys_py.event_server.open import open_sqlite


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("new") / "ACE.db"
    open_sqlite(path).close()
    return path


@pytest.fixture
def file(new_store: Path, tmp_path: Path) -> Path:
    """The file of an empty store of this test's own."""
    return Path(shutil.copy(new_store, tmp_path / "ACE.db"))
