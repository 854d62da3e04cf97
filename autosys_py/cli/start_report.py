"""`job_depends -d` and `-t`: starting conditions and starts by date, members below their boxes (cli.md §6)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.next_runs import NextRuns
from autosys_py.cli.selection import Selection, with_definitions
from autosys_py.report.dependencies import TreeRow

if TYPE_CHECKING:
    from autosys_py.core.condition import Atom
    from autosys_py.core.model import Definition, Job
    from autosys_py.core.timetable import Timetable
    from autosys_py.event_server.protocol import EventServer


class Range(NamedTuple):
    """What `-t` asks for."""

    since: int
    until: int
    """Both belong to it."""
    every: bool
    """`-e`: each start of a job, not its first alone."""
    by_start: bool
    """`-s`: what starts first comes first."""


class Shown(NamedTuple):
    """A job of the report of `-t`."""

    definition: "Definition"
    depth: int
    starts: list[int]


def condition_tree(store: "EventServer", selection: Selection) -> Iterator[TreeRow]:
    """The rows of `-d`."""
    for placed, definition in with_definitions(store, selection.jobs):
        has_date = definition.value("date_conditions") == "1"
        yield TreeRow(placed.head.name, placed.depth, has_date, None, _atoms(definition))


def start_tree(
    store: "EventServer", selection: Selection, timetable: "Timetable", asked: Range
) -> Iterator[TreeRow]:  # fmt: skip
    """The rows of `-t`: a start each, and the members of a box that starts."""
    blocks: Iterable[list[Shown]] = _blocks(store, selection, timetable, asked)
    if asked.by_start:
        blocks = sorted(blocks, key=lambda block: block[0].starts[0])
    for block in blocks:
        for definition, depth, starts in block:
            row = TreeRow(definition.job.name, depth, bool(starts), None, _atoms(definition))
            yield from (row._replace(start=start) for start in starts) if starts else [row]


def _atoms(definition: "Definition") -> "tuple[Atom, ...]":
    return definition.job.condition.atoms if definition.job.condition is not None else ()


def _blocks(store: "EventServer", selection: Selection, timetable: "Timetable", asked: Range) -> Iterator[list[Shown]]:
    """What starts in the range, a box with its contents; a member that starts in a box that does not comes alone."""
    box_depth: int | None = None
    block: list[Shown] = []
    next_runs = NextRuns(store)
    for placed, current in with_definitions(store, selection.jobs):
        definition = next_runs.of(current)
        found = starts(definition.job, timetable, asked)
        if box_depth is not None and placed.depth > box_depth:
            block.append(Shown(definition, placed.depth - box_depth, list(islice(found, None if asked.every else 1))))
            continue
        if block:
            yield block
        own = list(islice(found, None if asked.every else 1))
        block = [Shown(definition, 0, own)] if own else []
        box_depth = placed.depth if own and definition.job.is_box else None
    if block:
        yield block


def starts(job: "Job", timetable: "Timetable", asked: Range) -> Iterator[int]:
    """The scheduled starts of a job in the range, in order. A timetable looks only so far ahead, so it is asked again
    from the last start on."""
    after, is_new = asked.since - 60, True
    while is_new:
        is_new = False
        for slot in timetable.slots(job, after):
            if slot.moment > asked.until:
                return
            after, is_new = slot.moment, True
            if slot.moment >= asked.since:
                yield slot.moment
