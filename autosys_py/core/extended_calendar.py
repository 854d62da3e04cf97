"""Extended calendars: dates that are computed from rules (jil.md §6.2).

Three steps, always in this order: the days that satisfy the rules; then what is done to those of them that are
holidays or no workdays; then `adjust`, which shifts whatever is left. Nothing is stored. To be exact at the edges of a
question the steps are taken for a year more on either side.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from autosys_py.core.almanac import Almanac
from autosys_py.core.cycles import Cycle
from autosys_py.core.date_rules import Rule, combined

MONDAY_TO_FRIDAY = frozenset(range(5))
FARTHEST = 355
"""Days that a replacement is looked for; with `adjust` less than the year of margin."""


class Action(StrEnum):
    """What is done to a generated date that is a holiday or no workday."""

    NONE = ""
    """A holiday is then treated as a non-workday, a non-workday dropped."""
    ONLY = "O"
    SAME = "S"
    NEXT = "N"
    NEXT_WORKDAY = "W"
    PREVIOUS_WORKDAY = "P"

    @property
    def needs_holidays(self) -> bool:
        """As holiday action, does it need a calendar of holidays?"""
        return self not in (Action.NONE, Action.SAME)


@dataclass(frozen=True, slots=True)
class ExtendedCalendar:
    """The definition, without what it refers to: holidays and cycle are arguments of the question."""

    rules: tuple[Rule, ...] = ()
    """None = every day."""
    workdays: frozenset[int] = MONDAY_TO_FRIDAY
    """0 = Monday."""
    holiday: Action = Action.NONE
    non_workday: Action = Action.NONE
    adjust: int = 0
    """Days that every date is moved to the left, into the past."""

    def dates(self, first: date, last: date, holidays: Collection[date] = (), cycle: Cycle | None = None) -> list[date]:
        """Its dates from `first` to `last`, both included, in order. No dates if `last` lies before `first`."""
        if last < first:
            return []
        almanac = Almanac(
            max(first.year - 1, date.min.year),
            min(last.year + 1, date.max.year),
            self.workdays,
            [day.toordinal() for day in holidays],
            cycle,
        )
        days = _acted_on(combined(self.rules, almanac), almanac, self.holiday, self.non_workday)
        low, high = first.toordinal() + self.adjust, last.toordinal() + self.adjust
        return [date.fromordinal(day - self.adjust) for day in sorted(days) if low <= day <= high]


def _acted_on(days: set[int], almanac: Almanac, holiday: Action, non_workday: Action) -> set[int]:
    """A holiday takes the holiday action if there is one, else that of non-workdays, and never both."""
    done: set[int] = set()
    if holiday is not Action.NONE:
        holidays = days & almanac.holidays
        if holiday is Action.ONLY:
            return holidays
        done = _replaced(holidays, holiday, almanac)
        days = days - holidays
    workdays = {day for day in days if _is_working(day, almanac)}
    if non_workday is Action.ONLY:
        return done | (days - workdays)
    if non_workday is Action.NEXT:
        non_workday = Action.NEXT_WORKDAY  # for a day that is no workday they mean the same
    return done | workdays | _replaced(days - workdays, non_workday, almanac)


def _replaced(days: set[int], action: Action, almanac: Almanac) -> set[int]:
    """What stands for each of the days; the result is final."""
    match action:
        case Action.SAME:
            return days
        case Action.NEXT:
            return {day + 1 for day in days}
        case Action.NEXT_WORKDAY:
            return _moved(days, almanac, lambda day: range(day + 1, day + FARTHEST))
        case Action.PREVIOUS_WORKDAY:
            return _moved(days, almanac, lambda day: range(day - 1, day - FARTHEST, -1))
    return set()


def _moved(days: set[int], almanac: Almanac, candidates: Callable[[int], range]) -> set[int]:
    """The first workday that is no holiday among the candidates of each day; none if there is none."""
    found = (next((day for day in candidates(each) if _is_working(day, almanac)), None) for each in days)
    return {day for day in found if day is not None}


def _is_working(day: int, almanac: Almanac) -> bool:
    return almanac.is_workday(day) and day not in almanac.holidays
