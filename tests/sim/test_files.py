"""When a watcher of a simulation ends, by the script's `file` lines (extensions.md §6, rule R-14)."""

import pytest

from autosys_py.sim.files import NEVER, Ending, Files
from autosys_py.sim.script import FileLine
from tests.agent.orders import order

START = 1_000_000


def ending(lines: str, **attributes: str) -> Ending | None:
    """The end of a watcher of /in/f that starts at START; a line is `PATH SECONDS SIZE`."""
    files = []
    for number, line in enumerate(filter(None, lines.split(";")), start=1):
        path, seconds, size = line.split()
        files.append(FileLine(number, path, seconds, None if size == "-" else int(size), START + int(seconds)))
    job_type = "FT" if any("type" in name or "change" in name for name in attributes) else "FW"
    given = {"watch_file": "/in/f", **attributes}
    return Files(files).ending_of(order(job_type=job_type, attributes=given, variables={"D": "03"}), START)


@pytest.mark.parametrize(
    ("lines", "attributes", "runtime"),
    [
        ("/in/f 0 5", {}, 60),  # there from the beginning: steady after one interval
        ("/in/f -100 5", {}, 60),
        ("/in/f 30 5", {}, 120),  # seen at 60, steady at 120
        ("/in/f 60 5", {}, 120),
        ("/in/f 30 5;/in/f 90 6", {}, 180),
        ("/in/f 30 5", {"watch_interval": "10"}, 40),
        ("/in/f 30 5", {"watch_file_min_size": "6"}, NEVER),
        ("/in/f 30 5;/in/f 3600 6", {"watch_file_min_size": "6"}, 3660),
        ("/in/f 30 5;/in/f 100 -", {}, NEVER),
        ("/in/f 30 5;/in/f 100 -;/in/f 1000 5", {}, 1080),
        ("/in/f -9 0", {}, 60),
        ("/in/f_1.csv 30 5", {"watch_file": "/in/f_?.csv"}, 120),
        ("/in/a 30 5;/in/b 30 9", {"watch_file": "/in/*", "watch_file_min_size": "8"}, 120),
        ("/in/03/f 30 5", {"watch_file": "/in/$$D/f"}, 120),
        ("/in/f 864000 5", {"watch_interval": "1"}, 864001),
    ],
)
def test_a_watcher(lines: str, attributes: dict[str, str], runtime: int) -> None:
    assert ending(lines, **attributes) == Ending(runtime, 0)


@pytest.mark.parametrize(
    ("watched", "path"),
    [("/in/*", "/in/sub/f"), ("/in/f", "/in/g"), ("/in/[f]", "/in/f"), ("/in/f?", "/in/f")],
)
def test_a_file_that_is_not_meant(watched: str, path: str) -> None:
    assert ending(f"{path} 0 5", watch_file=watched) is None


@pytest.mark.parametrize(
    ("kind", "lines", "end"),
    [
        ("EXIST", "/in/f 0 5", (0, 0)),
        ("EXIST", "/in/f 1 5", (0, 1)),
        ("NOTEXIST", "/in/f 1 5", (0, 0)),
        ("NOTEXIST", "/in/f 0 5", (0, 1)),
        ("CREATE", "/in/f 0 5", (0, 0)),
        ("CREATE", "/in/f 31 5", (60, 0)),
        ("DELETE", "/in/f 0 5;/in/f 45 -", (60, 0)),
        ("DELETE", "/in/f 45 5", (0, 0)),
        ("UPDATE", "/in/f 0 5;/in/f 45 5", (60, 0)),
        ("UPDATE", "/in/f 45 5", (NEVER, 0)),
        ("GENERATE", "/in/f 45 5", (60, 0)),
        ("EXPAND", "/in/f 0 5;/in/f 45 6", (60, 0)),
        ("SHRINK", "/in/f 0 5;/in/f 45 6;/in/f 100 4", (120, 0)),
    ],
)
def test_a_trigger(kind: str, lines: str, end: tuple[int, int]) -> None:
    assert ending(lines, watch_file_type=kind) == Ending(*end)


def test_a_trigger_that_wants_stillness_or_a_change_of_some_size() -> None:
    lines = "/in/f 0 10;/in/f 45 15;/in/f 400 30"
    assert ending(lines, watch_file_type="UPDATE", watch_no_change="2") == Ending(180, 0)
    assert ending(lines, watch_file_type="UPDATE", watch_no_change="10") == Ending(1020, 0)
    percent = {"watch_file_change_type": "PERCENT", "watch_file_change_value": "60"}
    assert ending(lines, watch_file_type="EXPAND", **percent) == Ending(420, 0)
    size = {"watch_file_change_type": "SIZE", "watch_file_change_value": "15"}
    assert ending(lines, watch_file_type="EXPAND", **size) == Ending(60, 0)


def test_a_trigger_below_a_directory_and_one_without_end() -> None:
    assert ending("/in/a/b/f 45 1", watch_file_type="CREATE", watch_file_recursive="1") == Ending(60, 0)
    assert ending("/in/a/b/f 45 1", watch_file_type="CREATE") is None
    assert ending("/in/f 45 1", watch_file_type="CREATE", continuous="1") == Ending(NEVER, 0)
