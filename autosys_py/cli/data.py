"""`--format json|csv`, the same option of every report: its row in the table, its check, its way out (docs/data.md).

`report/data.py` writes the rows; it is imported only where they are asked for. `--color` stands here too: both say how
a report is written, and a report as data has no colours.
"""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autosys_py.cli.messages import misuse
from autosys_py.cli.options import Given, Option
from autosys_py.cli.output import write_lines

if TYPE_CHECKING:
    from autosys_py.report.data import Keys, Row

NAMES = ("json", "csv")
FORMAT = Option("--format", "json | csv", "the rows as data")
COLOR = Option("--color", "auto | always | never", "statuses in colour; auto = on a terminal, unless NO_COLOR is set")


def check_format(given: Given) -> None:
    """Raises Refused (99012) for a format that there is not."""
    if given.get("--format") not in (None, *NAMES):
        raise misuse(99012, given["--format"])


def write_data(format_: str, keys: "Keys", rows: "Iterable[Row]") -> None:
    """Rows, in the order of their keys, to standard output."""
    from autosys_py.report.data import FORMATS

    write_lines(FORMATS[format_](keys, rows))


def colours_wanted(given: Given) -> bool:
    """Is this report to have colours?"""
    choice = given.get("--color", "auto")
    if choice == "auto" and sys.stdout is not None and sys.stdout.isatty():
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"
