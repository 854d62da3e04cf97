"""Two instances that share nothing but the URLs of their stores (C-06): one runs jobs, the other waits for them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.external import fold
from autosys_py.core.model import Event, Fact, JobState
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.driver import driver
from autosys_py.event_server.errors import StoreBusy
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.protocol import OtherStore
from autosys_py.event_server.reading import open_other
from autosys_py.event_server.sql import HEAD
from autosys_py.event_server.sqlite import connect
from autosys_py.scheduler import feed
from autosys_py.scheduler.external import External
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.loop import LEASE_RENEWAL, Loop
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
BEGIN = 1_738_584_000
FAR = "insert_xinst: PRD  xtype: a  xmachine: far  xport: 9000\n"


class Clock:
    now = BEGIN

    def __call__(self) -> float:
        return self.now


class Scheduler:
    """One instance on disk and its loop, driven by hand."""

    def __init__(self, file: Path, clock: Clock, others: dict[str, str] | None = None) -> None:
        self.file = file
        self.clock = clock
        self.others = {} if others is None else others
        self.opened = 0
        """How often another store was asked to open."""
        self.start()

    def start(self) -> None:
        self.store = open_sqlite(self.file)
        self.commands = open_sqlite(self.file)
        """What `jil` and `sendevent` write through."""
        with self.store.transaction():
            self.store.take_lease("me", self.clock.now, 0, lambda holder: True)
        self.world, orders, adopted = recover(self.store, Configuration(), Timetable(UTC), frozenset({"localhost"}))
        self.turns = Turns(self.store, self.world, "me", self._fail)
        self.agent = SimulatedAgent(lambda: self.clock.now, SimulatedOutcome(runtime=60))
        self.external = External(self.world, self._open)
        journal = Journal(self.file.parent / f"{self.file.stem}.log", UTC, Configuration())
        self.loop = Loop(self.turns, self.agent, journal, self.clock, {}, external=self.external)
        self.loop.resume(orders, adopted)

    def crash(self) -> None:
        self.external.close()
        self.store.close()
        self.commands.close()

    def restart(self) -> None:
        self.crash()
        self.start()

    def jil(self, text: str) -> None:
        load_jil(self.commands, text, self.clock.now, UTC)
        self.work()

    def send(self, code: EventCode, job: str = "", **details: object) -> None:
        head = self.commands.head(job)
        event = Event(code, self.clock.now, joid=head.joid if head else 0, sent_by="o@h", **details)  # type: ignore[arg-type]
        with self.commands.transaction():
            self.commands.add_event(event)
        self.work()

    def finish(self, job: str, status: Status = Status.SUCCESS) -> None:
        self.send(EventCode.CHANGE_STATUS, job, status=status)

    def work(self) -> None:
        for _ in range(6):
            self.loop.pass_once()

    def starts(self, job: str) -> int:
        return sum(order.job_name == job for _, order in self.agent.starts)

    def told(self, name: str) -> JobState | None:
        return self.world.externals.get(name)

    @property
    def facts(self) -> list[Fact]:
        return self.store.all_facts(1, 100_000)

    @property
    def told_statuses(self) -> list[str]:
        """What was taken in, in order."""
        told = [fact for fact in self.facts if fact.code is EventCode.EXTERNAL_DEPENDENCY]
        return [fact.status.name if fact.status else "none" for fact in told]

    @property
    def alarms(self) -> list[str]:
        return [fact.alarm.name for fact in self.facts if fact.alarm is not None and not fact.joid]

    @property
    def log(self) -> str:
        return "".join(path.read_text() for path in self.file.parent.glob(f"{self.file.stem}.log*"))

    def _open(self, name: str) -> OtherStore:
        self.opened += 1
        return open_other(self.others[name])

    @staticmethod
    def _fail(event: Event) -> None:
        raise  # noqa: PLE0704 - inside the handler of the exception, which is what the test wants to see


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def prd(tmp_path: Path, clock: Clock) -> Iterator[Scheduler]:
    """The instance that is waited for, with one job."""
    side = Scheduler(tmp_path / "PRD.db", clock)
    side.jil("insert_job: load  command: x  machine: localhost\n")
    yield side
    side.crash()


@pytest.fixture(params=["sqlite", "sqlite+pysqlite"])
def ace(tmp_path: Path, clock: Clock, prd: Scheduler, request: pytest.FixtureRequest) -> Iterator[Scheduler]:
    """The instance whose job `a` waits for `load^PRD`; it has been told where that stands."""
    side = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"{request.param}:///{prd.file}"})
    side.jil(FAR + "insert_job: a  command: x  machine: localhost  condition: s(load^PRD)\n")
    side.work()
    assert side.told_statuses == ["INACTIVE"]
    yield side
    side.crash()


def test_a_run_there_is_told_step_by_step_and_starts_the_job_here(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    prd.send(EventCode.FORCE_STARTJOB, "load")
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "STARTING", "RUNNING"]
    clock.now += 60
    prd.work()
    ace.work()
    assert ace.told_statuses[3:] == ["SUCCESS"]
    assert ace.starts("a") == 1
    seen, there = ace.told("load^PRD"), prd.world.states[prd.world.names["load"]]
    assert seen is not None
    assert (seen.status, seen.exit_code, seen.last_end, seen.since) == (
        Status.SUCCESS, 0, there.last_end, there.since
    )  # fmt: skip


def test_the_other_store_is_not_written(ace: Scheduler, prd: Scheduler) -> None:
    prd.finish("load")
    prd.crash()
    before = {path.name: path.read_bytes() for path in prd.file.parent.glob("PRD.db")}
    ace.work()
    assert ace.starts("a") == 1
    assert {path.name: path.read_bytes() for path in prd.file.parent.glob("PRD.db")} == before
    connection = connect(prd.file, read_only=True)
    with pytest.raises(driver.OperationalError, match="readonly"):
        connection.execute("delete from job")
    connection.close()
    prd.start()


def test_what_happened_between_two_looks_arrives_in_order_each_with_its_time(
    ace: Scheduler, prd: Scheduler, clock: Clock
) -> None:
    for status in (Status.SUCCESS, Status.FAILURE, Status.RUNNING):
        clock.now += 10
        prd.finish("load", status)
    clock.now += 100
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS", "FAILURE", "RUNNING"]
    times = [fact.time for fact in ace.facts if fact.code is EventCode.EXTERNAL_DEPENDENCY]
    assert times[1:] == [BEGIN + 10, BEGIN + 20, BEGIN + 30]
    assert ace.starts("a") == 1  # on the SUCCESS of which only the past still tells


@pytest.mark.parametrize("archives_what_was_read", [True, False])
def test_what_was_archived_before_it_was_read_is_asked_for(
    ace: Scheduler, prd: Scheduler, clock: Clock, archives_what_was_read: bool
) -> None:
    """Two runs there, of which nothing is left but the last row."""
    first = prd.facts[-1].seq + (0 if archives_what_was_read else 1)
    for _ in range(2):
        prd.send(EventCode.FORCE_STARTJOB, "load")
        clock.now += 60
        prd.work()
    prd.send(EventCode.COMMENT)
    with prd.commands.transaction():
        prd.commands.remove_facts(range(first, prd.commands.last_seq()))
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]
    assert ace.starts("a") == 1
    prd.finish("load", Status.FAILURE)
    ace.work()
    assert ace.told_statuses[2:] == ["FAILURE"]
    ace.work()
    assert ace.opened == 1


def test_an_old_success_starts_nothing_when_it_is_asked_for_first(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    prd.jil("insert_job: old  command: x  machine: localhost  status: SUCCESS\n")
    prd.finish("old")
    clock.now += 60
    ace.jil("insert_job: b  command: x  machine: localhost  condition: s(old^PRD)\n")
    ace.work()
    assert ace.told("old^PRD") is not None
    assert ace.starts("b") == 0
    prd.finish("old")
    ace.work()
    assert ace.starts("b") == 1


def test_an_idle_store_is_not_read_again(ace: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> None:
        raise AssertionError("read")

    ace.work()
    monkeypatch.setattr("autosys_py.event_server.reading.OtherSqlStore.snapshot", fail)
    ace.work()


def test_nobody_is_asked_where_no_condition_names_another_instance(tmp_path: Path, clock: Clock) -> None:
    side = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"sqlite:///{tmp_path}/none.db"})
    side.jil(FAR + "insert_job: a  command: x  machine: localhost\n")
    assert (side.opened, side.alarms) == (0, [])
    side.crash()


def test_a_name_that_no_condition_has_any_more_is_forgotten(ace: Scheduler, prd: Scheduler) -> None:
    ace.jil("update_job: a  condition: s(a2)\n")
    ace.clock.now += LEASE_RENEWAL
    ace.work()
    assert ace.store.load().instances == {}
    prd.finish("load")
    ace.work()
    assert ace.told_statuses == ["INACTIVE"]
    ace.jil("update_job: a  condition: s(load^PRD)\n")
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]
    assert ace.starts("a") == 0


# Crashes and restarts


def test_a_crash_between_look_and_turn_loses_nothing_and_tells_nothing_twice(ace: Scheduler, prd: Scheduler) -> None:
    prd.finish("load", Status.FAILURE)
    prd.finish("load")
    told = ace.external.look(ace.clock())
    assert len(told.events) == 2
    ace.restart()  # no turn took it in
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "FAILURE", "SUCCESS"]
    assert ace.starts("a") == 1
    ace.restart()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "FAILURE", "SUCCESS"]


def test_a_turn_that_could_not_begin_is_told_again(
    ace: Scheduler, prd: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    prd.finish("load")

    def locked() -> object:
        raise StoreBusy("locked")

    monkeypatch.setattr(ace.store, "transaction", locked)
    ace.loop.pass_once()
    monkeypatch.undo()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]
    assert ace.starts("a") == 1


def test_what_happened_while_our_scheduler_was_away_is_made_up_for(
    ace: Scheduler, prd: Scheduler, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 3)
    ace.crash()
    for _ in range(10):
        clock.now += 10
        prd.finish("load", Status.FAILURE)
        prd.finish("load")
        prd.finish("load", Status.RUNNING)
    ace.start()
    ace.work()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", *["FAILURE", "SUCCESS", "RUNNING"] * 10]
    assert ace.starts("a") == 1  # ten times true, but it ran all the while


def test_folding_the_past_gives_what_is_known(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    prd.finish("load", Status.FAILURE)
    prd.send(EventCode.JOB_ON_ICE, "load")
    clock.now += 5
    prd.send(EventCode.JOB_OFF_ICE, "load")
    prd.send(EventCode.FORCE_STARTJOB, "load")
    clock.now += 60
    prd.work()
    ace.work()
    state: JobState | None = None
    for fact in ace.facts:
        if fact.code is EventCode.EXTERNAL_DEPENDENCY:
            state = fold(state, fact)
    assert state == ace.told("load^PRD") == ace.store.externals()["load^PRD"]
    assert state is not None
    assert state.status is Status.SUCCESS


# What `jil` does there


def test_a_job_that_is_not_there_is_said_to_be_missing_once_and_found_when_it_comes(
    ace: Scheduler, prd: Scheduler
) -> None:
    ace.jil("insert_job: b  command: x  machine: localhost  condition: s(late^PRD)\n")
    ace.work()
    ace.restart()
    ace.work()
    assert ace.alarms == ["EXTERN_DEPS_ERROR"]
    assert "late^PRD: instance PRD has no job late" in ace.log
    prd.jil("insert_job: late  command: x  machine: localhost\n")
    prd.finish("late")
    ace.work()
    assert ace.starts("b") == 1


def test_a_deleted_job_is_as_if_never_told_of(ace: Scheduler, prd: Scheduler) -> None:
    prd.finish("load")
    ace.work()
    prd.jil("delete_job: load\n")
    ace.work()
    assert ace.told("load^PRD") is None
    assert ace.alarms == ["EXTERN_DEPS_ERROR"]
    prd.jil("insert_job: load  command: x  machine: localhost  status: SUCCESS\n")
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS", "none", "SUCCESS"]
    assert ace.starts("a") == 1


def test_a_box_that_is_deleted_there_takes_its_members_along(ace: Scheduler, prd: Scheduler) -> None:
    prd.jil("insert_job: box  job_type: box\ninsert_job: in  box_name: box  command: x  machine: localhost\n")
    ace.jil("insert_job: b  command: x  machine: localhost  condition: s(in^PRD)\n")
    ace.work()
    prd.send(EventCode.DELETEJOB, "box")
    ace.work()
    assert ace.told("in^PRD") is None
    assert ace.alarms == ["EXTERN_DEPS_ERROR"]


def test_a_renamed_job_is_gone_and_the_one_that_takes_its_name_is_heard(ace: Scheduler, prd: Scheduler) -> None:
    prd.finish("load")
    ace.work()
    prd.jil("rename_job: load  new_name: former\n")
    ace.work()
    assert ace.told("load^PRD") is None
    prd.jil("insert_job: other  command: x  machine: localhost\nrename_job: other  new_name: load\n")
    prd.finish("former")
    ace.work()
    seen = ace.told("load^PRD")
    assert seen is not None
    assert seen.status is Status.INACTIVE
    prd.finish("load")
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS", "none", "INACTIVE", "SUCCESS"]


def test_what_became_of_a_job_while_we_were_away_is_seen_at_the_start(ace: Scheduler, prd: Scheduler) -> None:
    ace.crash()
    prd.jil("delete_job: load\n")
    ace.start()
    ace.work()
    assert ace.told("load^PRD") is None


def test_job_status_changed_there_lets_dependents_here_look_again(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    prd.finish("load")
    ace.work()
    clock.now += 60
    ace.work()
    prd.send(EventCode.JOB_STATUS_CHANGED, "load")
    ace.work()
    assert ace.starts("a") == 2


def test_a_job_that_was_made_anew_and_ran_while_we_were_away(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    ace.crash()
    prd.finish("load", Status.FAILURE)
    prd.jil("delete_job: load\n")
    prd.jil("insert_job: load  command: x  machine: localhost\n")
    prd.finish("load")
    ace.start()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]  # the end of the one that is gone is nobody's any more
    assert ace.starts("a") == 1


def test_a_job_that_was_made_anew_and_ran_between_two_looks(ace: Scheduler, prd: Scheduler) -> None:
    prd.finish("load", Status.FAILURE)
    prd.jil("delete_job: load\n")
    prd.jil("insert_job: load  command: x  machine: localhost\n")
    prd.finish("load")
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "FAILURE", "SUCCESS"]
    assert ace.starts("a") == 1


def test_what_a_job_does_under_another_name_is_not_ours(ace: Scheduler, prd: Scheduler) -> None:
    ace.crash()
    prd.jil("rename_job: load  new_name: former\n")
    prd.finish("former")
    ace.start()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "none"]


def test_a_definition_in_a_long_backlog_is_not_overlooked(
    ace: Scheduler, prd: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 2)
    prd.jil("insert_job: other  command: x  machine: localhost\n")
    prd.jil("delete_job: load\n")
    for _ in range(5):
        prd.finish("other")
    ace.work()
    assert ace.told("load^PRD") is None
    assert ace.told_statuses == ["INACTIVE", "none"]


# Stores that cannot be read


def test_a_store_that_is_not_there_is_said_so_once_and_looked_for_with_patience(
    tmp_path: Path, clock: Clock, prd: Scheduler
) -> None:
    hidden = prd.file.with_name("elsewhere.db")
    prd.crash()
    prd.file.rename(hidden)
    ace = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"sqlite:///{prd.file}"})
    ace.jil(FAR + "insert_job: a  command: x  machine: localhost  condition: s(load^PRD)\n")
    tries = ace.opened
    ace.work()
    assert (ace.opened, tries) == (1, 1)
    for _ in range(600):
        clock.now += 1
        ace.loop.pass_once()
    assert ace.opened < 20
    ace.restart()
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    assert ace.log.count("is not there") == 1
    assert not prd.file.exists()
    hidden.rename(prd.file)
    clock.now += 60
    ace.work()
    assert ace.told_statuses == ["INACTIVE"]
    assert ace.log.count("INSTANCE: PRD is available again") == 1
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    ace.crash()
    prd.start()


def test_while_it_is_away_the_last_status_stays_and_nothing_is_lost(
    ace: Scheduler, prd: Scheduler, clock: Clock
) -> None:
    prd.finish("load")
    ace.work()
    clock.now += 60
    ace.work()
    away = prd.file.with_name("away.db")
    prd.crash()
    prd.file.rename(away)
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    ace.send(EventCode.STARTJOB, "a")
    assert ace.starts("a") == 2
    clock.now += 60
    ace.work()
    away.rename(prd.file)
    prd.start()
    prd.finish("load", Status.FAILURE)
    prd.finish("load")
    clock.now += 60
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS", "FAILURE", "SUCCESS"]
    assert ace.starts("a") == 3


def test_a_locked_store_is_waited_for_before_anybody_is_alarmed(
    tmp_path: Path, clock: Clock, prd: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autosys_py.event_server.reading.PATIENCE", 0)
    prd.crash()
    open_sqlite(prd.file, wal=False).close()
    prd.start()
    prd.store.use_rollback_journal()
    ace = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"sqlite:///{prd.file}"})
    ace.jil(FAR + "insert_job: a  command: x  machine: localhost  condition: s(load^PRD)\n")
    ace.work()
    prd.finish("load")
    holder = driver.connect(prd.file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for _ in range(feed.LOCKED):
        ace.work()
        clock.now += 1
    assert ace.alarms == []
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    holder.execute("ROLLBACK")
    clock.now += 2
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]
    holder.execute("BEGIN EXCLUSIVE")
    for _ in range(feed.LOCKED + 2):
        ace.work()
        clock.now += 1
    holder.execute("ROLLBACK")  # and nothing was written
    holder.close()
    clock.now += 2
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE", "INSTANCE_UNAVAILABLE"]
    assert ace.log.count("is available again") == 2
    ace.crash()


def test_a_store_of_another_schema_is_not_read_and_not_migrated(ace: Scheduler, prd: Scheduler, clock: Clock) -> None:
    connection = driver.connect(prd.file, isolation_level=None)
    connection.execute("update alembic_version set version_num = '9999'")
    prd.finish("load")
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    assert "has schema 9999" in ace.log
    assert ace.told_statuses == ["INACTIVE"]
    assert connection.execute("select version_num from alembic_version").fetchall() == [("9999",)]
    connection.execute("update alembic_version set version_num = ?", (HEAD,))
    connection.close()
    clock.now += 120
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]


def test_what_is_no_event_store_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    other = tmp_path / "album.db"
    connection = driver.connect(other)
    connection.execute("create table album (title text)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    ace = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"sqlite:///{other}"})
    ace.jil(FAR + "insert_job: a  command: x  machine: localhost  condition: s(load^PRD)\n")
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    assert other.read_bytes() == before
    ace.crash()


def test_a_fact_that_only_a_newer_program_knows_makes_the_instance_unavailable(
    ace: Scheduler, prd: Scheduler, clock: Clock
) -> None:
    prd.finish("load")
    connection = driver.connect(prd.file, isolation_level=None)
    connection.execute("update proc_event set code = 7777 where seq = (select max(seq) from proc_event)")
    connection.close()
    ace.work()
    assert ace.alarms == ["INSTANCE_UNAVAILABLE"]
    assert "does not know (7777)" in ace.log


# Another past


def replace_store(prd: Scheduler) -> None:
    """A new store under the old name: its past begins again, a little later."""
    prd.clock.now += 5
    prd.crash()
    for each in prd.file.parent.glob("PRD.db*"):
        each.unlink()
    prd.start()
    prd.jil("insert_job: load  command: x  machine: localhost\n")


def test_a_new_store_is_recognised_although_its_numbers_begin_again(
    ace: Scheduler, prd: Scheduler, clock: Clock
) -> None:
    for _ in range(3):
        prd.finish("load")
    ace.work()
    clock.now += 60
    ace.work()
    assert ace.starts("a") == 1
    replace_store(prd)
    ace.work()
    seen = ace.told("load^PRD")
    assert seen is not None
    assert seen.status is Status.INACTIVE
    assert ace.alarms == []
    for _ in range(10):  # further than the old one had come
        prd.finish("load", Status.FAILURE)
    prd.finish("load")
    ace.work()
    assert ace.starts("a") == 2


def test_a_new_store_that_has_already_come_further_is_recognised_too(
    ace: Scheduler, prd: Scheduler, clock: Clock
) -> None:
    ace.crash()
    replace_store(prd)
    for _ in range(20):
        clock.now += 1
        prd.finish("load", Status.FAILURE)
    prd.finish("load")
    ace.start()
    ace.work()
    assert ace.told_statuses == ["INACTIVE", "SUCCESS"]  # not one of the twenty, which belong to another past
    assert ace.starts("a") == 1  # it has changed, though nobody can say how often


def test_a_store_restored_from_a_backup_is_read_on_from_there(
    ace: Scheduler, prd: Scheduler, clock: Clock, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    source, target = driver.connect(prd.file), driver.connect(backup)
    source.backup(target)
    source.close()
    target.close()
    clock.now += 10
    prd.finish("load")
    ace.work()
    clock.now += 60
    ace.work()
    prd.crash()
    for each in prd.file.parent.glob("PRD.db-*"):
        each.unlink()
    backup.replace(prd.file)
    prd.start()
    ace.work()
    seen = ace.told("load^PRD")
    assert seen is not None
    assert seen.status is Status.INACTIVE
    prd.finish("load")
    ace.work()
    assert ace.starts("a") == 2


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_nothing_is_lost_and_nothing_is_told_twice(
    seed: int, tmp_path: Path, clock: Clock, prd: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`load` is never redefined: each of its changes must arrive once, in order. The others come and go."""
    chance = Random(seed)
    monkeypatch.setattr(feed, "PAGE", chance.choice([1, 2, 3, 5000]))
    monkeypatch.setattr(feed, "PAGES", chance.choice([1, 10]))
    others = ["x", "y"]
    prd.jil("insert_job: x  command: x  machine: localhost\n")
    ace = Scheduler(tmp_path / "ACE.db", clock, {"PRD": f"sqlite:///{prd.file}"})
    named = "s(load^PRD) | f(x^PRD) | t(y^PRD)"
    ace.jil(f"{FAR}insert_job: a  command: x  machine: localhost  condition: {named}\n")
    ace.work()
    for _ in range(40):
        clock.now += chance.choice([0, 1, 60])
        name = chance.choice(["load", "load", *others])
        there = prd.commands.head(name) is not None
        match chance.randint(0, 11):
            case 0:
                ace.restart()
            case 1:
                ace.external.look(clock.now)
                ace.restart()
            case 2:
                prd.restart()
            case 3 if name != "load" and not (there and prd.world.states[prd.world.names[name]].is_live):
                prd.jil(f"delete_job: {name}\n" if there else f"insert_job: {name}  command: x  machine: localhost\n")
            case 4 if all((prd.commands.head(each) is None) == (each == "y") for each in others):
                prd.jil("rename_job: x  new_name: y\n")
            case 5:
                ace.work()
            case 6 if there:
                prd.send(EventCode.JOB_ON_ICE, name)
            case 7 if there:
                prd.send(EventCode.JOB_OFF_ICE, name)
            case _ if there:
                prd.finish(name, chance.choice([Status.SUCCESS, Status.FAILURE, Status.RUNNING, Status.TERMINATED]))
    clock.now += 100
    for _ in range(100):
        ace.work()
    for name in ("load", *others):
        head = prd.commands.head(name)
        now = None if head is None else prd.world.states[head.joid]
        told = ace.told(f"{name}^PRD")
        assert (told and (told.status, told.exit_code, told.last_end)) == (
            now and (now.status, now.exit_code, now.last_end)
        ), name  # fmt: skip
    joid = prd.world.names["load"]
    past = [fact for fact in prd.facts if fact.code is not EventCode.DEFINITION_CHANGED]  # which tell the first state
    changes = [fields["status"] for fact in past for at, fields in fact.changes if at == joid and "status" in fields]
    heard = [fact.status for fact in ace.facts if fact.name == "load^PRD"]
    assert heard == [Status.INACTIVE, *changes]
    ace.crash()


def test_alarms_have_the_product_s_numbers() -> None:
    assert (int(Alarm.INSTANCE_UNAVAILABLE), int(Alarm.EXTERN_DEPS_ERROR)) == (525, 529)
