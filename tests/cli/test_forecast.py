"""forecast: what a copy of the event store will start from now on (cli.md §7.5). It is Monday 02/03/2025 06:00 UTC."""

import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli import clock
from autosys_py.cli.forecast import COMMAND
from autosys_py.cli.run import run
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Event, JobState, Outcome, Run, RunKey
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.estate import NOW, moment
from tests.loading import load_jil

GOLDEN = Path(__file__).parents[1] / "golden"

JIL = """
insert_machine: prod1   node_name: localhost
insert_machine: prod2   node_name: localhost

insert_job: nightly   job_type: box   date_conditions: 1   days_of_week: mo-fr   start_times: "23:40"
insert_job: a_load_whose_name_is_longer_than_the_narrow_report_shows   box_name: nightly   command: x   machine: prod1
    avg_runtime: 45
insert_job: report   box_name: nightly   command: x   machine: prod2   avg_runtime: 10
    condition: s(a_load_whose_name_is_longer_than_the_narrow_report_shows)

insert_job: poll   command: x   machine: prod1   date_conditions: 1   days_of_week: all   start_times: "09:30,14:05"
insert_job: both   command: x   machine: prod2   condition: s(poll) & v(GO) = "yes"   avg_runtime: 3
insert_job: shut   command: x   machine: prod2   condition: s(poll) & v(NO) = "yes"
insert_job: held   command: x   machine: prod2   date_conditions: 1   days_of_week: all   start_times: "10:00"
    status: on_hold
insert_job: iced   command: x   machine: prod2   date_conditions: 1   days_of_week: all   start_times: "10:00"
    status: on_ice
"""
LONG = "a_load_whose_name_is_longer_than_the_narrow_report_shows"

Forecast = Callable[..., Done]


@pytest.fixture
def forecast(store: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes]) -> Forecast:
    """`forecast("-F", "02/03/2025")` over the estate above."""
    load_jil(store, JIL.replace("\n    ", "   "), NOW, ZoneInfo("UTC"))
    with store.transaction():
        store.write_turn([], Outcome(globals={"GO": "yes"}), NOW)

    def call(*arguments: str) -> Done:
        capfdbinary.readouterr()
        code = run(COMMAND, list(arguments))
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


def starts(done: Done) -> list[str]:
    """`JOB MM/DD HH:MM MINUTES` of each row."""
    assert (done.code, done.err) == (0, ""), done.err
    rows = (line for line in done.out.splitlines() if len(line) > 180 and line[130:159] and "/" in line[159:179])
    return [f"{row[65:129].strip()} {row[159:164]} {row[170:175]} {row[180:190].strip()}" for row in rows]


def test_byte_for_byte(forecast: Forecast) -> None:
    for name, options in (("forecast", ()), ("forecast_narrow", ("-n", "-s", "-h"))):
        done = forecast("-F", "02/03/2025", "-T", "02/04/2025", "-l", *options)
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("AUTOSYS_WRITE_GOLDEN"):
            path.write_text(done.out, encoding="utf-8")
        assert done.out == path.read_text(encoding="utf-8")


def test_columns(forecast: Forecast) -> None:
    wide = forecast("-F", "02/03/2025").out.splitlines()
    assert wide[:7] == ["", "AutoSys-py Forecast Report", "Generated on 02/03/2025 6:00AM", "", "", *wide[5:7]]
    assert wide[5:7] == ["Forecast Date: 02/03/2025", ""]
    names = ("Box Name", "Job Name", "Machine Name", "Start Time", "Duration", "End Time")
    for lines, columns in (
        (wide[7:9], (0, 65, 130, 159, 180, 191)),
        (forecast("-F", "02/03/2025", "-n").out.splitlines()[7:9], (0, 29, 58, 87, 108, 119)),
    ):
        assert [lines[0].index(name) for name in names] == list(columns)
        assert [len(part) for part in lines[1].split(" ")][3:] == [20, 10, 20]
        assert [lines[1][column - 1] for column in columns[1:]] == [" "] * 5


def test_conditions_are_and_and_know_globals(forecast: Forecast) -> None:
    """The day is that of -F to 23:59; what is held or on ice does not start; the box starts its first member."""
    assert starts(forecast("-F", "02/03/2025")) == [
        "poll 02/03 09:30 1",
        "both 02/03 09:31 3",
        "poll 02/03 14:05 1",
        "both 02/03 14:06 3",
        "nightly 02/03 23:40 55",
        f"{LONG} 02/03 23:40 45",
    ]


def test_after_midnight_the_date_is_the_true_one(forecast: Forecast) -> None:
    done = forecast("-F", "02/03/2025 22:00-02/04/2025 01:00")
    assert starts(done) == ["nightly 02/03 23:40 55", f"{LONG} 02/03 23:40 45", "report 02/04 00:25 10"]
    assert [line for line in done.out.splitlines() if line.startswith("Forecast Date")] == [
        "Forecast Date: 02/03/2025",
        "Forecast Date: 02/04/2025",
    ]


