"""Time zones of this process and of the scheduler."""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

LOCALTIME = Path("/etc/localtime")
TIMEZONE = Path("/etc/timezone")


def scheduler_zone(store: "EventServer") -> ZoneInfo:
    """The zone of the scheduler, as it wrote it into the store; before its first start the local one."""
    name = store.setting("scheduler_zone")
    return (zone_named(name) if name else None) or local_zone()


def local_zone() -> ZoneInfo:
    """The zone of this process: `TZ`, the link /etc/localtime, the name in /etc/timezone, else UTC."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if name:
        return zone_named(name) or ZoneInfo("UTC")  # what the C library makes of a TZ it does not know
    return _from_link() or _from_name_file() or _from_file(LOCALTIME) or ZoneInfo("UTC")


def zone_named(name: str) -> ZoneInfo | None:
    """A zone by its name in the database, a file of it, or a POSIX rule like `CET-1CEST,M3.5.0,M10.5.0/3`."""
    if name.startswith("/"):
        return _from_file(Path(name))
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # not in the database: KeyError
        from autosys_py.core.timezones import posix_zone

        return posix_zone(name)


def _from_link() -> ZoneInfo | None:
    try:
        target = str(LOCALTIME.readlink())
    except OSError:
        return None
    _, _, name = target.partition("zoneinfo/")
    return zone_named(name) if name else None


def _from_name_file() -> ZoneInfo | None:
    try:
        name = TIMEZONE.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return zone_named(name) if name else None


def _from_file(path: Path) -> ZoneInfo | None:
    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file, key=str(path))
    except (ValueError, OSError):
        return None
