"""The reports of resources, globs, external instances, connection profiles and job types (cli.md §3.8).

Each is a table of texts; a column is its heading and its width, and the last two of resources are numbers.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autosys_py.core.text import cut, pad, visible


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
_USAGE = (("ResName", 18), ("JobName", 18), ("Run/Ntry", 11), ("Status", 12), ("Machine", 12), ("Amount in Use", 13))


def usage_lines(rows: Iterable[Sequence[str]]) -> list[str]:
    """What uses resources now: `-V -d`. Columns 0, 19, 38, 50, 64, 76."""
    layout = "{:<18} {:<18} {:<11} {:<12}  {:<11} {:<13}".format
    names = layout(*(name for name, _ in _USAGE))
    rule = layout("_" * 18, "_" * 18, "_" * 11, "_" * 12, "_" * 11, "_" * 13)
    return ["", "/**** Current Resource Usage ****/", "", names, rule, *(layout(*map(visible, row)) for row in rows)]
