"""Names of time zones (rule D-09, cli.md §7.6)."""

from datetime import UTC, datetime, timedelta

import pytest

from autosys_py.core.timezones import TimeZones, is_name, posix_zone

SYSTEM = ("America/Chicago", "Asia/Tokyo", "EST5EDT", "Europe/Zurich")
ENTRIES = {
    "Zurich HQ": "europe/ zurich",
    "HQ": "ZurichHQ",
    "asia/tokyo": "Europe/Zurich",
    "Plant": "GMT+5",
    "a": "b",
    "b": "a",
    **{f"link{number}": f"link{number + 1}" for number in range(5)},
    "link5": "Asia/Tokyo",
}
ZONES = TimeZones(ENTRIES, lambda: SYSTEM)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),  # the system first, whatever the entries say
        ("ASIA / tokyo", "Asia/Tokyo"),
        ("est5edt", "EST5EDT"),
        ("hq", "Europe/Zurich"),
        ("ZURICH hq", "Europe/Zurich"),
        ("plant", "GMT+5"),
        ("link1", "Asia/Tokyo"),  # five links
        ("link0", None),  # six
        ("a", None),
        ("nowhere", None),
        ("", None),
    ],
)
def test_lookup(name: str, key: str | None) -> None:
    zone = ZONES.zone(name)
    assert (zone.key if zone else None) == key


@pytest.mark.parametrize(
    ("rule", "summer_offset"),
    [
        ("GMT+5", -5),
        ("GMT-5", 5),
        ("XYZ3:30", -3.5),
        ("<+0330>-3:30", 3.5),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2),
        ("EST5EDT", -4),
        ("ABC5DEF6", -6),
        ("AB5", None),
        ("GMT+", None),
        ("EST5EDT,rubbish", None),
        ("GMT+999", None),
        ("ÄÖÜ5", None),
        ("EST5EDT,\u00e9", None),
    ],
)
def test_posix_rules_count_west(rule: str, summer_offset: float | None) -> None:
    zone = posix_zone(rule)
    if summer_offset is None:
        assert zone is None
    else:
        assert zone is not None
        assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=summer_offset)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("US/Eastern", True), ("New York", True), ("x" * 50, True), ("x" * 51, False), ("", False), ("a\x1b", False)],
)
def test_names(name: str, expected: bool) -> None:
    assert is_name(name) is expected