def test_what_began_the_day_before_is_shown_with_l(forecast: Forecast) -> None:
    assert [row.split()[0] for row in starts(forecast("-F", "02/04/2025", "-T", "02/04/2025 08:00"))] == []
    assert starts(forecast("-F", "02/04/2025", "-T", "02/04/2025 08:00", "-l")) == ["report 02/04 00:25 10"]


def test_jobs_and_machines(forecast: Forecast) -> None:
    assert {row.split()[0] for row in starts(forecast("-F", "02/03/2025", "-J", "p%"))} == {"poll"}
    assert {row.split()[0] for row in starts(forecast("-F", "02/03/2025", "-J", "both"))} == {"both"}
    assert {row.split()[0] for row in starts(forecast("-F", "02/03/2025", "-M", "prod?"))} == {"poll", "both", LONG}
    assert {row.split()[0] for row in starts(forecast("-F", "02/03/2025", "-M", "prod2", "-J", "ALL"))} == {"both"}
    assert forecast("-F", "02/03/2025", "-M", "prod2", "-J", "poll") == Done(0, "", "")


@pytest.mark.parametrize(
    "options",
    [
        ("-F", "02/01/2025"),
        ("-F", "02/03/2025 00:00", "-T", "02/03/2025 05:59"),
        ("-F", "02/05/2025", "-T", "02/04/2025"),
        ("-F", "02/03/2025", "-J", "nobody"),
        ("-F", "02/03/2025", "-J", "held"),
        ("-F", "02/03/2025", "-J", "shut"),
        ("-F", "02/03/2025 09:31:01", "-T", "02/03/2025 14:04"),
    ],
)
def test_no_result_is_no_output(forecast: Forecast, options: tuple[str, ...]) -> None:
    assert forecast(*options) == Done(0, "", "")


def test_too_far_ahead_is_refused(forecast: Forecast) -> None:
    """Everything on the way would have to be played."""
    for options in (("-F", "12/31/9999"), ("-F", "02/03/2025", "-T", "02/10/2030")):
        assert forecast(*options) == Done(1, "", "CAUAJM_E_99083 A forecast reaches at most 5 years ahead.\n")


def test_a_past_beginning_shows_what_is_still_to_come(forecast: Forecast) -> None:
    assert starts(forecast("-F", "01/31/2025", "-T", "02/03/2025 10:00")) == [
        "poll 02/03 09:30 1",
        "both 02/03 09:31 3",
    ]


def test_both_ends_are_included(forecast: Forecast) -> None:
    assert starts(forecast("-F", "02/03/2025 09:30", "-T", "02/03/2025 09:31")) == [
        "poll 02/03 09:30 1",
        "both 02/03 09:31 3",
    ]


def test_sorted_by_job_and_start(forecast: Forecast) -> None:
    rows = starts(forecast("-F", "02/03/2025", "-T", "02/04/2025 09:40", "-s"))
    assert [" ".join(row.split()[:3]) for row in rows if LONG not in row] == [
        *("both 02/03 09:31", "both 02/03 14:06", "nightly 02/03 23:40", "poll 02/03 09:30", "poll 02/03 14:05"),
        *("both 02/04 09:31", "poll 02/04 09:30", "report 02/04 00:25"),
    ]


def test_a_job_takes_the_average_of_its_successes(forecast: Forecast, store: MemoryStore) -> None:
    head = store.head("poll")
    assert head is not None
    runs = [(600, Status.SUCCESS), (1200, Status.SUCCESS), (9000, Status.FAILURE), (40, Status.TERMINATED)]
    with store.transaction():
        for number, (seconds, status) in enumerate(runs, start=1):
            key = RunKey(head.joid, number, 1)
            past = Run(key, 1, "prod1", NOW - 86400, NOW - 86400 + seconds, status, 0)
            store.write_turn([], Outcome(runs={key: past}, run_num=number), NOW)
    assert starts(forecast("-F", "02/03/2025", "-T", "02/03/2025 10:00")) == [
        "poll 02/03 09:30 15",
        "both 02/03 09:45 3",
    ]


