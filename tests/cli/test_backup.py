"""`autosys backup` and `autosys restore`: while everything runs, back again, and nothing twice or lost by it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreReplaced
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.sqlite import SqliteStore
from tests.cli.conftest import Done
from tests.instance import LiveInstance

JIL = """
insert_job: a  command: echo $AUTORUN >> $AUTOUSER/../ledger  machine: localhost
insert_job: long  machine: localhost
command: echo long >> $AUTOUSER/../ledger; until test -e $AUTOUSER/../go; do sleep 0.02; done; exit 7
"""


@pytest.fixture(scope="session")
def defined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two jobs, made once."""
    live = LiveInstance(tmp_path_factory.mktemp("defined") / "instance")
    live.jil(JIL)
    return live.folder / "ACE.db"


@pytest.fixture
def instance(defined: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveInstance]:
    live = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    shutil.copy(defined, live.folder)
    for variable, value in (("AUTOUSER", str(live.folder)), ("AUTOSERV", "ACE"), ("TZ", "UTC")):
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("AUTOSYS_EVENT_SERVER", raising=False)
    yield live
    live.close()


def ledger(tmp_path: Path) -> list[str]:
    return (tmp_path / "ledger").read_text().split()


Autosys = Callable[..., Done]


def rows(live: LiveInstance) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(live.run("autorep", "-J", "ALL", "--format", "json").stdout)}


def test_runs_around_a_backup(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    """One ended before it, one was under way, one began after it: each ran once, and numbers never repeat."""
    file = tmp_path / "backup"
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "a")
    instance.wait_for_status("a", "SUCCESS")
    instance.send("-E", "STARTJOB", "-J", "long")
    instance.wait_for_status("long", "RUNNING")

    done = autosys("backup", str(file))  # with everything running
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Backed up to {file}: ") and "the last with hash" in done.out
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "backup" in each.name] == ["backup"]

    instance.send("-E", "STARTJOB", "-J", "a")
    (tmp_path / "go").touch()
    instance.wait_for_status("long", "FAILURE")
    instance.wait_for(lambda: len(ledger(tmp_path)) == 3, "a to run again")
    done = autosys("restore", str(file))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"CAUAJM_E_99125 A scheduler is running on machine {os.uname().nodename}. "
        "Stop it first: sendevent -E STOP_DEMON\n"
    )
    assert instance.stop_scheduler() == 0

    done = autosys("restore", str(file))
    assert (done.code, done.err) == (0, "")
    first, second = done.out.splitlines()
    assert first.startswith(f"Restored from {file}: ")
    kept = Path(second.removeprefix("The store that was there is now ").removesuffix("."))
    assert kept.is_file() and kept.stat().st_mode & 0o777 == 0o600
    assert (rows(instance)["long"]["status"], rows(instance)["a"]["run_num"]) == ("RUNNING", 1)

    instance.start_scheduler()
    instance.wait_for_status("long", "FAILURE")
    assert rows(instance)["long"]["exit_code"] == 7
    instance.send("-E", "STARTJOB", "-J", "a")
    instance.wait_for(lambda: rows(instance)["a"]["status"] == "SUCCESS" and rows(instance)["a"]["run_num"] != 1, "a")
    assert ledger(tmp_path) == ["1", "long", "3", "4"]
    assert instance.run("autosys", "audit", "verify").stdout.startswith("The past is whole")
    assert f"restored from {file}" in instance.run("autosys", "audit").stdout


def test_a_member_that_ran_since_is_not_run_again(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    instance.jil("""
        insert_job: box  job_type: BOX
        insert_job: slow  box_name: box  machine: localhost
        command: until test -e $AUTOUSER/../go; do sleep 0.02; done
        insert_job: next  box_name: box  machine: localhost  condition: s(slow)
        command: echo next >> $AUTOUSER/../ledger; exit 5
        """)
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "box")
    instance.wait_for_status("slow", "RUNNING")
    assert autosys("backup", str(tmp_path / "backup")).code == 0
    (tmp_path / "go").touch()
    instance.wait_for_status("box", "FAILURE")
    instance.stop_scheduler()
    assert autosys("restore", str(tmp_path / "backup")).code == 0
    instance.start_scheduler()
    instance.wait_for_status("box", "FAILURE")
    assert rows(instance)["next"]["exit_code"] == 5
    assert ledger(tmp_path) == ["next"]


