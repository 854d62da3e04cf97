"""The queue report (cli.md §3.8): one row for what a job waits for.

Columns with `-n` are 0, 4, 25, 28, 34, 68, 73, 88 and 110; without it the name is 64 wide and the rest 44 further.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from autosys_py.core.codes import LETTERS, Status
from autosys_py.core.text import cut, pad, visible
from autosys_py.report.data import Row

NONE = "----"
STATUSES = {LETTERS[status]: status for status in (Status.QUE_WAIT, Status.RESWAIT)}
WIDTH, NARROW = 64, 20
"""Columns of the name; under `-n` longer ones are cut."""


class QueueRow(NamedTuple):
    """A job that waits, and one thing that it waits for."""

    priority: int
    name: str
    status: str
    """`QU` or `RW`."""
    load: int
    """Units that it puts on its machine; 0 = none."""
    machine: str
    """The `machine` value as defined."""
    is_online: bool
    current: int
    most: int | None
    """Units that run there and that may; None = no limit."""
    resource: str = ""
    """What a job in RW is short of; empty = none."""
    required: str = ""
    available: str = ""


KEYS = (
    "priority", "name", "status", "load", "machine", "machine_status", "current_load", "max_load", "resource",
    "required", "available",
)  # fmt: skip


def data(row: QueueRow) -> Row:
    """In the order of `KEYS`."""
    return (
        row.priority,
        row.name,
        STATUSES[row.status].name,
        row.load or None,
        row.machine or None,
        "Online" if row.is_online else "Offline",
        row.current,
        row.most,
        row.resource or None,
        row.required or None,
        row.available or None,
    )


def lines(rows: Iterable[QueueRow], *, narrow: bool) -> Iterator[str]:
    """The report; nothing at all without rows."""
    head = heading(narrow=narrow)
    for row in rows:
        yield from head
        head = []
        yield line(row, narrow=narrow)


def heading(*, narrow: bool) -> list[str]:
    """An empty line, the headings, a line under each."""
    columns = ("Pri", "Job Name", "ST", "Load", "Mach Queue", "ST", "Curr/Max", "Resource", "Req/Avl")
    widths = (3, NARROW if narrow else WIDTH, 2, 4, 33, 4, 13, 21, 9)
    return ["", _layout(*columns, narrow=narrow), _layout(*("_" * width for width in widths), narrow=narrow)]


def line(row: QueueRow, *, narrow: bool) -> str:
    name = visible(row.name)
    return _layout(
        str(row.priority),
        cut(name, NARROW) if narrow else name,
        row.status,
        str(row.load) if row.load else NONE,
        visible(row.machine) or NONE,
        "ONLN" if row.is_online else "OFLN",
        NONE if row.most is None else f"{row.current}/{row.most}",
        visible(row.resource) or NONE,
        f"{row.required}/{row.available}" if row.resource else NONE,
        narrow=narrow,
    )


def _layout(
    priority: str,
    name: str,
    status: str,
    load: str,
    machine: str,
    online: str,
    units: str,
    resource: str,
    amounts: str,
    *,
    narrow: bool,
) -> str:
    padded = pad(name, NARROW if narrow else WIDTH)
    queue, short_of = pad(machine, 33), pad(resource, 21)
    return f"{priority:<3} {padded} {status:<2} {load:<4}  {queue} {online:<4} {units:<13}  {short_of} {amounts:<9}"
