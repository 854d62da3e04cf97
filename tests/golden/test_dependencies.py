"""`job_depends` and `autorep -Q` byte for byte, and their columns against cli.md §6 and §3.8.

`AUTOSYS_WRITE_GOLDEN=1 pytest tests/golden` writes the files anew, to be read before they are committed.
"""

import os
from pathlib import Path

import pytest

from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.stock import stock
from tests.golden.test_reports import columns, golden

HERE = Path(__file__).parent
DAY = "-F", "02/04/2025"

REPORTS = {
    "depends_conditions": ["job_depends", "-c", "-J", "RET_STOCK_BX"],
    "depends_conditions_wide": ["job_depends", "-cw", "-J", "RET_STOCK_BX"],
    "depends_conditions_all": ["job_depends", "-c", "-J", "RET_STOCK%"],
    "depends_tree": ["job_depends", "-d", "-J", "ALL"],
    "depends_tree_box": ["job_depends", "-d", "-J", "RET_STOCK_BX"],
    "depends_tree_wide": ["job_depends", "-dw", "-J", "RET_STOCK_BX"],
    "depends_starts": ["job_depends", "-t", "-J", "ALL", *DAY],
    "depends_starts_sorted": ["job_depends", "-t", "-s", "-e", "-J", "ALL", *DAY],
    "depends_resources": ["job_depends", "-r", "-J", "ALL"],
    "depends_resources_one": ["job_depends", "-r", "-J", "RET_REPORT"],
    "depends_resources_wide": ["job_depends", "-rw", "-J", "RET_REPORT"],
    "depends_resources_none": ["job_depends", "-r", "-J", "RET_STOCK_BX"],
    "queue": ["autorep", "-Q", "ALL"],
    "queue_narrow": ["autorep", "-Q", "ALL", "-n"],
}


@pytest.mark.parametrize("name", REPORTS)
def test_report(name: str, sh: Shell, store: MemoryStore) -> None:
    stock(store)
    done = sh(*REPORTS[name])
    assert (done.code, done.err) == (0, "")
    path = HERE / f"{name}.txt"
    if os.environ.get("AUTOSYS_WRITE_GOLDEN"):
        path.write_text(done.out, encoding="utf-8")
    assert done.out == path.read_text(encoding="utf-8")


RULE = "_" * 78
AS_SPECIFIED = [
    "",
    "",
    RULE,
    "",
    "Job Name                         Status/Exec. Mode    Date Cond?           Start Cond?     Dep. Cond?",
    "--------                         -----------------    ----------           -----------     ----------",
    "RET_STOCK_BX                     SUCCESS              No                   Yes             Yes",
    "",
    '   Condition: s(RET_CLOSE) & v(RET_GO) = "Y"',
    "   Atomic Condition                              Current Status T/F",
    "   ----------------                              -------------- ---",
    "   s(RET_CLOSE)                                  SUCCESS        T",
    '   v(RET_GO) = "Y"                               N              F',
    "",
    "   Dependent Job Name                            Condition",
    "   ------------------                            ---------",
    "   RET_REPORT                                    SUCCESS(RET_STOCK_BX)",
    RULE,
    "",
    "",
]


def test_conditions_are_as_specified() -> None:
    assert golden("depends_conditions") == AS_SPECIFIED


def test_wide_makes_the_first_columns_33_wider() -> None:
    lines = golden("depends_conditions_wide")
    for narrow, wide in zip(AS_SPECIFIED, lines, strict=True):
        starts = (3, 49) if narrow.startswith("   ") else (0, 33)
        if len(narrow) > starts[1] and narrow != RULE and "Condition:" not in narrow:
            assert columns(wide, starts[0], starts[1] + 33) == columns(narrow, *starts)
        else:
            assert wide == narrow


def test_everything_from_the_heading_on_repeats() -> None:
    lines = golden("depends_conditions_all")
    heads = [number for number, line in enumerate(lines) if line.startswith("Job Name")]
    assert len(heads) == 4
    assert all(lines[number - 2 : number] == [RULE, ""] for number in heads)
    assert lines[:4] == ["", "", RULE, ""]
    assert lines[-3:] == [RULE, "", ""]


