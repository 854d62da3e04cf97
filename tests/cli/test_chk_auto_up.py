"""chk_auto_up: the exit code is its answer (cli.md §7.3)."""

import os
from pathlib import Path

import pytest

from autosys_py.cli.chk_auto_up import place_of
from autosys_py.event_server.errors import StoreMissing
from autosys_py.event_server.memory import MemoryStore
from autosys_py.scheduler.lease import holder_name
from tests.cli.conftest import Shell
from tests.cli.estate import NOW
from tests.instance import LiveInstance

HOST = os.uname().nodename
RULE = "_" * 78 + "\n\n"


@pytest.fixture
def up(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The store is there; it outlives the command."""
    monkeypatch.setattr(store, "close", lambda: None)
    monkeypatch.setattr("autosys_py.event_server.open.open_present", lambda _url: store)
    return store


def lease(store: MemoryStore, holder: str, renewed: int) -> None:
    with store.transaction():
        assert store.take_lease(holder, renewed, 30, lambda _: False) is None


def healthy(place: str) -> str:
    return (
        f"{RULE}CAUAJM_I_50054 Attempting (1) to Connect with Database: {place}\n"
        f"CAUAJM_I_50055 *** Have Connected successfully with Database: {place}. ***\n"
        f"{RULE}CAUAJM_I_50128 Connected with Event Server: {place}\n\n"
        f"{RULE}{RULE}CAUAJM_I_50038 Checking AutoSys-py Application Server on Machine: {HOST}\n"
        f"CAUAJM_I_50243 AutoSys-py Application Server is RUNNING on machine: {HOST}\n"
        f"{RULE}CAUAJM_I_50038 Checking AutoSys-py Primary Scheduler on Machine: {HOST}\n"
        f"CAUAJM_I_50044 Primary Scheduler is RUNNING on machine: {HOST}\n{RULE}"
    )


def test_healthy(sh: Shell, up: MemoryStore, tmp_path: Path) -> None:
    lease(up, holder_name(), NOW)
    assert sh("chk_auto_up") == (11, healthy(f"sqlite:///{tmp_path}/ACE.db"), "")
    assert sh("chk_auto_up", "-Q") == (11, "", "")


@pytest.mark.parametrize(
    ("mask", "all_up", "none", "silent"),
    [
        ("1", 1, 1, 1), ("10", 10, 0, 80), ("11", 11, 1, 81), ("100", 100, 100, 100),
        ("101", 101, 101, 101), ("110", 110, 100, 180), ("111", 111, 101, 181),
    ],
)  # fmt: skip
def test_masks(mask: str, all_up: int, none: int, silent: int, sh: Shell, up: MemoryStore) -> None:
    assert sh("chk_auto_up", "-Q", "-r", mask) == (none, "", "")
    lease(up, "elsewhere/1/1", NOW - 30)
    assert sh("chk_auto_up", "-Q", f"-r{mask}") == (all_up, "", "")
    with up.transaction():
        up.release_lease("elsewhere/1/1")
    lease(up, "elsewhere/1/1", NOW - 31)
    assert sh("chk_auto_up", "-Qr", mask) == (silent, "", "")


def test_what_is_asked_for_is_shown(sh: Shell, up: MemoryStore) -> None:
    lease(up, holder_name(), NOW)
    assert "50038" not in sh("chk_auto_up", "-r", "1").out
    assert sh("chk_auto_up", "-r", "1").out.endswith(f"ACE.db\n\n{RULE}")
    scheduler = sh("chk_auto_up", "-r", "10").out
    assert scheduler.startswith(f"{RULE}CAUAJM_I_50038 Checking AutoSys-py Primary Scheduler on Machine: {HOST}\n")
    assert scheduler.endswith(f"CAUAJM_I_50044 Primary Scheduler is RUNNING on machine: {HOST}\n{RULE}")
    server = sh("chk_auto_up", "-r", "100").out
    assert server.startswith(f"{RULE}CAUAJM_I_50038 Checking AutoSys-py Application Server") and server.endswith(RULE)


def test_a_scheduler_of_this_host_that_died_is_none(sh: Shell, up: MemoryStore) -> None:
    lease(up, f"{HOST}/{os.getpid()}/1.00", NOW - 100)  # that pid belongs to a process that began at another time
    done = sh("chk_auto_up")
    assert (done.code, done.err) == (1, "CAUAJM_E_99052 No Primary Scheduler is running.\n")


def test_a_silent_scheduler(sh: Shell, up: MemoryStore) -> None:
    lease(up, "elsewhere/1/1", NOW - 100)
    done = sh("chk_auto_up")
    assert done.code == 81
    assert done.err == (
        "CAUAJM_E_99053 Primary Scheduler on machine elsewhere is not responding: "
        "its last sign of life was 100 seconds ago.\n"
    )


def test_no_store(sh: Shell, store: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is up, and looking makes no store."""
    monkeypatch.undo()
    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    done = sh("chk_auto_up", "-r", "111")
    place = f"sqlite:///{tmp_path}/ACE.db"
    assert done.code == 0
    assert done.err.split("\n")[:2] == [
        f"CAUAJM_E_50056 Unable to Connect with Database: {place}  after 1 attempts.",
        f"CAUAJM_E_50035 Could not connect with Server: {place}",
    ]
    assert "CAUAJM_E_50242 AutoSys-py Application Server is NOT RUNNING on machine: " in done.err
    assert not (tmp_path / "ACE.db").exists()
    assert sh("chk_auto_up", "-Q") == (0, "", "")


@pytest.mark.parametrize("line", ["-r", "-r 2", "-r 0", "-r 1111", "-q x", "-z"])
def test_wrong_arguments_are_99(line: str, sh: Shell, up: MemoryStore) -> None:
    done = sh("chk_auto_up", *line.split())
    assert (done.code, done.out) == (99, "")
    assert "AutoSys-py Check Status Utility" in done.err


def test_a_wrong_environment_is_99(sh: Shell, up: MemoryStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUTOSERV", "wrong")
    assert sh("chk_auto_up").code == 99
    assert sh("chk_auto_up", "-Q") == (99, "", "")
    monkeypatch.setenv("AUTOSERV", "ACE")
    (tmp_path / "config.ACE").write_text("KillSignalInterval=soon\n", encoding="utf-8")
    assert sh("chk_auto_up").code == 99


def test_a_store_in_trouble_is_down(sh: Shell, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_url: str) -> None:
        raise StoreMissing("gone\x1b[2J")

    monkeypatch.setattr("autosys_py.event_server.open.open_present", refuse)
    done = sh("chk_auto_up")
    assert done.code == 0
    assert "gone\\x1b[2J" in done.err


def test_the_password_is_not_shown() -> None:
    assert place_of("postgresql+psycopg://joe:se/cr@db:5432/prd") != ""
    assert place_of("postgresql://joe:secret@db:5432/prd") == "postgresql://joe@db:5432/prd"
    assert place_of("postgresql://db/prd") == "postgresql://db/prd"
    assert place_of("sqlite:////var/a@b:c/ACE.db") == "sqlite:////var/a@b:c/ACE.db"


def test_a_real_scheduler(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "site")
    try:
        assert instance.run("chk_auto_up", "-Q", check=False).returncode == 0
        instance.start_scheduler()
        done = instance.run("chk_auto_up", check=False)
        assert (done.returncode, done.stderr) == (11, "")
        assert done.stdout == healthy(f"sqlite:///{tmp_path}/site/ACE.db")
        assert instance.run("chk_auto_up", "-r", "111", check=False).returncode == 111
        piped = instance.run("bash", "-c", "chk_auto_up -r 111 | true; echo ${PIPESTATUS[0]}")
        assert (piped.stdout, piped.stderr) == ("111\n", "")
        full = instance.run("sh", "-c", "chk_auto_up >/dev/full; echo $?")
        assert full.stdout == "11\n"
        assert full.stderr.count("\n") == 1
        instance.kill_scheduler()
        assert instance.run("chk_auto_up", "-Q", check=False).returncode == 1
    finally:
        instance.close()
