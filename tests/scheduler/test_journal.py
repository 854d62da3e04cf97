"""The layout of the event_demon log, byte for byte (cli.md §9)."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.protocol import Report
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, EffectKind, Fact, Outcome, RunKey
from autosys_py.scheduler.debug import debug_lines
from autosys_py.scheduler.journal import Journal, lines
from tests.engine import moment

UTC = ZoneInfo("UTC")


def logged(code: EventCode, **details: Any) -> list[str]:
    return list(lines(Fact(1, code, 0, 0, **details), lambda joid: "RET_STOCK_LOAD"))


CASES = [
    (
        logged(EventCode.CHANGE_STATUS, joid=7, status=Status.STARTING, machine="node-a", text="Executing at node-a"),
        [
            "CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: STARTING        JOB: RET_STOCK_LOAD MACHINE: node-a",
            "<Executing at node-a>",
        ],
    ),
    (
        logged(EventCode.CHANGE_STATUS, joid=7, status=Status.FAILURE, machine="node-a", exit_code=3),
        [
            "CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: FAILURE         JOB: RET_STOCK_LOAD "
            "MACHINE: node-a          EXITCODE:  3"
        ],
    ),
    (
        logged(
            EventCode.CHANGE_STATUS, joid=7, status=Status.SUCCESS, machine="a-machine-with-a-long-name", exit_code=0
        ),
        [
            "CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: SUCCESS         JOB: RET_STOCK_LOAD "
            "MACHINE: a-machine-with-a-long-name EXITCODE:  0"
        ],
    ),
    (
        logged(EventCode.CHANGE_STATUS, joid=7, status=Status.RUNNING, machine="node-a", run_num=41, ntry=2),
        [
            "CAUAJM_I_10082 [node-a connected for RET_STOCK_LOAD 7.41.2]",
            "CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: RUNNING         JOB: RET_STOCK_LOAD MACHINE: node-a",
        ],
    ),
    (logged(EventCode.STARTJOB, joid=7), ["CAUAJM_I_40245 EVENT: STARTJOB         JOB: RET_STOCK_LOAD"]),
    (
        logged(EventCode.ALARM, joid=7, alarm=Alarm.JOBFAILURE, name="JOBFAILURE", exit_code=3),
        ["CAUAJM_I_40245 EVENT: ALARM            ALARM: JOBFAILURE       JOB: RET_STOCK_LOAD EXITCODE:  3"],
    ),
    (
        logged(EventCode.SET_GLOBAL, name="GO", value="Y"),
        ["CAUAJM_I_40245 EVENT: SET_GLOBAL       GLOBAL: GO = Y"],
    ),
    (
        logged(EventCode.SET_GLOBAL, name="GO", value="\x1b[2J\n"),
        ["CAUAJM_I_40245 EVENT: SET_GLOBAL       GLOBAL: GO = \\x1b[2J\\n"],
    ),
    (logged(EventCode.MACH_OFFLINE, name="node-a"), ["CAUAJM_I_40245 EVENT: MACH_OFFLINE     MACHINE: node-a"]),
    (
        logged(EventCode.CHANGE_ALARM, joid=7, name="ACKNOWLEDGED", value="57", reason="on it"),
        ["CAUAJM_I_40245 EVENT: CHANGE_ALARM     NUMBER: 57 STATE: ACKNOWLEDGED JOB: RET_STOCK_LOAD", "<on it>"],
    ),
    (
        logged(EventCode.CHANGE_ALARM, name="CLOSED", value="57"),
        ["CAUAJM_I_40245 EVENT: CHANGE_ALARM     NUMBER: 57 STATE: CLOSED"],
    ),
    (logged(EventCode.STOP_DEMON), ["CAUAJM_I_40245 EVENT: STOP_DEMON"]),
    (logged(EventCode.DEFINITION_CHANGED, joid=7), []),
]


@pytest.mark.parametrize(("shown", "expected"), CASES)
def test_lines(shown: list[str], expected: list[str]) -> None:
    assert shown == expected


def journal(folder: Path, **keys: str) -> Journal:
    return Journal(folder / "event_demon.ACE", UTC, Configuration(**keys), None)  # type: ignore[arg-type]


def test_the_message_starts_in_column_27_and_minutes_are_marked(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.write(moment("02/03/2025 04:00:59", UTC), ["one"])
    log.write(moment("02/03/2025 04:01:00", UTC), ["two", "three"])
    assert log.path.read_text().splitlines() == [
        "[02/03/2025 04:00:59]      one",
        "[02/03/2025 04:01:00]      ----------------------------------------",
        "[02/03/2025 04:01:00]      two",
        "[02/03/2025 04:01:00]      three",
    ]


def test_the_log_rolls_over_at_midnight(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.write(moment("02/03/2025 23:59:59", UTC), ["old"])
    log.write(moment("02/04/2025 00:00:00", UTC), ["new"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["event_demon.ACE", "event_demon.ACE.02032025"]
    assert "new" in log.path.read_text()


def test_the_log_may_never_roll_over(tmp_path: Path) -> None:
    log = journal(tmp_path, LOGROLLOVER="OFF")
    log.write(moment("02/03/2025 23:59:59", UTC), ["old"])
    log.write(moment("02/04/2025 00:00:00", UTC), ["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["event_demon.ACE"]


def test_a_log_that_is_large_enough_rolls_over_and_replaces_nothing(tmp_path: Path) -> None:
    log = journal(tmp_path, LOGROLLOVER="SIZE(1)")
    for hour in (1, 2, 3):
        log.write(moment(f"02/03/2025 0{hour}:00", UTC), [f"{hour}{'x' * (1 << 20)}"])
    log.write(moment("02/04/2025 04:00", UTC), ["last"])
    names = ["event_demon.ACE", *(f"event_demon.ACE.02032025{end}" for end in ("", ".2", ".3"))]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert [path.read_text().count("xx") > 0 for path in sorted(tmp_path.iterdir())] == [False, True, True, True]


def test_old_logs_are_deleted_when_the_log_rolls_over(tmp_path: Path) -> None:
    kept = ["event_demon.ACE.01272025", "event_demon.ACE.old", "event_demon.ACX.01012020", "event_demon.shadow.ACE"]
    gone = ["event_demon.ACE.01262025", "event_demon.ACE.12312024.2"]
    for name in kept + gone:
        (tmp_path / name).write_text("x")
    log = journal(tmp_path, LOGROLLOVER="MIDNIGHT,PURGE(7)")
    log.write(moment("02/02/2025 23:59:59", UTC), ["old"])
    log.write(moment("02/03/2025 00:00:00", UTC), ["new"])
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {*kept, "event_demon.ACE", "event_demon.ACE.02022025"}


def test_keys_that_are_read_again_count_from_then_on(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.write(moment("02/03/2025 23:59:59", UTC), ["old"])
    log.configure(Configuration(LOGROLLOVER="OFF"))
    log.write(moment("02/04/2025 00:00:00", UTC), ["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["event_demon.ACE"]


REPORTS = [Report(EventCode.AGENT_ENDED, RunKey(7, 41, 1), 0, exit_code=3, text="\x1b")]
OUTCOME = Outcome(effects=[Effect(EffectKind.KILL, RunKey(8, 42, 1), 1, "node-a", "15,9")])
TURN, ENDED, KILL = (
    "DEBUG turn: 0 facts, 0 events, 1 orders",
    "DEBUG report AGENT_ENDED 7.41.1 exit 3 \\x1b",
    "DEBUG order KILL 8.42.1 at node-a 15,9",
)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("LIGHT", [TURN]), ("JOB", [ENDED, KILL]), ("LIGHT,JOB", [ENDED, KILL, TURN]), ("HEAVY", [ENDED, KILL, TURN]),
        ("DUMP", [ENDED, KILL, TURN]), ("OFF", []),
    ],
)  # fmt: skip
def test_what_debugging_adds(words: str, shown: list[str]) -> None:
    assert list(debug_lines(words, REPORTS, OUTCOME)) == shown


def test_the_date_format_is_the_site_s(tmp_path: Path) -> None:
    log = journal(tmp_path, DateFormat="DD.MM.YYYY")
    log.write(moment("02/03/2025 04:00", UTC), ["one"])
    assert log.path.read_text() == "[03.02.2025 04:00:00]      one\n"


def test_event_text_may_stand_on_the_event_line() -> None:
    fact = Fact(1, EventCode.CHANGE_STATUS, 0, 0, joid=7, status=Status.STARTING, machine="m", text="Executing at m")
    (line,) = lines(fact, lambda joid: "a", append_text=True)
    assert line.endswith("JOB: a MACHINE: m TEXT Executing at m")


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    complaints: list[str] = []
    log = Journal(Path("/dev/full"), UTC, Configuration(), None, complaints.append)
    log.write(0, ["one"])
    log.write(1, ["two"])
    log.close()
    assert complaints == ["scheduler log /dev/full: No space left on device; scheduling goes on"]


def test_an_idle_scheduler_marks_the_minutes(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.write(moment("02/03/2025 04:00:59", UTC), ["one"])
    log.mark(moment("02/03/2025 04:00:59", UTC))
    log.mark(moment("02/03/2025 04:01:00", UTC))
    log.mark(moment("02/03/2025 04:01:30", UTC))
    assert log.path.read_text().splitlines()[1:] == [f"[02/03/2025 04:01:00]      {'-' * 40}"]


def test_the_reason_of_an_event_is_shown() -> None:
    assert logged(EventCode.FORCE_STARTJOB, joid=7, reason="file came by mail") == [
        "CAUAJM_I_40245 EVENT: FORCE_STARTJOB   JOB: RET_STOCK_LOAD",
        "<file came by mail>",
    ]
