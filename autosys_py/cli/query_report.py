"""`autorep -q`: definitions as JIL that can be loaded again (cli.md §3.7, jil.md §10)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from autosys_py.cli.selection import CHUNK, Placed, Selection
from autosys_py.core.condition import LONG_NAMES, Kind
from autosys_py.report.summary import full_status

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Definition, Machine
    from autosys_py.event_server.protocol import EventServer

CONDITIONS = frozenset({"condition", "box_success", "box_failure"})


def job_lines(instance: "Instance", selection: Selection, *, wide: bool) -> Iterator[str]:
    """The definitions of a selection, members one blank further in on every level."""
    from autosys_py.jil.renderer import render_job

    names = {placed.head.joid: placed.head.name for placed in selection.jobs}
    lead = instance.configuration.AutorepQueryLeadingBlanks
    for placed, definition in _definitions(instance.store, selection.jobs):
        box = placed.head.box_joid
        box_name = names.get(box) or _name_of(instance.store, box)
        shown = _widened(definition) if wide else definition
        yield from _led(render_job(shown, box_name, placed.depth), lead)
        lead = 2
    if selection.explicit and len(selection.jobs) == 1 and instance.configuration.AutorepStatusComment == "1":
        row = instance.store.status(selection.jobs[0].head.joid)
        if row is not None:
            yield f"/* status: {full_status(row.state)} */"


def machine_lines(instance: "Instance", machines: "Iterable[Machine]") -> Iterator[str]:
    """The definitions of machines."""
    from autosys_py.jil.renderer import render_machine

    lead = instance.configuration.AutorepQueryLeadingBlanks
    for machine in machines:
        yield from _led(render_machine(machine), lead)
        lead = 2


def _led(lines: list[str], blanks: int) -> Iterator[str]:
    """A definition behind so many empty lines, however many it came with."""
    first = next((position for position, line in enumerate(lines) if line), len(lines))
    yield from [""] * blanks
    yield from lines[first:]


def _definitions(store: "EventServer", jobs: list[Placed]) -> "Iterator[tuple[Placed, Definition]]":
    remaining = iter(jobs)
    while chunk := list(islice(remaining, CHUNK)):
        found = {each.job.joid: each for each in store.definitions([placed.head.joid for placed in chunk])}
        for placed in chunk:
            if placed.head.joid in found:
                yield placed, found[placed.head.joid]


def _name_of(store: "EventServer", joid: int) -> str:
    row = store.status(joid) if joid else None
    return row.head.name if row is not None else ""


def _widened(definition: "Definition") -> "Definition":
    """`success(A)` for `s(A)` in conditions (`-w`)."""
    attributes = tuple(
        (name, long_form(value) if name in CONDITIONS else value) for name, value in definition.attributes
    )
    return replace(definition, attributes=attributes)


def long_form(condition: str) -> str:
    """A condition as typed with the short names of its functions written out; quoted text stays."""
    return re.sub(r'"[^"]*"|(?<![^\s(&|])([sfdtnevSFDTNEV])(?=\s*\()', _long_name, condition)


def _long_name(matched: "re.Match[str]") -> str:
    return LONG_NAMES[Kind(matched[1].lower())] if matched[1] else matched[0]
