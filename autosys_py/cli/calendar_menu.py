"""The menu of autocal_asc on a terminal (cli.md §7.4): numbers in, a screen of text out.

What a user types into the fields is put together to the text of a record and goes the way of an import, so the menu
has no rules of its own. An empty answer keeps what is there; the end of input leaves.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from autosys_py.cli import clock
from autosys_py.cli.autocal_asc import listing
from autosys_py.cli.calendar_book import CYCLE, EXTENDED, MISSING, NOUNS, STANDARD, CalendarBook
from autosys_py.cli.calendar_files import delete_calendar, rescheduled_by, take_in
from autosys_py.cli.messages import complain, message
from autosys_py.cli.output import write_lines
from autosys_py.cli.zone import local_zone
from autosys_py.core.text import visible
from autosys_py.jil.calendars import read_calendars, render

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import NamedObject

PROMPT: Final = ">  "
LABELS: Final = {
    "description": "Description",
    "workday": "Workdays",
    "holcal": "Holiday Calendar",
    "cyccal": "Cycle Name",
    "holiday": "Holiday Action",
    "non_workday": "Non Workday Action",
    "adjust": "Date Adjustment",
    "condition": "Date Conditions",
}
ROWS: Final = {STANDARD: "Dates", CYCLE: "Periods"}
KINDS: Final = {"1": STANDARD, "2": EXTENDED, "3": CYCLE}
ACTIONS: Final = ("Create", "Modify", "Delete", "Show", "Preview", "Regenerate", "List", "Description")
PREVIEWED = 366
"""Days that a preview looks ahead."""


class _Left(Exception):
    """The input ended."""


class Menu:
    """One session at a terminal."""

    def __init__(self, instance: "Instance", date_format: str) -> None:
        self.instance = instance
        self.date_format = date_format

    def run(self) -> int:
        """Until 0 or the end of input; returns the exit code."""
        try:
            while (choice := self._choose("Calendars", _main_items())) != "0":
                if choice in KINDS:
                    self._work_on(KINDS[choice])
                elif choice in ("4", "5"):
                    self._list((STANDARD, EXTENDED) if choice == "4" else (CYCLE,))
        except _Left:
            write_lines([""])
        return 0

    def _choose(self, title: str, items: dict[str, str]) -> str:
        write_lines(["", title, "", *(f"  {key}  {text}" for key, text in items.items()), ""])
        return self._ask()

    def _ask(self, label: str = "") -> str:
        if label:
            write_lines([f"{label:<20}:"])
        sys.stdout.write(PROMPT)
        sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            raise _Left
        return line.decode("utf-8", "surrogateescape").strip()

    def _work_on(self, kind: str) -> None:
        """The menu of one kind."""
        items = dict(enumerate_actions(kind))
        work: dict[str, Callable[[str], None]] = {
            "Create": self._create,
            "Modify": self._modify,
            "Delete": self._delete,
            "Show": self._show,
            "Preview": self._preview,
            "Regenerate": self._regenerate,
            "List": lambda kind: self._list((kind,)),
            "Description": self._describe,
        }
        while (choice := self._choose(NOUNS[kind], {**items, "9": "Back"})) != "9":
            if choice in items:
                work[items[choice]](kind)

    # Actions

    def _create(self, kind: str) -> None:
        name = self._ask("Name")
        self._save(kind, name, self._fields(kind, None), overwrite=False)

    def _modify(self, kind: str) -> None:
        thing = self._named(kind)
        if thing is not None:
            self._save(kind, thing.name, self._fields(kind, thing), overwrite=True)

    def _delete(self, kind: str) -> None:
        thing = self._named(kind)
        if thing is not None:
            delete_calendar(self.instance, kind, thing.name, clock.now())

    def _show(self, kind: str) -> None:
        thing = self._named(kind)
        if thing is not None:
            write_lines(["", *self._shown(thing)])

    def _preview(self, kind: str) -> None:
        """The dates of the coming year."""
        thing = self._named(kind)
        if thing is None:
            return
        today = datetime.fromtimestamp(clock.now(), local_zone()).date()
        end = date.fromordinal(min(today.toordinal() + PREVIEWED, date.max.toordinal()))
        write_lines(self._days_of(thing, today, end))

    def _regenerate(self, kind: str) -> None:
        """Nothing to do: dates are computed whenever they are asked for."""
        if self._named(kind) is not None:
            write_lines(["Dates are computed when they are needed; there is nothing to regenerate."])

    def _list(self, kinds: tuple[str, ...]) -> None:
        things = [thing for kind in kinds for thing in self.instance.store.objects(kind)]
        write_lines(listing(sorted(things, key=lambda thing: thing.name)))

    def _describe(self, kind: str) -> None:
        thing = self._named(kind)
        if thing is None:
            return
        text = self._ask(LABELS["description"])
        lines = [line for line in self._body(thing) if not line.startswith("description:")]
        self._save(kind, thing.name, [f"description: {text}", *lines], overwrite=True)

    # Parts of them

    def _named(self, kind: str) -> "NamedObject | None":
        name = self._ask("Name")
        thing = self.instance.store.object(kind, name)
        if thing is None:
            complain(message(MISSING[kind], name))
        return thing

    def _fields(self, kind: str, thing: "NamedObject | None") -> list[str]:
        """The lines of a record from answers; an empty one takes what the object has."""
        old = self._body(thing) if thing is not None else []
        lines: list[str] = []
        for keyword in LABELS if kind == EXTENDED else ("description",):
            answers = self._answers(LABELS[keyword], many=keyword == "condition")
            kept = [line for line in old if line.startswith(f"{keyword}:")]
            lines += [f"{keyword}: {answer}" for answer in answers] or kept
        if kind == EXTENDED:
            return lines
        rows = self._answers(ROWS[kind], many=True)
        return lines + (self._row_lines(kind, rows) or [line for line in old if not line.startswith("description:")])

    def _row_lines(self, kind: str, rows: list[str]) -> list[str]:
        """Dates stand alone; the two ends of a period are typed on one line."""
        if kind == STANDARD:
            return rows
        ends = (row.split() for row in rows)
        keywords = ("start_date", "end_date")
        return [f"{keyword}: {end}" for pair in ends for keyword, end in zip(keywords, pair, strict=False)]

    def _answers(self, label: str, *, many: bool) -> list[str]:
        """One answer, or answers up to an empty one."""
        answers: list[str] = []
        while (answer := self._ask(label)) and many:
            answers.append(answer)
        return answers or [answer] if answer else answers

    def _body(self, thing: "NamedObject") -> list[str]:
        return list(render(thing, self.date_format))[1:]

    def _save(self, kind: str, name: str, lines: list[str], *, overwrite: bool) -> None:
        text = "\n".join([f'{kind}: "{name}"', *lines])
        now = clock.now()
        for checked in read_calendars(text, self.date_format):
            take_in(self.instance, checked, now, rescheduled_by(self.instance, now), overwrite=overwrite)

    def _shown(self, thing: "NamedObject") -> Iterator[str]:
        yield f"{'Name':<20}: {visible(thing.name)}"
        for keyword in LABELS if thing.kind == EXTENDED else ("description",):
            values = thing.values(keyword) or [""]
            yield f"{LABELS[keyword]:<20}: {visible(' or '.join(values))}"
        if thing.kind != EXTENDED:
            yield from (visible(line) for line in self._body(thing) if not line.startswith("description:"))

    def _days_of(self, thing: "NamedObject", first: date, last: date) -> Iterator[str]:
        book = CalendarBook(self.instance.store)
        if thing.kind == CYCLE:
            cycle = book.cycle(thing.name)
            assert cycle is not None
            for number, days in cycle.occurrences(first.year, last.year):
                start, end = date.fromordinal(days.start), date.fromordinal(days.stop) - timedelta(days=1)
                yield f"{number:>3}  {start:%Y/%m/%d} - {end:%Y/%m/%d}"
            return
        calendar = book.calendar(thing.name)
        assert calendar is not None
        for row in calendar.rows(first, last):
            yield f"{row:%Y/%m/%d %H:%M:%S}"


def _main_items() -> dict[str, str]:
    kinds = {key: NOUNS[kind] for key, kind in KINDS.items()}
    return {**kinds, "4": "List of Calendars", "5": "List of Cycles", "0": "Exit"}


def enumerate_actions(kind: str) -> Iterator[tuple[str, str]]:
    """The numbers of the actions; a standard calendar has nothing to regenerate, so its later ones move up."""
    actions = [action for action in ACTIONS if kind != STANDARD or action != "Regenerate"]
    return ((str(number), action) for number, action in enumerate(actions, start=1))
