"""`-S INS` and conditions on jobs of another instance, as commands see them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli import clock
from autosys_py.cli.dependents import dependent_lines
from autosys_py.cli.eventor import _opener
from autosys_py.cli.instance import open_instance
from autosys_py.cli.run import run
from autosys_py.cli.sendevent import COMMAND as SENDEVENT
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import JobState, Outcome
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreUnusable
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_sqlite
from autosys_py.sim.copying import copy_store
from tests.loading import load_jil
from tests.scheduler.test_external import BEGIN, FAR, UTC


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The instance folder of ACE; time stands still."""
    for variable in ("AUTOSERV", "AUTOSYS_EVENT_SERVER", "AUTOSYS_EVENT_SERVER_PRD"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "ace"
    folder.mkdir()
    monkeypatch.setenv("AUTOUSER", str(folder))
    monkeypatch.setattr(clock, "now", lambda: BEGIN)
    return folder


@pytest.fixture
def prd(tmp_path: Path) -> Path:
    """The store of an instance elsewhere, with a job."""
    file = tmp_path / "prd" / "PRD.db"
    store = open_sqlite(file)
    load_jil(store, "insert_job: load  command: x  machine: localhost\n", BEGIN, UTC)
    store.close()
    return file


def send(*words: str) -> int:
    return run(SENDEVENT, list(words))


def starts_in(file: Path) -> int:
    store = open_sqlite(file)
    events = [event for event in store.pending_events(1) if event.code is EventCode.STARTJOB]
    store.close()
    return len(events)


def test_sendevent_stores_into_the_other_instance_by_variable_and_by_key(
    prd: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_PRD", f"sqlite:///{prd}")
    assert send("-E", "STARTJOB", "-J", "load", "-S", "PRD") == 0
    monkeypatch.delenv("AUTOSYS_EVENT_SERVER_PRD")
    (here / "config.ACE").write_text(f"EventServer_PRD=sqlite:///{prd}\n")
    assert send("-E", "STARTJOB", "-J", "load", "-S", "PRD") == 0
    assert starts_in(prd) == 2
    assert not (here / "ACE.db").exists()
    assert not (here / "PRD.db").exists()


def test_sendevent_goes_through_sqlalchemy_too(prd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_PRD", f"sqlite+pysqlite:///{prd}")
    assert send("-E", "STARTJOB", "-J", "load", "-S", "PRD") == 0
    assert starts_in(prd) == 1


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_an_instance_without_a_store_is_not_present_and_none_is_made(
    tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_PRD", f"{scheme}:///{tmp_path}/none/PRD.db")
    assert send("-E", "STARTJOB", "-J", "load", "-S", "PRD") == 1
    assert capsys.readouterr().err == "CAUAJM_E_50141 Instance PRD is not present on this system\n\n"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_store_of_another_schema_is_refused_and_left_as_it_is(
    prd: Path, scheme: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = driver.connect(prd, isolation_level=None)
    connection.execute("update alembic_version set version_num = '0000'")
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_PRD", f"{scheme}:///{prd}")
    assert send("-E", "STARTJOB", "-J", "load", "-S", "PRD") == 1
    assert "has schema 0000" in capsys.readouterr().err
    assert connection.execute("select version_num from alembic_version").fetchall() == [("0000",)]
    connection.close()


def test_where_another_store_is(prd: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_instance().url_of("PRD") == ""
    (here / "config.PRD").write_text("")
    assert open_instance().url_of("PRD") == f"sqlite:///{here}/PRD.db"
    (here / "config.PRD").write_text("EventServer=sqlite:////neighbour.db\n")
    assert open_instance().url_of("PRD") == "sqlite:////neighbour.db"
    (here / "config.ACE").write_text("EventServer_PRD=sqlite:////key.db\n")
    assert open_instance().url_of("PRD") == "sqlite:////key.db"
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_PRD", f"sqlite:///{prd}")
    assert open_instance().url_of("PRD") == f"sqlite:///{prd}"


def test_the_scheduler_is_told_what_to_set_where_nothing_says_it(here: Path) -> None:
    open_other = _opener(open_instance())
    with pytest.raises(StoreUnusable, match="set AUTOSYS_EVENT_SERVER_PRD"):
        open_other("PRD")
    (here / "config.PRD").write_text("nonsense\n")
    with pytest.raises(StoreUnusable, match=r"config.PRD: line 1: 'nonsense'"):
        open_other("PRD")


def test_a_condition_is_true_by_what_was_told_last() -> None:
    store = MemoryStore()
    load_jil(store, FAR + "insert_job: b  command: x  machine: localhost\n", BEGIN, UTC)
    load_jil(store, "insert_job: a  command: x  machine: localhost  condition: s(load^PRD) | s(b)\n", BEGIN, UTC)
    assert list(dependent_lines("b", store, BEGIN)) == ["a: waiting on s(b) -> condition false"]
    with store.transaction():
        store.write_turn([], Outcome(externals={"load^PRD": JobState(Status.SUCCESS)}), BEGIN)
    assert list(dependent_lines("b", store, BEGIN)) == ["a: waiting on s(b) -> condition true"]


def test_a_simulation_of_a_copy_knows_what_was_told_last() -> None:
    source, target = MemoryStore(), MemoryStore()
    told: dict[str, JobState | None] = {"load^PRD": JobState(Status.SUCCESS, last_end=5, end_seq=9), "x^PRD": None}
    with source.transaction():
        source.write_turn([], Outcome(externals=told), BEGIN)
    copy_store(source, target, BEGIN, BEGIN, lambda store: Timetable(ZoneInfo("UTC")))
    assert target.externals() == {"load^PRD": JobState(Status.SUCCESS, last_end=5, end_seq=0), "x^PRD": None}