def test_a_run_under_way_takes_what_is_left_of_it(forecast: Forecast, store: MemoryStore) -> None:
    """poll runs since 05:00 and takes three hours."""
    head = store.head("poll")
    assert head is not None
    began, key = NOW - 3600, RunKey(head.joid, 7, 1)
    past = Run(RunKey(head.joid, 6, 1), 1, "prod1", NOW - 90000, NOW - 90000 + 3 * 3600, Status.SUCCESS, 0)
    state = JobState(Status.RUNNING, run_num=7, ntry=1, last_start=began, machine="prod1", since=began)
    with store.transaction():
        store.write_turn([], Outcome(runs={past.key: past}, run_num=6), NOW)
        store.write_turn(
            [], Outcome(states={head.joid: state}, runs={key: Run(key, 1, "prod1", began)}, run_num=7), NOW
        )
    assert starts(forecast("-F", "02/03/2025", "-T", "02/03/2025 09:00")) == ["both 02/03 08:00 3"]


def test_a_success_code_that_is_not_zero(forecast: Forecast, store: MemoryStore) -> None:
    load_jil(store, "update_job: poll   success_codes: 3-5\n", NOW, ZoneInfo("UTC"))
    assert "both 02/03 09:31 3" in starts(forecast("-F", "02/03/2025"))


def test_events_of_operators_that_are_still_to_come(forecast: Forecast, store: MemoryStore) -> None:
    head = store.head("held")
    assert head is not None
    with store.transaction():
        store.add_event(Event(EventCode.JOB_OFF_HOLD, NOW + 3600, joid=head.joid, sent_by="op@host"))
        store.add_event(Event(EventCode.SET_GLOBAL, NOW + 3600, name="GO", value="no", sent_by="op@host"))
    rows = starts(forecast("-F", "02/03/2025", "-T", "02/03/2025 12:00"))
    assert rows == ["poll 02/03 09:30 1", "held 02/03 10:00 1"]


def test_a_box_that_does_not_end_has_no_duration(forecast: Forecast, store: MemoryStore) -> None:
    text = 'update_job: report   condition: v(NO) = "yes"\n'
    load_jil(store, text, NOW, ZoneInfo("UTC"))
    row = next(line for line in forecast("-F", "02/03/2025").out.splitlines() if " nightly " in line)
    assert row[159:].rstrip() == "02/03/2025 23:40"


def test_zones_and_daylight_saving(forecast: Forecast, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler is in New York, the client in UTC; in the night of 03/09 half past two does not exist (D-20)."""
    with store.transaction():
        store.put_setting("scheduler_zone", "America/New_York")
    text = (
        'insert_job: ny   command: x   machine: prod1   date_conditions: 1   days_of_week: all   start_times: "02:30"\n'
    )
    load_jil(store, text, NOW, ZoneInfo("America/New_York"))
    monkeypatch.setattr(clock, "now", lambda: moment("03/07/2025 12:00:00"))
    rows = starts(forecast("-F", "03/08/2025", "-T", "03/10/2025", "-J", "ny"))
    assert rows == ["ny 03/08 07:30 1", "ny 03/09 07:00 1", "ny 03/10 06:30 1"]
    monkeypatch.setenv("TZ", "America/New_York")
    rows = starts(forecast("-F", "03/08/2025", "-T", "03/10/2025", "-J", "ny"))
    assert rows == ["ny 03/08 02:30 1", "ny 03/09 03:00 1", "ny 03/10 02:30 1"]


def test_the_date_format(forecast: Forecast, tmp_path: Path) -> None:
    """Where dates have dashes themselves, a range is still cut in its middle."""
    (tmp_path / "config.ACE").write_text("DateFormat=YYYY-MM-DD\n", encoding="utf-8")
    out = forecast("-F", "2025-02-03 09:00-2025-02-03 10:00").out
    assert "Generated on 2025-02-03 6:00AM" in out
    assert "Forecast Date: 2025-02-03" in out
    assert " 2025-02-03 09:30 " in out and "14:05" not in out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "CAUAJM_E_40003"),
        (("-F", "tomorrow"), "CAUAJM_E_40018 An invalid date/time has been specified: tomorrow"),
        (("-F", "02/03/2025", "-T", "noon"), "CAUAJM_E_40018 An invalid date/time has been specified: noon"),
        (("-F", "02/03/2025-noon"), "CAUAJM_E_40018 An invalid date/time has been specified: 02/03/2025-noon"),
        (("-F", "02/03/2025-02/04/2025", "-T", "02/05/2025"), "CAUAJM_E_40003"),
        (("-F", "02/03/2025", "-z"), "CAUAJM_E_40003"),
    ],
)
def test_a_wrong_line(forecast: Forecast, options: tuple[str, ...], complaint: str) -> None:
    done = forecast(*options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(complaint)


def test_the_store_is_never_written(forecast: Forecast, store: MemoryStore) -> None:
    def stored() -> tuple[object, ...]:
        rows = store.load()
        return rows.states, rows.globals, rows.last_seq, [store.pending_events(joid) for joid in rows.states]

    before = stored()
    forecast("-F", "02/03/2025", "-T", "02/10/2025")
    assert stored() == before
