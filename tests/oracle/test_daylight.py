"""Every change of every clock, the product against the oracle of `daylight.py`.

`make dst` takes every zone of the tz database and every change of its offset from 2020 to 2040; `make test` a fixed
sample, with the odd ones: gaps of half an hour, of two hours and of a whole day, changes at midnight, across midnight
and not on the hour, winter time as the exception (Dublin), two changes a month apart (Casablanca).

Both sides read the same data, that of the `tzdata` package.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import islice, pairwise, product, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
import whenever
from whenever import Date, Instant

from autosys_py.core import schedule as ours
from autosys_py.core.schedule import RunWindow, Schedule
from tests.oracle import daylight

DATA = files("tzdata") / "zoneinfo"
QUARTERS = range(0, 1440, 15)
HOUR = 3600


@pytest.fixture(autouse=True, scope="module")
def one_database() -> Iterator[None]:
    """`whenever` reads the package too, whatever the system has."""
    whenever.reset_tzpath([str(DATA)])
    whenever.clear_tzcache()
    yield
    whenever.reset_tzpath()
    whenever.clear_tzcache()


def zone_of(key: str) -> ZoneInfo:
    with (DATA / key).open("rb") as file:
        return ZoneInfo.from_file(file, key)


class Change(NamedTuple):
    """A change of a zone's offset."""

    zone: str
    moment: int
    before: int
    """Offsets in seconds."""
    after: int

    @property
    def shape(self) -> tuple[int, int]:
        """What the clock on the wall does: from when, and how far."""
        return (self.moment + self.before) % 86400, self.after - self.before

    @property
    def days(self) -> list[Date]:
        """The days that the change touches and two around, as written."""
        first = Instant.from_timestamp(self.moment + min(self.before, self.after)).to_tz("UTC").date().subtract(days=1)
        last = Instant.from_timestamp(self.moment + max(self.before, self.after)).to_tz("UTC").date().add(days=1)
        return [first.add(days=number) for number in range((last.to_stdlib() - first.to_stdlib()).days + 1)]


def changes(zone: str, first_year: int, last_year: int) -> Iterator[Change]:
    moment = whenever.ZonedDateTime(first_year, 1, 1, tz=zone)
    while (following := moment.next_transition()) is not None and following.year <= last_year:
        before = following.subtract(seconds=1).offset.total("seconds")
        after = following.offset.total("seconds")
        if before != after:
            yield Change(zone, following.timestamp(), int(before), int(after))
        moment = following


SAMPLE = [
    ("America/New_York", 2025, 2025),
    ("Australia/Lord_Howe", 2025, 2025),
    ("Antarctica/Troll", 2025, 2025),
    ("Europe/Dublin", 2025, 2025),
    ("Africa/Casablanca", 2026, 2026),
    ("Africa/Cairo", 2025, 2025),
    ("America/Havana", 2025, 2025),
    ("America/Nuuk", 2025, 2025),
    ("America/Santiago", 2025, 2025),
    ("America/St_Johns", 2010, 2010),
    ("Asia/Gaza", 2030, 2030),
    ("Pacific/Apia", 2011, 2012),
]


@pytest.mark.parametrize(("zone", "first_year", "last_year"), SAMPLE, ids=[zone for zone, _, _ in SAMPLE])
def test_the_odd_ones(zone: str, first_year: int, last_year: int) -> None:
    found = list(changes(zone, first_year, last_year))
    assert len(found) >= 2
    tally = Tally()
    for change in found:
        compare(change, zone_of(zone), tally, every_window=False)
    assert tally.starts > 300 * len(found)
    assert tally.moments > 300 * len(found)


def test_a_gap_that_ends_the_day() -> None:
    """Nuuk puts its clock from 23:00 to midnight: the start of 23:05 (00:00:05) comes after that of the next day's
    00:00."""
    change = next(changes("America/Nuuk", 2025, 2025))
    _compare_times(change, zone_of(change.zone), (1385, gap_end(change)), Tally())


