"""Keywords of extended calendars: which days each of them means (jil.md §6.3).

A keyword is a family, what it picks from each group of that family, and whether it excludes what it picked. The table
`_GROUPS` says what the groups of a family are; everything else is the same for all.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import Enum, auto
from itertools import chain
from typing import Any, Final, NamedTuple

from autosys_py.core.almanac import Almanac, weekday


class Family(Enum):
    """What is counted."""

    DAILY = auto()
    WEEKDAYS = auto()
    """Monday to Friday less holidays."""
    LITERAL = auto()
    """Dates that match a pattern."""
    WORKDAY = auto()
    """Of each month."""
    WEEKDAY = auto()
    """Monday to Friday of each month."""
    NAMED_DAY = auto()
    """Mondays, say, of each month."""
    DAY_OF_WEEK = auto()
    """Monday is the first."""
    WEEK = auto()
    ANCHORED_WEEK = auto()
    DAY_OF_MONTH = auto()
    MONTH = auto()
    """Days of one month of each year."""
    CYCLE_DAY = auto()
    PERIOD = auto()
    CYCLE_WEEK = auto()
    CYCLE_WORKDAY = auto()
    CYCLE_NAMED_DAY = auto()

    @property
    def needs_cycle(self) -> bool:
        return self.name.startswith(("CYCLE", "PERIOD"))


class Pick(Enum):
    """Which of a group."""

    ALL = auto()
    NTH = auto()
    FROM_END = auto()
    """The last is number 1."""
    EVEN = auto()
    ODD = auto()


class DatePattern(NamedTuple):
    """A date of which any part may be free (None)."""

    year: int | None
    month: int | None
    day: int | None


class Keyword(NamedTuple):
    """One word of a condition."""

    family: Family
    pick: Pick = Pick.ALL
    number: int = 0
    """For NTH and FROM_END, from 1."""
    anchor: int = 0
    """A day of the week (0 = Monday) or a month (from 1), where the family has one."""
    but_of: Family | None = None
    """An excluding keyword means the days of this family, DAILY or WORKDAY, but those it picks."""
    pattern: DatePattern | None = None
    """Of a LITERAL."""

    def days(self, almanac: Almanac) -> set[int]:
        """The days it means in the years of the almanac; a week or period at the edge may reach beyond them."""
        picked = self.picked(almanac)
        return picked if self.but_of is None else Keyword(self.but_of).picked(almanac) - picked

    def picked(self, almanac: Almanac) -> set[int]:
        """The days it picks out; an excluding keyword takes them away."""
        return _SPECIAL.get(self.family, _from_groups)(self, almanac)


def _from_groups(keyword: Keyword, almanac: Almanac) -> set[int]:
    groups = _GROUPS[keyword.family](almanac, keyword.anchor)
    picked = chain.from_iterable(_picked(group, keyword) for group in groups)
    if keyword.family in _OF_WEEKS:
        return set(chain.from_iterable(picked))
    return set(picked)


def _picked(group: Sequence[Any], keyword: Keyword) -> Sequence[Any]:
    number = keyword.number
    match keyword.pick:
        case Pick.NTH:
            return group[number - 1 : number]
        case Pick.FROM_END:
            return group[len(group) - number :][:1] if number <= len(group) else ()
        case Pick.EVEN:
            return group[1::2]
        case Pick.ODD:
            return group[::2]
    return group


_Groups = Callable[[Almanac, int], Iterable[Sequence[Any]]]

_GROUPS: Final[dict[Family, _Groups]] = {
    Family.WORKDAY: lambda almanac, _: almanac.workdays_by_month(),
    Family.WEEKDAY: lambda almanac, _: almanac.weekdays_by_month(),
    Family.NAMED_DAY: Almanac.days_named_by_month,
    Family.DAY_OF_WEEK: lambda almanac, _: almanac.calendar_weeks(),
    Family.WEEK: lambda almanac, _: almanac.weeks_by_year(),
    Family.ANCHORED_WEEK: Almanac.anchored_weeks_by_year,
    Family.DAY_OF_MONTH: lambda almanac, _: almanac.months,
    Family.MONTH: Almanac.months_named,
    Family.CYCLE_DAY: lambda almanac, _: almanac.days_by_period(),
    Family.CYCLE_WEEK: lambda almanac, _: almanac.weeks_by_period(),
    Family.CYCLE_WORKDAY: lambda almanac, _: almanac.workdays_by_period(),
    Family.CYCLE_NAMED_DAY: Almanac.days_named_by_period,
}
_OF_WEEKS = frozenset({Family.WEEK, Family.ANCHORED_WEEK, Family.CYCLE_WEEK})
"""Families that pick whole weeks."""


def _daily(_: Keyword, almanac: Almanac) -> set[int]:
    return set(almanac.every_day)


def _weekdays(_: Keyword, almanac: Almanac) -> set[int]:
    return {day for day in almanac.every_day if weekday(day) < 5} - almanac.holidays


def _periods(keyword: Keyword, almanac: Almanac) -> set[int]:
    """The period of that number, in each year if its year is a wild card."""
    count = max((number for number, _ in almanac.periods), default=0)
    wanted = keyword.number if keyword.pick is Pick.NTH else count + 1 - keyword.number
    return set(chain.from_iterable(days for number, days in almanac.periods if number == wanted))


def _literal(keyword: Keyword, almanac: Almanac) -> set[int]:
    pattern = keyword.pattern
    assert pattern is not None
    if pattern.year is None:
        years: Iterable[int] = range(almanac.first_year, almanac.last_year + 1)
    else:
        years = (pattern.year,) if almanac.first_year <= pattern.year <= almanac.last_year else ()
    found: set[int] = set()
    for year in years:
        for month in (pattern.month,) if pattern.month else range(1, 13):
            days = almanac.months[(year - almanac.first_year) * 12 + month - 1]
            found.update(days if pattern.day is None else days[pattern.day - 1 : pattern.day])
    return found


_SPECIAL: Final[dict[Family, Callable[[Keyword, Almanac], set[int]]]] = {
    Family.DAILY: _daily,
    Family.WEEKDAYS: _weekdays,
    Family.PERIOD: _periods,
    Family.LITERAL: _literal,
}


def is_possible(pattern: DatePattern) -> bool:
    """Does any day match? 29 February counts where the year is free."""
    try:
        date(pattern.year or 2024, pattern.month or 1, pattern.day or 1)
    except ValueError:
        return False
    return True
