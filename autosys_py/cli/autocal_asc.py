"""autocal_asc: calendars and cycles as text (cli.md §7.4, jil.md §6, docs/autocal_asc.md)."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.calendar_book import CYCLE, EXTENDED, MISSING, NOUNS, STANDARD
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import refusal
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.core.model import NamedObject

KINDS = {"s": STANDARD, "e": EXTENDED, "c": CYCLE}
"""The kinds by their option letters."""


def main() -> NoReturn:
    leave(run(COMMAND))


def autocal_asc(given: Given) -> int:
    """Does the one thing that the line asks for."""
    modes = [letter for letter in "lEID" if letter in given]
    named = [letter for letter in KINDS if letter in given]
    if len(modes) > 1 or not _fits(modes[0] if modes else "", named, given):
        raise wrong_usage()
    with open_instance() as instance:
        date_format = _date_format(given, instance)
        match modes:
            case ["l"]:
                return _list(instance, given.get("l") or "se")
            case ["E"]:
                from autosys_py.cli.calendar_files import export_file

                return export_file(instance, given["E"], KINDS[named[0]], given[named[0]], date_format)
            case ["I"]:
                from autosys_py.cli.calendar_files import import_file

                return import_file(instance, given["I"], date_format, clock.now(), overwrite="F" in given)
            case ["D"]:
                return _delete(instance, KINDS[named[0]], given[named[0]])
        return _standard_input(instance, date_format)


def _fits(mode: str, named: list[str], given: Given) -> bool:
    """Are the other options those of the mode? -E and -D take one kind, -F belongs to -I, -f to what has dates."""
    return (
        len(named) == (mode in ("E", "D"))
        and ("F" not in given or mode == "I")
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


def _standard_input(instance: Instance, date_format: str) -> int:
    if sys.stdin is not None and sys.stdin.isatty():
        from autosys_py.cli.calendar_menu import Menu

        return Menu(instance, date_format).run()
    from autosys_py.cli.calendar_rows import change_rows

    data = sys.stdin.buffer.read() if sys.stdin is not None else b""
    return change_rows(instance, data.decode("utf-8", "surrogateescape"), date_format, clock.now())


def _delete(instance: Instance, kind: str, name: str) -> int:
    from autosys_py.cli.calendar_files import delete_calendar

    if not delete_calendar(instance, kind, name, clock.now()):
        raise refusal(MISSING[kind], name)
    return 0


def _list(instance: Instance, letters: str) -> int:
    things = [thing for letter in letters for thing in instance.store.objects(KINDS[letter])]
    write_lines(listing(sorted(things, key=lambda thing: thing.name)))
    return 0


def listing(things: "list[NamedObject]") -> Iterator[str]:
    """The list of calendars; nothing at all if there is none."""
    if things:
        yield from ("", "", "Existing Calendars:", "-" * 70)
    for thing in things:
        yield f"{visible(thing.name):<70}{NOUNS[thing.kind]}"
        if thing.value("description"):
            yield visible(thing.value("description"))


COMMAND = Command(
    name="autocal_asc",
    title="Calendar",
    synopsis="-l[s|e|c]\n-E file -s|-e|-c name [-f format]\n-I file [-F] [-f format]\n-D -s|-e|-c name\n< file",
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
    ),
    act=autocal_asc,
    notes=(
        "Standard input holds, a line each, the name of a standard calendar, A or D, and dates to add or delete.",
        "Without options a terminal gets a menu.",
    ),
    usage_error=60043,
    usage_gap=False,
)
