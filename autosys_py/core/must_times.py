"""must_start_times and must_complete_times: by when a scheduled run must have started or completed (rule D-11).

Either one number of minutes after each scheduled start, or a time of day for each start time, hours from 24 on being
those of later days. Pure arithmetic; `deadlines` makes checks and alarms of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from autosys_py.core.schedule import Slot, instant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY = 1440


@dataclass(frozen=True, slots=True)
class MustTimes:
    """One of the two attributes; just one of the fields is set."""

    relative: int | None = None
    """Minutes after the scheduled start."""
    absolute: tuple[tuple[int, int], ...] = ()
    """Start time and must time in pairs, both minutes after midnight of the day of the start; up to 71:59."""

    def to_json(self) -> list[Any]:
        return [self.relative, self.absolute]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        relative, absolute = stored
        return cls(relative, tuple((start, must) for start, must in absolute))

    def due(self, slot: Slot, zone: ZoneInfo) -> int | None:
        """The instant of the check that belongs to a scheduled start; None if no must time goes with it."""
        if self.relative is not None:
            return slot.moment + self.relative * 60  # D-27
        must = dict(self.absolute).get(slot.start)
        return None if must is None else _instant(slot, must, zone)


def _instant(slot: Slot, must: int, zone: ZoneInfo) -> int:
    """D-26: in a gap as a start time, or at the end of the first minute after it where the start was pushed past it;
    in a repeated hour in the first pass if the start lies before it, else in the second."""
    day, minute = slot.day + timedelta(days=must // DAY), must % DAY
    first_pass = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone, fold=0)
    second_pass = first_pass.replace(fold=1)
    early, late = first_pass.utcoffset(), second_pass.utcoffset()
    assert early is not None and late is not None
    if early > late and first_pass.timestamp() >= slot.moment:
        return int(first_pass.timestamp())
    moment = instant(day, minute, zone)
    if moment < slot.moment:
        return slot.moment - slot.moment % 60 + 59
    return moment
