"""autorep -Q and -M -p (cli.md §3.8, §3.5)."""

import os

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import CountKey, Outcome, Run, RunKey
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate, moment
from tests.cli.stock import stock


@pytest.fixture
def queued(store: MemoryStore) -> Estate:
    return stock(store)


def rows(sh: Shell, *options: str) -> list[list[str]]:
    done = sh("autorep", *options)
    assert (done.code, done.err) == (0, "")
    return [line.split() for line in done.out.split("\n")[3:-1]]


def names(sh: Shell, *options: str) -> list[str]:
    return [row[1] for row in rows(sh, *options)]


def test_nobody_waits(sh: Shell, estate: Estate) -> None:
    assert sh("autorep", "-Q", "ALL") == (0, "", "")
    assert sh("autorep", "-Q", "RET_CLOSE") == (0, "", "")


def test_by_priority_then_by_waiting_time(sh: Shell, queued: Estate) -> None:
    queued.stands("RET_STOCK_LOAD", status=Status.QUE_WAIT, since=NOW - 9000)
    queued.stands("RET_NIGHT_TALLY", status=Status.QUE_WAIT, since=NOW - 20000)
    in_order = ["RET_NIGHT_TALLY", "RET_REPORT", "RET_STOCK_LOAD", "RET_STOCK_MAIL"]
    assert names(sh, "-Q", "all") == in_order
    queued.stands("RET_STOCK_MAIL", queue_priority=0)  # CHANGE_PRIORITY
    queued.stands("RET_NIGHT_TALLY", queue_priority=9)
    assert names(sh, "-Q", "ALL") == ["RET_REPORT", "RET_STOCK_MAIL", "RET_STOCK_LOAD", "RET_NIGHT_TALLY"]


def test_who_waits_for_the_machine_or_the_resource_of_a_job(sh: Shell, queued: Estate) -> None:
    queued.stands("RET_NIGHT_TALLY", status=Status.QUE_WAIT)
    assert names(sh, "-Q", "RET_CLOSE") == ["RET_REPORT", "RET_STOCK_MAIL"]  # on node-a, or for the licence
    assert set(names(sh, "-Q", "RET_NIGHT_TALLY")) == {"RET_NIGHT_TALLY", "RET_REPORT", "RET_STOCK_MAIL"}
    assert names(sh, "-Q", "RET_STOCK_BX") == []


def test_pend_mach_is_no_queue_of_it(sh: Shell, queued: Estate) -> None:
    queued.stands("RET_NIGHT_TALLY", status=Status.PEND_MACH)
    assert "RET_NIGHT_TALLY" not in names(sh, "-Q", "ALL")


def test_load_and_state_of_the_machines(sh: Shell, queued: Estate, store: MemoryStore) -> None:
    key = RunKey(queued.head("RET_CLOSE").joid, 9, 1)
    queued.write(Outcome(runs={key: Run(key, 1, "node-a", NOW, job_load=70)}))
    mail = rows(sh, "-Q", "ALL")[-1]
    assert mail == ["5", "RET_STOCK_MAIL", "QU", "30", "both", "ONLN", "70/150", "----", "----"]
    queued.machine("node-a", max_load=100, offline=True)
    queued.write(Outcome(counts={CountKey("missing", "node-b"): 1}))
    assert rows(sh, "-Q", "ALL")[-1][5] == "OFLN"
    queued.machine("node-a")  # no limit any more
    assert rows(sh, "-Q", "ALL")[-1][5:7] == ["ONLN", "----"]


def test_a_row_for_each_resource_that_is_short(sh: Shell, queued: Estate) -> None:
    queued.write(Outcome(counts={CountKey("consumed", "PAPER", "node-b"): 2}))
    found = [row[6:] for row in rows(sh, "-Q", "ALL") if row[1] == "RET_REPORT"]
    assert found == [["0/150", "LICENCE", "2/1"], ["0/150", "PAPER", "1/0"]]
    assert found[0][1] == "LICENCE"


def test_long_names_are_cut_when_narrow_only(sh: Shell, queued: Estate) -> None:
    name = "RET_" + "X" * 40
    queued.job(name)
    queued.stands(name, status=Status.QUE_WAIT, since=moment("02/01/2025 00:00:00"))
    assert rows(sh, "-Q", "ALL")[0][1] == name
    assert rows(sh, "-Q", "ALL", "-n")[0][1] == name[:20]


@pytest.mark.parametrize("name", ["RET%", "*", "RET_?"])
def test_a_pattern_is_refused(name: str, sh: Shell, queued: Estate) -> None:
    assert sh("autorep", "-Q", name) == (1, "", "CAUAJM_E_50105 Job name specification cannot be masked.\n\n")


def test_wrong_names_and_options(sh: Shell, queued: Estate) -> None:
    assert sh("autorep", "-Q", "NO_SUCH") == (1, "", "CAUAJM_E_50027 Invalid Job Name: NO_SUCH\n\n")
    assert sh("autorep", "-Q", "ALL", "-d") == (2, "", "CAUAJM_E_50104 Bad report mode detected.\n\n")
    for line in ("-Q ALL -J ALL", "-Q ALL -M ALL", "-Q ALL -o 1"):
        assert sh("autorep", *line.split()).code == 2


# -p


def test_the_agent_of_a_machine_that_is_this_host(sh: Shell, store: MemoryStore) -> None:
    system = os.uname()
    done = sh("autorep", "-M", "localhost", "-p")
    assert (done.code, done.err) == (0, "")
    assert done.out.split("\n") == [
        "Machine Name: localhost",
        "Type: a",
        "Node Name: localhost",
        "Agent Name: WA_AGENT",
        f"Operating System: {system.sysname} {system.release}",
        *done.out.split("\n")[5:7],
        "Active Plug-ins:",
        "     runner",
        "     filemon",
        "",
    ]
    assert [line.split(":")[0] for line in done.out.split("\n")[5:7]] == ["Agent Release", "Agent Build"]


def test_the_agent_of_another_host(sh: Shell, estate: Estate) -> None:
    estate.machine("far", node_name="far.example", attributes=(("agent_name", "AG\x1b1"),))
    out = sh("autorep", "-M", "far", "-p").out
    assert "Node Name: far.example\nAgent Name: AG\\x1b1\nOperating System: -----\n" in out


def test_what_has_no_agent(sh: Shell, queued: Estate) -> None:
    assert sh("autorep", "-M", "both", "-p") == (
        1, "", "CAUAJM_E_50114 This option is applicable only for real machines.\n"
    )  # fmt: skip
    assert sh("autorep", "-M", "ALL", "-p") == (
        1,
        "",
        "CAUAJM_E_50103 Machine name specification cannot be masked.\n\n",
    )
    assert sh("autorep", "-M", "none", "-p") == (1, "", "CAUAJM_E_50111 Invalid Machine Name: none\n\n")
    assert sh("autorep", "-M", "node-a", "-dp") == (2, "", "CAUAJM_E_50104 Bad report mode detected.\n\n")
    assert sh("autorep", "-J", "ALL", "-p").code == 2
