"""After an upgrade that made definitions mean more: what was saved before is read again (docs/eventor.md)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from autosys_py.event_server import migrate
from autosys_py.event_server.driver import driver
from autosys_py.event_server.open import open_sqlite
from tests.instance import LiveInstance

JIL = """
insert_job: dated   command: x   machine: localhost   date_conditions: 1   run_calendar: CLOSE   start_times: "10:00"
insert_job: plain   command: x   machine: localhost   condition: s(dated)
"""


def upgraded(file: Path, statement: str) -> str | None:
    """The mark of a store of the first release, after `statement` and the upgrade."""
    engine = create_engine(f"sqlite:///{file}", module=driver)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(statement)
    engine.dispose()
    store = open_sqlite(file)
    mark = store.setting("recompile")
    store.close()
    return mark


@pytest.mark.parametrize(("jobs", "mark"), [(0, None), (1, "1")])
def test_the_upgrade_asks_for_it_where_there_are_jobs(jobs: int, mark: str | None, tmp_path: Path) -> None:
    statement = (
        "insert into job (joid, job_ver, is_current, name, job_type, box_joid, application, job_group, attributes, "
        "compiled, sent_by, time) select 1, 1, 1, 'a', 'CMD', 0, '', '', '[]', '{}', '', 1000 "
        f"where {jobs} = 1"
    )
    assert upgraded(tmp_path / "ACE.db", statement) == mark


def test_what_reads_differently_is_saved_anew(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.run("autocal_asc", text="CLOSE\nA\n12/24/2099\n")
    instance.jil(JIL)
    with closing(sqlite3.connect(instance.folder / "ACE.db")) as connection, connection:
        connection.execute("update job set compiled = '{\"machine\":\"localhost\"}' where name = 'dated'")
        connection.execute("delete from event")
        connection.execute("insert into setting (key, value) values ('recompile', '1')")
    instance.start_scheduler()
    instance.wait_for(lambda: "12/24/2099 10:00:00" in instance.run("autorep", "-J", "dated", "-d").stdout, "its start")
    instance.stop_scheduler()
    with closing(sqlite3.connect(instance.folder / "ACE.db")) as connection:
        versions = dict(connection.execute("select name, job_ver from job where is_current = 1"))
        assert versions == {"dated": 2, "plain": 1}
        assert connection.execute("select value from setting where key = 'recompile'").fetchall() == [("",)]
