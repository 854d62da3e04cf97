"""A store that cannot be written: nothing new starts, what runs goes on, nothing is lost, and it heals by itself.

The store is a real file, and the system refuses to write to it; the clock and the agent are the test's.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, Event
from autosys_py.core.timetable import Timetable
from autosys_py.core.world import World
from autosys_py.event_server.errors import StoreError, StoreReplaced
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.sqlite import SqliteStore
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.loop import Loop
from autosys_py.scheduler.outage import Outage, prove_writable
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
LIMIT = resource.getrlimit(resource.RLIMIT_FSIZE)
JIL = """
insert_job: long  command: x  machine: localhost
insert_job: after  command: x  machine: localhost  condition: s(long)
insert_job: other  command: x  machine: localhost
"""


class Site:
    """A scheduler on a disk that fills up."""

    def __init__(self, folder: Path) -> None:
        self.now = 1000.0
        self.folder = folder
        self.store = self.open()
        with self.store.transaction():
            self.store.take_lease("me", 1000, 30, lambda holder: True)
        load_jil(self.store, JIL, 1000, UTC)
        world, orders, _ = self.recover()
        self.turns = Turns(self.store, world, "me", lambda event: None)
        self.agent = SimulatedAgent(lambda: int(self.now), SimulatedOutcome(runtime=10))
        journal = Journal(folder / "log", UTC, Configuration())
        self.loop = Loop(self.turns, self.agent, journal, lambda: self.now, {}, reopen=self.reopen)
        self.loop.resume(orders, [])

    def open(self) -> SqliteStore:
        return open_sqlite(self.folder / "ACE.db")

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """No file grows beyond a block: no log of commits, and no page of the store, but a few lines of a log. For this
        very process, so a test frees it before it ends."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, LIMIT[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, LIMIT)

    def recover(self) -> tuple[World, list[Effect], list[Effect]]:
        return recover(self.store, Configuration(), Timetable(UTC), frozenset({"localhost"}))

    def reopen(self, outage: Outage) -> tuple[World, list[Effect]]:
        self.store.close()
        self.turns.store = self.store = self.open()
        prove_writable(self.store, outage, int(self.now))
        return self.recover()[:2]

    def send(self, job: str) -> None:
        """By somebody who still finds room."""
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, LIMIT)
        other = open_sqlite(self.folder / "ACE.db")
        with other.transaction():
            head = other.head(job)
            assert head is not None
            other.add_event(Event(EventCode.STARTJOB, int(self.now), joid=head.joid, sent_by="o@h"))
        other.close()
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    def run_to(self, now: float) -> None:
        while self.now < now:
            self.now += 1
            for _ in range(4):
                self.loop.pass_once()

    def status(self, job: str) -> Status:
        return self.turns.world.states[self.turns.world.names[job]].status

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def starts(site: Site, job: str) -> int:
    return site.log.count(f"STARTING        JOB: {job}")


def test_a_disk_that_fills_up_and_is_freed(site: Site) -> None:
    site.send("long")
    site.run_to(1002)
    assert site.status("long") is Status.RUNNING
    with site.full_disk():
        site.run_to(1030)  # `long` ends at 1011, and nobody can write it down
        assert starts(site, "after") == 0
        assert site.log.count("the disk cannot be read or written") == 1  # said once, not at every attempt
        assert "No new starts until then; running jobs go on." in site.log
        site.send("other")
        site.run_to(1040)
        assert starts(site, "other") == 0
    site.run_to(1080)
    assert [site.status(job) for job in ("long", "after", "other")] == [Status.SUCCESS] * 3
    assert [starts(site, job) for job in ("long", "after", "other")] == [1, 1, 1]
    [alarm] = site.store.alarms()
    assert alarm.alarm is Alarm.DB_PROBLEM
    end = next(fact for fact in site.store.all_facts() if fact.status is Status.SUCCESS)
    assert (end.time, end.processed > 1040) == (1011, True)  # by its own time, taken in late
    assert "can be written again; scheduling goes on" in site.log


def test_what_was_decided_and_not_committed_is_decided_again(site: Site) -> None:
    with site.full_disk():
        site.run_to(1010)
    site.send("long")
    site.run_to(1030)
    assert starts(site, "long") == 1
    assert site.status("after") in (Status.STARTING, Status.RUNNING, Status.SUCCESS)


def test_a_file_that_was_replaced_ends_the_scheduler(site: Site) -> None:
    file = site.folder / "ACE.db"
    file.rename(site.folder / "old.db")
    open_sqlite(file).close()
    with pytest.raises(StoreReplaced, match="was replaced by another file"):
        site.run_to(1010)


def test_a_file_that_is_gone_is_waited_for_and_not_made_anew(site: Site) -> None:
    from autosys_py.event_server.open import open_present

    def open_again() -> SqliteStore:
        store = open_present(f"sqlite:///{file}")
        assert isinstance(store, SqliteStore)
        return store

    file = site.folder / "ACE.db"
    site.open = open_again  # type: ignore[method-assign]
    file.rename(site.folder / "elsewhere.db")
    site.run_to(1010)
    assert not file.exists()
    assert "No new starts" in site.log
    (site.folder / "elsewhere.db").rename(file)
    site.run_to(1020)
    assert "can be written again" in site.log


def test_without_a_way_to_open_it_again_the_error_ends_the_loop(site: Site) -> None:
    site.loop._reopen = None
    with pytest.raises(StoreError), site.full_disk():
        site.send("long")
        site.run_to(1010)


def test_a_log_that_cannot_be_rolled_over_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    said: list[str] = []
    (tmp_path / "log").mkdir()
    journal = Journal(tmp_path / "log" / "log", UTC, Configuration(), complain=said.append)
    journal.write(1000, ["first day"])
    monkeypatch.setattr(Path, "replace", refuse)
    journal.write(100_000, ["second day"])
    assert "second day" in journal.path.read_text()
    assert len(said) == 1 and "scheduling goes on" in said[0]
    assert journal.path.stat().st_mode & 0o777 == 0o600