def test_a_backup_while_many_write(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    words = ("sendevent", "-E", "COMMENT", "-J", "a", "-C", "x")
    senders = [subprocess.Popen(words, env=instance.environment) for _ in range(8)]
    for number in range(4):
        assert autosys("backup", str(tmp_path / f"backup{number}")).code == 0
    assert [sender.wait() for sender in senders] == [0] * 8
    for number in range(4):
        with closing(open_sqlite(tmp_path / f"backup{number}")) as store:
            assert store.check_file() is None


def test_a_backup_replaces_nothing(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    done = autosys("backup", str(tmp_path / "mine"))
    assert done.code == 1 and done.err.startswith("CAUAJM_E_99122 ")
    assert (tmp_path / "mine").read_text() == "precious"


def test_of_a_damaged_store_there_is_no_backup(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    with closing(driver.connect(instance.folder / "ACE.db")) as connection:
        connection.execute("update job set attributes = '['")
        connection.commit()
    done = autosys("backup", str(tmp_path / "backup"))
    assert done.code == 1 and "is damaged" in done.err and done.err.count("\n") == 1
    assert not list(tmp_path.glob("*backup*"))


BAD = ["nothing", "a folder", "text", "empty", "cut", "another database", "too new", "itself"]


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_restored(instance: LiveInstance, autosys: Autosys, tmp_path: Path, what: str) -> None:
    file, store = tmp_path / "backup", instance.folder / "ACE.db"
    assert autosys("backup", str(file)).code == 0
    before = store.read_bytes()
    with closing(driver.connect(file, isolation_level=None)) as connection:
        if what == "too new":
            connection.execute("update alembic_version set version_num = '9999'")
    if what == "cut":
        os.truncate(file, 40960)
    elif what == "itself":
        file = store
    elif what != "too new":
        file.unlink()
    if what == "a folder":
        file.mkdir()
    elif what in ("text", "empty"):
        file.write_text("remember the milk\n" * 999 if what == "text" else "")
    elif what == "another database":
        with closing(driver.connect(file)) as connection:
            connection.execute("create table notes (x)")
    done = autosys("restore", str(file))
    if what == "itself":
        assert done.code == 0  # a copy of itself, and the same again
    else:
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert str(file) in done.err
        assert store.read_bytes() == before
    assert not [each.name for each in instance.folder.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("how", ["text", "cut", "gone", "with a log of its own"])
def test_over_a_store_that_nobody_can_read(instance: LiveInstance, autosys: Autosys, tmp_path: Path, how: str) -> None:
    file, store = tmp_path / "backup", instance.folder / "ACE.db"
    assert autosys("backup", str(file)).code == 0
    if how == "text":
        store.write_text("remember the milk\n" * 999)
    elif how == "cut":
        os.truncate(store, 40960)
    else:
        store.unlink()
    if how == "with a log of its own":
        store.with_name("ACE.db-wal").write_bytes(b"\x37\x7f\x06\x82" * 3000)
    done = autosys("restore", str(file))
    assert (done.code, done.err) == (0, "")
    assert rows(instance)["a"]["status"] == "INACTIVE"
    assert instance.run("autosys", "audit", "verify").returncode == 0


def test_a_damaged_store_that_somebody_has_open(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    file, store = tmp_path / "backup", instance.folder / "ACE.db"
    assert autosys("backup", str(file)).code == 0
    store.write_text("remember the milk\n" * 999)
    code = f"import sys; f = open({str(store)!r}, 'r+'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        done = autosys("restore", str(file))
        assert done.code == 1 and f"({other.pid})" in done.err and done.err.startswith("CAUAJM_E_99124 ")
        other.communicate()
    assert autosys("restore", str(file)).code == 0


def test_whoever_has_the_store_open_writes_to_the_right_one_or_not_at_all(
    instance: LiveInstance, autosys: Autosys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autosys_py.event_server.backup.PATIENCE", 0.05)
    file = tmp_path / "backup"
    assert autosys("backup", str(file)).code == 0
    with closing(open_sqlite(instance.folder / "ACE.db")) as open_one:
        done = autosys("restore", str(file))
        if open_one.journal_mode() == "wal":
            assert done.code == 75 and done.err.count("\n") == 1
        Path(shutil.copy(file, tmp_path / "copy")).replace(instance.folder / "ACE.db")
        with pytest.raises(StoreReplaced), open_one.transaction():
            raise AssertionError("not reached")


def test_overdue_starts_are_counted(instance: LiveInstance, autosys: Autosys, tmp_path: Path) -> None:
    with closing(SqliteStore(instance.folder / "ACE.db")) as store, store.transaction():
        from autosys_py.core.codes import EventCode
        from autosys_py.core.model import Event

        for due in (100, 200):
            store.add_event(Event(EventCode.STARTJOB, due, joid=1, job_ver=1))
    assert autosys("backup", str(tmp_path / "backup")).code == 0
    done = autosys("restore", str(tmp_path / "backup"))
    assert "1 jobs had a start time since the backup" in done.out
    assert f"GlobalAutoHold=1 in {instance.folder}/config.ACE" in done.out


def test_a_store_on_a_server_has_its_own_tools(
    instance: LiveInstance, autosys: Autosys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER", "postgresql+psycopg://scott:tiger@nowhere.invalid/ace")
    done = autosys("backup", str(tmp_path / "backup"))
    assert done.code == 1 and "pg_dump" in done.err and "tiger" not in done.err
