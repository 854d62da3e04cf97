"""What comes late: changes whose author read the clock and then waited for the store (D-04), reports, checks (E-01)."""

from zoneinfo import ZoneInfo

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import Event
from tests.engine import Engine
from tests.loading import load_calendars, load_jil

UTC = ZoneInfo("UTC")
NOON = 1_738_584_000
SECOND = "insert_job: a  command: x  machine: localhost  date_conditions: 1  start_times: "
DAYS = "calendar: DAYS\n"


def short_runs() -> Engine:
    """An instance whose jobs are over in the second in which they start."""
    one = Engine(NOON, UTC)
    for name in "ab":
        one.agent.plan(name, SimulatedOutcome(0))
    return one


def starts(one: Engine) -> int:
    return len(one.agent.starts)


def test_a_definition_that_comes_late_does_not_repeat_the_start() -> None:
    one = short_runs()
    one.jil(SECOND + '"12:10,12:20"')
    one.run_to(NOON + 601)
    load_jil(one.store, "update_job: a  n_retrys: 1", NOON + 598, UTC)
    one.run_to(NOON + 900)
    assert starts(one) == 1
    assert one.world.states[one.world.names["a"]].next_start == NOON + 1200
    one.run_to(NOON + 1200)
    assert starts(one) == 2


def test_an_override_that_comes_late_does_not_repeat_the_start() -> None:
    one = short_runs()
    one.jil(SECOND + '"12:10,12:20"')
    one.run_to(NOON + 601)
    load_jil(one.store, 'override_job: a  start_times: "12:10,12:30"', NOON + 598, UTC)
    one.run_to(NOON + 1799)
    assert starts(one) == 1
    one.run_to(NOON + 1800)
    assert starts(one) == 2


def test_a_calendar_that_comes_late_does_not_repeat_the_start() -> None:
    one = short_runs()
    one.calendars(DAYS + "02/03/2025 12:10\n02/03/2025 12:20\n")
    one.jil("insert_job: a  command: x  machine: localhost  date_conditions: 1  run_calendar: DAYS")
    one.run_to(NOON + 601)
    load_calendars(one.store, DAYS + "02/03/2025 12:10\n02/03/2025 12:30\n", NOON + 590)
    one.run_to(NOON + 1799)
    assert starts(one) == 1
    one.run_to(NOON + 1800)
    assert starts(one) == 2


def test_a_start_that_the_late_change_brings_is_still_made() -> None:
    one = short_runs()
    one.jil(SECOND + '"12:20"')
    one.run_to(NOON + 601)
    load_jil(one.store, 'update_job: a  start_times: "12:10,12:20"', NOON + 598, UTC)
    one.run_to(NOON + 601)
    assert starts(one) == 1
    one.run_to(NOON + 1200)
    assert starts(one) == 2


def test_changes_of_a_downtime_bring_the_starts_that_came_due_in_it() -> None:
    one = short_runs()
    one.calendars(DAYS + "02/03/2025 12:59\n")
    one.jil(SECOND + '"12:59"')
    one.jil("insert_job: b  command: x  machine: localhost  date_conditions: 1  run_calendar: DAYS")
    one.run_to(NOON + 60)
    one.stop()
    load_jil(one.store, 'update_job: a  start_times: "12:10,12:20,12:59"', NOON + 300, UTC)
    load_calendars(one.store, DAYS + "02/03/2025 12:10\n02/03/2025 12:59\n", NOON + 300)
    one.now = NOON + 1800
    one.restart()
    one.run_to(NOON + 1800)
    assert starts(one) == 2
    assert {one.world.states[one.world.names[name]].status for name in "ab"} == {Status.SUCCESS}
    one.run_to(NOON + 3540)
    assert starts(one) == 4


def test_the_time_of_a_run_counts_from_its_start_though_that_was_told_late() -> None:
    """D-14: the process was started, and the scheduler died before it heard of it."""
    one = Engine(NOON, UTC)
    one.jil("insert_job: a  command: x  machine: localhost  term_run_time: 10")
    one.agent.plan("a", SimulatedOutcome(7200))
    one.send(Event(EventCode.STARTJOB, NOON, joid=one.world.names["a"], sent_by="o@h"))
    one._turn()
    (order,) = one._driver.orders
    one.turns.give(order, one.agent, {})
    one.now = NOON + 1800
    one.restart()
    one.run_to(NOON + 1800)
    assert [moment for moment, _, _ in one.agent.kills] == [NOON + 1800]


def test_a_must_time_is_missed_once_though_an_end_and_the_check_are_taken_in_together() -> None:
    """D-13: a run by hand ended in the downtime, the run of the watched start did not complete in time."""
    one = Engine(NOON, UTC)
    one.jil(
        "insert_job: a  command: x  machine: localhost  condition: v(G) = 1  date_conditions: 1  start_mins: 10  "
        "must_complete_times: +4"
    )
    one.run_to(NOON + 60)
    one.send(Event(EventCode.FORCE_STARTJOB, NOON + 60, joid=one.world.names["a"], sent_by="o@h"))
    one.run_to(NOON + 61)
    one.stop()
    one.now = NOON + 1800
    one.restart()
    one.run_to(NOON + 1800)
    assert [fact.alarm for fact in one.facts].count(Alarm.MUST_COMPLETE_ALARM) == 1
