"""Calendars as a schedule sees them: rows, each a date with a time of day (jil.md §6, rules D-03 and D-08).

A standard calendar has the rows it was given, and runs out. An extended calendar has a row at midnight for each date
that its rules generate, and is computed when asked. Both answer the same three questions, so nobody who asks needs to
know which it is. There is no time zone in a calendar: its moments are local to whoever reads it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Protocol

from autosys_py.core.cycles import Cycle
from autosys_py.core.extended_calendar import ExtendedCalendar

SEARCHED = (1, 5, 40)
"""Years looked ahead for the next date, in growing steps: 29 February on one weekday comes every 28, and around a
century without a leap day every 40."""


class Calendar(Protocol):
    """What a schedule asks."""

    def rows(self, first: date, last: date) -> list[datetime]:
        """The rows from one day to another, both included, in order."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first row strictly after a local moment; None if it has run out."""

    def __contains__(self, day: date) -> bool:
        """Has the day a row, at whatever time?"""


class Calendars(Protocol):
    """The calendars of an instance, as they are now."""

    def calendar(self, name: str) -> Calendar | None:
        """The standard or extended calendar of that exact name; None if there is none."""


@dataclass(frozen=True, slots=True)
class StandardCalendar:
    """Listed rows."""

    listed: tuple[datetime, ...]
    """Without a zone, in order, no two alike."""

    @classmethod
    def of(cls, rows: Iterable[datetime]) -> "StandardCalendar":
        """From rows in any order."""
        return cls(tuple(sorted(set(rows))))

    def rows(self, first: date, last: date) -> list[datetime]:
        start = bisect_left(self.listed, datetime.combine(first, time.min))
        return list(self.listed[start : bisect_right(self.listed, datetime.combine(last, time.max))])

    def next_after(self, moment: datetime) -> datetime | None:
        place = bisect_right(self.listed, moment)
        return self.listed[place] if place < len(self.listed) else None

    def __contains__(self, day: date) -> bool:
        return bool(self.rows(day, day))

    def dates(self) -> list[date]:
        """Its days, each once."""
        return list(dict.fromkeys(row.date() for row in self.listed))


@dataclass(frozen=True, slots=True)
class GeneratedCalendar:
    """An extended calendar together with what it refers to."""

    definition: ExtendedCalendar
    holidays: frozenset[date] = frozenset()
    cycle: Cycle | None = None

    def rows(self, first: date, last: date) -> list[datetime]:
        return [datetime.combine(day, time.min) for day in self._dates(first, last)]

    def next_after(self, moment: datetime) -> datetime | None:
        if moment.date() == date.max:
            return None
        first = moment.date() + timedelta(days=1)
        for years in SEARCHED:
            last = date(min(first.year + years, MAXYEAR), 12, 31)
            found = self._dates(first, last)
            if found:
                return datetime.combine(found[0], time.min)
        return None

    def __contains__(self, day: date) -> bool:
        return bool(self._dates(day, day))

    def _dates(self, first: date, last: date) -> list[date]:
        return self.definition.dates(first, last, self.holidays, self.cycle)


@dataclass(frozen=True, slots=True)
class RememberedCalendar:
    """A generated calendar that computes each year once, for whoever asks it at every start."""

    calendar: GeneratedCalendar
    years: dict[int, list[datetime]] = field(default_factory=dict)

    def rows(self, first: date, last: date) -> list[datetime]:
        found: list[datetime] = []
        for year in range(first.year, last.year + 1):
            rows = self._year(year)
            begin = bisect_left(rows, datetime.combine(first, time.min))
            found += rows[begin : bisect_right(rows, datetime.combine(last, time.max))]
        return found

    def next_after(self, moment: datetime) -> datetime | None:
        for year in range(moment.year, min(moment.year + SEARCHED[-1], MAXYEAR) + 1):
            rows = self._year(year)
            place = bisect_right(rows, moment)
            if place < len(rows):
                return rows[place]
        return None

    def __contains__(self, day: date) -> bool:
        return bool(self.rows(day, day))

    def _year(self, year: int) -> list[datetime]:
        if year not in self.years:
            self.years[year] = self.calendar.rows(date(year, 1, 1), date(year, 12, 31))
        return self.years[year]


class RememberedCalendars:
    """The calendars of an instance at one moment: each is read once, when it is first asked for."""

    def __init__(self, book: Calendars) -> None:
        self._book = book
        self._read: dict[str, Calendar | None] = {}

    def calendar(self, name: str) -> Calendar | None:
        """See `Calendars`."""
        if name not in self._read:
            calendar = self._book.calendar(name)
            self._read[name] = RememberedCalendar(calendar) if isinstance(calendar, GeneratedCalendar) else calendar
        return self._read[name]


class NoCalendars:
    """An instance without any."""

    def calendar(self, name: str) -> Calendar | None:
        """See `Calendars`."""
        return None
