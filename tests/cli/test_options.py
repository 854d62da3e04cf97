"""The option parser: the rules of cli.md §1.1 by number, and the usage text of §1.2."""

import pytest

from autosys_py.cli.autorep import COMMAND as AUTOREP
from autosys_py.cli.options import Asked, Command, Given, Option, WrongUsage, parse, usage
from autosys_py.cli.sendevent import COMMAND as SENDEVENT

COMMANDS = {"autorep": AUTOREP, "sendevent": SENDEVENT}


def given(line: str) -> dict[str, str | None]:
    command, *words = line.split()
    return dict(parse(COMMANDS[command], words)._values)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        # 1, 3: groups, glued values
        ("autorep -JNAME -L0", {"J": "NAME", "L": "0"}),
        ("autorep -dj X", {"d": None, "J": "X"}),
        ("autorep -qj X -l0", {"q": None, "J": "X", "L": "0"}),
        ("autorep -J X -r-1", {"J": "X", "R": "-1"}),
        ("autorep X", None),
        # 2: whole words
        ("sendevent -usr me -pw secret -E STOP_DEMON", {"-usr": "me", "-pw": "secret", "E": "STOP_DEMON"}),
        ("sendevent -pw secret -E STOP_DEMON", None),
        ("autorep -J X --format json", {"J": "X", "--format": "json"}),
        ("autorep -J X --format=csv", {"J": "X", "--format": "csv"}),
        ("autorep -J X --wide", None),
        ("autorep --?", None),
        # 4: values that begin with a dash
        ("autorep -J X -r -1", {"J": "X", "R": "-1"}),
        ("sendevent -E COMMENT -C-1", {"E": "COMMENT", "C": "-1"}),
        ("sendevent -E COMMENT -C -1", None),
        # 5: late values
        ("autorep -j -q NAME", {"q": None, "J": "NAME"}),
        ("sendevent -P 1 -E KILLJOB -K 15 -J JOB", {"P": "1", "E": "KILLJOB", "K": "15", "J": "JOB"}),
        ("sendevent -E -J A B", {"J": "A", "E": "B"}),
        ("autorep -J A B", None),
        # 6: optional values
        ("autorep -J X -L -d", {"J": "X", "L": None, "d": None}),
        ("autorep -J X -L 2", {"J": "X", "L": "2"}),
        ("autorep -J X -s SU", {"J": "X", "s": "SU"}),
        ("autorep -J X -s failure", {"J": "X", "s": "failure"}),
        ("autorep -s -J X", {"s": None, "J": "X"}),
        ("autorep -J -s SU", {"s": None, "J": "SU"}),
        # 7: case
        ("autorep -j X -l 1", {"J": "X", "L": "1"}),
        ("sendevent -e STARTJOB -j X", {"E": "STARTJOB", "J": "X"}),
        ("sendevent -E CHANGE_STATUS -s SUCCESS -S XYZ", {"E": "CHANGE_STATUS", "s": "SUCCESS", "S": "XYZ"}),
        # 8: single-dash words, repeats, a colon
        ("autorep -J A -J B", {"J": "B"}),
        ("sendevent -E STARTJOB -J A:B", {"E": "STARTJOB", "J": "A:B"}),
        ("autorep -M ALL -n", {"M": "ALL", "n": None}),
    ],
)
def test_rules(line: str, options: dict[str, str | None] | None) -> None:
    if options is None:
        with pytest.raises(WrongUsage):
            given(line)
    else:
        assert given(line) == options


def test_an_option_without_its_value_is_named() -> None:
    with pytest.raises(WrongUsage) as wrong:
        parse(SENDEVENT, ["-E", "STARTJOB", "-J"])
    assert wrong.value.lines == ("CAUAJM_E_50130 Argument missing for option -J",)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["-?"], "?"),
        (["-x"], "x"),
        (["-J", "A", "B", "-@", "-?"], "?"),
        (["-qx"], "x"),
        (["--help"], "--help"),
        (["--nonsense", "--version"], "--version"),
        (["-J", "-?"], "?"),
    ],
)
def test_questions_win_over_the_rest_of_the_line(words: list[str], what: str) -> None:
    with pytest.raises(Asked) as asked:
        parse(AUTOREP, words)
    assert asked.value.what == what


def test_x_is_not_folded() -> None:
    with pytest.raises(WrongUsage):
        parse(SENDEVENT, ["-X"])


def test_a_command_may_forbid_folding() -> None:
    command = Command("chase", "Chase", "", (Option("A"),), lambda _given: 0, folds=False)
    assert "A" in parse(command, ["-A"])
    with pytest.raises(WrongUsage):
        parse(command, ["-a"])


def test_usage_text() -> None:
    def act(_given: Given) -> int:
        return 0

    command = Command(
        "autostatus",
        "Status",
        "-J job_name | -G global_name\n[-S autoserv]",
        (Option("J", "job_name", "a job"), Option("q", text="a flag")),
        act,
        notes=("One.", "Two."),
    )
    lines = usage(command).split("\n")
    assert lines[:7] == [
        "",
        "AutoSys-py Status Utility",
        "",
        "USAGE: autostatus -J job_name | -G global_name",
        "                  [-S autoserv]",
        "",
        "WHERE: J     job_name              a job",
    ]
    assert (lines[6].index("J"), lines[6].index("job_name"), lines[6].index("a job")) == (7, 13, 35)
    assert lines[7] == "       q                           a flag"
    longer = usage(command._replace(options=(Option("--format", "json | csv", "as data"),)))
    assert longer.split("\n")[6] == "WHERE: --format json | csv         as data"
    assert lines[-5:] == ["", "NOTE:  1. One.", "       2. Two.", "", ""]
