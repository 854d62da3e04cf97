"""The clock is set while jobs run: durations stay true, start times come as the rules say, and none comes twice."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.protocol import Report
from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core import notes
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event, Fact
from autosys_py.core.notifications import FIRST_WAIT
from autosys_py.scheduler import lease
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.steps import KEY, Steps
from tests.engine import Engine, moment

UTC = ZoneInfo("UTC")
MORNING = moment("02/03/2025 09:30", UTC)
MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 365 * 86_400
FOREVER = SimulatedOutcome(runtime=100 * YEAR)
CLOCK = "date_conditions: 1\n"


class Clockwork:
    """An engine whose clock may be set. `engine.now` is what the clock says."""

    def __init__(self, text: str = "") -> None:
        self.ahead = 0
        """Seconds by which the clock is ahead of the truth."""
        self.boot = "boot"
        self.engine = Engine(MORNING, UTC)
        self._watch()
        self.engine.jil(text)

    def _watch(self) -> None:
        one = self.engine
        kept = one.store.setting(KEY)
        one.turns.steps = Steps(lambda: one.now, self.boot, kept, steady=lambda: one.now - self.ahead)
        one._turn()

    def restart(self) -> None:
        self.engine.restart()
        self._watch()

    def set_clock(self, by: int) -> None:
        """The scheduler looks at the clock at least when it renews its lease."""
        self.engine.now += by
        self.ahead += by
        self.engine._turn()

    def run(self, seconds: int) -> None:
        self.engine.run_to(self.engine.now + seconds)

    def send(self, code: EventCode, job: str, due: int | None = None) -> None:
        one = self.engine
        when = one.now if due is None else due
        one.send(Event(code, when, joid=one.world.names[job], sent_by="o@h", sent=when))

    def status(self, job: str) -> Status:
        return self.engine.world.states[self.engine.world.names[job]].status

    def ticks(self, job: str) -> list[int]:
        """The start times that the job has had, in order."""
        joid = self.engine.world.names[job]
        ticks = [each for each in self.engine.facts if each.joid == joid and is_tick(each)]
        return [each.time for each in ticks if notes.has_been(job) not in each.notes]

    def alarms(self) -> list[Alarm]:
        return [each.alarm for each in self.engine.facts if each.alarm is not None]


def is_tick(fact: Fact) -> bool:
    return fact.code is EventCode.STARTJOB and not fact.sent_by


def at(text: str) -> int:
    return moment(f"02/03/2025 {text}", UTC)


STEPS = [2, 90, HOUR, DAY, YEAR, 30 * YEAR]
both_ways = pytest.mark.parametrize("by", [*STEPS, *(-each for each in STEPS)])


@both_ways
def test_the_checks_of_a_run_go_by_its_true_length(by: int) -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost  max_run_alarm: 20  term_run_time: 30\n")
    one.engine.agent.plan("a", FOREVER)
    one.send(EventCode.STARTJOB, "a")
    one.run(10 * MINUTE)
    one.set_clock(by)
    one.run(10 * MINUTE - 1)
    assert one.alarms() == []
    one.run(1)
    assert one.alarms() == [Alarm.MAXRUNALARM]
    one.run(10 * MINUTE - 1)
    assert one.status("a") is Status.RUNNING
    one.run(2)
    assert one.status("a") is Status.TERMINATED


@both_ways
@pytest.mark.parametrize("length", [90, 150])
def test_a_run_is_as_long_as_it_was(by: int, length: int) -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost  min_run_alarm: 2\n")
    one.engine.agent.plan("a", FOREVER)
    one.send(EventCode.STARTJOB, "a")
    one.run(60)
    one.set_clock(by)
    one.run(length - 60)
    key = next(iter(one.engine.world.runs))
    ended = Report(EventCode.AGENT_ENDED, key, one.engine.now, exit_code=0)
    one.engine.facts += one.engine.turns.take(lambda: one.engine.now, [ended]).facts
    run = one.engine.store.run(key)
    assert run is not None
    assert run.end is not None
    assert run.end - run.start == length
    assert one.alarms() == ([Alarm.MINRUNALARM] if length < 120 else [])


@both_ways
def test_the_wait_for_the_next_try_is_as_long_as_it_was(by: int) -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost  n_retrys: 1\n")
    one.engine.agent.plan("a", SimulatedOutcome(1, 1))
    one.send(EventCode.STARTJOB, "a")
    one.run(3)
    assert one.status("a") is Status.RESTART
    one.set_clock(by)
    one.run(Configuration().restart_wait(1) - 3)
    assert one.status("a") is Status.RESTART
    one.run(2)
    assert one.engine.world.states[one.engine.world.names["a"]].ntry == 2


@pytest.mark.parametrize("by", [-each for each in STEPS])
def test_a_letter_that_nobody_took_does_not_wait_for_the_clock_to_catch_up(by: int) -> None:
    one = Clockwork(
        "insert_job: a  command: x  machine: localhost  send_notification: y  notification_emailaddress: o@h\n"
    )
    one.engine.configuration = replace(Configuration(), NotifyCommand="x", NotifyRetryHours=1)
    one.restart()
    one.engine.letters.trouble = "nobody is there"
    one.engine.agent.plan("a", SimulatedOutcome(1))
    one.send(EventCode.STARTJOB, "a")
    one.run(10)
    one.set_clock(by)
    one.engine.letters.trouble = ""
    one.run(FIRST_WAIT - 20)
    assert one.engine.letters.sent == []
    one.run(20)
    assert len(one.engine.letters.sent) == 1


def test_forward_is_like_a_downtime() -> None:
    """D-30: one tick is stored per job, so an hourly job runs once."""
    one = Clockwork(f"insert_job: a  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0\n")
    one.set_clock(3 * HOUR)
    one.run(HOUR)
    assert one.ticks("a") == [at("10:00"), at("13:00")]
    assert "The clock was set 10800 seconds forward." in [note for fact in one.engine.facts for note in fact.notes]


def test_what_has_been_does_not_come_again() -> None:
    one = Clockwork(f"insert_job: a  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0\n")
    one.run(3 * HOUR)
    one.set_clock(-2 * HOUR)
    one.run(3 * HOUR)
    assert one.ticks("a") == [at("10:00"), at("11:00"), at("12:00"), at("13:00")]


def test_what_was_passed_over_is_still_to_come() -> None:
    """A clock that was a year ahead for a while must not cost a year of starts."""
    one = Clockwork(f"insert_job: a  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0\n")
    one.set_clock(YEAR)
    one.run(5 * MINUTE)
    one.set_clock(-YEAR)
    one.run(3 * HOUR)
    assert one.ticks("a") == [at("10:00"), at("11:00"), at("12:00")]


def test_several_stored_starts_are_computed_anew_too() -> None:
    text = (
        f"insert_job: a  command: x  machine: localhost  presubmit_count: 3\n{CLOCK}days_of_week: all\nstart_mins: 0\n"
    )
    one = Clockwork(text)
    one.set_clock(YEAR)
    one.run(5 * MINUTE)
    one.set_clock(-YEAR)
    one.run(6 * HOUR)
    assert one.ticks("a")[-3:] == [at("13:00"), at("14:00"), at("15:00")]
    assert max(Counter(one.ticks("a")).values()) == 1


def test_what_was_sent_by_a_clock_that_was_ahead_is_due() -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost\ninsert_job: b  command: x  machine: localhost\n")
    one.set_clock(YEAR)
    one.send(EventCode.STARTJOB, "a")
    later = one.engine.now + HOUR
    one.engine.send(
        Event(EventCode.STARTJOB, later, joid=one.engine.world.names["b"], sent_by="o@h", sent=later - HOUR)
    )
    one.set_clock(-YEAR)
    one.run(1)
    assert one.status("a") is Status.RUNNING
    assert one.status("b") is Status.INACTIVE  # it was sent for that time


def test_a_scheduler_that_comes_up_notices_what_happened_before() -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost  term_run_time: 30\n")
    one.engine.agent.plan("a", FOREVER)
    one.send(EventCode.STARTJOB, "a")
    one.run(10 * MINUTE)
    one.engine.stop()
    one.engine.now += DAY
    one.ahead += DAY
    one.restart()
    one.run(20 * MINUTE - 1)
    assert one.status("a") is Status.RUNNING
    one.run(2)
    assert one.status("a") is Status.TERMINATED


@both_ways
def test_a_run_that_was_ordered_before_and_is_told_of_after(by: int) -> None:
    """It was started at the last moment: its checks must not be due at once, nor never."""
    one = Clockwork("insert_job: a  command: x  machine: localhost  term_run_time: 30\n")
    one.engine.agent.plan("a", FOREVER)
    one.send(EventCode.STARTJOB, "a")
    one.engine._turn()
    started = one.engine.now
    one.engine._turn, turn = (lambda: None), one.engine._turn  # type: ignore[method-assign]
    one.set_clock(by)
    key = next(iter(one.engine.world.runs))
    outcome = one.engine.turns.take(lambda: one.engine.now, [Report(EventCode.AGENT_RUNNING, key, started)])
    one.engine.facts += outcome.facts
    one.engine._turn = turn  # type: ignore[method-assign]
    one.run(30 * MINUTE - 1)
    assert one.status("a") is Status.RUNNING
    one.run(3)
    assert one.status("a") is Status.TERMINATED


def test_a_run_that_ended_before_and_is_told_of_after() -> None:
    one = Clockwork("insert_job: a  command: x  machine: localhost  min_run_alarm: 2\n")
    one.engine.agent.plan("a", SimulatedOutcome(5 * MINUTE))
    one.send(EventCode.STARTJOB, "a")
    one.run(MINUTE)
    one.engine.stop()
    one.engine.now += 10 * MINUTE + DAY
    one.ahead += DAY
    one.restart()
    one.run(1)
    assert one.status("a") is Status.SUCCESS
    assert one.alarms() == []


def test_after_a_restart_of_the_machine_the_clock_is_believed() -> None:
    one = Clockwork(f"insert_job: a  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0\n")
    one.boot, one.ahead = "another", 12345
    one.restart()
    assert not [fact for fact in one.engine.facts if fact.code is EventCode.CLOCK_SET]


@pytest.mark.parametrize("by", [1, -1], ids=["skipped", "inserted"])
def test_a_leap_second_is_nothing(by: int) -> None:
    one = Clockwork(f"insert_job: a  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0\n")
    one.run(30 * MINUTE)
    one.set_clock(by)
    one.run(HOUR)
    assert one.ticks("a")[0] == at("10:00")
    assert not [fact for fact in one.engine.facts if fact.code is EventCode.CLOCK_SET]
    assert max(Counter(one.ticks("a")).values()) == 1


def test_a_suspended_machine_is_a_downtime() -> None:
    """Both clocks go on while it sleeps."""
    one = Clockwork(
        f"insert_job: a  command: x  machine: localhost  term_run_time: 30\n{CLOCK}days_of_week: all\nstart_mins: 0\n"
    )
    one.engine.agent.plan("a", FOREVER)
    one.run(31 * MINUTE)
    assert one.status("a") is Status.RUNNING
    one.engine.now += 5 * HOUR
    one.run(0)
    one.run(1)
    assert one.status("a") is Status.TERMINATED
    assert not [fact for fact in one.engine.facts if fact.code is EventCode.CLOCK_SET]


def test_a_clock_that_is_corrected_slowly_is_followed() -> None:
    ahead, now = 0.0, 1000.0
    watch = Steps(lambda: now + ahead, "boot", None, steady=lambda: now)
    assert watch.is_old
    first = watch.text
    for _ in range(100):
        ahead += 0.1
        assert watch.look() == 0
    assert watch.is_old
    assert watch.text != first
    assert not watch.is_old
    ahead += 7
    assert (watch.look(), watch.look()) == (7, 0)


@pytest.mark.parametrize("seed", range(4))
def test_no_start_time_comes_twice_whatever_the_clock_does(seed: int) -> None:
    """Steps at random, of seconds to years; then a day in which everything must come that has not been."""
    chance = Random(seed)
    one = Clockwork(
        f"insert_job: often  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_mins: 0,20,40\n"
        f'insert_job: daily  command: x  machine: localhost\n{CLOCK}days_of_week: all\nstart_times: "10:00, 16:30"\n'
        f'insert_job: weekly  command: x  machine: localhost\n{CLOCK}days_of_week: mo\nstart_times: "11:00"\n'
    )
    for _ in range(25):
        one.set_clock(chance.choice(STEPS) * chance.choice((1, -1)))
        one.run(chance.choice((5, MINUTE, HOUR, 5 * HOUR)))
        if chance.random() < 0.3:
            one.restart()
    one.set_clock(MORNING + 40 * DAY - one.engine.now)
    one.run(DAY)
    for job in ("often", "daily", "weekly"):
        assert max(Counter(one.ticks(job)).values(), default=0) <= 1, job
        definition = one.engine.world.jobs[one.engine.world.names[job]]
        due = one.engine.world.timetable.next_start(definition, MORNING + 40 * DAY)
        while due is not None and due <= one.engine.now:
            assert due in one.ticks(job), f"{job} at {due}"
            due = one.engine.world.timetable.next_start(definition, due)
    runs = Counter(fact.run_num for fact in one.engine.facts if fact.status is Status.STARTING)
    assert max(runs.values()) == 1


def test_a_lease_is_not_lost_by_setting_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether its holder lives is told without the clock: the kernel moves the time of its boot when it is set."""
    import psutil

    holder = lease.holder_name()
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: 1.0)
    assert lease.holder_name() == holder
    assert not lease.is_dead(holder)
    assert lease.is_dead(holder.replace(f"/{os.getpid()}/", "/1/"))


def test_the_log_of_a_day_that_comes_twice_is_kept(tmp_path: Path) -> None:
    log = Journal(tmp_path / "event_demon.ACE", UTC, Configuration())
    for number, text in enumerate(("02/03/2025 10:00", "02/04/2025 10:00", "02/03/2025 11:00", "02/04/2025 10:00")):
        log.write(moment(text, UTC), [f"line {number}"])
    log.close()
    kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert [number for number in range(4) if f"line {number}\n" in kept] == [0, 1, 2, 3]
