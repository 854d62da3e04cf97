"""`autorep -q`: definitions as JIL that can be loaded again (cli.md §3.7, jil.md §10)."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from autosys_py.cli.secrets import shown_attributes
from autosys_py.cli.selection import Placed, Selection, with_definitions
from autosys_py.core.condition import LONG_NAMES, Kind
from autosys_py.core.times import TimeFormat
from autosys_py.report.summary import full_status

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Definition, Machine, NamedObject
    from autosys_py.event_server.protocol import EventServer

CONDITIONS = frozenset({"condition", "box_success", "box_failure"})


def job_lines(
    instance: "Instance", selection: Selection, *, wide: bool, blob_folder: str | None = None
) -> Iterator[str]:
    """The definitions of a selection, members one blank further in on every level, each with its blobs behind it.

    With a folder the blobs are written to files in it, which the definitions name. Raises OSError if that fails.
    """
    from autosys_py.jil.renderer import render_job

    names = {placed.head.joid: placed.head.name for placed in selection.jobs}
    lead = instance.configuration.AutorepQueryLeadingBlanks
    blobs_of = _blobs(instance.store, selection)
    for placed, definition in with_definitions(instance.store, selection.jobs):
        box = placed.head.box_joid
        box_name = names.get(box) or _name_of(instance.store, box)
        shown = _widened(definition) if wide else definition
        shown = replace(shown, attributes=shown_attributes(shown.attributes))
        yield from led(render_job(shown, box_name, placed.depth), lead)
        blobs = blobs_of(placed.head.name)
        if blobs:
            yield from _blob_lines(placed, blobs, blob_folder)
        lead = 2
    if selection.explicit and len(selection.jobs) == 1 and instance.configuration.AutorepStatusComment == "1":
        row = instance.store.status(selection.jobs[0].head.joid)
        if row is not None:
            yield f"/* status: {full_status(row.state)} */"


def _blobs(store: "EventServer", selection: Selection) -> "Callable[[str], list[NamedObject]]":
    """The blobs of a job by its name; all are read at once where most jobs are printed."""
    if not selection.most:
        return lambda name: store.objects("blob", name)
    found: dict[str, list[NamedObject]] = {}
    for blob in store.objects("blob"):
        found.setdefault(blob.name, []).append(blob)
    return lambda name: found.get(name, [])


def _blob_lines(placed: Placed, blobs: "list[NamedObject]", folder: str | None) -> list[str]:
    from autosys_py.cli.downloads import download
    from autosys_py.jil.blobs import in_order
    from autosys_py.jil.object_renderer import render_blobs

    name = placed.head.name
    files = []
    if folder is not None:
        for number, blob in enumerate(in_order(blobs), start=1):
            files.append(download(folder, f"{name}_{number}.txt", blob.value("blob_input")))
    return render_blobs(name, blobs, placed.depth, files)


def override_lines(instance: "Instance", selection: Selection, number: int, zone: "ZoneInfo") -> Iterator[str]:
    """The overrides of a selection with this number, 0 = those in effect. No job without one is mentioned."""
    from autosys_py.core.overrides import RUN_NUM, STARTED, number_of, pending
    from autosys_py.jil.object_renderer import render_override

    moment = TimeFormat(zone, "MM/DD/YYYY")
    short = TimeFormat(zone, "MM/DD")
    lead = instance.configuration.AutorepQueryLeadingBlanks
    for placed in selection.jobs:
        there = instance.store.objects("override", placed.head.name)
        waiting = pending(there) if number == 0 else next((each for each in there if number_of(each) == number), None)
        if waiting is None:
            continue
        started = short(int(waiting.value(STARTED) or 0))
        waiting = replace(waiting, attributes=shown_attributes(waiting.attributes))
        yield from led(render_override(waiting, moment(waiting.time), waiting.value(RUN_NUM), started), lead)
        lead = 2


def machine_lines(instance: "Instance", machines: "Iterable[Machine]") -> Iterator[str]:
    """The definitions of machines; virtual ones behind those that they may be made of, so that `jil` takes them."""
    from autosys_py.jil.renderer import render_machine

    lead = instance.configuration.AutorepQueryLeadingBlanks
    for machine in sorted(machines, key=lambda machine: machine.is_virtual):
        yield from led(render_machine(machine), lead)
        lead = 2


def led(lines: list[str], blanks: int) -> Iterator[str]:
    """A definition behind so many empty lines, however many it came with."""
    first = next((position for position, line in enumerate(lines) if line), len(lines))
    yield from [""] * blanks
    yield from lines[first:]


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
