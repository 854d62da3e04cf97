"""monbro: browsers print the past, monitors what comes (cli.md §7.6, jil.md §3.5)."""

import pytest

from autosys_py.cli.messages import Refused
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import Fact, NamedObject
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import Estate, moment

TIME = "[02/03/2025 05:00:00]      CAUAJM_I_40245 EVENT: "


def define(store: MemoryStore, name: str = "m", mode: str = "b", **values: str) -> None:
    with store.transaction():
        store.put_object(NamedObject("monbro", name, "", (("mode", mode), *values.items())))


@pytest.fixture
def past(store: MemoryStore) -> Estate:
    """A box with a member, a job beside it, and what happened to them."""
    estate = Estate(store)
    box = estate.job("BOX", "BOX")
    member = estate.job("IN", box="BOX")
    beside = estate.job("OUT")
    estate.stands("OUT", run_num=2)
    when = "02/03/2025 05:00:00"
    facts = [
        estate.status(box, Status.RUNNING, when, 1),
        estate.status(member, Status.SUCCESS, when, 1, exit_code=0),
        estate.status(beside, Status.FAILURE, when, 1, exit_code=3),
        estate.status(beside, Status.FAILURE, when, 2, exit_code=4),
        estate.fact(EventCode.SET_GLOBAL, 0, moment(when), name="GO", value="Y"),
        estate.alarm(beside, Alarm.JOBFAILURE, when, 2),
        estate.fact(EventCode.DEFINITION_CHANGED, member, moment(when)),
    ]
    estate.past(facts)
    return estate


def words(out: str) -> list[str]:
    """What each line tells: its event, and the status or alarm if it has one."""
    assert all(line.startswith(TIME) for line in out.splitlines()), out
    rest = (line.removeprefix(TIME).split() for line in out.splitlines())
    return [" ".join([each[0], *each[1:][1:2]]) if len(each) > 2 else each[0] for each in rest]


EVERYTHING = [
    "CHANGE_STATUS RUNNING", "CHANGE_STATUS SUCCESS", "CHANGE_STATUS FAILURE", "CHANGE_STATUS FAILURE", "SET_GLOBAL GO",
    "ALARM JOBFAILURE",
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"all_events": "1"}, EVERYTHING),
        ({"all_status": "1"}, EVERYTHING[:4]),
        ({"success": "1", "running": "1"}, EVERYTHING[:2]),
        ({"alarm": "1"}, EVERYTHING[5:]),
        ({"alarm": "1", "failure": "1"}, [*EVERYTHING[2:4], EVERYTHING[5]]),
        ({}, []),
        ({"all_events": "1", "job_filter": "j", "job_name": "IN"}, EVERYTHING[1:2]),
        ({"all_events": "1", "job_filter": "b", "job_name": "BOX"}, EVERYTHING[:2]),
        ({"all_events": "1", "job_filter": "box", "job_name": "GONE"}, []),
        ({"all_status": "1", "job_filter": "a", "currun": "1"}, [*EVERYTHING[:2], EVERYTHING[3]]),
        ({"all_events": "1", "after_time": "02/03/2025 05:00:01"}, []),
        ({"all_events": "1", "after_time": "02/03/2025 05:00"}, EVERYTHING),
    ],
)
def test_what_a_browser_shows(
    past: Estate, store: MemoryStore, sh: Shell, values: dict[str, str], expected: list[str]
) -> None:
    define(store, **values)
    done = sh("monbro", "-N", "m")
    assert (done.code, done.err) == (0, "")
    assert words(done.out) == expected


def test_lines_are_those_of_the_log(past: Estate, store: MemoryStore, sh: Shell) -> None:
    define(store, success="1")
    assert sh("monbro", "-N", "m").out == f"{TIME}CHANGE_STATUS    STATUS: SUCCESS         JOB: IN EXITCODE:  0\n"


def test_a_monitor_shows_what_comes(
    past: Estate, store: MemoryStore, sh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(store, mode="m", all_events="1")
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise Refused(exit_code=9)
        fact: Fact = past.fact(EventCode.SET_GLOBAL, 0, moment("02/03/2025 05:00:00"), name=f"N{len(naps)}")
        past.past([fact])

    monkeypatch.setattr("autosys_py.cli.monbro.time.sleep", sleep)
    done = sh("monbro", "-N", "m", "-P", "3")
    assert (done.code, words(done.out), naps) == (9, ["SET_GLOBAL N1", "SET_GLOBAL N2"], [3, 3, 3])


def test_all_of_them(past: Estate, store: MemoryStore, sh: Shell) -> None:
    define(store, "a", success="1")
    define(store, "b", alarm="1")
    assert words(sh("monbro", "-N", "all").out) == [EVERYTHING[1], EVERYTHING[5]]


def test_definitions(store: MemoryStore, sh: Shell) -> None:
    define(store, "a", all_events="1", job_filter="a")
    define(store, "b", "m", alarm="1")
    out = sh("monbro", "-N", "ALL", "-q").out
    assert out.startswith("insert_monbro: a\nmode: b\nall_events: Y\n")
    assert "\n\ninsert_monbro: b\nmode: m\nall_events: N\nalarm: Y\n" in out
    assert sh("monbro", "-q", "-N", "b").out.startswith("insert_monbro: b\n")


def test_none_at_all(store: MemoryStore, sh: Shell) -> None:
    assert sh("monbro", "-N", "ALL") == (0, "", "")


def test_an_unknown_one(store: MemoryStore, sh: Shell) -> None:
    done = sh("monbro", "-N", "n\x1b")
    assert (done.code, done.err) == (1, "CAUAJM_E_99071 There is no monitor or browser of the name n\\x1b.\n")


def test_without_a_name(store: MemoryStore, sh: Shell) -> None:
    done = sh("monbro", "-q")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CAUAJM_E_40003 The specified parameters are not valid.\n\nAutoSys-py Monitor Browser ")
    assert done.err.endswith("\n\nError in command line for monbro.\nName [-N] is required.\n")


@pytest.mark.parametrize("seconds", ["0", "-1", "x"])
def test_wrong_seconds(store: MemoryStore, sh: Shell, seconds: str) -> None:
    define(store)
    done = sh("monbro", "-N", "m", "-P", seconds)
    assert (done.code, done.err) == (2, f"CAUAJM_E_99021 Invalid number of seconds: {seconds}\n")


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("", ["Error in command line for monbro.", "Name [-N] is required."]),
        ("-q", ["Error in command line for monbro.", "Name [-N] is required."]),
        ("-N m -@", ["", "Error in command line for monbro."]),
    ],
)
def test_a_wrong_line_has_its_own_end(store: MemoryStore, sh: Shell, line: str, end: list[str]) -> None:
    done = sh("monbro", *line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CAUAJM_E_40003 ")
    assert done.err.splitlines()[-2:] == end
