"""Which zone a process is in."""

from datetime import datetime
from pathlib import Path

import pytest

from autosys_py.cli import zone
from autosys_py.event_server.memory import MemoryStore

SUMMER = 1750000000


def offset(name: str) -> float | None:
    found = zone.zone_named(name)
    if found is None:
        return None
    difference = datetime.fromtimestamp(SUMMER, found).utcoffset()
    assert difference is not None
    return difference.total_seconds() / 3600


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("UTC", 0),
        ("Europe/Paris", 2),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2),
        ("<+0530>-5:30", 5.5),
        ("UTC0", 0),
        ("Nowhere/Land", None),
        ("../../etc/passwd", None),
        ("/etc/passwd", None),
        ("\udcff", None),
        ("a\0b", None),
    ],
)
def test_names_and_rules(name: str, hours: float | None) -> None:
    assert offset(name) == hours


def test_order_of_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    link, file = tmp_path / "localtime", tmp_path / "timezone"
    monkeypatch.setattr(zone, "LOCALTIME", link)
    monkeypatch.setattr(zone, "TIMEZONE", file)
    monkeypatch.delenv("TZ", raising=False)
    assert zone.local_zone().key == "UTC"
    file.write_text("Asia/Tokyo\n")
    assert zone.local_zone().key == "Asia/Tokyo"
    link.symlink_to("/usr/share/zoneinfo/America/New_York")
    assert zone.local_zone().key == "America/New_York"
    monkeypatch.setenv("TZ", ":Europe/Paris")
    assert zone.local_zone().key == "Europe/Paris"
    monkeypatch.setenv("TZ", "Nowhere")
    assert zone.local_zone().key == "UTC"


def test_the_schedulers_zone_is_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    store = MemoryStore()
    assert zone.scheduler_zone(store).key == "Europe/Paris"
    with store.transaction():
        store.put_setting("scheduler_zone", "Asia/Tokyo")
    assert zone.scheduler_zone(store).key == "Asia/Tokyo"
