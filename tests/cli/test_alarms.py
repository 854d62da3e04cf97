"""`autosys alarms`: the list, and what is sent to the scheduler (docs/alarms.md)."""

import json
from collections.abc import Callable

import pytest

from autosys_py.cli.autosys import main
from autosys_py.core.codes import Alarm, AlarmState, EventCode
from autosys_py.core.model import Outcome, RaisedAlarm
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.estate import NOW, Estate, moment

AT = moment("02/03/2025 04:06:30")
LOAD = RaisedAlarm(57, Alarm.JOBFAILURE, AT, 1, "RET_STOCK_LOAD", 41, 2, "no \x1b[2J space")
MAIL = RaisedAlarm(60, Alarm.MAXRUNALARM, AT + 60, 2, "RET_STOCK_MAIL", 41, 1)
BARE = RaisedAlarm(61, Alarm.CHASE, AT + 61)
DONE = MAIL._replace(
    number=50, state=AlarmState.CLOSED, changed_by="op@host", changed=AT + 600, comment="saw it, went on"
)
HEADING = """
    Number Time                Alarm                 State        Run/Ntry   Job Name
__________ ___________________ _____________________ ____________ __________ ________________________________
"""


@pytest.fixture
def autosys(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    with store.transaction():
        store.write_turn([], Outcome(alarms={each.number: each for each in (LOAD, MAIL, BARE, DONE)}), NOW)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr("sys.argv", ["autosys", *arguments])
        code = main()
        return Done(code, *capsys.readouterr())

    return run


Autosys = Callable[..., Done]


def test_the_open_ones_are_listed(autosys: Autosys) -> None:
    assert autosys("alarms") == Done(
        0,
        HEADING
        + """\
        57 02/03/2025 04:06:30 JOBFAILURE            OPEN         41/2       RET_STOCK_LOAD
           <no \\x1b[2J space>
        60 02/03/2025 04:07:30 MAXRUNALARM           OPEN         41/1       RET_STOCK_MAIL
        61 02/03/2025 04:07:31 CHASE                 OPEN
""",
        "",
    )


def test_all_shows_what_was_done(autosys: Autosys) -> None:
    out = autosys("alarms", "--all").out
    assert out.startswith(
        HEADING
        + """\
        50 02/03/2025 04:07:30 MAXRUNALARM           CLOSED       41/1       RET_STOCK_MAIL
           <CLOSED 02/03/2025 04:16:30 op@host: saw it, went on>
"""
    )
    assert out.count("RET_STOCK") == 3


def numbers(autosys: Autosys, *options: str) -> list[int]:
    return [row["number"] for row in json.loads(autosys("alarms", "--format", "json", *options).out)]


def test_of_jobs_and_kinds(autosys: Autosys, estate: Estate) -> None:
    assert numbers(autosys, "-J", "RET_STOCK_LOAD") == [57]
    assert numbers(autosys, "-J", "%MAIL", "--all") == [50, 60]
    assert numbers(autosys, "-J", "RET_STOCK_M___") == [60]
    assert numbers(autosys, "-A", "chase") == [61]
    assert numbers(autosys, "-J", "ALL", "-A", "JOBFAILURE") == [57]
    assert numbers(autosys, "-J", "NOBODY%") == []
    assert autosys("alarms", "-J", "NOBODY%") == Done(0, "", "")
    assert autosys("alarms", "-J", "RET_STOCK_BX") == Done(0, "", "")


def test_as_data(autosys: Autosys) -> None:
    row = json.loads(autosys("alarms", "--all", "--format", "json").out)[0]
    assert row == {
        "number": 50, "time": "2025-02-03T04:07:30+00:00", "alarm": "MAXRUNALARM", "job": "RET_STOCK_MAIL",
        "run_num": 41, "ntry": 1, "text": None, "state": "CLOSED", "changed_by": "op@host",
        "changed": "2025-02-03T04:16:30+00:00", "comment": "saw it, went on",
    }  # fmt: skip
    out = autosys("alarms", "-A", "CHASE", "--format", "csv").out
    assert out.splitlines()[1] == "61,2025-02-03T04:07:31+00:00,CHASE,,,,,OPEN,,,"


@pytest.mark.parametrize(("verb", "state"), [("acknowledge", "ACKNOWLEDGED"), ("close", "CLOSED")])
def test_what_is_sent(autosys: Autosys, store: MemoryStore, verb: str, state: str) -> None:
    assert autosys("alarms", verb, "57", "61", "57", "-C", "on it") == Done(0, "", "")
    sent = store.due_events(NOW, 9)
    assert [(event.code, event.joid, event.value, event.name) for event in sent] == [
        (EventCode.CHANGE_ALARM, 1, "57", state),
        (EventCode.CHANGE_ALARM, 0, "61", state),
    ]
    assert {event.reason for event in sent} == {"on it"}
    assert all("@" in event.sent_by and event.sent == event.due == NOW for event in sent)
    alarm = store.alarm(57)
    assert alarm is not None and alarm.state is AlarmState.OPEN  # the scheduler decides


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("close", "57", "99"), 1, "CAUAJM_E_99030 There is no alarm 99."),
        (("close",), 2, "NUMBER"),
        (("close", "x"), 2, "'x'"),
        (("close", "0"), 2, "0"),
        (("acknowledge", "57", "-C", "x" * 257), 2, "CAUAJM_E_18961"),
        (("-J", "NOBODY"), 1, "CAUAJM_E_50004 Invalid job/box name: NOBODY"),
        (("-A", "NONSENSE"), 2, "CAUAJM_E_60037 INVALID Alarm: NONSENSE"),
        (("--format", "xml"), 2, "xml"),
        (("--all", "close", "57"), 2, "--all"),
    ],
)
def test_refusals(autosys: Autosys, store: MemoryStore, words: tuple[str, ...], code: int, says: str) -> None:
    done = autosys("alarms", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err
    assert store.due_events(NOW, 9) == []


def test_a_reason_may_be_compulsory(autosys: Autosys, configure: Callable[[str], None]) -> None:
    configure("RequireReason=CHANGE_ALARM\n")
    assert autosys("alarms", "close", "57").code == 1
    assert autosys("alarms", "close", "57", "-C", "done").code == 0
