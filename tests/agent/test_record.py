"""How the lines of a record are judged."""

import pytest

from autosys_py.agent.record import parse_record

STARTED = "started 1.2.1 boot 1700000000 42\n"


@pytest.mark.parametrize(
    ("lines", "exit_code", "killed"),
    [
        ("exit 0\n", 0, False),
        ("exit 137\n", 137, False),
        ("Killed\nexit 137\n", -9, False),
        ('runner.sh: line 8:  6121 Killed    "$@" 9>&-\nexit 137\n', -9, False),
        ("sh: not found\nexit 127\n", 127, False),
        ("sh: warning: setlocale: cannot change locale\nexit 137\n", 137, False),
        ("exit 130\n", 130, False),
        ("killed 2,9\nexit 130\n", -2, True),
        ("killed 15,9\nexit 130\n", 130, True),
        ("killed 15,9\nTerminated\nexit 143\n", -15, True),
        ("killed 15,9\nexit 0\n", 0, True),
        ("exit 0\nkilled 15,9\n", 0, False),
        ("killed 15,9\nspared\nexit 0\n", 0, False),
        ("killed 15,9\nexit 0\nspared\n", 0, False),
    ],
)
def test_ends(lines: str, exit_code: int, killed: bool) -> None:
    record = parse_record(STARTED + lines)
    assert record.ended
    assert (record.exit_code, record.killed) == (exit_code, killed)


@pytest.mark.parametrize("lines", ["", "exit 0", "Killed\n", "exit", "exit \n"])
def test_an_exit_record_without_its_newline_is_none(lines: str) -> None:
    record = parse_record(STARTED + lines)
    assert record.started
    assert not record.ended


def test_the_start() -> None:
    record = parse_record(STARTED)
    assert (record.boot, record.start, record.pid) == ("boot", 1700000000, 42)
    assert not parse_record("").started
    assert parse_record("star").started  # half a line: the command may have been run
