"""Dates as typed (cli.md §1.6)."""

from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli.dates import is_compact_date, read_moment
from tests.cli.estate import moment

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02/03/2025 04:05:06", "02/03/2025 04:05:06"),
        ("2/3/25 4:5", "02/03/2025 04:05:00"),
        ("02/03/79", "02/03/2079 00:00:00"),
        ("02/03/80", "02/03/1980 00:00:00"),
        ("  02/03/2025   04:05 ", "02/03/2025 04:05:00"),
        ("02/29/2025 00:00", None),
        ("02/03/2025 24:00", None),
        ("02/03/2025 04:05:60", None),
        ("02-03-2025 04:05", None),
        ("02/03/02025", None),
        ("02/03/2025 04", None),
        ("٠٢/03/2025", None),
        ("", None),
        ("tomorrow", None),
        ("02/03/2025 04:05\n06", None),
    ],
)
def test_moments(text: str, expected: str | None) -> None:
    assert read_moment(text, "MM/DD/YYYY", UTC) == (moment(expected) if expected else None)


def test_orders_and_ends() -> None:
    assert read_moment("03.02.2025", "DD.MM.YYYY", UTC, end_of_day=True) == moment("02/03/2025 23:59:00")
    assert read_moment("2025-02-03 10:00", "YYYY-MM-DD", UTC, end_of_day=True) == moment("02/03/2025 10:00:00")


def test_of_two_equal_local_times_the_first() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert read_moment("10/26/2025 02:30", "MM/DD/YYYY", paris) == moment("10/26/2025 00:30:00")


@pytest.mark.parametrize(
    ("text", "good"), [("20250228", True), ("20250229", False), ("2025022", False), ("٢٠٢٥٠٢٢٨", False)]
)
def test_business_dates(text: str, good: bool) -> None:
    assert is_compact_date(text) is good
