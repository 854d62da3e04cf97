"""autorep -q: definitions as JIL text (cli.md §3.7)."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli.query_report import long_form
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate
from tests.loading import load_jil

SAMPLE = (
    "\n\n/* ----------------- RET_STOCK_FW ----------------- */ \n\n"
    "insert_job: RET_STOCK_FW   job_type: FW \n"
    "box_name: RET_STOCK_BX\nmachine: node-a\nowner: retail\npermission: gx,wx\ndate_conditions: 0\n"
    "alarm_if_fail: 1\napplication: RETAIL\n"
    'watch_file: "/data/in/stock_????.csv"\nwatch_interval: 60\n'
)


@pytest.mark.parametrize(
    ("typed", "long"),
    [
        ("s(A) & f(B)", "success(A) & failure(B)"),
        ("(d(A)|t(B))&n(C)", "(done(A)|terminated(B))&notrunning(C)"),
        ('e( A ) <= 4 AND V (s) = "s(x)"', 'exitcode( A ) <= 4 AND value (s) = "s(x)"'),
        ("success(A)", "success(A)"),
        ("s(tests(1))", "success(tests(1))"),
        ("", ""),
    ],
)
def test_long_names(typed: str, long: str) -> None:
    assert long_form(typed) == long


@pytest.fixture
def watcher(estate: Estate) -> Estate:
    """The measured sample stands in a box of its own."""
    pytest.importorskip("autosys_py.jil.renderer")
    estate.job("BX", "BOX")
    estate.job(
        "W",
        "FW",
        "BX",
        watch_file="/data/in/stock_????.csv",
        permission="gx,wx",
        date_conditions="0",
        alarm_if_fail="1",
        application="RETAIL",
        watch_interval="60",
    )
    return estate


def expected(name: str, box: str, indent: str = "", lead: str = "\n\n") -> str:
    text = SAMPLE.replace("RET_STOCK_FW", name).replace("RET_STOCK_BX", box).removeprefix("\n\n")
    return lead + "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n")[:-1])


def test_one_job_ends_with_its_status(sh: Shell, watcher: Estate) -> None:
    assert sh("autorep", "-qJ", "W") == (0, expected("W", "BX") + "/* status: INACTIVE */\n", "")


def test_the_sample_byte_for_byte(sh: Shell, watcher: Estate, configure: Callable[[str], None]) -> None:
    configure("AutorepStatusComment=0\n")
    assert len(SAMPLE) == 284
    out = sh("autorep", "-J", "W", "-q").out
    assert out == expected("W", "BX")
    assert out.count("\n") == 14


def test_members_are_indented_and_have_no_status_line(sh: Shell, watcher: Estate) -> None:
    out = sh("autorep", "-q", "-J", "BX").out
    assert out.endswith(expected("W", "BX", indent=" "))
    assert "status:" not in out
    alone = sh("autorep", "-q", "-J", "BX", "-L", "0").out
    assert alone.endswith("/* status: INACTIVE */\n")


@pytest.mark.parametrize("blanks", [0, 1, 2])
def test_leading_blanks(blanks: int, sh: Shell, watcher: Estate, configure: Callable[[str], None]) -> None:
    configure(f"AutorepQueryLeadingBlanks={blanks}\nAutorepStatusComment=0\n")
    assert sh("autorep", "-q", "-J", "W").out == expected("W", "BX", lead="\n" * blanks)
    assert sh("autorep", "-q", "-J", "BX").out.count("\n\n\n") == 1  # between the two


def test_bytes_come_out_as_they_went_in(sh: Shell, watcher: Estate) -> None:
    watcher.job("RAW", description="ä \udce4 \x1b[1m")
    with pytest.raises(UnicodeDecodeError):
        sh("autorep", "-q", "-J", "RAW")  # the byte is there, so the whole is no UTF-8


def test_machines(sh: Shell, watcher: Estate) -> None:
    out = sh("autorep", "-M", "ALL", "-q").out
    assert [line for line in out.split("\n") if line.startswith("insert_machine")] == [
        "insert_machine: node-a", "insert_machine: node-b",
    ]  # fmt: skip


def test_members_come_before_the_virtual_machines_that_name_them(sh: Shell, store: MemoryStore) -> None:
    load_jil(store, "insert_machine: m1\n\ninsert_machine: A\ntype: v\nmachine: m1", NOW, ZoneInfo("UTC"))
    out = sh("autorep", "-M", "ALL", "-q").out
    assert out.index("insert_machine: m1") < out.index("insert_machine: A")
    again = MemoryStore()
    load_jil(again, out, NOW, ZoneInfo("UTC"))
    assert again.machine("A") == store.machine("A")
