"""sendevent: silence and a stored event, or the text of cli.md §2.3 and nothing stored."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.core.codes import OPERATOR_EVENTS, EventCode, Status
from autosys_py.core.model import Event
from autosys_py.event_server.errors import StoreBusy, StoreError, StoreUnusable
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate, moment, succeeds
from tests.instance import LiveInstance

USAGE = "AutoSys-py Sendevent Utility"


def only(estate: Estate, name: str = "") -> Event:
    """The one pending event of a job, or of none."""
    [event] = estate.pending(estate.head(name).joid if name else 0)
    return event


def nothing_stored(store: MemoryStore) -> bool:
    return store.next_due() is None


# Accepted


def test_an_accepted_event_prints_nothing_and_is_stored(sh: Shell, estate: Estate) -> None:
    """It checks syntax and names, inserts a row and prints nothing (rule M-02)."""
    assert sh("sendevent", "-E", "JOB_ON_HOLD", "-J", "RET_CLOSE", "-C", "tape is full") == (0, "", "")
    event = only(estate, "RET_CLOSE")
    assert (event.code, event.due, event.sent, event.priority) == (EventCode.JOB_ON_HOLD, NOW, NOW, 10)
    assert (event.reason, event.job_ver) == ("tape is full", 0)
    assert "@" in event.sent_by


@pytest.mark.parametrize(
    ("line", "job", "fields"),
    [
        ("-E startjob -J RET_CLOSE", "RET_CLOSE", {"code": EventCode.STARTJOB}),
        ("-P 1 -E KILLJOB -K 15 -J RET_CLOSE", "RET_CLOSE", {"priority": 1, "value": "15"}),
        ("-E KILLJOB -J RET_CLOSE -K 2,9", "RET_CLOSE", {"value": "2,9"}),
        ("-E KILLJOB -J RET_CLOSE", "RET_CLOSE", {"value": ""}),
        ("-E SEND_SIGNAL -K 1 -J RET_CLOSE", "RET_CLOSE", {"value": "1"}),
        ("-E CHANGE_STATUS -s success -J RET_CLOSE", "RET_CLOSE", {"status": Status.SUCCESS}),
        ("-E CHANGE_PRIORITY -q 5 -J RET_CLOSE", "RET_CLOSE", {"value": "5"}),
        ("-E FORCE_STARTJOB -J RET_CLOSE -q 20250131", "RET_CLOSE", {"value": "20250131"}),
        ("-E RESTART -J RET_CLOSE", "RET_CLOSE", {"code": EventCode.RESTART}),
        ("-E JOB_STATUS_CHANGED -J RET_CLOSE", "RET_CLOSE", {"code": EventCode.JOB_STATUS_CHANGED}),
        ("-E REPLY_RESPONSE -J RET_CLOSE -r RESTART", "RET_CLOSE", {"value": "RESTART"}),
        ("-E REPLY_RESPONSE -J RET_CLOSE -r completed", "RET_CLOSE", {"value": "COMPLETED"}),
        ("-E COMMENT -C hello", "", {"value": "hello", "reason": "hello"}),
        ("-E COMMENT -C hello -J RET_CLOSE", "RET_CLOSE", {"value": "hello"}),
        ("-E ALARM -A jobfailure -J RET_CLOSE", "RET_CLOSE", {"value": "JOBFAILURE"}),
        ("-E SET_GLOBAL -G RET_GO=N", "", {"name": "RET_GO", "value": "N"}),
        ("-E SET_GLOBAL -G RET_GO=", "", {"name": "RET_GO", "value": ""}),
        ("-E SET_GLOBAL -G RET_GO=DELETE", "", {"name": "RET_GO", "value": "DELETE"}),
        ("-E SET_GLOBAL -G A=b=c", "", {"name": "A", "value": "b=c"}),
        ("-E MACH_OFFLINE -N node-a", "", {"name": "node-a"}),
        ("-E MACH_ONLINE -N localhost", "", {"name": "localhost"}),
        ("-E STOP_DEMON", "", {"code": EventCode.STOP_DEMON}),
        ("-E STOP_DEMON -v ROLE=PST", "", {"code": EventCode.STOP_DEMON}),
        ("-E STARTJOB -J RET_CLOSE -T 2/3/25_07:30", "RET_CLOSE", {"due": moment("02/03/2025 07:30:00")}),
        ("-E STARTJOB -J RET_CLOSE -T 02/03/2025_05:00:30", "RET_CLOSE", {"due": NOW}),
    ],
)
def test_fields(line: str, job: str, fields: dict[str, object], sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", *(word.replace("_0", " 0") if "/" in word else word for word in line.split())) == (0, "", "")
    event = only(estate, job)
    assert {name: getattr(event, name) for name in fields} == fields


def test_a_group_gets_an_event_for_each_of_its_jobs(sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", "-E", "JOB_ON_ICE", "-I", "RET*") == (0, "", "")
    assert [only(estate, name).code for name in ("RET_STOCK_BX", "RET_STOCK_FW")] == [EventCode.JOB_ON_ICE] * 2
    assert sh("sendevent", "-E", "JOB_ON_ICE", "-B", "MAIL", "-I", "RET*").code == 1
    assert sh("sendevent", "-E", "JOB_ON_ICE", "-B", "MAIL") == (0, "", "")


def test_a_date_in_the_order_of_the_site(sh: Shell, estate: Estate, configure: Callable[[str], None]) -> None:
    configure("DateFormat=DD.MM.YYYY\n")
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-T", "28.02.2025 7:05").code == 0
    assert only(estate, "RET_CLOSE").due == moment("02/28/2025 07:05:00")


# Refused: the text, the exit code, and nothing stored


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("-E STARTJOB", 2, "CAUAJM_E_60071 Job name, application, or group name required."),
        ("-E STARTJOB -J NOSUCH", 1, "CAUAJM_E_50004 Invalid job/box name: NOSUCH"),
        ("-E STARTJOB -J ALL", 1, "CAUAJM_E_50004 Invalid job/box name: ALL"),
        ("-E STARTJOB -J RET%", 1, "CAUAJM_E_50004 Invalid job/box name: RET%"),
        ("-E STARTJOB -B NONE", 1, "CAUAJM_E_10341 Unable to get job/box/application/group name."),
        ("-E START -J RET_CLOSE", 2, "CAUAJM_E_60035 INVALID Event: START"),
        ("-E CHK_MAX_ALARM -J RET_CLOSE", 2, "CAUAJM_E_60035 INVALID Event: CHK_MAX_ALARM"),
        ("-E FORCE_STARTJOB -J RET_STOCK_BX", 1,
         "CAUAJM_I_60001 Job (RET_STOCK_BX) has already started. FORCE_STARTJOB has no effect."),
        ("-E CHANGE_STATUS -J RET_CLOSE", 2, "CAUAJM_E_60038 The Value of the STATUS is missing."),
        ("-E CHANGE_STATUS -s DONE -J RET_CLOSE", 2, "CAUAJM_E_60040 INVALID Status: DONE"),
        ("-E CHANGE_STATUS -s REFRESH_DEPENDENCIES -J RET_CLOSE", 2,
         "CAUAJM_E_60040 INVALID Status: REFRESH_DEPENDENCIES"),
        ("-E CHANGE_STATUS -s REFRESH_FILEWATCHER -J RET_CLOSE", 2,
         "CAUAJM_E_60040 INVALID Status: REFRESH_FILEWATCHER"),
        ("-E CHANGE_STATUS -s ON_HOLD -J RET_CLOSE", 2,
         "CAUAJM_E_60041 You cannot manually change the status to ON_HOLD."),
        ("-E ALARM", 2, "CAUAJM_E_60036 The Value of the ALARM is missing."),
        ("-E ALARM -A NOISE", 2, "CAUAJM_E_60037 INVALID Alarm: NOISE"),
        ("-E SET_GLOBAL", 2, "CAUAJM_E_60025 Global Name Missing."),
        ("-E SET_GLOBAL -G =x", 2, "CAUAJM_E_60025 Global Name Missing."),
        ("-E SET_GLOBAL -G ALL=x", 2, "CAUAJM_E_60012 Keyword ALL can not be a Global Name."),
        (f"-E SET_GLOBAL -G {'n' * 65}=x", 2, "CAUAJM_E_60026 Global Name can only be 64 characters."),
        (f"-E SET_GLOBAL -G n={'v' * 101}", 2, "CAUAJM_E_60027 Value can only be 100 characters."),
        ("-E SET_GLOBAL -G a%b=x", 2, "CAUAJM_E_60028 Global Name contains one or more invalid characters."),
        ("-E SET_GLOBAL -G A=b -J RET_CLOSE", 2, "CAUAJM_E_60024 Job Name must not be set for SET_GLOBAL."),
        ("-E STOP_DEMON -J RET_CLOSE", 2, "CAUAJM_E_60024 Job Name must not be set for STOP_DEMON."),
        ("-E SEND_SIGNAL -J RET_STOCK_BX -K 1", 1, "CAUAJM_E_10346 Signals can only be sent to Command jobs."),
        ("-E SEND_SIGNAL -K 1", 2, "CAUAJM_E_40020 Job Name(-J) required for SEND_SIGNAL."),
        ("-E DELETEJOB -B MAIL", 2,
         "CAUAJM_E_40019 Application(-I) and Group(-B) are invalid arguments for DELETEJOB."),
        ("-E MACH_OFFLINE", 2, "CAUAJM_E_60029 You must specify a node for this event."),
        ("-E MACH_OFFLINE -N nowhere", 1, "CAUAJM_E_10343 Real machine <nowhere> does not exist."),
        ("-E MACH_OFFLINE -N cloud", 1,
         "CAUAJM_E_10460 The MACH_OFFLINE and MACH_ONLINE events cannot be used against VIRTUAL machine <cloud>."),
        ("-E CHANGE_PRIORITY -J RET_CLOSE", 2, "CAUAJM_E_10342 Invalid job queue priority specified."),
        ("-E CHANGE_PRIORITY -q many -J RET_CLOSE", 2, "CAUAJM_E_10342 Invalid job queue priority specified."),
        ("-E STARTJOB -J RET_CLOSE -M 0", 2, "CAUAJM_E_40059 Invalid maximum retry attempts specified."),
        ("-E STARTJOB -J RET_CLOSE -P 0", 2, "CAUAJM_E_99007 Invalid event priority: 0"),
        ("-E KILLJOB -J RET_CLOSE -K TERM", 2, "CAUAJM_E_99008 Invalid list of signals: TERM"),
        ("-E STARTJOB -J RET_CLOSE -U", 1, "CAUAJM_E_10336 There are No EVENTS to Un-Send."),
        ("-E AGGREGATE", 2, "CAUAJM_E_60149 The AGGREGATE event requires the -l or the -d option."),
        ("-E STARTJOB -J RET_CLOSE -d", 2,
         "CAUAJM_E_60055 The -l and -d options are not valid for the STARTJOB event."),
        ("-E STARTJOB -J RET_CLOSE -v ALL", 2, "CAUAJM_E_60039 The -v option is not valid for the STARTJOB event."),
        ("-E STOP_DEMON -v x", 2, "CAUAJM_E_60046 Invalid value for the -v option: x"),
        ("-E STOP_DEMON -v ROLE=PX", 2, "CAUAJM_E_60053 Invalid role in the -v option: ROLE=PX"),
        ("-E STOP_DEMON -v ROLE=P,S", 2, "CAUAJM_E_60053 Invalid role in the -v option: ROLE=P,S"),
        ("-E STOP_DEMON -v ROLE=PP", 2, "CAUAJM_E_60054 Role specified more than once in the -v option: ROLE=PP"),
        ("-E STARTJOB -J RET_CLOSE -o 1", 2,
         "CAUAJM_E_40011 The RESTARTJOB step name argument is only valid when using the RESTARTJOB event."),
        ("-E RESTARTJOB -J RET_CLOSE", 2, "CAUAJM_E_40033 Step name required for RESTARTJOB."),
        ("-E REPLY_RESPONSE -r x", 2, "CAUAJM_E_40006 Job Name required for REPLY_RESPONSE."),
        ("-E REPLY_RESPONSE -r x -B MAIL", 2,
         "CAUAJM_E_40007 Application and Group are invalid arguments for REPLY_RESPONSE."),
        ("-E REPLY_RESPONSE -J RET_CLOSE -r yes", 2,
         "CAUAJM_E_99050 Invalid reply: yes. Use RESTART, ERROR or COMPLETED."),
        ("-E REPLY_RESPONSE -J RET_CLOSE", 2, "CAUAJM_E_40012 REPLY_RESPONSE requires a non-blank response."),
        ("-E RESTARTJOB -o 1 -J RET_CLOSE", 1,
         "CAUAJM_E_10372 This job's type does not support the RESTARTJOB operation. "
         "Event not sent for job <RET_CLOSE>."),
        ("-E SUSPENDJOB -J RET_CLOSE", 1,
         "CAUAJM_E_10383 This job's type does not support the SUSPENDJOB operation. "
         "Event not sent for job <RET_CLOSE>."),
        ("-E RESTART -J RET_STOCK_FW", 1,
         "CAUAJM_E_99009 Job (RET_STOCK_FW) is SUCCESS. RESTART is only for jobs in FAILURE, TERMINATED or RESTART."),
        ("-E STARTJOB -J RET_CLOSE --preview", 2, "CAUAJM_E_99033 --preview goes with FORCE_STARTJOB only."),
        ("-E FORCE_STARTJOB -J RET_CLOSE -U --preview", 2, "CAUAJM_E_99033 --preview goes with FORCE_STARTJOB only."),
    ],
)  # fmt: skip
def test_refused(line: str, code: int, text: str, sh: Shell, estate: Estate) -> None:
    """Among them the statuses that are none (rule S-04)."""
    estate.machine("cloud", type="v")
    assert sh("sendevent", *line.split()) == (code, "", f"{text}\n")
    assert nothing_stored(estate.store)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "-J RET_CLOSE",
        "-E STARTJOB -J RET_CLOSE -B MAIL",
        "-E STARTJOB -J RET_CLOSE -F file",
        "-N m -MACH_OFFLINE",
        "--?",
        "-E STARTJOB -J RET_CLOSE stray",
        "-pw x -E STOP_DEMON",
    ],
)
def test_wrong_usage(line: str, sh: Shell, estate: Estate) -> None:
    done = sh("sendevent", *line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        f"CAUAJM_E_40003 The specified parameters are not valid.\n\n{USAGE}\n\nUSAGE: sendevent -E"
    )
    assert nothing_stored(estate.store)  # type: ignore[arg-type]


def test_several_lines(sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", "-E", "SEND_SIGNAL", "-J", "RET_CLOSE").err == (
        "CAUAJM_E_60030 The [-K Signals(s)] Option is required for SEND_SIGNAL.\n"
        "CAUAJM_E_60030 This is an ordered comma list of the signals to be sent to the Job.\n"
    )
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-T", "13/40/2025 10:00").err == (
        "CAUAJM_E_60003 Invalid Date/Time: 13/40/2025 10:00\n"
        "CAUAJM_E_60004 Date must be specified as: MM/DD/YYYY HH:MM[:SS]\n"
        "CAUAJM_E_60005 or date is invalid on this Operating System\n"
    )
    assert sh("sendevent", "-E", "SET_GLOBAL", "-G", "X").err == (
        'CAUAJM_E_40009 The SET_GLOBAL syntax is:\n\n\tsendevent -E SET_GLOBAL -G "NAME=value"\n'
    )
    assert sh("sendevent", "-E", "COMMENT").err.startswith(
        "CAUAJM_E_50130 Argument missing for option -C\n\nAutoSys-py"
    )


def test_an_aggregation_is_checked_and_has_no_effect(sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", "-E", "AGGREGATE", "-l", "hourly") == (0, "", "")
    assert sh("sendevent", "-E", "AGGREGATE", "-d") == (0, "", "")
    assert sh("sendevent", "-E", "AGGREGATE", "-l", " ") == (
        2, "", "CAUAJM_E_60057 Invalid argument for the -l option:  \n"
    )  # fmt: skip
    assert nothing_stored(estate.store)  # type: ignore[arg-type]


def test_a_store_that_says_no_leaves_the_event_unsent(
    sh: Shell, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-M` asks a busy one again; what is wrong otherwise does not get better by asking."""
    asked: list[StoreError] = []

    def fail(error: StoreError) -> None:
        asked.append(error)
        raise error

    unsent = "CAUAJM_E_10347 Subroutine add_event() failed, event not sent!\n"
    monkeypatch.setattr(estate.store, "add_event", lambda _event: fail(StoreBusy("locked")))
    done = sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-M", "3")
    busy = "CAUAJM_E_10527 Timed out waiting for response from the ACE Application Server.\n"
    assert (done, len(asked)) == ((75, "", busy + unsent), 3)
    monkeypatch.setattr(estate.store, "add_event", lambda _event: fail(StoreUnusable("disk full")))
    done = sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-M", "3")
    full = "CAUAJM_E_50033 Error initializing tx subsystem: disk full\n"
    assert (done, len(asked)) == ((1, "", full + unsent), 4)


