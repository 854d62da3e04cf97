"""The reports of resources, globs, external instances, connection profiles and job types (cli.md §3.8).

Each is a table of texts; a column is its heading and its width, and the last two of resources are numbers.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autosys_py.core.text import cut, pad, visible
from autosys_py.report.data import Row


class Table(NamedTuple):
    """Headings and widths of a report's columns."""

    columns: tuple[tuple[str, int], ...]
    narrow: int = 0
    """Characters to which `-n` cuts the first column; 0 = it does not."""
    ending: str = ""
    """What stands behind the last column."""

    def heading(self) -> list[str]:
        """An empty line, the headings, a line under each."""
        names = [name for name, _ in self.columns]
        return ["", self._layout(names), self._layout(["_" * width for _, width in self.columns])]

    def line(self, cells: Sequence[str], *, narrow: bool = False) -> str:
        """A row; its cells may be any text."""
        shown = [visible(cell) for cell in cells]
        if narrow and self.narrow:
            shown[0] = cut(shown[0], self.narrow)
        return self._layout(shown)

    def _layout(self, cells: Sequence[str]) -> str:
        return " ".join(pad(cell, width) for cell, (_, width) in zip(cells, self.columns, strict=True)) + self.ending


RESOURCES = Table(
    (("Resource Name", 27), ("Type", 11), ("Machine", 21), ("Defined", 7), ("Available", 9)), narrow=27, ending=" "
)
GLOBS = Table((("Glob Name", 28), ("File Name", 50)))
INSTANCES = Table((("Instance Name", 64), ("Type", 20), ("Machines", 20), ("Port", 20)))
PROFILES = Table((("Connection Profile", 64), ("Type", 20)))
JOB_TYPES = Table((("Job Type", 64), ("Command", 20), ("Description", 20)))

TYPES = {"R": "Renewable", "D": "Depletable", "T": "Threshold"}
_USAGE = (("ResName", 18), ("JobName", 18), ("Run/Ntry", 11), ("Status", 12), ("Machine", 11), ("Amount in Use", 13))


USAGE_KEYS = ("resource", "job", "run_num", "ntry", "status", "machine", "amount")


def usage_lines(rows: Iterable[Row]) -> list[str]:
    """What uses resources now: `-V -d`, of rows as `USAGE_KEYS` says. Columns 0, 19, 38, 50, 64, 76."""
    names = _usage_line([name for name, _ in _USAGE])
    rule = _usage_line(["_" * width for _, width in _USAGE])
    shown = [
        _usage_line([resource, job, f"{run_num}/{ntry}", status, machine or "---", str(amount)])
        for resource, job, run_num, ntry, status, machine, amount in rows
    ]
    return ["", "/**** Current Resource Usage ****/", "", names, rule, *shown]


def _usage_line(cells: Sequence[str]) -> str:
    """A second blank stands before the machine."""
    *padded, last = [pad(visible(cell), width) for cell, (_, width) in zip(cells, _USAGE, strict=True)]
    return " ".join([*padded[:4], f" {padded[4]}", last])
