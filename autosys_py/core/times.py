"""Moments as text, fast: a summary prints two of them a row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

T = TypeVar("T")

BLOCK = 900
"""Seconds; no zone has changed its offset anywhere but on a quarter of an hour UTC since they are kept in minutes."""

EPOCH = date(1970, 1, 1)
NOT_SET = "-----"
_MOST = 20_000
"""Minutes kept: two weeks of them."""
_SECONDS = tuple(f"{second:02d}" for second in range(60))


class TimeFormat:
    """Writes UTC seconds as `MM/DD/YYYY HH:MM:SS` in a zone and a date order (cli.md §1.6).

    The offset is looked up once a quarter of an hour, the date once a day, everything but the seconds once a minute.
    """

    def __init__(self, zone: ZoneInfo, date_format: str = "MM/DD/YYYY") -> None:
        self.zone = zone
        self.pattern = date_format.replace("MM", "{0:02d}").replace("DD", "{1:02d}").replace("YYYY", "{2:04d}")
        self._offsets: dict[int, int] = {}
        self._days: dict[int, str] = {}
        self._minutes: dict[int, str] = {}
        self._iso_minutes: dict[int, tuple[str, str]] = {}

    def __call__(self, moment: int | None) -> str:
        """The moment as text; `-----` for none."""
        if moment is None:
            return NOT_SET
        start = self._minutes.get(moment // 60)
        return self._written(moment) if start is None else start + _SECONDS[moment % 60]

    def iso(self, moment: int | None) -> str | None:
        """The moment in ISO 8601 with the zone's offset; None for none (extensions.md §3)."""
        if moment is None:
            return None
        around = self._iso_minutes.get(moment // 60)
        return self._iso_written(moment) if around is None else around[0] + _SECONDS[moment % 60] + around[1]

    def _written(self, moment: int) -> str:
        offset = self._offset(moment)
        days, second = divmod(moment + offset, 86400)
        day = self._days.get(days)
        if day is None:
            day = self._day(days)
        minute, second = divmod(second, 60)
        start = f"{day} {minute // 60:02d}:{minute % 60:02d}:"
        self._keep(self._minutes, moment, offset, start)
        return start + _SECONDS[second]

    def _iso_written(self, moment: int) -> str:
        text = datetime.fromtimestamp(moment, self.zone).isoformat()
        self._keep(self._iso_minutes, moment, self._offset(moment), (text[:17], text[19:]))
        return text

    def _keep(self, known: dict[int, T], moment: int, offset: int, text: T) -> None:
        """What holds for the whole minute; an offset with seconds, as some had before 1972, does not."""
        if moment // BLOCK in self._offsets and not offset % 60:
            if len(known) == _MOST:
                known.clear()
            known[moment // 60] = text

    def _offset(self, moment: int) -> int:
        """Seconds east of UTC; kept if they hold for the whole block."""
        known = self._offsets.get(moment // BLOCK)
        if known is not None:
            return known
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