def test_a_long_comment(sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", "-E", "COMMENT", "-C", "é" * 128).code == 0
    done = sh("sendevent", "-E", "COMMENT", "-C", "é" * 129)
    assert (done.code, done.err[:15]) == (2, "CAUAJM_E_18961 ")


# The configuration's say


def test_force_start_may_be_unrestricted(sh: Shell, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTRICT_FORCE_STARTJOB", "0")
    assert sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "RET_STOCK_BX") == (0, "", "")


def test_a_later_force_start_is_judged_later(sh: Shell, estate: Estate) -> None:
    assert sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "RET_STOCK_BX", "-T", "02/04/2025 10:00") == (0, "", "")


def test_a_reason_may_be_required(sh: Shell, estate: Estate, configure: Callable[[str], None]) -> None:
    configure("RequireReason=FORCE_STARTJOB, change_status\n")
    done = sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "RET_CLOSE")
    assert done == (1, "", "CAUAJM_E_50130 Argument missing for option -C\n")
    assert sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "RET_CLOSE", "-C", "  ").code == 1
    assert sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "RET_CLOSE", "-C", "rerun after fix").code == 0
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE").code == 0


def test_messages_may_go_to_standard_output(sh: Shell, estate: Estate, configure: Callable[[str], None]) -> None:
    configure("MessageStream=stdout\n")
    assert sh("sendevent", "-E", "STARTJOB", "-J", "NO") == (1, "CAUAJM_E_50004 Invalid job/box name: NO\n", "")