@pytest.mark.dst
@pytest.mark.timeout(3600)
def test_every_zone_from_2020_to_2040() -> None:
    """Both libraries read every zone alike; zones whose clocks go alike in these years are compared once."""
    begin = time.monotonic()
    keys = [key for key in sorted(available_timezones()) if (DATA / key).is_file()]
    alike: dict[tuple[tuple[int, int, int], ...], str] = {}
    tally, shapes, faults = Tally(), set[tuple[int, int]](), list[str]()
    for key in keys:
        found = list(changes(key, 2020, 2040))
        zone = zone_of(key)
        assert all(is_read_alike(change, zone) for change in found), key
        alike.setdefault(tuple(change[1:] for change in found), key)
    for key in alike.values():
        zone = zone_of(key)
        for change in changes(key, 2020, 2040):
            try:
                compare(change, zone, tally, every_window=change.shape not in shapes)
            except AssertionError as fault:
                faults.append(str(fault))
            shapes.add(change.shape)
    assert not faults, f"{len(faults)} changes differ\n" + "\n".join(faults[:10])
    count = sum(map(len, alike))
    seconds = time.monotonic() - begin
    print(
        f"\n{len(keys)} zones ({len(alike)} different), {count} changes of {len(shapes)} shapes: "
        f"{tally.starts} starts, {tally.moments} moments around {tally.windows} run windows; {seconds:.0f} s"
    )
    assert len(keys) > 500
    assert count > 1000


def is_read_alike(change: Change, zone: ZoneInfo) -> bool:
    offsets = [datetime.fromtimestamp(change.moment + each, zone).utcoffset() for each in (-1, 0)]
    return offsets == [timedelta(seconds=change.before), timedelta(seconds=change.after)]


class Tally:
    """What was compared."""

    starts = 0
    windows = 0
    moments = 0


def compare(change: Change, zone: ZoneInfo, tally: Tally, *, every_window: bool) -> None:
    compare_start_times(change, zone, tally)
    compare_start_mins(change, zone, tally)
    compare_windows(change, zone, tally, every_window=every_window)


# Starts


def midnight(zone: str, day: Date) -> int:
    """An instant not after any start that is written for the day."""
    return daylight.read(zone, day, 0).first - 60


def compare_start_times(change: Change, zone: ZoneInfo, tally: Tally) -> None:
    first, last = change.days[1], change.days[-2]
    for minute in QUARTERS:
        _compare_times(change, zone, (minute,), tally)
    near = quarters_near(change)
    for several in zip(near, near[1:], near[4:], strict=False):
        _compare_times(change, zone, tuple(reversed(several)), tally)
    _compare_times(change, zone, tuple(QUARTERS), tally)
    _compare_times(change, zone, tuple(minute + 5 for minute in QUARTERS), tally)
    if (change.moment + change.after) % 86400:  # test_a_gap_that_ends_the_day
        _compare_times(change, zone, (*(minute + 5 for minute in near), gap_end(change)), tally)
    for minute in near:
        for day in (first, last):  # D-29: the day is that of the written time
            _compare_times(change, zone, (minute,), tally, weekday=day.to_stdlib().weekday())


