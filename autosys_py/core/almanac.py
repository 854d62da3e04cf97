"""The almanac: the days of some whole years, in the groups that keywords of calendars count in.

`WORKD#03` is the third of the workdays of each month, `CWEEKM01` the last week of each period. So every keyword with
a number is the same question, "the n-th of each group", and the groups are all there is to know about a family. Days
are ordinals (`date.toordinal`); days of the week count from 0 = Monday, months from 1.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cached_property

from autosys_py.core.cycles import Cycle

DAYS_OF_WEEK = 7


class Almanac:
    """The days from 1 January of `first_year` to 31 December of `last_year`, years from 1 to 9999."""

    def __init__(
        self,
        first_year: int,
        last_year: int,
        workdays: Collection[int],
        holidays: Collection[int],
        cycle: Cycle | None,
    ) -> None:
        self.first_year = first_year
        self.last_year = last_year
        self.holidays = frozenset(holidays)
        self._is_workday = [day in workdays for day in range(DAYS_OF_WEEK)]
        self._cycle = cycle

    @cached_property
    def every_day(self) -> range:
        return range(_first_of(self.first_year, 1), _first_of(self.last_year + 1, 1))

    @cached_property
    def years(self) -> list[range]:
        return [range(_first_of(year, 1), _first_of(year + 1, 1)) for year in self._years]

    @cached_property
    def months(self) -> list[range]:
        """All months of all years, in order."""
        starts = [_first_of(year, month) for year in self._years for month in range(1, 13)]
        return [range(start, stop) for start, stop in zip(starts, (*starts[1:], self.every_day.stop), strict=True)]

    @cached_property
    def periods(self) -> list[tuple[int, range]]:
        """The periods of the cycle: number and days. None without a cycle."""
        return self._cycle.occurrences(self.first_year, self.last_year) if self._cycle is not None else []

    @property
    def _years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def is_workday(self, day: int) -> bool:
        """By the day of the week alone: a holiday may be a workday."""
        return self._is_workday[weekday(day)]

    def workdays(self, days: range) -> list[int]:
        return [day for day in days if self._is_workday[weekday(day)]]

    # Groups

    def workdays_by_month(self) -> Iterable[Sequence[int]]:
        return map(self.workdays, self.months)

    def weekdays_by_month(self) -> Iterable[Sequence[int]]:
        """Monday to Friday, holidays or not."""
        return ([day for day in month if weekday(day) < 5] for month in self.months)

    def days_named_by_month(self, name: int) -> Iterable[Sequence[int]]:
        """The Mondays (0) of each month, say."""
        return (days_named(name, month) for month in self.months)

    def months_named(self, month: int) -> Iterable[Sequence[int]]:
        return self.months[month - 1 :: 12]

    def calendar_weeks(self) -> Iterable[Sequence[int]]:
        """Weeks from Monday to Sunday, those at the edges included."""
        monday = self.every_day.start - weekday(self.every_day.start)
        return (range(start, start + DAYS_OF_WEEK) for start in range(monday, self.every_day.stop, DAYS_OF_WEEK))

    def weeks_by_year(self) -> Iterable[Sequence[range]]:
        """Weeks that begin on the weekday of 1 January; the last has a day or two."""
        return (weeks(year) for year in self.years)

    def anchored_weeks_by_year(self, name: int) -> Iterable[Sequence[range]]:
        """Whole weeks that begin in the year on the named day; the last may run on into the next year."""
        return ([range(day, day + DAYS_OF_WEEK) for day in days_named(name, year)] for year in self.years)

    def days_by_period(self) -> Iterable[Sequence[int]]:
        return (days for _, days in self.periods)

    def weeks_by_period(self) -> Iterable[Sequence[range]]:
        """Weeks that begin on the weekday of the period's first day; the last may be short."""
        return (weeks(days) for _, days in self.periods)

    def workdays_by_period(self) -> Iterable[Sequence[int]]:
        return (self.workdays(days) for _, days in self.periods)

    def days_named_by_period(self, name: int) -> Iterable[Sequence[int]]:
        return (days_named(name, days) for _, days in self.periods)


def weekday(day: int) -> int:
    """0 = Monday; ordinal 1 was one."""
    return (day - 1) % DAYS_OF_WEEK


def days_named(name: int, days: range) -> range:
    """Those of a stretch that fall on this day of the week."""
    return range(days.start + (name - weekday(days.start)) % DAYS_OF_WEEK, days.stop, DAYS_OF_WEEK)


def weeks(days: range) -> list[range]:
    """A stretch cut into weeks from its first day on."""
    return [days[start : start + DAYS_OF_WEEK] for start in range(0, len(days), DAYS_OF_WEEK)]


def _first_of(year: int, month: int) -> int:
    """The ordinal of the first of a month; of year 10000 too, as an end."""
    return date(year, month, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1
