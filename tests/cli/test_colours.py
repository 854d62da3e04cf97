"""Colours of `autorep`: on a terminal alone, and never a column out of its place (docs/autorep.md)."""

import re
import sys
from collections.abc import Callable

import pytest

from autosys_py.cli.autorep import COMMAND
from autosys_py.cli.run import run
from autosys_py.core.codes import LETTERS, Status
from autosys_py.report.colours import COLOURS, painted
from tests.cli.conftest import Shell
from tests.cli.estate import Estate
from tests.cli.screen import Terminal

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
REPORTS = ["-J ALL", "-J ALL -n", "-J ALL -d", "-J RET_CLOSE -L 2", "-J ALL -s FA", "-J ALL -r 0", "-I RETAIL"]
OTHERS = ["-J ALL -q", "-M ALL", "-G ALL", "-J ALL --format json", "-J ALL --format csv"]
OnTerminal = Callable[..., str]


@pytest.fixture
def on_terminal(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> OnTerminal:
    """`on_terminal(line, NO_COLOR="1")`: everything that reached it."""

    def shown(line: str, **environment: str) -> str:
        with monkeypatch.context() as patch:
            patch.delenv("NO_COLOR", raising=False)
            patch.setenv("TERM", "xterm")
            for name, value in environment.items():
                patch.setenv(name, value)
            screen = Terminal()
            patch.setattr(sys, "stdout", screen)
            assert run(COMMAND, line.split()) == 0
            return screen.shown()

    return shown


@pytest.mark.parametrize("line", REPORTS)
def test_colours_take_no_column(line: str, on_terminal: OnTerminal, sh: Shell) -> None:
    shown, piped = on_terminal(line), sh("autorep", *line.split()).out
    assert COLOUR.sub("", shown) == piped
    assert shown != piped


def test_what_is_coloured_is_the_status(on_terminal: OnTerminal) -> None:
    rows = on_terminal("-J ALL").splitlines()[3:]
    assert [re.findall(r"\x1b\[([0-9;]+)m(\S+)\x1b\[0m", row) for row in rows] == [
        [("36", "RU")], [("32", "SU")], [], [("1;31", "FA")],
    ]  # fmt: skip
    assert "\x1b[1;31mFAILURE\x1b[0m         02/02/2025 23:02:17" in on_terminal("-J RET_CLOSE -d")


@pytest.mark.parametrize("line", OTHERS)
def test_other_reports_have_none(line: str, on_terminal: OnTerminal, sh: Shell) -> None:
    assert on_terminal(line) == sh("autorep", *line.split()).out


@pytest.mark.parametrize("line", REPORTS)
@pytest.mark.parametrize("how", ["NO_COLOR", "dumb", "never"])
def test_who_wants_none_gets_none(how: str, line: str, on_terminal: OnTerminal, sh: Shell) -> None:
    environment = {"NO_COLOR": {"NO_COLOR": "1"}, "dumb": {"TERM": "dumb"}}.get(how, {})
    asked = f"{line} --color never" if how == "never" else line
    assert on_terminal(asked, **environment) == sh("autorep", *line.split()).out


def test_an_empty_no_color_is_none(on_terminal: OnTerminal) -> None:
    assert COLOUR.search(on_terminal("-J ALL", NO_COLOR=""))


@pytest.mark.parametrize("line", REPORTS + OTHERS)
def test_piped_output_has_no_colours(line: str, sh: Shell, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    done = sh("autorep", *line.split())
    assert "\x1b" not in done.out
    assert sh("autorep", *line.split(), "--color", "auto") == done


def test_a_pipe_gets_colours_where_they_are_asked_for(sh: Shell, estate: Estate) -> None:
    done, plain = sh("autorep", "-J", "ALL", "--color", "always"), sh("autorep", "-J", "ALL")
    assert COLOUR.search(done.out)
    assert COLOUR.sub("", done.out) == plain.out


def test_another_choice_is_refused(sh: Shell, estate: Estate) -> None:
    refused = "CAUAJM_E_99140 Invalid choice of colours: blue. Use auto, always or never.\n"
    assert sh("autorep", "-J", "ALL", "--color", "blue") == (2, "", refused)


@pytest.mark.parametrize("status", LETTERS)
def test_every_status_is_painted_within_its_cell(status: Status) -> None:
    cell = LETTERS[status].ljust(5)
    assert COLOUR.sub("", painted(cell, status)) == cell
    assert (painted(cell, status) != cell) == (status in COLOURS)