# -U and -F


def test_unsend(sh: Shell, estate: Estate) -> None:
    for when in ("02/04/2025 10:00", "02/05/2025 10:00"):
        assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-T", when).code == 0
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-T", "02/04/2025 10:00", "-U") == (0, "", "")
    left, trace = sorted(estate.pending(estate.head("RET_CLOSE").joid), key=lambda event: event.eoid)
    assert (left.code, left.due) == (EventCode.STARTJOB, moment("02/05/2025 10:00:00"))
    assert (trace.code, trace.due, trace.name) == (EventCode.UNSEND_EVENT, NOW, "STARTJOB")
    assert trace.value == f"1 {moment('02/04/2025 10:00:00')}"
    assert "@" in trace.sent_by
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-U", "-C", "not today") == (0, "", "")
    assert estate.pending(estate.head("RET_CLOSE").joid)[-1].reason == "not today"
    assert sh("sendevent", "-E", "STARTJOB", "-J", "RET_CLOSE", "-U").code == 1
    assert len(estate.pending(estate.head("RET_CLOSE").joid)) == 2


def test_a_file_of_lines(sh: Shell, estate: Estate, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text(
        "# morning\n\nsendevent -E JOB_ON_HOLD -J RET_CLOSE -C 'two words'\n-E SET_GLOBAL -G RET_GO=N # why not\n"
    )
    assert sh("sendevent", "-F", str(lines)) == (0, "", "")
    assert only(estate, "RET_CLOSE").reason == "two words"
    assert only(estate).name == "RET_GO"


def test_a_file_is_sent_whole_or_not_at_all(sh: Shell, estate: Estate, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("-E JOB_ON_HOLD -J RET_CLOSE\n-E JOB_ON_HOLD -J \x1bNO\n-E 'open\n-?\n")
    done = sh("sendevent", "-F", str(lines))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "CAUAJM_E_50004 Invalid job/box name: \\x1bNO\n"
        f"    {lines}, line 2: -E JOB_ON_HOLD -J \\x1bNO\n"
        "CAUAJM_E_40003 The specified parameters are not valid.\n"
        f"    {lines}, line 3: -E 'open\n"
        "CAUAJM_E_40003 The specified parameters are not valid.\n"
        f"    {lines}, line 4: -?\n"
        "CAUAJM_E_60388 One or more sendevent commands have Invalid parameters specified.\n"
    )
    assert nothing_stored(estate.store)  # type: ignore[arg-type]


def test_a_missing_file(sh: Shell, estate: Estate, tmp_path: Path) -> None:
    done = sh("sendevent", "-F", str(tmp_path / "none"))
    assert done == (1, "", f"CAUAJM_E_99005 Cannot read {tmp_path / 'none'}: No such file or directory\n")


# LIST_DEPENDENTS


def test_dependents_level_by_level(sh: Shell, estate: Estate) -> None:
    estate.job("A_REPORT", condition=succeeds("RET_STOCK_FW", "RET_CLOSE"))
    estate.job("B_MAIL", condition=succeeds("A_REPORT"))
    estate.job("C_NOW", condition=succeeds("RET_STOCK_FW"))
    done = sh("sendevent", "-E", "LIST_DEPENDENTS", "-J", "RET_STOCK_FW")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "A_REPORT: waiting on s(RET_STOCK_FW) -> condition false\n"
        "C_NOW: waiting on s(RET_STOCK_FW) -> condition true\n"
        "  B_MAIL: waiting on s(A_REPORT) -> condition false\n"
    )
    assert nothing_stored(estate.store)  # type: ignore[arg-type]


