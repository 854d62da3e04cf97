"""The rows of a report on jobs, as a stream: boxes before their members (cli.md §3.1, §3.3).

What `ALL` and the name of a box mean is read box after box, so that a report on a hundred thousand jobs begins at once
and holds a page of rows for each box around the present one. A pattern, a group or an application must be compared with
every name first.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.names import is_everything, is_pattern, is_speakable

if TYPE_CHECKING:
    from autosys_py.cli.selection import Selection
    from autosys_py.event_server.protocol import EventServer, SummaryRow


class Line(NamedTuple):
    """A job and its place in the report."""

    row: "SummaryRow"
    depth: int
    """How many boxes of this report it stands in."""
    box: str
    """The name of its box, empty for none."""


class JobRows(NamedTuple):
    lines: Iterator[Line]
    explicit: "SummaryRow | None" = None
    """The one job that was asked for by its name; its row is the first. None = a pattern or a group was."""


def rows_of_jobs(store: "EventServer", name: str, levels: int | None) -> JobRows:
    """The jobs of `-J`: a name or pattern, each box with its members down to `levels` (None = all).

    Raises Refused (50027) for a name that no job has.
    """
    if is_everything(name) or not name.strip("%*"):
        return JobRows(_walk(store, store.summaries_in(0), "", levels))
    head = store.head(name) if is_speakable(name) and not is_pattern(name) else None
    row = store.summary(head.joid) if head is not None else None
    if row is not None:
        return JobRows(_walk(store, iter([row]), _name_of(store, row.box_joid), levels), row)
    from autosys_py.cli.selection import select_jobs

    return JobRows(_selected(store, select_jobs(store, name, levels)))


def rows_of_groups(store: "EventServer", group: str | None, application: str | None, levels: int | None) -> JobRows:
    """The jobs of `-B` and `-I`, both together where both are given."""
    from autosys_py.cli.selection import select_grouped

    return JobRows(_selected(store, select_grouped(store, group, application, levels)))


def _walk(store: "EventServer", rows: "Iterator[SummaryRow]", box: str, levels: int | None) -> Iterator[Line]:
    stack = [(rows, box)]
    while stack:
        rows, box = stack[-1]
        depth = len(stack) - 1
        for row in rows:
            yield Line(row, depth, box)
            if row.job_type == "BOX" and (levels is None or depth < levels):
                stack.append((store.summaries_in(row.joid), row.name))
                break
        else:
            stack.pop()


def _selected(store: "EventServer", selection: "Selection") -> Iterator[Line]:
    names = {placed.head.joid: placed.head.name for placed in selection.jobs}
    rows = _end_to_end(store, selection) if selection.most else _one_by_one(store, selection)
    for row, depth in rows:
        if row.box_joid not in names:
            names[row.box_joid] = _name_of(store, row.box_joid)
        yield Line(row, depth, names[row.box_joid])


def _one_by_one(store: "EventServer", selection: "Selection") -> "Iterator[tuple[SummaryRow, int]]":
    for head, depth in selection.jobs:
        row = store.summary(head.joid)
        if row is not None:
            yield row, depth


def _end_to_end(store: "EventServer", selection: "Selection") -> "Iterator[tuple[SummaryRow, int]]":
    """Reads all rows in definition order and holds back those that come before their turn in the report."""
    wanted = {placed.head.joid for placed in selection.jobs}
    rows = store.summaries()
    early: dict[int, SummaryRow] = {}
    for head, depth in selection.jobs:
        found = early.pop(head.joid, None)
        while found is None and (row := next(rows, None)) is not None:
            if row.joid == head.joid:
                found = row
            elif row.joid in wanted:
                early[row.joid] = row
        if found is not None:
            yield found, depth


def _name_of(store: "EventServer", joid: int) -> str:
    row = store.summary(joid) if joid else None
    return row.name if row is not None else ""
