"""The script of a simulation: its statements, and one clear line for what is none."""

from zoneinfo import ZoneInfo

import pytest

from autosys_py.sim.script import ScriptError, duration, moment, read_script

NEW_YORK = ZoneInfo("America/New_York")


def test_every_statement() -> None:
    script = read_script(
        """
        # a night
        run load#2 1h30m exit 3   # the second start
        run "odd name"  signal 9
        run lost lost
        run quick
        at 02/03/2025 04:00 sendevent -E COMMENT -C "it's #1"
        at "02/03/2025 04:00:30" jil < more.jil
        down +1h +2h
        offline prod1 02/03/2025 05:00 "02/03/2025 06:00"
        file /in/prices.csv +10m 2048
        file /in/prices.csv +20m -
        """
    )
    assert [(run.job, run.start, run.runtime, run.exit_code) for run in script.runs] == [
        ("load", 2, 5400, 3),
        ("odd name", 0, None, -9),
        ("lost", 0, None, None),
        ("quick", 0, None, 0),
    ]
    assert script.commands[0].words == ("sendevent", "-E", "COMMENT", "-C", "it's #1")
    assert script.commands[1].words == ("jil", "<", "more.jil")
    assert [line.size for line in script.files] == [2048, None]
    begin = moment("02/03/2025 03:00", NEW_YORK)
    timed = script.timed(begin, NEW_YORK)
    assert timed.commands[1].moment == begin + 3630
    assert (timed.downs[0].since, timed.downs[0].until) == (begin + 3600, begin + 7200)
    assert (timed.offlines[0].machine, timed.offlines[0].until - timed.offlines[0].since) == ("prod1", 3600)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("jump", "'jump' is no statement: run, at, down, offline, file"),
        ("run", "the job is missing"),
        ("run a 5q", "'5q' is no duration: like 90s, 12m, 2h or 1h30m"),
        ("run a#x", "'#x' is no start: #1 is the first"),
        (f"run a#{'9' * 5000}", f"'#{'9' * 5000}' is no start: #1 is the first"),
        ("run a 5m exit", "'exit' is no outcome: exit N, signal N or lost"),
        ("run a exit 1 2", "'exit 1 2' is no outcome: exit N, signal N or lost"),
        ("at +5m", "at WHEN COMMAND: the command is missing"),
        ("file /x +5m big", "'big' is no size: bytes, or - for removed"),
        ("down +1h", "a time is missing"),
        ("offline m +1h +2h more", "'more' is too much"),
        ("run 'a", "no closing quotation"),
        ("at +1m jil < \0", "a NUL character is part of no name and no command line"),
    ],
)
def test_a_line_that_is_none(line: str, complaint: str) -> None:
    with pytest.raises(ScriptError) as caught:
        read_script(f"# first\n{line}\n")
    assert (caught.value.line, caught.value.text) == (2, complaint)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("at 25:00 jil", "'25:00' is no time: MM/DD/YYYY HH:MM[:SS] or +OFFSET like +1h30m"),
        ("down +2h +1h", "+1h is before +2h"),
    ],
)
def test_a_time_that_is_none(line: str, complaint: str) -> None:
    with pytest.raises(ScriptError) as caught:
        settle(line)
    assert caught.value.text == complaint


def settle(line: str) -> None:
    read_script(line).timed(0, NEW_YORK)


def test_of_two_equal_local_times_the_first_is_meant() -> None:
    assert moment("11/02/2025 01:30", NEW_YORK) + 3600 == moment("11/02/2025 02:30", NEW_YORK) - 3600
    assert duration("1d2h3m4s") == 93784


@pytest.mark.parametrize("text", ["12/31/9999 00:00", "01/01/0001 00:00", "12/31/1969 23:59"])
def test_years_that_cannot_be_played(text: str) -> None:
    with pytest.raises(ValueError, match="year"):
        moment(text, ZoneInfo("UTC"))