def test_columns_of_the_tree() -> None:
    first, second, title, gap, heading, rule, blank, *rows, end = golden("depends_tree")
    assert first == second == gap == blank == end == ""
    assert title == " " * 27 + "Job Dependency Report"
    assert columns(heading, 0, 36, 58) == ["Job Name", "Date Cond?", "Atomic Start Conditions"]
    assert columns(rule, 0, 36, 58) == ["_" * 30, "_" * 15, "_" * 23]
    assert [columns(row, 0, 36, 58) for row in rows] == [
        ["RET_CLOSE", "-------", "-------"],
        ["RET_STOCK_BX", "-------", "s(RET_CLOSE)"],
        ["", "", 'v(RET_GO) = "Y"'],
        ["  RET_STOCK_LOAD", "Yes", "s(RET_CLOSE,24.00)"],
        ["", "", "e(RET_ELSEWHERE^PRD) <= 4"],
        ["", "", "n(NOWHERE)"],
        ["  RET_STOCK_SUB", "-------", "-------"],
        ["    RET_STOCK_MAIL", "-------", "-------"],
        ["RET_REPORT", "-------", "s(RET_STOCK_BX)"],
        ["RET_NIGHT_BX", "Yes", "-------"],
        ["  RET_NIGHT_TALLY", "-------", "-------"],
    ]


def test_what_starts_by_date() -> None:
    rows = [columns(row, 0, 36, 58) for row in golden("depends_starts")[7:-1]]
    assert rows == [
        ["RET_STOCK_LOAD", "02/04/2025 05:00", "s(RET_CLOSE,24.00)"],
        ["", "", "e(RET_ELSEWHERE^PRD) <= 4"],
        ["", "", "n(NOWHERE)"],
        ["RET_NIGHT_BX", "02/04/2025 04:00", "-------"],
        ["  RET_NIGHT_TALLY", "-------", "-------"],
    ]
    starts = [columns(row, 0, 36)[1][:16] for row in golden("depends_starts_sorted")[7:-1] if row.startswith("RET")]
    assert starts == ["02/04/2025 04:00", "02/04/2025 05:00", "02/04/2025 17:00"]


def test_columns_of_the_resources() -> None:
    lines = golden("depends_resources")
    rows = [columns(line, 0, 33, 54, 75, 91) for line in lines if line.startswith(("Job", "RET", "---"))]
    heading = ["Job Name", "Resource", "Required", "Available", "Met?"]
    dashes = ["-" * len(word) for word in heading]
    assert rows == [
        heading,
        dashes,
        ["RET_CLOSE", "LICENCE", "2", "1", "Yes"],
        heading,
        dashes,
        ["RET_REPORT", "LICENCE", "2", "1", "No"],
        ["RET_REPORT", "PAPER", "1", "2", "Yes"],
    ]


def test_no_resources() -> None:
    remark = "CAUAJM_I_10490 No Resource dependencies found for input job <RET_STOCK_BX>"
    assert golden("depends_resources_none") == ["", "", RULE, "", "", remark, "", RULE, "", ""]


QUEUE = (0, 4, 25, 28, 34, 68, 73, 88, 110)


def test_columns_of_the_queue_report() -> None:
    blank, heading, rule, *rows, end = golden("queue_narrow")
    assert blank == end == ""
    names = ["Pri", "Job Name", "ST", "Load", "Mach Queue", "ST", "Curr/Max", "Resource", "Req/Avl"]
    assert columns(heading, *QUEUE) == names
    assert [len(part) for part in rule.split()] == [3, 20, 2, 4, 33, 4, 13, 21, 9]
    assert [columns(row, *QUEUE) for row in rows] == [
        ["0", "RET_REPORT", "RW", "40", "both", "ONLN", "0/150", "LICENCE", "2/1"],
        ["5", "RET_STOCK_MAIL", "QU", "30", "both", "ONLN", "0/150", "----", "----"],
    ]
    assert {len(line) for line in (heading, rule, *rows)} == {119}


def test_the_wide_queue_report_has_names_of_64() -> None:
    wide = (0, 4, *(start + 44 for start in QUEUE[2:]))
    assert [columns(row, *wide) for row in golden("queue")[3:-1]] == [
        columns(row, *QUEUE) for row in golden("queue_narrow")[3:-1]
    ]
