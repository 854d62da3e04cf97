"""autocal_asc: calendars and cycles as text (cli.md §7.4, jil.md §6, docs/autocal_asc.md)."""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.calendar_book import CYCLE, EXTENDED, MISSING, NOUNS, STANDARD
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import refusal
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.text import pad, visible

if TYPE_CHECKING:
    from autosys_py.core.model import NamedObject

KEYS = ("name", "type", "description")
KINDS = {"s": STANDARD, "e": EXTENDED, "c": CYCLE}
"""The kinds by their option letters."""


def main() -> NoReturn:
    leave(run(COMMAND))


def autocal_asc(given: Given) -> int:
    """Does the one thing that the line asks for."""
    mode = mode_of(given)
    check_format(given)
    with open_instance() as instance:
        if mode == "l":
            return _list(instance, given)
        if mode == "E":
            from autosys_py.cli.calendar_files import export_file

            kind, name = _named(given)
            return export_file(instance, given["E"], kind, name, _date_format(given, instance))
        if not mode and sys.stdin is not None and sys.stdin.isatty():
            from autosys_py.cli.calendar_menu import Menu

            return Menu(instance, _date_format(given, instance)).run()
        return change(instance, given, _standard_input, clock.now())


def mode_of(given: Given) -> str:
    """The one option of `lEID` that says what is to be done, empty for standard input. Raises WrongUsage."""
    modes = [letter for letter in "lEID" if letter in given]
    mode = modes[0] if modes else ""
    if len(modes) > 1 or not _fits(mode, [letter for letter in KINDS if letter in given], given):
        raise wrong_usage()
    return mode


def change(instance: Instance, given: Given, rows: Callable[[], bytes], now: int) -> int:
    """Imports, deletes, or adds and deletes dates as `rows` says. Returns the exit code."""
    date_format = _date_format(given, instance)
    if "I" in given:
        from autosys_py.cli.calendar_files import import_file

        return import_file(instance, given["I"], date_format, now, overwrite="F" in given)
    if "D" in given:
        return _delete(instance, *_named(given))
    from autosys_py.cli.calendar_rows import change_rows

    return change_rows(instance, rows().decode("utf-8", "surrogateescape"), date_format, now)


def _named(given: Given) -> tuple[str, str]:
    """Kind and name of the calendar that is meant."""
    return next((KINDS[letter], given[letter]) for letter in KINDS if letter in given)


def _fits(mode: str, named: list[str], given: Given) -> bool:
    """Are the other options those of the mode? -E and -D take one kind, -F belongs to -I, -f to what has dates."""
    return (
        len(named) == (mode in ("E", "D"))
        and ("F" not in given or mode == "I")
        and ("--format" not in given or mode == "l")
        and ("f" not in given or mode in ("E", "I", ""))
    )


def _date_format(given: Given, instance: Instance) -> str:
    if "f" not in given:
        return instance.configuration.DateFormat
    from autosys_py.jil.calendar_dates import date_format

    form = date_format(given["f"])
    if form is None:
        raise wrong_usage()
    return form


def _standard_input() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def _delete(instance: Instance, kind: str, name: str) -> int:
    from autosys_py.cli.calendar_files import delete_calendar

    if not delete_calendar(instance, kind, name, clock.now()):
        raise refusal(MISSING[kind], name)
    return 0


def _list(instance: Instance, given: Given) -> int:
    letters = given.get("l") or "se"
    things = [thing for letter in letters for thing in instance.store.objects(KINDS[letter])]
    things.sort(key=lambda thing: thing.name)
    if "--format" in given:
        rows = ((thing.name, NOUNS[thing.kind], thing.value("description") or None) for thing in things)
        write_data(given["--format"], KEYS, rows)
    else:
        write_lines(listing(things))
    return 0


def listing(things: "list[NamedObject]") -> Iterator[str]:
    """The list of calendars; nothing at all if there is none."""
    if things:
        yield from ("", "", "Existing Calendars:", "-" * 70)
    for thing in things:
        yield f"{pad(visible(thing.name), 70)}{NOUNS[thing.kind]}"
        if thing.value("description"):
            yield visible(thing.value("description"))


COMMAND = Command(
    name="autocal_asc",
    title="Calendar",
    synopsis=(
        "-l[s|e|c] [--format json | csv]\n-E file -s|-e|-c name [-f format]\n-I file [-F] [-f format]\n"
        "-D -s|-e|-c name\n< file"
    ),
    options=(
        Option("l", "s|e|c", "lists calendars; s standard, e extended, c cycles", accepts=lambda kind: kind in KINDS),
        Option("E", "file", "exports into the file"),
        Option("I", "file", "imports the file"),
        Option("D", text="deletes"),
        Option("s", "name", "a standard calendar; for -E also ALL and wildcards % * _ ?"),
        Option("e", "name", "an extended calendar, likewise"),
        Option("c", "name", "a cycle, likewise"),
        Option("F", text="an import replaces what exists"),
        Option("f", "format", "order of MM, DD, YYYY in dates, instead of DateFormat"),
        FORMAT,
    ),
    act=autocal_asc,
    notes=(
        "Standard input holds, a line each, the name of a standard calendar, A or D, and dates to add or delete.",
        "Without options a terminal gets a menu.",
    ),
    usage_error=60043,
    usage_gap=False,
)