def _compare_times(
    change: Change, zone: ZoneInfo, minutes: tuple[int, ...], tally: Tally, weekday: int | None = None
) -> None:
    """The starts of the days around, one after the other, and the next one from each."""
    days = [day for day in change.days if weekday is None or day.to_stdlib().weekday() == weekday]
    begin = midnight(change.zone, change.days[0])
    end = midnight(change.zone, change.days[-1].add(days=1)) + 60
    expected = [each for each in daylight.start_times(change.zone, days, minutes) if each < end]
    every_day = tuple(range(7))
    schedule = Schedule(start_times=minutes, days_of_week=every_day if weekday is None else (weekday,))
    found = list(takewhile(lambda start: start < end, ours.starts(schedule, begin, zone)))
    assert found == expected, told(change, f"start_times {clocks(minutes)}", expected, found)
    tally.starts += len(found)
    for now in expected[:-1] if len(minutes) < 10 else []:
        following = [each for each in expected if each // 60 > now // 60]  # D-04: not in this very minute
        if following:
            assert ours.next_start(schedule, now, zone) == following[0], told(
                change, f"start_times {clocks(minutes)} after {now}", following, []
            )


def compare_start_mins(change: Change, zone: ZoneInfo, tally: Tally) -> None:
    around = abs(change.after - change.before) + 3 * HOUR
    begin, end = change.moment - around, change.moment + around
    shown = list(daylight.minutes_of(change.zone, begin, end))
    for minutes in ((0,), (40, 0), (5, 20, 35, 50), (15, 30, 59), tuple(range(60))):
        expected = daylight.start_mins(shown, minutes)
        schedule = Schedule(start_mins=minutes)
        found = list(takewhile(lambda start: start < end, ours.starts(schedule, begin - 60, zone)))
        assert found == expected, told(change, f"start_mins {minutes}", expected, found)
        tally.starts += len(found)


# Run windows


def compare_windows(change: Change, zone: ZoneInfo, tally: Tally, *, every_window: bool) -> None:
    near = quarters_near(change)
    edges = list(QUARTERS) if every_window else near[1::3]
    for begin, end in product(edges, edges):
        if begin != end and (begin in near or end in near):
            _compare_window(change, zone, begin, end, tally)
            tally.windows += 1


def _compare_window(change: Change, zone: ZoneInfo, begin: int, end: int, tally: Tally) -> None:
    days = [change.days[0].subtract(days=1), *change.days, change.days[-1].add(days=1)]
    windows = [daylight.window(change.zone, day, begin, end) for day in days]
    close = [each for each in windows if abs(each.opens - change.moment) < 86400]
    moments = {change.moment - 1, change.moment}
    for each in close:
        moments |= {each.opens - 1, each.opens, each.closes + 59, each.closes + 60}
    middle = [(one.closes + two.opens) // 2 for one, two in pairwise(windows) if one in close]
    moments.update(middle)
    window = RunWindow(begin, end)
    for now in moments:
        expected = daylight.place(windows, now)
        found = ours.place(window, now, zone)
        same = found.inside == expected.inside and found.closes == expected.closes
        if same and not expected.inside:
            same = found.opens == expected.opens
            same = same and found.nearer_to_opening(now) == expected.nearer_to_opening(now)
        assert same, told(change, f"run_window {clocks((begin, end))} at {now}", [*expected], [*found])
    tally.moments += len(moments)


# Times of day


def gap_end(change: Change) -> int:
    """The first minute of the day that the clock shows after the change."""
    return (change.moment + change.after) % 86400 // 60


def quarters_near(change: Change) -> list[int]:
    """Quarters of an hour from an hour and three quarters before the change to as much after it, as minutes of the
    day; of a gap of a day those of its ends."""
    from_, length = change.shape
    low, high = sorted((from_, from_ + length))
    if high - low > 6 * HOUR:
        high = low
    first = (low // 900 - 7) * 15
    return sorted({minute % 1440 for minute in range(first, high // 60 + 106, 15)})


def clocks(minutes: tuple[int, ...]) -> str:
    return ",".join(f"{minute // 60}:{minute % 60:02d}" for minute in islice(minutes, 12))


def told(change: Change, what: str, expected: list[int], found: list[int]) -> str:
    def shown(moment: int) -> str:
        return str(Instant.from_timestamp(moment).to_tz(change.zone))[:25] if moment > 1440 else str(moment)

    return (
        f"{change.zone}, {shown(change.moment - 1)} then {shown(change.moment)}: {what}\n"
        f"  the oracle {' '.join(map(shown, expected))}\n  the product {' '.join(map(shown, found))}"
    )
