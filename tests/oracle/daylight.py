"""What a schedule means when the clock changes, told a second time (semantics.md §7.1, rules D-20 to D-25, D-29).

An oracle: written from the rules alone, with another library than the product (`whenever`), and as literally as the
rules stand. Where the two disagree one of them is wrong. It need not be fast and knows only the days it is asked for.

Words of the rules: a written time is *skipped* if the clock never shows it that day, *repeated* if the clock shows it
twice. "3:00" is the first instant after the gap, "the gap" is its true length, "the second pass" is the later of two
equal local times, and the day is that of the written time (D-29).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from whenever import Date, Instant, PlainDateTime, ZonedDateTime

DAY = 1440


class Reading(NamedTuple):
    """A written time on a written day."""

    first: int
    """The instant; of a repeated time that of the first pass."""
    second: int
    """The instant; of a repeated time that of the second pass, of a skipped one that of the old offset continued."""
    gap: int
    """The first instant after the gap that skips it; 0 for a time that the clock shows."""
    overlap: int
    """The instant when the clock was put back, if it shows the time twice; else 0."""


@lru_cache(maxsize=4096)
def read(zone: str, day: Date, minute: int) -> Reading:
    """What the clock of the zone makes of `minute` minutes after midnight on the calendar day."""
    written = PlainDateTime(day.year, day.month, day.day, *divmod(minute, 60))
    before = written.assume_tz(zone, disambiguation="earlier")
    after = written.assume_tz(zone, disambiguation="later")
    gap = overlap = 0
    if before.to_plain() != written:
        gap = change_before(after)
    elif before != after:
        overlap = change_before(after)
    return Reading(before.timestamp(), after.timestamp(), gap, overlap)


def change_before(moment: ZonedDateTime) -> int:
    """The instant when the offset that is valid at `moment` began, that very instant included."""
    found = moment.add(seconds=1)
    while True:
        earlier = found.prev_transition()
        assert earlier is not None
        if earlier.subtract(seconds=1).offset != moment.offset:
            return earlier.timestamp()
        found = earlier


def start_times(zone: str, days: Iterable[Date], minutes: Sequence[int]) -> list[int]:
    """The starts that the written times of these days give, in order."""
    starts: set[int] = set()
    used: set[int] = set()
    for day in days:
        for minute in sorted(minutes):
            reading = read(zone, day, minute)
            if not reading.gap:
                starts.add(reading.second)  # D-20: the second pass only; D-21: each once
            elif reading.gap not in used:  # D-21: of several in one gap only the first runs
                used.add(reading.gap)
                starts.add(reading.gap + minute % 60)  # D-20: the first minute after, minutes as seconds
    return sorted(starts)


def minutes_of(zone: str, begin: int, end: int) -> Iterator[tuple[int, int, Date]]:
    """Every minute that the clock really shows from `begin` to before `end`: its instant, its number, its day."""
    for instant in range(begin, end, 60):
        shown = Instant.from_timestamp(instant).to_tz(zone)
        assert shown.second == 0
        yield instant, shown.minute, shown.date()


def start_mins(shown: Iterable[tuple[int, int, Date]], minutes: Sequence[int]) -> list[int]:
    """The starts among these minutes: the minutes that exist, in both passes (D-22)."""
    return [instant for instant, minute, _ in shown if minute in minutes]


class Window(NamedTuple):
    """One opening of a run window."""

    opens: int
    closes: int
    """The beginning of its last minute, which belongs to it."""


@lru_cache(maxsize=4096)
def window(zone: str, day: Date, begin: int, end: int) -> Window:
    """The opening that is written for this day; an end before its beginning is one of the next day."""
    opening = read(zone, day, begin)
    closing = read(zone, day if end > begin else day.add(days=1), end)
    opens = opening.gap or opening.second  # D-24, D-25: opens at 3:00, or in the second pass
    if closing.gap and closing.gap == opening.gap:
        closes = closing.second  # D-25: the end plus the gap
    elif closing.gap:
        closes = opens + (end - begin) % DAY * 60  # D-23: the length is kept
    elif closing.overlap and closing.overlap != opening.overlap:
        closes = closing.first  # D-23: opened before, closes in the first pass
    else:
        closes = closing.second  # D-25: opened in the second pass, closes there
    return Window(opens, closes)


class Place(NamedTuple):
    """Where a moment lies: in a window, or between two."""

    closes: int
    """Of the window around the moment (the last one, where several overlap); outside of the last one before."""
    opens: int
    """0 inside; else of the next window."""

    @property
    def inside(self) -> bool:
        return not self.opens

    def nearer_to_opening(self, now: int) -> bool:
        """D-06; the exact middle belongs to the opening."""
        return self.opens - now <= now - self.closes


def place(windows: Sequence[Window], now: int) -> Place:
    """`windows` hold at least one before and one after the moment."""
    around = [each.closes for each in windows if each.opens <= now < each.closes + 60]  # D-05: the last minute whole
    if around:
        return Place(max(around), 0)
    closed = max(each.closes for each in windows if each.closes < now)
    return Place(closed, min(each.opens for each in windows if each.opens > now))
