"""Calendars and cycles: from what was typed to what is stored, to what computes dates, and back to text (jil.md §6).

Stored is a `NamedObject` of kind `calendar`, `extended_calendar` or `cycle`, whose attributes are the statements as
typed, in the order of an export, less defaults and outer quotes. Only dates have a form of their own, `YYYY-MM-DD`,
because the date format may be another one tomorrow. `check` makes one of a record, `render` prints it, and the
functions at the end make the nouns of `core` of it. References to other calendars are the caller's to check.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from autosys_py.core.calendars import StandardCalendar
from autosys_py.core.cycles import Cycle, Period, PeriodEnd
from autosys_py.core.date_rules import Rule
from autosys_py.core.extended_calendar import MONDAY_TO_FRIDAY, Action, ExtendedCalendar
from autosys_py.core.model import NamedObject
from autosys_py.core.text import visible
from autosys_py.jil.calendar_dates import (
    WrongYear,
    end_of,
    read_end,
    read_row,
    row_of,
    stored_end,
    stored_row,
    write_end,
    write_row,
)
from autosys_py.jil.calendar_expression import BadExpression, parse_rules
from autosys_py.jil.calendar_scanner import KEYWORDS, Entry, Record, scan
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import Bad, days_of_week, whole
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import Quoting, is_quoted, stored

LONGEST_NAME = 64
LONGEST_CONDITION = 255
WORKDAYS = "mo,tu,we,th,fr"
_EXPORTED = {"workday": WORKDAYS, "adjust": "0"}
"""What an export prints where nothing is stored."""
_NAME = re.compile(r"[A-Za-z0-9._#-]+(?: +[A-Za-z0-9._#-]+)*")
_WEEK_PICTURE = re.compile(r"[Xx.]{7}")
_ADJUST = re.compile(r"[+-]?\d", re.ASCII)
_PLAIN = re.compile(r"[^\"\\/#:\0]+")


@dataclass(slots=True)
class Checked:
    """What a record came to."""

    kind: str
    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    faults: list[Diagnostic] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not any(fault.is_error for fault in self.faults)

    def value(self, name: str) -> str:
        return next((value for key, value in self.attributes if key == name), "")


def read_calendars(text: str, date_format: str) -> Iterator[Checked]:
    """The calendars and cycles of a file, each checked as far as the file alone allows."""
    return (check(record, date_format) for record in scan(text.split("\n")))


def check(record: Record, date_format: str) -> Checked:
    """A record checked; nothing raises."""
    checked = Checked(record.kind, record.name, faults=record.faults)
    if not record.kind:
        return checked
    reading = _Reading(record, date_format)
    fault = name_fault(record.name)
    if fault is None and " " in record.name and not is_quoted(record.head.typed):
        fault = Diagnostic(50315, f"Invalid Calendar Name: {record.name} contains illegal characters")
    if fault is not None:
        hint = 'a name with blanks is quoted: "my calendar"' if " " in record.name else ""
        checked.faults.insert(0, record.head.fault(fault.code, fault.text, hint=hint))
    attributes = {"calendar": reading.standard, "extended_calendar": reading.extended, "cycle": reading.cycle}
    checked.attributes = tuple(attributes[record.kind]())
    return checked


def name_fault(name: str) -> Diagnostic | None:
    """What is wrong with the name of a calendar or cycle, None if nothing is (jil.md §1.7)."""
    if not name or name.upper() == "ALL" or name.lower() in SUBCOMMANDS:
        return Diagnostic(50311, f"Invalid Calendar Name: {name}")
    if len(name) > LONGEST_NAME:
        text = f"Invalid Calendar Name: {name} has exceeded the maximum number ({LONGEST_NAME}) of characters."
        return Diagnostic(50314, text)
    if _NAME.fullmatch(name) is None:
        return Diagnostic(50315, f"Invalid Calendar Name: {name} contains illegal characters")
    return None


def _value(entry: Entry) -> str:
    """A value as it is stored; a bare NULL is none."""
    return "" if entry.typed.upper() == "NULL" else stored(entry.typed, Quoting.QUOTED)


class _Reading:
    """The checks of one record, kind by kind."""

    def __init__(self, record: Record, date_format: str) -> None:
        self.record = record
        self.date_format = date_format

    def standard(self) -> Iterator[tuple[str, str]]:
        yield from self._single("description")
        rows = {row for entry in self.record.rows if (row := self._row(entry)) is not None}
        for row in sorted(rows):
            yield "date", stored_row(row)

    def _row(self, entry: Entry) -> datetime | None:
        row = read_row(entry.typed, self.date_format)
        if row is None:
            self._blame_date(entry)
        return row

    def _blame_date(self, entry: Entry) -> None:
        hint = f"dates are written {self.date_format}"
        self.record.blame(entry.fault(50305, f"Invalid date {entry.typed} entered.", hint=hint))

    def extended(self) -> Iterator[tuple[str, str]]:
        rules = self._rules()
        checks = {
            "workday": self._check_workday,
            "non_workday": self._check_action,
            "holiday": self._check_action,
            "adjust": self._check_adjust,
        }
        for keyword in KEYWORDS["extended_calendar"][:-1]:
            for _, value in self._single(keyword):
                if keyword in checks:
                    checks[keyword](self._last(keyword), value)
                yield keyword, value
        self._check_references(rules)
        for entry in self._all("condition"):
            if _value(entry):
                yield "condition", _value(entry)

    def _check_workday(self, entry: Entry, value: str) -> None:
        try:
            workdays_of(value)
        except Bad:
            hint = "a list like mo,tu,we, or all, or seven X and . from Monday on like XXXXX.."
            self.record.blame(entry.fault(50420, "Please enter valid Workdays.", hint=hint))

    def _check_action(self, entry: Entry, value: str) -> None:
        if value.upper() not in set(Action):
            code, what = (50419, "Holiday") if entry.keyword == "holiday" else (50418, "Non-Workday")
            self.record.blame(entry.fault(code, f"Please enter valid {what} Action.", hint="one of O S N W P, or none"))

    def _check_adjust(self, entry: Entry, value: str) -> None:
        if _ADJUST.fullmatch(value) is None:
            text = f"Invalid value '{value}' specified for keyword adjust."
            self.record.blame(entry.fault(10000, text, hint="days from 0 to 9, + or - before them"))

    def _check_references(self, rules: list[Rule]) -> None:
        """What needs a calendar of holidays or a cycle names one."""
        holiday = self._last_or_none("holiday")
        code = _value(holiday).upper() if holiday else ""
        if holiday and code in set(Action) and Action(code).needs_holidays and not self._given("holcal"):
            hint = f"holiday: {code} needs a holcal"
            self.record.blame(holiday.fault(50419, "Please enter valid Holiday Action.", hint=hint))
        if not self._given("cyccal") and any(rule.needs_cycle for rule in rules):
            text = f"Invalid keyword in extended calendar {self.record.name}."
            hint = "keywords that count in a cycle need a cyccal"
            self.record.blame(self._last("condition").fault(10521, text, hint=hint))

    def _rules(self) -> list[Rule]:
        return [rule for entry in self._all("condition") for rule in self._rules_of(entry)]

    def _rules_of(self, entry: Entry) -> list[Rule]:
        value = _value(entry)
        name = self.record.name
        if len(value) > LONGEST_CONDITION:
            text = f"{name} Condition field has a maximum length of {LONGEST_CONDITION} characters."
            self.record.blame(entry.fault(50318, text, hint="several condition lines are several rules"))
            return []
        try:
            return parse_rules(value) if value else []
        except BadExpression as bad:
            texts = {
                10520: f"Syntax error in extended calendar {name}.",
                10521: f"Invalid keyword in extended calendar {name}.",
                50305: f"Invalid date {bad.typed} entered.",
            }
            place = bad.place + (value != entry.typed)
            typed = "" if bad.code == 50305 else bad.typed
            hint = bad.hint
            if not hint and entry.typed not in entry.source:  # a continued value: the place is not on the line shown
                hint = f"it stands at: {visible(value[bad.place :][:40])}"
            more = {"typed": typed, "choices": bad.choices, "hint": hint}
            self.record.blame(entry.fault(bad.code, texts[bad.code], place, **more))
            return []

    def cycle(self) -> Iterator[tuple[str, str]]:
        yield from self._single("description")
        periods = self._periods()
        if periods and not self._is_faulty() and Cycle(tuple(periods)).overlaps():
            self.record.blame(self.record.head.fault(10525, "Cannot Insert Cycle, periods overlap."))
        for period in periods:
            yield "start_date", stored_end(period.start)
            yield "end_date", stored_end(period.end)

    def _periods(self) -> list[Period]:
        entries = deque(entry for entry in self.record.entries if entry.keyword in ("start_date", "end_date"))
        periods = []
        while entries:
            first = entries.popleft()
            if first.keyword != "start_date" or not entries or entries[0].keyword != "end_date":
                missing = "a start_date" if first.keyword == "end_date" else "an end_date"
                self._blame_period(first, f"{missing} is missing here")
                continue
            last = entries.popleft()
            start, end = self._end(first), self._end(last)
            if start is None or end is None:
                continue
            if (start.year is None) != (end.year is None):
                self._blame_year(last, "both ends of a period have a wild card year, or none")
            elif not Period(start, end).is_sound:
                self._blame_period(first)
            else:
                periods.append(Period(start, end))
        if not periods and not self._is_faulty():
            self._blame_period(self.record.head, "a cycle needs start_date and end_date")
        return periods

    def _end(self, entry: Entry) -> PeriodEnd | None:
        try:
            end = read_end(_value(entry), self.date_format)
        except WrongYear:
            self._blame_year(entry)
            return None
        if end is None:
            self._blame_date(entry)
        return end

    def _blame_period(self, entry: Entry, hint: str = "") -> None:
        text = "Invalid Cycle Period. Periods must be between 1 and 366 days in length."
        self.record.blame(entry.fault(50313, text, hint=hint))

    def _blame_year(self, entry: Entry, hint: str = "") -> None:
        text = "Invalid Cycle Period. Valid dates are 1980 or later or wild card year."
        self.record.blame(entry.fault(50316, text, hint=hint))

    # Statements

    def _is_faulty(self) -> bool:
        return any(fault.is_error for fault in self.record.faults)

    def _all(self, keyword: str) -> list[Entry]:
        return [entry for entry in self.record.entries if entry.keyword == keyword]

    def _last(self, keyword: str) -> Entry:
        return self._all(keyword)[-1]

    def _last_or_none(self, keyword: str) -> Entry | None:
        entries = self._all(keyword)
        return entries[-1] if entries else None

    def _given(self, keyword: str) -> bool:
        entry = self._last_or_none(keyword)
        return entry is not None and _value(entry) != ""

    def _single(self, keyword: str) -> Iterator[tuple[str, str]]:
        """The one value of a statement that does not collect: of several the last counts."""
        entries = self._all(keyword)
        if len(entries) > 1:
            text = f"{keyword} of {self.record.name} is given more than once, the last one counts"
            self.record.blame(entries[-1].fault(0, text, is_error=False))
        if entries and _value(entries[-1]):
            yield keyword, _value(entries[-1])


def workdays_of(value: str) -> frozenset[int]:
    """The days of a `workday:` value, 0 = Monday. Raises Bad."""
    if not value:
        return MONDAY_TO_FRIDAY
    if _WEEK_PICTURE.fullmatch(value):
        return frozenset(number for number, mark in enumerate(value) if mark != ".")
    return frozenset(days_of_week(value))


# Back to text


def render(thing: NamedObject, date_format: str) -> Iterator[str]:
    """The lines of an export, without the empty line between records."""
    yield f'{thing.kind}: "{thing.name}"' if " " in thing.name else f"{thing.kind}: {thing.name}"
    if thing.kind == "extended_calendar":
        yield from _extended_lines(thing)
        return
    if thing.value("description"):
        yield _line(thing.kind, "description", thing.value("description"))
    for key, value in thing.attributes:
        if key == "date":
            yield write_row(row_of(value), date_format)
        elif key in ("start_date", "end_date"):
            yield f"{key}: {write_end(end_of(value), date_format)}"


def _extended_lines(thing: NamedObject) -> Iterator[str]:
    for keyword in KEYWORDS["extended_calendar"]:
        values = thing.values(keyword) or [_EXPORTED.get(keyword, "")]
        for value in values:
            yield _line(thing.kind, keyword, value)


def _line(kind: str, keyword: str, value: str) -> str:
    """A statement that reads back as this value: bare if that will do, else quoted as it was."""
    bare = f"{keyword}: {value}"
    if not value or (_PLAIN.fullmatch(value) and value.upper() != "NULL") or _reads_back(kind, bare, keyword, value):
        return bare
    return f'{keyword}: "{value}"'


def _reads_back(kind: str, line: str, keyword: str, value: str) -> bool:
    (record,) = scan((f"{kind}: x", line))
    if record.faults or len(record.entries) != 1:
        return False
    return record.entries[0].keyword == keyword and _value(record.entries[0]) == value


# What computes dates


def rows_of(thing: NamedObject) -> list[datetime]:
    """The rows of a stored standard calendar."""
    return [row_of(value) for value in thing.values("date")]


def date_attributes(rows: Iterable[datetime]) -> tuple[tuple[str, str], ...]:
    """How rows are stored."""
    return tuple(("date", stored_row(row)) for row in sorted(set(rows)))


def standard_calendar(thing: NamedObject) -> StandardCalendar:
    return StandardCalendar.of(rows_of(thing))


def extended_calendar(thing: NamedObject) -> ExtendedCalendar:
    """The definition of a stored extended calendar, holcal and cyccal not looked up."""
    return ExtendedCalendar(
        rules=tuple(rule for condition in thing.values("condition") for rule in parse_rules(condition)),
        workdays=workdays_of(thing.value("workday")),
        holiday=Action(thing.value("holiday").upper()),
        non_workday=Action(thing.value("non_workday").upper()),
        adjust=whole(thing.value("adjust")) or 0,
    )


def cycle(thing: NamedObject) -> Cycle:
    starts, ends = thing.values("start_date"), thing.values("end_date")
    return Cycle(tuple(Period(end_of(start), end_of(end)) for start, end in zip(starts, ends, strict=True)))