def test_dependents_of_a_ring_end(sh: Shell, estate: Estate) -> None:
    estate.job("RING_A", condition=succeeds("RING_B"))
    estate.job("RING_B", condition=succeeds("RING_A"))
    done = sh("sendevent", "-E", "LIST_DEPENDENTS", "-J", "RING_A")
    assert done.out == "RING_B: waiting on s(RING_A) -> condition false\n"


# Hostile text


@pytest.mark.parametrize("name", ["\x1b]0;x\x07", "a\nb", "\u202eevil", "\udcff", "n\u200bo", ""])
def test_hostile_names_are_shown_escaped(name: str, sh: Shell, estate: Estate) -> None:
    for line in (["-E", "STARTJOB", "-J", name], ["-E", name, "-J", "RET_CLOSE"], ["-E", "MACH_OFFLINE", "-N", name]):
        done = sh("sendevent", *line)
        assert done.code in (1, 2)
        assert all(shown.isprintable() for shown in done.err.splitlines())


def test_what_was_taken_back_is_in_the_past(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    try:
        instance.jil("insert_job: a  command: true  machine: localhost\n")
        instance.start_scheduler()
        instance.send("-E", "STARTJOB", "-J", "a", "-T", "01/02/2078 03:04")
        instance.send("-E", "STARTJOB", "-J", "a", "-U", "-C", "not needed")
        instance.wait_for(lambda: "EVENT: UNSEND_EVENT" in instance.log, "the trace")
        assert "EVENT: UNSEND_EVENT     JOB: a STARTJOB\n" in instance.log
        detail = instance.run("autorep", "-J", "a", "-d").stdout.splitlines()
        [row] = [line for line in detail if "[STARTJOB]" in line]
        assert row.startswith("  [STARTJOB]      01/02/2078 03:04:00    0  US  ")
        assert "    <not needed>" in detail
        assert instance.status("a") == "INACTIVE"
    finally:
        instance.close()


@pytest.mark.parametrize("code", sorted(OPERATOR_EVENTS))
def test_every_event_can_be_made_to_need_a_reason(
    sh: Shell, estate: Estate, configure: Callable[[str], None], code: EventCode
) -> None:
    """RequireReason names any of them; none is forgotten (extensions.md §3)."""
    configure(f"RequireReason={code.name}\n")
    words = {
        EventCode.CHANGE_STATUS: ["-J", "RET_CLOSE", "-s", "SUCCESS"],
        EventCode.ALARM: ["-J", "RET_CLOSE", "-A", "JOBFAILURE"],
        EventCode.SET_GLOBAL: ["-G", "A=b"],
        EventCode.MACH_OFFLINE: ["-N", "node-a"],
        EventCode.MACH_ONLINE: ["-N", "node-a"],
        EventCode.CHANGE_PRIORITY: ["-J", "RET_CLOSE", "-q", "1"],
        EventCode.SEND_SIGNAL: ["-J", "RET_CLOSE", "-K", "15"],
        EventCode.REPLY_RESPONSE: ["-J", "RET_CLOSE", "-r", "COMPLETED"],
        EventCode.RESTARTJOB: ["-J", "RET_CLOSE", "-o", "1"],
        EventCode.STOP_DEMON: [],
        EventCode.AGGREGATE: ["-d"],
    }.get(code, ["-J", "RET_CLOSE"])
    done = sh("sendevent", "-E", code.name, *words)
    assert (done.code, done.out) == (2 if code is EventCode.COMMENT else 1, "")
    assert "CAUAJM_E_50130 Argument missing for option -C" in done.err
    assert not any(event.sent_by for event in estate.store.due_events(NOW, 99))
