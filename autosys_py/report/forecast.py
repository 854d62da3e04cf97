"""The forecast report: one row a start, day by day (cli.md §7.5).

Columns are 0, 65, 130, 159, 180 and 191, narrow 0, 29, 58, 87, 108 and 119.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from autosys_py.core.text import cut, pad, visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import Row

WIDE = (64, 64, 28)
NARROW = (28, 28, 28)
"""Columns of box, job and machine; under `-n` longer names are cut."""


KEYS = ("box_name", "name", "machine", "start", "duration", "end")
"""`duration` is in minutes."""


class ForecastRow(NamedTuple):
    """A start to come."""

    box: str
    job: str
    machine: str
    start: int
    end: int | None
    """None = not known."""


class Forecast:
    """Writes the report; `times` gives zone and date order."""

    def __init__(self, times: TimeFormat, *, narrow: bool = False, headings: bool = True) -> None:
        self.times = times
        self.narrow = narrow
        self.headings = headings

    def lines(self, rows: Iterable[ForecastRow], now: int) -> Iterator[str]:
        """The whole report of rows that are sorted within their days; days come in order."""
        yield from ("", "AutoSys-py Forecast Report", f"Generated on {self._generated(now)}", "", "")
        for number, (day, of_day) in enumerate(groupby(rows, lambda row: self.day(row.start))):
            if number:
                yield ""
            yield from (f"Forecast Date: {day}", "", *(self._heading() if self.headings else ()))
            yield from map(self._row, of_day)

    def data(self, row: ForecastRow) -> Row:
        """In the order of `KEYS`."""
        duration = None if row.end is None else minutes(row.end - row.start)
        start, end = self.times.iso(row.start), self.times.iso(row.end)
        return row.box or None, row.job, row.machine or None, start, duration, end

    def day(self, moment: int) -> str:
        return self.times(moment).partition(" ")[0]

    def _generated(self, now: int) -> str:
        day, _, clock = self.times(now).partition(" ")
        hour, minute, _ = clock.split(":")
        return f"{day} {int(hour) % 12 or 12}:{minute}{'AM' if int(hour) < 12 else 'PM'}"

    def _heading(self) -> list[str]:
        columns = [*(NARROW if self.narrow else WIDE), 20, 10, 20]
        names = ("Box Name", "Job Name", "Machine Name", "Start Time", "Duration", "End Time")
        underscores = ["_" * width for width in columns]
        return [self._layout(*names), self._layout(*underscores)]

    def _row(self, row: ForecastRow) -> str:
        duration = "" if row.end is None else str(minutes(row.end - row.start))
        return self._layout(row.box, row.job, row.machine, self._minute(row.start), duration, self._minute(row.end))

    def _minute(self, moment: int | None) -> str:
        return "" if moment is None else self.times(moment)[:-3]

    def _layout(self, box: str, job: str, machine: str, start: str, duration: str, end: str) -> str:
        widths = NARROW if self.narrow else WIDE
        names = [self._fit(name, width) for name, width in zip((box, job, machine), widths, strict=True)]
        return f"{' '.join(names)} {start:<20} {duration:<10} {end:<20}"

    def _fit(self, name: str, width: int) -> str:
        shown = visible(name)
        return pad(cut(shown, width) if self.narrow else shown, width)


def minutes(seconds: int) -> int:
    """A duration in whole minutes, at least one."""
    return max(1, round(seconds / 60))
