"""Times in a zone and a date order; the quick way equals the slow one everywhere, around changes too."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosys_py.core.times import TimeFormat

ZONES = [
    ZoneInfo(name) for name in ("UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
]
SPRING = 1743296400  # 03/30/2025 01:00 UTC, when Paris goes from 02:00 to 03:00


def slowly(when: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(when, zone).strftime("%m/%d/%Y %H:%M:%S")


@given(st.integers(0, 4_000_000_000), st.sampled_from(ZONES))
def test_equals_datetime(when: int, zone: ZoneInfo) -> None:
    assert TimeFormat(zone)(when) == slowly(when, zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_equals_datetime_around_every_change_of_a_year(zone: ZoneInfo) -> None:
    times = TimeFormat(zone)
    for when in range(1735689600, 1735689600 + 366 * 86400, 449):
        assert times(when) == slowly(when, zone)


def test_change_within_the_hour() -> None:
    times = TimeFormat(ZoneInfo("Europe/Paris"))
    assert [times(SPRING - 1), times(SPRING)] == ["03/30/2025 01:59:59", "03/30/2025 03:00:00"]


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        ("DD/MM/YYYY", "30/03/2025"),
        ("YYYY/MM/DD", "2025/03/30"),
        ("YYYY-MM-DD", "2025-03-30"),
        ("DD.MM.YYYY", "30.03.2025"),
    ],
)
def test_date_order(order: str, shown: str) -> None:
    assert TimeFormat(ZoneInfo("UTC"), order)(SPRING) == f"{shown} 01:00:00"


def test_iso_has_the_offset_and_none_stays_none() -> None:
    times = TimeFormat(ZoneInfo("Europe/Paris"))
    assert times.iso(SPRING) == "2025-03-30T03:00:00+02:00"
    assert times.iso(None) is None
    assert times(None) == "-----"
