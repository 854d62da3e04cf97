"""Moments as text, fast: a summary prints two of them a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

BLOCK = 900
"""Seconds; no zone has changed its offset anywhere but on a quarter of an hour UTC since they are kept in minutes."""

EPOCH = date(1970, 1, 1)
NOT_SET = "-----"


class TimeFormat:
    """Writes UTC seconds as `MM/DD/YYYY HH:MM:SS` in a zone and a date order (cli.md §1.6).

    The offset is looked up once a quarter of an hour, the date once a day; a log stays within a minute for many lines.
    """

    def __init__(self, zone: ZoneInfo, date_format: str = "MM/DD/YYYY") -> None:
        self.zone = zone
        self.pattern = date_format.replace("MM", "{0:02d}").replace("DD", "{1:02d}").replace("YYYY", "{2:04d}")
        self._offsets: dict[int, int] = {}
        self._days: dict[int, str] = {}
        self._minute: tuple[int, str] = (-1, "")
        """The last local one that was written, since the epoch, with its text."""

    def __call__(self, moment: int | None) -> str:
        """The moment as text; `-----` for none."""
        if moment is None:
            return NOT_SET
        offset = self._offsets.get(moment // BLOCK)
        local = moment + (self._offset(moment) if offset is None else offset)
        minute, text = self._minute
        if local // 60 != minute:
            minute, text = self._minute = local // 60, self._text(local // 60)
        return f"{text}{local % 60:02d}"

    def iso(self, moment: int | None) -> str | None:
        """The moment in ISO 8601 with the zone's offset; None for none (extensions.md §3)."""
        return None if moment is None else datetime.fromtimestamp(moment, self.zone).isoformat()

    def _text(self, minute: int) -> str:
        """All but the seconds of a local minute since the epoch."""
        days, minute = divmod(minute, 1440)
        day = self._days.get(days)
        if day is None:
            day = self._day(days)
        return f"{day} {minute // 60:02d}:{minute % 60:02d}:"

    def _offset(self, moment: int) -> int:
        """Seconds east of UTC; kept if they hold for the whole block."""
        first = moment // BLOCK * BLOCK
        offset = _offset_at(moment, self.zone)
        if _offset_at(first, self.zone) == _offset_at(first + BLOCK - 1, self.zone):
            self._offsets[moment // BLOCK] = offset
        return offset

    def _day(self, days: int) -> str:
        day = EPOCH + timedelta(days=days)
        text = self._days[days] = self.pattern.format(day.month, day.day, day.year)
        return text


def _offset_at(moment: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


Formatter = Callable[[int | None], str]
