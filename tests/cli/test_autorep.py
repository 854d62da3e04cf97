"""autorep: what is selected, in which order, what is not found, and the keys that shape a report."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import CountKey, Event, JobState, Outcome, Run, RunKey
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done, Shell
from tests.cli.estate import NOW, Estate, moment


def names(done: Done) -> list[str]:
    """The name column of a summary, indentation included."""
    assert (done.code, done.err) == (0, "")
    return [line[:64].rstrip() for line in done.out.split("\n")[3:-1]]


ALL = ["RET_STOCK_BX", " RET_STOCK_FW", " RET_STOCK_MAIL", "RET_CLOSE"]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("-J ALL", ALL),
        ("-J %", ALL),
        ("-J RET*", ALL),
        ("-s -J ALL", ALL),
        ("-J ALL -L 0", ["RET_STOCK_BX", "RET_CLOSE"]),
        ("-J RET_STOCK_BX", ALL[:3]),
        ("-J RET_STOCK_BX -L 0", ALL[:1]),
        ("-j RET_STOCK_BX -l0", ALL[:1]),
        ("-J RET_STOCK_FW", ["RET_STOCK_FW"]),
        ("-J %_FW", ["RET_STOCK_FW"]),
        ("-J %STOCK%", ALL[:3]),
        ("-J RET_STOCK_F_", ["RET_STOCK_FW"]),
        ("-J RET?CLOSE", ["RET_CLOSE"]),
        ("-I RETAIL", ["RET_STOCK_BX", " RET_STOCK_FW"]),
        ("-B MAIL", ["RET_STOCK_MAIL"]),
        ("-B MAIL -I RETAIL", []),
        ("-I RETAIL -L 0", ["RET_STOCK_BX"]),
        ("-B ALL -I RET%", ["RET_STOCK_BX", " RET_STOCK_FW"]),
        ("-J NO%", []),
        ("-w -D -J RET_CLOSE", ["RET_CLOSE"]),
    ],
)
def test_selection(line: str, rows: list[str], sh: Shell, estate: Estate) -> None:
    done = sh("autorep", *line.split())
    assert names(done) == rows
    if not rows:
        assert done.out == ""


def test_jobs_without_a_group(sh: Shell, estate: Estate) -> None:
    assert names(sh("autorep", "-B", " ")) == ["RET_STOCK_BX", " RET_STOCK_FW", "RET_CLOSE"]


def test_nested_boxes_and_definition_order(sh: Shell, estate: Estate) -> None:
    estate.job("DEEP", "BOX", "RET_STOCK_BX")
    estate.job("DEEPER", "BOX", "DEEP")
    estate.job("LATE", box="RET_STOCK_BX")
    estate.job("DEEPEST", box="DEEPER")
    inner = [" RET_STOCK_FW", " RET_STOCK_MAIL", " DEEP", "  DEEPER", "   DEEPEST", " LATE"]
    assert names(sh("autorep", "-J", "ALL")) == ["RET_STOCK_BX", *inner, "RET_CLOSE"]
    assert names(sh("autorep", "-J", "RET_STOCK_BX", "-L", "1")) == [
        "RET_STOCK_BX", " RET_STOCK_FW", " RET_STOCK_MAIL", " DEEP", " LATE",
    ]  # fmt: skip
    assert names(sh("autorep", "-J", "DEEP%")) == ["DEEP", " DEEPER", "  DEEPEST"]


def test_very_deep_boxes(sh: Shell, estate: Estate) -> None:
    box = ""
    for level in range(1200):
        estate.job(f"B{level}", "BOX", box)
        box = f"B{level}"
    assert len(names(sh("autorep", "-J", "B0"))) == 1200
    assert len(names(sh("autorep", "-J", "B%"))) == 1200


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("-J NOSUCH", "CAUAJM_E_50027 Invalid Job Name: NOSUCH\n\n"),
        ("-J NO_SUCH", "CAUAJM_E_50027 Invalid Job Name: NO_SUCH\n\n"),
        ("-d -J NOSUCH", "CAUAJM_E_50027 Invalid Job Name: NOSUCH\n\n"),
        ("-q -J NOSUCH", "CAUAJM_E_50027 Invalid Job Name: NOSUCH\n\n"),
        ("-M nowhere", "CAUAJM_E_50111 Invalid Machine Name: nowhere\n\n"),
        ("-G NOWHERE", "CAUAJM_E_50182 Invalid Global Variable Name: NOWHERE\n\n"),
        ("-J RET_CLOSE -r -2",
         "CAUAJM_E_10323 Failed to retrieve details for job <RET_CLOSE>. The run number specified is invalid.\n"),
        ("-J RET_CLOSE -r 7 -d",
         "CAUAJM_E_10323 Failed to retrieve details for job <RET_CLOSE>. The run number specified is invalid.\n"),
    ],
)  # fmt: skip
def test_not_found(line: str, text: str, sh: Shell, estate: Estate) -> None:
    assert sh("autorep", *line.split()) == (1, "", text)


@pytest.mark.parametrize("line", ["", "-s", "-J A -M B", "-J A -B C", "-J A -r x", "-J A B", "-J ALL -k"])
def test_wrong_usage(line: str, sh: Shell, estate: Estate) -> None:
    done = sh("autorep", *line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "CAUAJM_E_40003 The specified parameters are not valid.\n\nAutoSys-py Report Utility\n\nUSAGE:"
    )


def test_contradictory_reports(sh: Shell, estate: Estate) -> None:
    assert sh("autorep", "-J", "ALL", "-dq") == (2, "", "CAUAJM_E_50104 Bad report mode detected.\n\n")


# Status rows


@pytest.mark.parametrize(
    ("word", "jobs"),
    [("FA", ["RET_CLOSE"]), ("running", ["RET_STOCK_BX"]), ("NE", ["RET_STOCK_MAIL"]), ("OH", [])],
)
def test_rows_in_a_status_begin_with_the_name(word: str, jobs: list[str], sh: Shell, estate: Estate) -> None:
    done = sh("autorep", "-J", "ALL", "-s", word)
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()] == jobs
    assert all(not line.startswith(" ") for line in done.out.splitlines())


# What a row shows


def row(sh: Shell, estate: Estate, **changes: object) -> str:
    estate.stands("RET_CLOSE", **changes)
    return sh("autorep", "-J", "RET_CLOSE").out.split("\n")[3]


def test_priority_in_a_queue_exit_code_after_the_end(sh: Shell, estate: Estate) -> None:
    assert row(sh, estate, status=Status.QUE_WAIT, queue_priority=5)[107:123] == "QU    40/1     5"
    assert row(sh, estate, status=Status.RESWAIT, queue_priority=7)[107:123] == "RW    40/1     7"
    assert row(sh, estate, status=Status.RUNNING)[107:].rstrip() == "RU    40/1"
    assert row(sh, estate, status=Status.TERMINATED, exit_code=-15)[107:].rstrip() == "TE    40/1     -15"


def test_a_large_run_number_pushes_the_exit_code(sh: Shell, estate: Estate) -> None:
    line = row(sh, estate, run_num=12345678)
    assert line[113:].rstrip() == "12345678/1 3"
    assert line.index(" 3") + 1 == 124


def test_a_job_that_never_ran(sh: Shell, estate: Estate) -> None:
    estate.job("FRESH")
    words = sh("autorep", "-J", "FRESH").out.split("\n")[3].split()
    assert words == ["FRESH", "-----", "-----", "IN", "0/0"]


def test_a_long_name_pushes_and_is_cut_when_narrow(sh: Shell, estate: Estate) -> None:
    name = "N" * 64
    estate.job(name, box="RET_STOCK_BX")
    assert sh("autorep", "-J", "RET_STOCK_BX").out.split("\n")[6].startswith(f" {name} -----")
    assert sh("autorep", "-J", name, "-n").out.split("\n")[3].startswith("N" * 28 + " -----")


@pytest.mark.parametrize("width", [20, 100])
def test_name_width(width: int, sh: Shell, estate: Estate, configure: Callable[[str], None]) -> None:
    configure(f"AutorepNameWidth={width}\n")
    heading = sh("autorep", "-J", "ALL").out.split("\n")[1]
    assert heading.index("Last Start") == width + 1


@pytest.mark.parametrize("options", [["-s"], ["-d"], ["-r", "0"], ["-L", "2"]])
def test_trailing_blank(options: list[str], sh: Shell, estate: Estate, configure: Callable[[str], None]) -> None:
    plain = sh("autorep", "-J", "RET_CLOSE", *options).out
    configure("AutorepTrailingBlank=1\n")
    assert sh("autorep", "-J", "RET_CLOSE", *options).out == plain + "\n"


def test_times_in_the_zone_and_order_of_the_client(
    sh: Shell, estate: Estate, monkeypatch: pytest.MonkeyPatch, configure: Callable[[str], None]
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    configure("DateFormat=YYYY-MM-DD\n")
    assert "2025-02-03 08:00:00" in sh("autorep", "-J", "RET_CLOSE").out


def test_process_time_is_the_schedulers(sh: Shell, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    with estate.store.transaction():
        estate.store.put_setting("scheduler_zone", "Asia/Tokyo")
    line = sh("autorep", "-J", "RET_CLOSE", "-d").out.split("\n")[7]
    assert line == "  STARTING        02/02/2025 23:00:00    1  PD  02/03/2025 08:00:00   node-a"


def test_zone_of_the_job(sh: Shell, estate: Estate) -> None:
    joid = estate.job("PARIS", timezone="Europe/Paris")
    first = estate.status(joid, Status.STARTING, "02/03/2025 01:00:00", 41)
    estate.past([first], [estate.run(joid, 41, "02/03/2025 01:00:00", None, None, None, first)])
    lines = sh("autorep", "-J", "PARIS", "-dt").out.split("\n")
    assert lines[4] == "    (Europe/Paris)"
    assert lines[8].split()[1:3] == ["02/03/2025", "02:00:00"]


# Detail


def test_events_that_wait(sh: Shell, estate: Estate) -> None:
    joid = estate.head("RET_CLOSE").joid
    with estate.store.transaction():
        estate.store.add_event(Event(EventCode.STARTJOB, moment("02/03/2025 23:00:00"), joid=joid))
    last = sh("autorep", "-J", "RET_CLOSE", "-d").out.split("\n")[-2]
    assert last.rstrip() == "  [STARTJOB]      02/03/2025 23:00:00    0  UP"


def test_detail_of_an_earlier_run(sh: Shell, estate: Estate) -> None:
    lines = sh("autorep", "-d", "-J", "RET_CLOSE", "-r", "-1").out.split("\n")
    assert lines[3].split()[5:] == ["SU", "39/1", "0"]
    assert [line.split()[0] for line in lines[7:-1]] == ["STARTING", "<Executing", "RUNNING", "SUCCESS"]
    assert sh("autorep", "-d", "-J", "RET_CLOSE", "-R", "39").out.split("\n") == lines


def test_events_of_a_job_that_never_ran(sh: Shell, estate: Estate) -> None:
    joid = estate.job("FRESH")
    hold = estate.fact(EventCode.JOB_ON_HOLD, joid, NOW, eoid=9, reason="not \x1btoday", ntry=1)
    estate.past([hold, estate.status(joid, Status.ON_HOLD, "02/03/2025 06:00:00", 0, 0)])
    lines = sh("autorep", "-d", "-J", "FRESH").out.split("\n")[7:-1]
    assert [line.split()[:4:3] for line in lines] == [["[JOB_ON_HOLD]", "0"], ["<not"], ["ON_HOLD", "0"]]
    assert lines[1] == "    <not \\x1btoday>"


def test_a_refused_change_of_status_is_an_event_and_no_status(sh: Shell, estate: Estate) -> None:
    joid = estate.job("ICED")
    refused = estate.fact(EventCode.CHANGE_STATUS, joid, NOW, eoid=9, status=Status.SUCCESS)
    talk = estate.fact(EventCode.DEFINITION_CHANGED, joid, NOW, eoid=10)
    estate.past([refused, talk])
    lines = sh("autorep", "-d", "-J", "ICED").out.split("\n")[7:-1]
    assert [line.split()[0] for line in lines] == ["[CHANGE_STATUS]"]


def test_the_business_date_of_a_run(sh: Shell, estate: Estate) -> None:
    joid = estate.job("DATED")
    start = estate.fact(EventCode.FORCE_STARTJOB, joid, NOW, eoid=9, value="20250131")
    first = estate.status(joid, Status.STARTING, "02/03/2025 06:00:00", 41, cause=start.seq)
    run = replace(estate.run(joid, 41, "02/03/2025 06:00:00", None, None, None, first), run_date="20250131")
    estate.past([start, first], [run])
    estate.stands("DATED", status=Status.STARTING, run_num=41, ntry=1, run_date="20250131")
    assert sh("autorep", "-d", "-J", "DATED").out.split("\n")[4:6] == ["    (run date 20250131)", " "]
    estate.write(Outcome(runs={run.key: replace(run, end=NOW, status=Status.SUCCESS, exit_code=0)}))
    estate.stands("DATED", status=Status.ACTIVATED, run_num=42, ntry=0)
    assert sh("autorep", "-d", "-J", "DATED", "-r", "41").out.split("\n")[4:6] == ["    (run date 20250131)", " "]
    assert "run date" not in sh("autorep", "-d", "-J", "DATED").out


def test_a_box_in_an_earlier_run_shows_its_members_of_that_run(sh: Shell, estate: Estate) -> None:
    box, member = (estate.head(name).joid for name in ("RET_STOCK_BX", "RET_STOCK_FW"))
    times = ("02/02/2025 04:00:00", "02/02/2025 04:10:00")
    facts = [estate.status(joid, Status.RUNNING, times[0], 38) for joid in (box, member)]
    runs = [
        estate.run(joid, 38, *times, Status.SUCCESS, 0, fact) for joid, fact in zip((box, member), facts, strict=True)
    ]
    estate.past(facts, runs)
    rows = sh("autorep", "-J", "RET_STOCK_BX", "-r", "38").out.split("\n")[3:-1]
    assert [(row[:20].rstrip(), *row.split()[5:]) for row in rows] == [
        ("RET_STOCK_BX", "SU", "38/1", "0"),
        (" RET_STOCK_FW", "SU", "38/1", "0"),
    ]


# Data


def test_json_is_one_document_with_the_keys_in_order(sh: Shell, estate: Estate) -> None:
    document = json.loads(sh("autorep", "-J", "ALL", "--format", "json").out)
    assert (
        list(document[0])
        == (
            "name job_type box_name last_start last_end status exec_mode run_num ntry queue_priority exit_code machine"
        ).split()
    )
    assert document[2]["exec_mode"] == "ON_NOEXEC"
    assert json.loads(sh("autorep", "-J", "NO%", "--format", "json").out) == []
    [failed] = json.loads(sh("autorep", "-J", "ALL", "-s", "FA", "--format", "json").out)
    assert (failed["name"], failed["exit_code"], failed["last_end"]) == ("RET_CLOSE", 3, "2025-02-02T23:02:17+00:00")
    [alone] = json.loads(sh("autorep", "-J", "RET_STOCK_FW", "--format", "json").out)
    assert alone["box_name"] == "RET_STOCK_BX"


def test_an_unknown_format(sh: Shell, estate: Estate) -> None:
    assert sh("autorep", "-J", "ALL", "--format", "xml") == (
        2, "", "CAUAJM_E_99012 Invalid format: xml. Use json or csv.\n",
    )  # fmt: skip


# Machines


def test_load_of_live_jobs(sh: Shell, estate: Estate) -> None:
    state = JobState(Status.RUNNING, run_num=50, ntry=1, machine="node-a")
    estate.job("BUSY", state=state, job_load="30", priority="2")
    lines = sh("autorep", "-M", "node-a", "-d").out.split("\n")
    assert lines[4] == ""
    assert lines[5].split() == ["Job", "Name", "Machine", "Status", "Load", "Priority"]
    assert lines[6].split(" ")[2:] == ["-" * n for n in (64, 20, 12, 5, 8)]
    assert lines[7].split()[:3] == ["BUSY", "node-a", "RUNNING"]


def test_virtual_machines(sh: Shell, estate: Estate) -> None:
    estate.machine("cloud", type="v", attributes=(("machine", "node-a"), ("machine", "node-b")))
    estate.machine("void", type="v")
    rows = [line.split() for line in sh("autorep", "-M", "ALL").out.split("\n")[3:-1]]
    assert [(row[0], row[-1]) for row in rows] == [
        ("cloud.node-a", "Online"),
        ("cloud.node-b", "Offline"),
        ("localhost", "Online"),
        ("node-a", "Online"),
        ("node-b", "Offline"),
        ("void", "Empty"),
    ]


def test_the_load_of_a_machine_is_that_of_its_open_runs(sh: Shell, estate: Estate, store: MemoryStore) -> None:
    share = (("machine", "node-a"), ("max_load", "40"), ("factor", "2"), ("machine", "node-b"))
    estate.machine("cloud", type="v", attributes=share)
    joid = estate.job("BUSY", job_load="30")
    direct = Run(RunKey(joid, 60, 1), 1, "node-a", NOW, job_load=30)
    by_cloud = Run(RunKey(joid, 61, 1), 1, "node-a", NOW, job_load=5, virtual="cloud")
    ended = Run(RunKey(joid, 59, 1), 1, "node-a", NOW, NOW, Status.SUCCESS, 0, job_load=30)
    with store.transaction():
        missing = {
            CountKey("missing", "node-a"): 1,
            CountKey("missing", "node-b"): 2,
            CountKey("missing", "localhost"): 2,
        }
        runs = {run.key: run for run in (direct, by_cloud, ended)}
        store.write_turn([], Outcome(runs=runs, counts=missing), NOW)
    rows = [line.split() for line in sh("autorep", "-M", "ALL").out.split("\n")[3:-1]]
    assert [(row[0], *row[1:4], row[-1]) for row in rows] == [
        ("cloud.node-a", "40", "5", "2.00", "Missing"),
        ("cloud.node-b", "---", "---", "1.00", "Offline"),
        ("localhost", "---", "---", "1.00", "Blocked"),
        ("node-a", "100", "35", "1.50", "Missing"),
        ("node-b", "---", "---", "1.00", "Offline"),
    ]


# Hostile text


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\u202eabc", "\udcff\udcfe", "\x9b", "tab\there"])
def test_hostile_text_never_reaches_a_report(text: str, sh: Shell, estate: Estate, store: MemoryStore) -> None:
    estate.globals(HOSTILE=text)
    estate.machine(f"m{text}")
    joid = estate.job(f"J{text}")
    estate.past([estate.fact(EventCode.COMMENT, joid, NOW, eoid=3, value=text, reason=text)])
    for line in (["-G", "ALL"], ["-M", "ALL"], ["-J", "ALL"], ["-d", "-J", "ALL"], ["-J", "ALL", "--format", "csv"]):
        done = sh("autorep", *line)
        assert done.code == 0
        lines = done.out.split("\n")
        assert all(shown.isprintable() for shown in lines)
    values = sh("autorep", "-G", "HOSTILE").out.split("\n")
    assert len(values) == 5
    assert values[3][166:].rstrip() == "02/03/2025 06:00:00"
    assert sh("autorep", "-J", text).code == 1


def test_wildcards_take_linear_time(sh: Shell, estate: Estate) -> None:
    estate.job("a" * 64)
    assert sh("autorep", "-J", "%a" * 30 + "%b").out == ""


def test_no_folder_can_be_made(sh: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUTOUSER", str(tmp_path / "file" / "deeper"))
    done = sh("autorep", "-J", "ALL")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("CAUAJM_E_99003 Cannot create the instance folder ")
    assert done.err.count("\n") == 1
