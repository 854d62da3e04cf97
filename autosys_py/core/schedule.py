"""Schedule arithmetic: the next start of a job, and where a moment lies in its run window.

Everything is computed on dates and minutes of the day and turned into an instant last, in one place
(`instant`), so daylight saving has exactly one home (semantics.md §7.1):

* a start time inside the skipped hour runs at the first instant after it, its minutes becoming seconds
  (D-20: 2:05 runs at 3:00:05), and of several such only the first (D-21);
* a start time inside the repeated hour runs in the second pass only (D-20);
* start_mins run at the minutes that exist: none in the gap, in both passes of the repeated hour (D-22);
* a run window opens after the gap and closes as much later as the gap is long; in the repeated hour it opens in the
  second pass, and closes in the first unless it opened in the second (D-23 to D-25, `place`).

On all days but two a year the clock runs evenly from one midnight to the next; `_midnight` knows them and spares them
the search for gaps. Which days there are says the day of the week or a calendar; `timetable` finds the calendar.

Times of day are minutes after midnight, days of the week 0 = Monday, instants UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import merge
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:  # every command reads jobs, few of them calendars
    from zoneinfo import ZoneInfo

    from autosys_py.core.calendars import Calendar

HORIZON = 366 * 2
"""Days searched for a next start; two years hold every day of the week and every minute."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The date part of a definition (semantics.md §7). At most one of the two times is set."""

    days_of_week: tuple[int, ...] = tuple(range(7))
    start_times: tuple[int, ...] = ()
    start_mins: tuple[int, ...] = ()
    """Minutes of every hour."""
    run_calendar: str = ""
    """The calendar that says which days, in place of `days_of_week`; without times its rows say when, too (D-03)."""

    def to_json(self) -> list[Any]:
        stored: list[Any] = [self.days_of_week, self.start_times, self.start_mins]
        return [*stored, self.run_calendar] if self.run_calendar else stored

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        days, times, minutes, *calendar = stored
        return cls(tuple(days), tuple(times), tuple(minutes), *calendar)


class Slot(NamedTuple):
    """A scheduled start."""

    moment: int
    """Its instant."""
    day: date
    """The local day it was written for."""
    start: int
    """The start time as written, a minute of the day; -1 of one by start_mins."""


@dataclass(frozen=True, slots=True)
class RunWindow:
    """`run_window`: opens every day at `start`, closes at `end` (both minutes); may cross midnight (D-05)."""

    start: int
    end: int

    def to_json(self) -> list[int]:
        return [self.start, self.end]

    @classmethod
    def from_json(cls, stored: list[int]) -> Self:
        start, end = stored
        return cls(start, end)


class Place(NamedTuple):
    """Where a moment lies (rules D-05 to D-07)."""

    inside: bool
    opens: int
    """Instant of the next opening after the moment."""
    closes: int
    """Inside: the instant at which the closing minute begins. Outside: the same of the last closing."""

    def nearer_to_opening(self, moment: int) -> bool:
        """Outside: is the next opening at least as near as the last closing? In the exact middle it is (D-06)."""
        return self.opens - moment <= moment - self.closes


def instant(day: date, minute: int, zone: ZoneInfo) -> int:
    """The instant of a start time: D-20 for skipped and repeated hours of any zone (D-29)."""
    midnight = _midnight(day, zone)
    if midnight is not None:
        return midnight + minute * 60
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone, fold=1)
    before = local.replace(fold=0).utcoffset()
    after = local.utcoffset()
    assert before is not None and after is not None
    if before < after:  # skipped: fold 0 uses the offset before the gap, fold 1 the one after it
        return _gap_end(day, minute, zone) + local.minute
    return int(local.timestamp())


def _gap_end(day: date, minute: int, zone: ZoneInfo) -> int:
    """The first instant after the gap that holds this local minute."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    low = int(local.replace(fold=1).timestamp())  # an instant before the jump
    high = int(local.timestamp())  # one after it
    offset = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def next_start(schedule: Schedule, after: int, zone: ZoneInfo, calendar: Calendar | None = None) -> int | None:
    """The first start strictly after the minute of `after` (rule D-04); None if there is none.

    A start at this very minute means the next one. `calendar` is the schedule's run_calendar, None if it has none or
    there is no such calendar.
    """
    slot = next(slots(schedule, after, zone, calendar), None)
    return None if slot is None else slot.moment


def starts(schedule: Schedule, after: int, zone: ZoneInfo, calendar: Calendar | None = None) -> Iterator[int]:
    """All starts after `after` in order, as far as the horizon or the calendar goes."""
    return (slot.moment for slot in slots(schedule, after, zone, calendar))


def slots(schedule: Schedule, after: int, zone: ZoneInfo, calendar: Calendar | None = None) -> Iterator[Slot]:
    """The same with the day and the time of day that each start was written for.

    A gap that ends a day pushes starts into the next one: they wait for the starts of the next day that come before
    them.
    """
    first = datetime.fromtimestamp(after, zone).date() - timedelta(days=1)
    last = after - after % 60 + 59
    late: list[Slot] = []
    for day in _days(schedule, first, calendar):
        found = _slots_of(day, schedule, last + 1, zone, calendar)
        if late:
            found = merge(late, found)
        if late or _midnight(day, zone) is None:
            found = list(found)
            late = [slot for slot in found if datetime.fromtimestamp(slot.moment, zone).date() > day]
            found = found[: len(found) - len(late)]
        for slot in found:
            if slot.moment > last:
                last = slot.moment
                yield slot
    yield from (slot for slot in late if slot.moment > last)


def _days(schedule: Schedule, first: date, calendar: Calendar | None) -> Iterator[date]:
    """The days of a schedule from `first` on."""
    if not schedule.run_calendar:
        days = (first + timedelta(days=offset) for offset in range(HORIZON))
        yield from (day for day in days if day.weekday() in schedule.days_of_week)
    elif calendar is not None:
        row = calendar.next_after(datetime.combine(first, time.min) - timedelta(seconds=1))
        while row is not None:
            yield row.date()
            row = calendar.next_after(datetime.combine(row.date(), time.max))


def _slots_of(day: date, schedule: Schedule, since: int, zone: ZoneInfo, calendar: Calendar | None) -> Iterable[Slot]:
    """The starts of one day; a calendar's row says when if the schedule does not (D-03)."""
    if schedule.start_mins:
        return _by_minutes(day, schedule.start_mins, since, zone)
    if schedule.start_times or calendar is None:
        return _by_times(day, schedule.start_times or (0,), zone)
    seconds = {row.hour * 60 + row.minute: row.second for row in reversed(calendar.rows(day, day))}
    found = _by_times(day, tuple(seconds), zone)
    return sorted(slot._replace(moment=slot.moment + seconds[slot.start]) for slot in found)


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: ZoneInfo) -> int | None:
    """The instant at which a day begins, if its clock runs evenly to the next midnight; else None."""
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    offset = begin.utcoffset()
    end = begin + timedelta(days=1)  # on the clock face
    if offset == begin.replace(fold=1).utcoffset() == end.utcoffset() == end.replace(fold=1).utcoffset():
        return int(begin.timestamp())
    return None


