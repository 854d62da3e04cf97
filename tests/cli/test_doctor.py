"""`autosys doctor`: every fault that it can find is made, and found with its remedy; a sound instance has none."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autosys_py.cli import clock
from autosys_py.event_server.driver import driver
from autosys_py.event_server.sqlite import SqliteStore
from tests.cli.conftest import Done
from tests.instance import LiveInstance


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[LiveInstance]:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("insert_job: j  command: true  machine: localhost")
    yield instance
    instance.close()


@pytest.fixture
def doctor(
    instance: LiveInstance, autosys: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, dict[str, str]]]:
    """What is wrong, by what it is about."""
    monkeypatch.setenv("AUTOUSER", str(instance.folder))
    monkeypatch.setenv("AUTOSERV", "ACE")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("AUTOSYS_EVENT_SERVER", raising=False)

    def ask() -> dict[str, dict[str, str]]:
        done = autosys("doctor", "--format", "json")
        wrong = {each["what"]: each for each in json.loads(done.out) if not each["ok"]}
        assert done.code == (1 if wrong else 0)
        wrong.pop("scheduler", None)
        return wrong

    return ask


def test_a_sound_instance_with_a_scheduler_at_work(instance: LiveInstance) -> None:
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "j")
    instance.wait_for_status("j", "SUCCESS")
    done = instance.run("autosys", "doctor", check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "WRONG" not in done.stdout
    assert done.stdout.splitlines()[-1].endswith("are as they should be.")


def test_no_scheduler(instance: LiveInstance) -> None:
    done = instance.run("autosys", "doctor", check=False)
    assert done.returncode == 1
    line = next(number for number, line in enumerate(done.stdout.splitlines()) if line.startswith("WRONG"))
    assert done.stdout.splitlines()[line : line + 2] == [
        "WRONG  scheduler        no scheduler is running",
        "                        -> eventor &",
    ]


def test_a_scheduler_that_was_killed(instance: LiveInstance) -> None:
    instance.start_scheduler()
    instance.kill_scheduler()
    done = instance.run("autosys", "doctor", check=False)
    assert done.returncode == 1 and "has died" in done.stdout


def test_before_anything_is_there(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "new")
    done = instance.run("autosys", "doctor", check=False)
    assert done.returncode == 1
    assert "is not there yet: the first command makes it" in done.stdout
    assert not (instance.folder / "ACE.db").exists()


Doctor = Callable[[], dict[str, dict[str, str]]]


def test_nothing_else_is_wrong_with_a_new_one(doctor: Doctor) -> None:
    assert doctor() == {}


def test_permissions(instance: LiveInstance, doctor: Doctor) -> None:
    instance.folder.chmod(0o755)
    (instance.folder / "ACE.db").chmod(0o644)
    (instance.folder / "config.ACE").chmod(0o666)
    wrong = doctor()
    assert set(wrong) == {"instance folder", "event store", "its permissions"}
    assert wrong["event store"]["remedy"] == f"chmod go-rwx {instance.folder / 'ACE.db'}"


def test_configuration(instance: LiveInstance, doctor: Doctor) -> None:
    (instance.folder / "config.ACE").write_text("KillSignal=9\n", encoding="utf-8")
    assert "line 1: unknown key KillSignal" in doctor()["configuration"]["found"]
    (instance.folder / "config.ACE").write_text("BoxDeadlock=MAYBE\n", encoding="utf-8")
    assert "RUNNING, FAILURE" in doctor()["configuration"]["found"]


def test_a_store_of_another_version(instance: LiveInstance, doctor: Doctor) -> None:
    for revision, remedy in (("9999", "pip install --upgrade autosys-py"), ("0001", "any command upgrades it")):
        connection = driver.connect(instance.folder / "ACE.db")
        connection.execute("update alembic_version set version_num = ?", (revision,))
        connection.commit()
        connection.close()
        assert doctor()["schema"]["remedy"].startswith(remedy)


def test_a_store_that_is_none(instance: LiveInstance, doctor: Doctor) -> None:
    (instance.folder / "ACE.db").write_bytes(b"this is no database, and long enough to be looked at" * 100)
    assert "ACE.db" in doctor()["event store"]["found"]


def test_a_store_that_somebody_keeps_locked(
    instance: LiveInstance, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autosys_py.cli.doctor.PATIENCE", 0.05)
    connection = driver.connect(instance.folder / "ACE.db", isolation_level=None)
    connection.execute("begin immediate")
    assert "lock" in doctor()
    connection.close()


def test_time_zones(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, instance: LiveInstance) -> None:
    instance.start_scheduler()
    instance.stop_scheduler()
    monkeypatch.setenv("TZ", "America/New_York")
    assert doctor()["scheduler's zone"]["remedy"] == "export TZ=UTC"
    monkeypatch.setenv("TZ", "Nowhere/Land")
    assert "TZ=Nowhere/Land" in doctor()["time zone"]["found"]


def test_a_clock_that_went_back(instance: LiveInstance, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "j")
    instance.wait_for_status("j", "SUCCESS")
    instance.stop_scheduler()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - 7200)
    assert "behind the last entry" in doctor()["clock"]["found"]


def test_events_that_nobody_comes_to(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 7200)
    assert "to be processed" in doctor()["events"]["found"]


def test_a_full_disk(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(5 * 1024 * 1024))
    assert doctor()["disk"]["found"].startswith("5 MB free")


def test_machines_that_nobody_defined(instance: LiveInstance, doctor: Doctor) -> None:
    instance.jil("insert_job: k  command: true  machine: hots1")
    wrong = doctor()["machines"]
    assert "hots1 (of k)" in wrong["found"] and "insert_machine: hots1" in wrong["remedy"]


def test_a_store_that_is_damaged(instance: LiveInstance, doctor: Doctor) -> None:
    with closing(driver.connect(instance.folder / "ACE.db")) as connection:
        connection.execute("update job set attributes = '['")
        connection.commit()
    wrong = doctor()["soundness"]
    assert "definitions" in wrong["found"] and "autosys restore FILE" in wrong["remedy"]


def test_a_store_that_is_older_than_its_runs(instance: LiveInstance, doctor: Doctor) -> None:
    with closing(SqliteStore(instance.folder / "ACE.db")) as store, store.transaction():
        store.put_setting("store_id", "cafe")
    (instance.folder / "run" / "ACE" / "cafe" / "12").mkdir(parents=True, mode=0o700)
    (instance.folder / "run" / "ACE").chmod(0o700)
    wrong = doctor()["run numbers"]
    assert "run 12 was recorded" in wrong["found"] and "autosys restore FILE" in wrong["remedy"]


def test_a_password_that_jobs_inherit(instance: LiveInstance, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER", "postgresql+psycopg://scott:tiger@nowhere.invalid/ace")
    wrong = doctor()
    assert "jobs inherit it" in wrong["password"]["found"]
    assert "tiger" not in json.dumps(wrong)


def test_who_may_do_everything(instance: LiveInstance) -> None:
    (instance.folder / "config.ACE").write_text("EditSuperUser=ann\n", encoding="utf-8")
    told = instance.run("autosys", "doctor", check=False).stdout
    assert "EditSuperUser=ann; " in told and " may execute every job" in told
