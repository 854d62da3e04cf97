"""Cycles: named stretches of days that extended calendars count in (jil.md §6.1).

A period has two ends, each a day of one year or, with a wild-card year, of every year. A wild-card period whose end
lies before its start in the year ends in the next one. On 29 February of a year that has none a period starts on
1 March or ends on 28 February, so that neighbours neither overlap nor leave a gap.

Days are ordinals (`date.toordinal`), stretches of days are ranges of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

LONGEST = 366
"""Days in a period at most."""
LEAP, COMMON = 2024, 2023
"""A wild-card period is checked in a year of each kind."""


class PeriodEnd(NamedTuple):
    """The first or last day of a period."""

    year: int | None
    """None = every year."""
    month: int
    day: int

    def exists(self) -> bool:
        """Is there such a day, in a leap year at least?"""
        try:
            date(LEAP if self.year is None else self.year, self.month, self.day)
        except (ValueError, OverflowError):
            return False
        return True


class Period(NamedTuple):
    start: PeriodEnd
    end: PeriodEnd

    @property
    def is_wild(self) -> bool:
        """Every year?"""
        return self.start.year is None

    @property
    def is_sound(self) -> bool:
        """1 to 366 days long, and wild at both ends or at none."""
        if self.is_wild != (self.end.year is None):
            return False
        return all(1 <= len(self.in_year(year)) <= LONGEST for year in self._sample_years())

    def in_year(self, year: int) -> range:
        """The days of the period that starts in `year`, whatever its own year if it has one."""
        first_year = year if self.start.year is None else self.start.year
        own_end = first_year + (self.end[1:] < self.start[1:])
        last_year = own_end if self.end.year is None else self.end.year
        first = _ordinal(first_year, self.start.month, self.start.day, skip=1)
        last = _ordinal(last_year, self.end.month, self.end.day, skip=0)
        return range(first, last + 1)

    def _sample_years(self) -> Iterable[int]:
        return (COMMON, LEAP) if self.start.year is None else (self.start.year,)


def _ordinal(year: int, month: int, day: int, skip: int) -> int:
    """29 February of a common year is the day after the 28th for `skip` 1, the 28th itself for 0."""
    if year > date.max.year:
        return date.max.toordinal()
    if (month, day) == (2, 29) and not _is_leap(year):
        return date(year, 2, 28).toordinal() + skip
    return date(year, month, day).toordinal()


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The periods in the order of their definition, which is what CYCP counts."""

    periods: tuple[Period, ...]

    def occurrences(self, first_year: int, last_year: int) -> list[tuple[int, range]]:
        """Each period that touches these years: its number from 1 and its days."""
        found = []
        for number, period in enumerate(self.periods, start=1):
            for year in _years_of(period, first_year, last_year):
                found.append((number, period.in_year(year)))
        return found

    def overlaps(self) -> bool:
        """Do two periods share a day in any year? The periods are sound."""
        wild = [period for period in self.periods if period.is_wild]
        if _share_days(period.in_year(year) for period in wild for year in (COMMON, LEAP, LEAP + 1)):
            return True  # so at most 366 of them are left to be compared with the others
        starts = [period.start.year for period in self.periods if period.start.year is not None]
        years = {year + offset for year in starts for offset in (-1, 0, 1) if 1 <= year + offset <= date.max.year}
        stretches = [period.in_year(0) for period in self.periods if not period.is_wild]
        stretches += (period.in_year(year) for period in wild for year in years)
        return _share_days(stretches)


def _years_of(period: Period, first_year: int, last_year: int) -> Iterable[int]:
    if period.is_wild:
        return range(max(first_year - 1, 1), last_year + 1)
    start, end = period.start.year, period.end.year
    assert start is not None and end is not None
    return (start,) if start <= last_year and end >= first_year else ()


def _share_days(stretches: Iterable[range]) -> bool:
    stop = 0
    for stretch in sorted(stretches, key=lambda each: each.start):
        if stretch.start < stop:
            return True
        stop = stretch.stop
    return False
