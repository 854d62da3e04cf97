"""Migrations and `tables.py` describe one schema, and every store ends up with it."""

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from autosys_py.core.codes import Status
from autosys_py.event_server import migrate
from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreDamaged, StoreTooNew
from autosys_py.event_server.open import open_sqlite, open_store
from autosys_py.event_server.sql import HEAD
from autosys_py.event_server.tables import is_status, is_stored_status, metadata


def schema(file: Path) -> set[str]:
    """Every statement that made the file, punctuation and the order of columns and constraints aside: a column that was
    added later stands behind the constraints."""
    connection = driver.connect(file)
    rows = connection.execute("select sql from sqlite_master where sql is not null").fetchall()
    connection.close()
    statements = {" ".join(sorted(re.split(r"[\s,()]+", sql))) for (sql,) in rows}
    return {each for each in statements if "alembic_version" not in each}


def test_the_schema_of_the_migrations_is_that_of_the_metadata(file: Path, tmp_path: Path) -> None:
    made = tmp_path / "metadata.db"
    engine = create_engine("sqlite://", creator=lambda: driver.connect(made), module=driver)
    metadata.create_all(engine)
    engine.dispose()
    assert schema(file) == schema(made)


def test_the_head_of_the_program_is_the_head_of_the_migrations() -> None:
    assert migrate.head() == HEAD


def test_every_table_is_strict(file: Path) -> None:
    connection = driver.connect(file)
    loose = connection.execute("select name from pragma_table_list where schema = 'main' and strict = 0").fetchall()
    connection.close()
    assert {name for (name,) in loose} <= {"alembic_version", "sqlite_schema", "sqlite_sequence"}


def test_status_checks_hold_exactly_the_statuses() -> None:
    connection = driver.connect(":memory:")

    def passing(condition: str) -> set[int]:
        return {
            code for code in range(-1, 30) if connection.execute(f"select {condition}", {"code": code}).fetchone()[0]
        }

    assert passing(is_status(":code")) == set(Status)
    assert passing(is_stored_status(":code")) == set(Status) - {Status.ON_NOEXEC}
    connection.close()


def revise(file: Path, revision: str) -> None:
    connection = driver.connect(file)
    connection.execute("update alembic_version set version_num = ?", (revision,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_newer_store_is_refused_with_the_remedy(file: Path, scheme: str) -> None:
    revise(file, "9999")
    with pytest.raises(StoreTooNew, match=rf"^event store .*{file.name}.* newer .*; pip install --upgrade autosys-py$"):
        open_store(f"{scheme}:///{file}")


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_the_database_of_another_program_is_left_alone(tmp_path: Path, scheme: str) -> None:
    other = tmp_path / "other.db"
    connection = driver.connect(other)
    connection.execute("create table album (title text)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    with pytest.raises(StoreDamaged, match="another program"):
        open_store(f"{scheme}:///{other}")
    assert other.read_bytes() == before


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "ACE.db").touch()
    store = open_sqlite(tmp_path / "ACE.db")
    assert store.revision() == HEAD
    store.close()


def test_a_store_without_tables_is_migrated_in_place(tmp_path: Path) -> None:
    connection = driver.connect(tmp_path / "ACE.db")
    connection.execute("create table gone (a)")
    connection.execute("drop table gone")
    connection.close()
    store = open_sqlite(tmp_path / "ACE.db")
    assert store.revision() == HEAD
    store.close()


def test_what_a_process_left_that_died_while_creating_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".ACE.db.new").write_text("half")
    (tmp_path / ".ACE.db.new-journal").write_text("half")
    open_sqlite(tmp_path / "ACE.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["ACE.db"]
