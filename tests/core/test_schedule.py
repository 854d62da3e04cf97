"""Schedule arithmetic: next starts, run windows, daylight saving (semantics.md §7)."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from autosys_py.core.schedule import RunWindow, Schedule, next_start, place, starts
from tests.engine import moment

NEW_YORK = ZoneInfo("America/New_York")
UTC = ZoneInfo("UTC")


def clock(minutes: str) -> int:
    hours, rest = minutes.split(":")
    return int(hours) * 60 + int(rest)


def shown(instant: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant, zone).strftime("%m/%d %H:%M:%S %Z")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("02/03/2025 09:59:59", "02/03 10:00:00 UTC"),
        ("02/03/2025 10:00:00", "02/03 22:00:00 UTC"),
        ("02/03/2025 10:00:59", "02/03 22:00:00 UTC"),
        ("02/03/2025 23:00:00", "02/04 10:00:00 UTC"),
    ],
)
def test_the_next_start_is_strictly_after_this_minute(after: str, expected: str) -> None:
    schedule = Schedule(start_times=(clock("10:00"), clock("22:00")))
    found = next_start(schedule, moment(after, UTC), UTC)
    assert found is not None
    assert shown(found, UTC) == expected


def test_days_without_times_mean_midnight() -> None:
    found = next_start(Schedule(days_of_week=(6,)), moment("02/03/2025 12:00", UTC), UTC)
    assert found == moment("02/09/2025 00:00", UTC)


def test_no_days_never_start() -> None:
    assert next_start(Schedule(days_of_week=()), 0, UTC) is None


def day(text: str, schedule: Schedule, count: int) -> list[str]:
    return [shown(each, NEW_YORK) for each in islice(starts(schedule, moment(text, NEW_YORK), NEW_YORK), count)]


def test_spring_d20_d21_several_in_the_gap_run_once() -> None:
    schedule = Schedule(start_times=(clock("2:05"), clock("2:45")))
    assert day("03/09/2025 00:00", schedule, 2) == ["03/09 03:00:05 EDT", "03/10 02:05:00 EDT"]


def test_spring_d22_minutes_that_exist() -> None:
    assert day("03/09/2025 01:30", Schedule(start_mins=(0, 40)), 3) == [
        "03/09 01:40:00 EST",
        "03/09 03:00:00 EDT",
        "03/09 03:40:00 EDT",
    ]


def test_autumn_d20_second_pass_only() -> None:
    assert day("11/02/2025 00:00", Schedule(start_times=(clock("1:15"),)), 2) == [
        "11/02 01:15:00 EST",
        "11/03 01:15:00 EST",
    ]


def test_autumn_d22_both_passes() -> None:
    assert day("11/02/2025 00:45", Schedule(start_mins=(30,)), 3) == [
        "11/02 01:30:00 EDT",
        "11/02 01:30:00 EST",
        "11/02 02:30:00 EST",
    ]


def test_half_hour_gap_of_lord_howe() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    found = next_start(Schedule(start_times=(clock("2:10"),)), moment("10/05/2025 00:00", zone), zone)
    assert found is not None
    assert datetime.fromtimestamp(found, zone).strftime("%H:%M:%S") == "02:30:10"


NIGHT = RunWindow(clock("22:00"), clock("02:00"))


@pytest.mark.parametrize(
    ("window", "now", "inside"),
    [
        (RunWindow(clock("02:00"), clock("04:00")), "02:00:00", True),
        (RunWindow(clock("02:00"), clock("04:00")), "04:00:59", True),
        (RunWindow(clock("02:00"), clock("04:00")), "04:01:00", False),
        (RunWindow(clock("02:00"), clock("04:00")), "01:59:59", False),
        (NIGHT, "23:00:00", True),
        (NIGHT, "01:00:00", True),
        (NIGHT, "12:00:00", False),
    ],
)
def test_run_window_ends_inclusive_and_may_cross_midnight(window: RunWindow, now: str, inside: bool) -> None:
    assert place(window, moment(f"02/03/2025 {now}", UTC), UTC).inside is inside


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        ("04:05", False),
        ("16:05", True),
        ("12:00", False),
        ("14:59", False),
        ("15:00", True),
        ("15:01", True),
        ("00:30", True),
    ],
)
def test_outside_the_nearer_edge_decides(now: str, waits: bool) -> None:
    where = place(RunWindow(clock("02:00"), clock("04:00")), moment(f"02/03/2025 {now}", UTC), UTC)
    assert where.nearer_to_opening(moment(f"02/03/2025 {now}", UTC)) is waits


@pytest.mark.parametrize(
    ("window", "opens", "closes"),
    [
        ("D-23 1:00-2:30", "03/09 01:00:00 EST", "03/09 03:30:00 EDT"),
        ("D-24 2:45-3:45", "03/09 03:00:00 EDT", "03/09 03:45:00 EDT"),
        ("D-25 2:15-2:45", "03/09 03:00:00 EDT", "03/09 03:45:00 EDT"),
        ("D-23 23:30-1:30", "11/01 23:30:00 EDT", "11/02 01:30:00 EDT"),
        ("D-24 1:45-2:45", "11/02 01:45:00 EST", "11/02 02:45:00 EST"),
        ("D-25 1:15-1:45", "11/02 01:15:00 EST", "11/02 01:45:00 EST"),
    ],
)
def test_run_windows_when_the_clock_changes(window: str, opens: str, closes: str) -> None:
    start, end = window.split()[1].split("-")
    night = RunWindow(clock(start), clock(end))
    before = moment("03/08/2025 18:00" if opens.startswith("03") else "11/01/2025 18:00", NEW_YORK)
    opened = place(night, before, NEW_YORK).opens
    assert shown(opened, NEW_YORK) == opens
    inside = place(night, opened, NEW_YORK)
    assert inside.inside
    assert shown(inside.closes, NEW_YORK) == closes
    assert not place(night, opened - 1, NEW_YORK).inside
    assert place(night, inside.closes + 59, NEW_YORK).inside
    assert not place(night, inside.closes + 60, NEW_YORK).inside
