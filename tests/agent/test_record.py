"""How the lines of a record are judged."""

import pytest

from autosys_py.agent.record import parse_record

RUN = "1.2.1"
STARTED = "started 1.2.1 boot 1700000000 42\n"


@pytest.mark.parametrize(
    ("lines", "exit_code", "killed"),
    [
        ("exit 0 1.2.1\n", 0, False),
        ("exit 137 1.2.1\n", 137, False),
        ("Killed\nexit 137 1.2.1\n", -9, False),
        ('runner.sh: line 8:  6121 Killed    "$@" 9>&-\nexit 137 1.2.1\n', -9, False),
        ("sh: not found\nexit 127 1.2.1\n", 127, False),
        ("sh: warning: setlocale: cannot change locale\nexit 137 1.2.1\n", 137, False),
        ("exit 130 1.2.1\n", 130, False),
        ("killed 2,9\nexit 130 1.2.1\n", -2, True),
        ("killed 15,9\nexit 130 1.2.1\n", 130, True),
        ("killed 15,9\nTerminated\nexit 143 1.2.1\n", -15, True),
        ("killed 15,9\nexit 0 1.2.1\n", 0, True),
        ("exit 0 1.2.1\nkilled 15,9\n", 0, False),
        ("killed 15,9\nspared\nexit 0 1.2.1\n", 0, False),
        ("killed 15,9\nexit 0 1.2.1\nspared\n", 0, False),
    ],
)
def test_ends(lines: str, exit_code: int, killed: bool) -> None:
    record = parse_record(STARTED + lines, RUN)
    assert record.ended
    assert (record.exit_code, record.killed) == (exit_code, killed)


@pytest.mark.parametrize("lines", ["", "exit 0", "exit 0 1.2.1", "Killed\n", "exit", "exit \n"])
def test_an_exit_record_without_its_newline_is_none(lines: str) -> None:
    record = parse_record(STARTED + lines, RUN)
    assert record.started
    assert not record.ended


@pytest.mark.parametrize(
    "lines",
    ["exit 0 1.1.1\n", "exit 0\n", "\0\0\0\0exit 0 1.2.1\n", "exit \u00b2 1.2.1\n", "exit 9999 1.2.1\n", "killed x\n"],
)
def test_the_end_of_another_run_and_rubbish_are_none(lines: str) -> None:
    assert not parse_record(STARTED + lines, RUN).ended


def test_the_start() -> None:
    record = parse_record(STARTED, RUN)
    assert (record.boot, record.start, record.pid) == ("boot", 1700000000, 42)
    assert not parse_record("", RUN).started
    assert parse_record("star", RUN).started  # half a line: the command may have been run


@pytest.mark.parametrize(
    ("lines", "exit_code"),
    [
        ("exit 3\n", 3),
        ("Killed\nexit 137\n", -9),
        ("killed 15,9\nTerminated\nexit 143\n", -15),
        ("exit 0\nkilled 15,9\n", 0),
    ],
)
def test_a_runner_of_an_older_version_ended_in_this_boot(lines: str, exit_code: int) -> None:
    """It did not name its run; after a power loss that line could be anything."""
    record = parse_record(STARTED + lines, RUN, "boot")
    assert (record.ended, record.exit_code) == (True, exit_code)
    assert not parse_record(STARTED + lines, RUN, "another").ended
    assert not parse_record(STARTED + lines, RUN).ended
