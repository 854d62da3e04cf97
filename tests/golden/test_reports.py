"""Every report byte for byte against a file, and the column positions of the specification against the files.

The files were written from cli.md §3; `AUTOSYS_WRITE_GOLDEN=1 pytest tests/golden` writes them anew, to be read before
they are committed.
"""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.estate import Estate

HERE = Path(__file__).parent

REPORTS = {
    "summary": ["-J", "ALL"],
    "summary_narrow": ["-J", "ALL", "-n"],
    "summary_of_application": ["-I", "RETAIL"],
    "summary_previous_run": ["-J", "RET_CLOSE", "-r", "-1"],
    "detail": ["-J", "RET_CLOSE", "-d"],
    "detail_all": ["-J", "ALL", "-d"],
    "history": ["-J", "RET_CLOSE", "-L", "2"],
    "machines": ["-M", "ALL"],
    "machines_narrow": ["-M", "ALL", "-n"],
    "globals": ["-G", "ALL"],
    "globals_narrow": ["-G", "ALL", "-n"],
    "jobs_json": ["-J", "ALL", "--format", "json"],
    "jobs_csv": ["-J", "ALL", "--format", "csv"],
    "machines_json": ["-M", "ALL", "--format", "json"],
    "globals_csv": ["-G", "ALL", "--format", "csv"],
}


def golden(name: str) -> list[str]:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("name", REPORTS)
def test_report(name: str, sh: Shell, estate: Estate) -> None:
    done = sh("autorep", *REPORTS[name])
    assert (done.code, done.err) == (0, "")
    path = HERE / f"{name}.txt"
    if os.environ.get("AUTOSYS_WRITE_GOLDEN"):
        path.write_text(done.out, encoding="utf-8")
    assert done.out == path.read_text(encoding="utf-8")


def columns(line: str, *starts: int) -> list[str]:
    """The fields of a line that begin at these columns; each but the first has a blank before it."""
    assert all(line[start - 1] == " " for start in starts[1:]), line
    ends = [*starts[1:], None]
    return [line[start:end].rstrip() for start, end in zip(starts, ends, strict=True)]


SUMMARY = (0, 65, 86, 107, 113, 122)


def test_columns_of_the_summary() -> None:
    blank, heading, rule, *rows, end = golden("summary")
    assert blank == end == ""
    assert columns(heading, *SUMMARY) == ["Job Name", "Last Start", "Last End", "ST/Ex", "Run/Ntry", "Pri/Xit"]
    assert [len(part) for part in rule.split(" ")] == [64, 20, 20, 5, 8, 7]
    assert [columns(row, *SUMMARY) for row in rows] == [
        ["RET_STOCK_BX", "02/03/2025 04:00:01", "-----", "RU", "41/1", ""],
        [" RET_STOCK_FW", "02/03/2025 04:00:02", "02/03/2025 04:11:40", "SU", "41/1", "0"],
        [" RET_STOCK_MAIL", "-----", "-----", "AC/NE", "41/0", ""],
        ["RET_CLOSE", "02/02/2025 23:00:00", "02/02/2025 23:02:17", "FA", "40/1", "3"],
    ]
    assert {len(line) for line in (heading, rule, *rows)} == {129}


def test_narrow_summary() -> None:
    _, heading, *_ = golden("summary_narrow")
    assert columns(heading, 0, 29, 50, 71, 77, 86)[1:3] == ["Last Start", "Last End"]


def test_columns_of_the_detail() -> None:
    blank, _, _, row, gap, heading, dashes, *events = golden("detail")
    assert (blank, gap) == ("", " ")
    assert columns(row, *SUMMARY)[0] == "RET_CLOSE"
    assert [heading.index(word) for word in ("Status/[Event]", "Time", "Ntry", "ES", "ProcessTime", "Machine")] == [
        2, 18, 39, 44, 48, 70,
    ]  # fmt: skip
    assert [(len(part), dashes.index(part)) for part in ("-" * 14, "-" * 16)] == [(14, 2), (16, 18)]
    assert columns(dashes, 2, 18, 40, 44, 48, 70) == ["-" * n for n in (14, 21, 2, 2, 21, 16)]
    assert events[0] == "  STARTING        02/02/2025 23:00:00    1  PD  02/02/2025 23:00:00   node-a"
    assert events[1] == "    <Executing at node-a>"
    assert events[2] == "  FAILURE         02/02/2025 23:02:17    1  PD  02/02/2025 23:02:17   node-a"
    assert events[3] == "  [*** ALARM ***]"
    assert events[4] == "    JOBFAILURE    02/02/2025 23:02:17    1  PD  02/02/2025 23:02:18   node-a"
    assert events[5].rstrip() == "  [STARTJOB]      02/02/2025 23:05:00    0  PD  02/02/2025 23:05:00"
    assert events[6:] == [""]


def test_a_members_block_moves_right_with_its_row() -> None:
    lines = golden("detail_all")
    member = lines.index(next(line for line in lines if line.startswith(" RET_STOCK_FW")))
    assert lines[member - 1] == " "
    assert lines[member + 1] == " "
    assert lines[member + 2].startswith("   Status/[Event]")


def test_columns_of_the_machine_report() -> None:
    blank, heading, rule, *rows, end = golden("machines")
    starts = (0, 81, 92, 105, 113, 125)
    assert blank == end == ""
    assert columns(heading, *starts) == ["Machine Name", "Max Load", "Current Load", "Factor", "O/S", "Status"]
    assert columns(rule, *starts) == ["_" * n for n in (80, 10, 12, 7, 11, 6)]
    assert [columns(row, *starts) for row in rows] == [
        ["localhost", "---", "---", "1.00", "Sys Agent", "Online"],
        ["node-a", "100", "0", "1.50", "Sys Agent", "Online"],
        ["node-b", "---", "---", "1.00", "Unix", "Offline"],
    ]


def test_columns_of_the_globals() -> None:
    blank, heading, rule, *rows, end = golden("globals")
    assert blank == end == ""
    assert columns(heading, 0, 65, 166) == ["Global Name", "Value", "Last Changed"]
    assert columns(rule, 0, 65, 166) == ["_" * 64, "_" * 100, "_" * 20]
    assert [columns(row, 0, 65, 166) for row in rows] == [
        ["RET_EMPTY", "", "02/03/2025 06:00:00"],
        ["RET_GO", "Y", "02/03/2025 06:00:00"],
    ]
