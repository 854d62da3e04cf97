"""From attributes to what the scheduler reads of them."""

import pytest

from autosys_py.core.exit_codes import DEFAULT_RULE, ExitRule
from autosys_py.core.model import Job
from autosys_py.core.restart import Action, Behaviour, Ending
from autosys_py.core.schedule import RunWindow, Schedule
from tests.jil.desk import Desk

EVERY_DAY = tuple(range(7))


def job(text: str, date_conditions: int = 1) -> Job:
    head = f"insert_job: J\ncommand: x\nmachine: localhost\ndate_conditions: {date_conditions}\n"
    return Desk().defines(head + text)


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ('start_times: "10:00, 9:30"', Schedule(EVERY_DAY, (570, 600))),
        ("start_times: 10\\:00", Schedule(EVERY_DAY, (600,))),
        ('start_times: "10:00", "11:00"', Schedule(EVERY_DAY, (600, 660))),
        ("start_times: '10:00'", Schedule(EVERY_DAY, (600,))),
        ("start_mins: 00, 15,30", Schedule(EVERY_DAY, (), (0, 15, 30))),
        ("days_of_week: all", Schedule(EVERY_DAY)),
        ("days_of_week: tu, mo", Schedule((0, 1))),
        ("days_of_week: mon-fri", Schedule((0, 1, 2, 3, 4))),
        ("days_of_week: fri-mon", Schedule((0, 4, 5, 6))),
        ("days_of_week: mo-fr,Sun", Schedule((0, 1, 2, 3, 4, 6))),
        ("run_calendar: c", Schedule(EVERY_DAY, run_calendar="c")),
        ('run_calendar: c\nstart_times: "10:00"', Schedule(EVERY_DAY, (600,), run_calendar="c")),
        ('run_window: "10:00-11:00"', None),
        ("description: x", None),
    ],
)
def test_schedules(text: str, schedule: Schedule | None) -> None:
    assert job(text).schedule == schedule


def test_the_master_switch() -> None:
    text = 'start_times: "10:00"\nrun_window: "22:00 - 4:00"'
    on, off = job(text), job(text, date_conditions=0)
    assert (on.schedule, on.run_window) == (Schedule(EVERY_DAY, (600,)), RunWindow(1320, 240))
    assert (off.schedule, off.run_window) == (None, None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("description: x", DEFAULT_RULE),
        ("max_exit_success: 4", ExitRule((), (), 4)),
        ("success_codes: 0, 3-5, -7--6", ExitRule((), ((0, 0), (3, 5), (-7, -6)))),
        ("fail_codes: 1", ExitRule(((1, 1),))),
        (
            "returncode_map_to_completed: -5,40-90,100-",
            ExitRule((), ((-2147483647, 5), (40, 90), (100, 2147483647))),
        ),
    ],
)
def test_exit_rules(text: str, rule: ExitRule) -> None:
    assert job(text).exit_rule == rule


def test_numbers_and_flags() -> None:
    compiled = job(
        "n_retrys: 3\nterm_run_time: 60\nmax_run_alarm: 5\nmin_run_alarm: 1\nbox_terminator: y\njob_terminator: TRUE\n"
        "auto_hold: t\nalarm_if_fail: no\nalarm_if_terminated: 0\npriority: 7\njob_load: 9\navg_runtime: 12\n"
    )
    assert (compiled.n_retrys, compiled.term_run_time, compiled.max_run_alarm, compiled.min_run_alarm) == (3, 60, 5, 1)
    assert (compiled.box_terminator, compiled.job_terminator, compiled.auto_hold) == (True, True, True)
    assert (compiled.alarm_if_fail, compiled.alarm_if_terminated) == (False, False)
    assert (compiled.priority, compiled.job_load, compiled.avg_runtime) == (7, 9, 12)


def test_an_average_run_time_outlives_an_update() -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: x\nmachine: localhost\navg_runtime: 12\n")
    assert desk.defines("update_job: J\ncommand: y\n").avg_runtime == 12


@pytest.mark.parametrize(
    ("typed", "stored"), [("c", "CMD"), ("Box", "BOX"), ("f", "FW"), ("fw", "FW"), ("ft", "FT"), ("sapem", "SAPEM")]
)
def test_job_types(typed: str, stored: str) -> None:
    text = f"insert_job: J job_type: {typed}\ncommand: x\nmachine: localhost\nwatch_file: /x\n"
    assert Desk().defines(text).job_type == stored


def test_what_is_stored_can_be_read_again() -> None:
    compiled = job('condition: s(A,12.00) & (v(G) = "x" | e(B) > 3)\nstart_times: "10:00"\nfail_codes: 1-3\n')
    again = Job.from_compiled(compiled.joid, compiled.job_ver, "J", "CMD", 0, compiled.compiled())
    assert again == compiled


@pytest.mark.parametrize(
    ("text", "max_starts", "delay"),
    [
        ("", 100, 15),
        ("max_starts: 0\nrestart_delay: 0", 0, 0),
        ("max_starts: 1000000\nrestart_delay: 90", 1_000_000, 90),
        ("restart_delay: 5m", 100, 300),
        ("restart_delay: 2H", 100, 7200),
    ],
)
def test_restart_behaviour(text: str, max_starts: int, delay: int) -> None:
    of_job = job(f"on_error: Restart\non_unknown: stop\n{text}")
    assert of_job.behaviour is not None
    actions = {ending: of_job.behaviour.action(ending) for ending in Ending}
    assert actions == dict.fromkeys(Ending, Action.CONTINUE) | {
        Ending.ERROR: Action.RESTART,
        Ending.UNKNOWN: Action.STOP,
    }
    assert (of_job.behaviour.max_starts, of_job.behaviour.delay) == (max_starts, delay)
    assert Job.from_compiled(of_job.joid, of_job.job_ver, "J", "CMD", 0, of_job.compiled()) == of_job


@pytest.mark.parametrize("text", ["", "max_starts: 3\nrestart_delay: 5m", "on_error: continue"])
def test_a_job_that_only_goes_on_has_no_behaviour(text: str) -> None:
    assert job(text).behaviour is None
    assert job(text) == job("")


def test_submitted_starts() -> None:
    assert job("presubmit_count: 3").presubmit_count == 3
    assert job("").presubmit_count == 1
    assert Behaviour() == Behaviour.from_json(Behaviour().to_json())