def _by_times(day: date, times: tuple[int, ...], zone: ZoneInfo) -> list[Slot]:
    midnight = _midnight(day, zone)
    if midnight is not None:
        return [Slot(midnight + minute * 60, day, minute) for minute in sorted(times)]
    found: list[Slot] = []
    skipped_until = 0
    for minute in sorted(times):
        moment = instant(day, minute, zone)
        in_gap = _is_skipped(day, minute, zone)
        if in_gap and skipped_until and moment - moment % 60 == skipped_until:
            continue  # D-21: only the first of several inside the same gap
        if in_gap:
            skipped_until = moment - moment % 60
        found.append(Slot(moment, day, minute))
    return sorted(found)


def _is_skipped(day: date, minute: int, zone: ZoneInfo) -> bool:
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    back = datetime.fromtimestamp(local.timestamp(), UTC).astimezone(zone)
    return back.replace(tzinfo=None) != local.replace(tzinfo=None)


def _by_minutes(day: date, minutes: tuple[int, ...], since: int, zone: ZoneInfo) -> Iterator[Slot]:
    """The instants of the local day from `since` on whose minute is listed: existing ones only, repeated ones twice
    (D-22)."""
    midnight = _midnight(day, zone)
    if midnight is not None:
        first = max(0, (since - midnight) // 3600)
        moments = (midnight + hour * 3600 + minute * 60 for hour in range(first, 24) for minute in sorted(minutes))
        yield from (Slot(moment, day, -1) for moment in moments if moment >= since)
        return
    following = day + timedelta(days=1)
    end = int(datetime(following.year, following.month, following.day, tzinfo=zone).timestamp())
    moment = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    moment = max(moment, moment + (since - moment + 59) // 60 * 60)
    while moment < end:
        if datetime.fromtimestamp(moment, zone).minute in minutes:
            yield Slot(moment, day, -1)
        moment += 60


def place(window: RunWindow, moment: int, zone: ZoneInfo) -> Place:
    """Where `moment` lies in or outside the window; the closing minute belongs to it (D-05)."""
    today = datetime.fromtimestamp(moment, zone).date()
    last_close = None
    for offset in range(-2, 4):
        day = today + timedelta(days=offset)
        opens = _opening(window, day, zone)
        closes = _closing(window, day, opens, zone)
        if moment < opens:
            return Place(False, opens, last_close if last_close is not None else opens - 86400)
        if moment < closes + 60:
            following = _opening(window, day + timedelta(days=1), zone)
            if moment >= following:
                continue  # a gap made two long openings overlap; the later one closes last
            return Place(True, following, closes)
        last_close = closes
    raise AssertionError("a window opens every day")


def _opening(window: RunWindow, day: date, zone: ZoneInfo) -> int:
    """When the window of that day opens: like a start time, but in a gap at its very end (D-24, D-25)."""
    moment = instant(day, window.start, zone)
    return moment - moment % 60


def _closing(window: RunWindow, day: date, opens: int, zone: ZoneInfo) -> int:
    """When the last minute of the window that opened on `day` begins.

    Read with the offset from before a change, an end inside the gap keeps the length of the window (D-23, D-25) and
    one inside the repeated hour lies in the first pass, or in the second if the window opened there (D-24, D-25).
    """
    if window.end < window.start:
        day += timedelta(days=1)
    midnight = _midnight(day, zone)
    if midnight is not None:
        return midnight + window.end * 60
    local = datetime(day.year, day.month, day.day, window.end // 60, window.end % 60, tzinfo=zone)
    closes = int(local.timestamp())
    return closes if closes >= opens else int(local.replace(fold=1).timestamp())


def is_day(schedule: Schedule, moment: int, zone: ZoneInfo, calendar: Calendar | None = None) -> bool:
    """Does `moment` lie on a day that the schedule lists?"""
    day = datetime.fromtimestamp(moment, zone).date()
    if schedule.run_calendar:
        return calendar is not None and day in calendar
    return day.weekday() in schedule.days_of_week
