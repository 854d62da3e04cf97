"""`autorep -V -X -Y -z -C`: the objects that are neither jobs nor machines, as tables or as JIL (cli.md §3.8)."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.names import is_pattern, select
from autosys_py.core.model import NamedObject
from autosys_py.report import objects
from autosys_py.report.objects import Table

if TYPE_CHECKING:
    from autosys_py.cli.options import Given
    from autosys_py.event_server.protocol import EventServer

BLOB_TYPES = ("generic", "emailtemplate")


class _Report(NamedTuple):
    kind: str
    table: Table
    cells: Callable[[NamedObject], tuple[str, ...]]
    missing: int
    """The message for a name that no object has."""


def _resource(thing: NamedObject) -> tuple[str, ...]:
    word = objects.TYPES.get(thing.value("res_type"), "")
    return thing.name, word, thing.part or "---", thing.value("amount")


def _instance(thing: NamedObject) -> tuple[str, ...]:
    return thing.name, thing.value("xtype"), thing.value("xmachine"), thing.value("xport")


REPORTS = {
    "V": _Report("resource", objects.RESOURCES, _resource, 50113),
    "X": _Report("xinst", objects.INSTANCES, _instance, 50411),
    "Y": _Report(
        "job_type",
        objects.JOB_TYPES,
        lambda thing: (thing.name, thing.value("command"), thing.value("description")),
        10398,
    ),
    "C": _Report(
        "connectionprofile",
        objects.PROFILES,
        lambda thing: (thing.name, thing.value("connectionprofile_type")),
        19055,
    ),
}


def object_lines(store: "EventServer", given: "Given", letter: str) -> Iterator[str]:
    """The table of `-V -X -Y -C`. Raises Refused for a name that no object has."""
    report = REPORTS[letter]
    chosen = _chosen(store, report.kind, given[letter], report.missing)
    if letter == "V" and "M" in given:
        machines = {each.part for each in select(given["M"], chosen, lambda each: each.part)}
        chosen = [each for each in chosen if each.part in machines]
    if not chosen:
        return
    yield from report.table.heading()
    if letter == "V":
        from autosys_py.cli.resource_usage import ResourceUsage

        usage = ResourceUsage(store)
        for thing in chosen:
            cells = (*report.cells(thing), str(usage.available(thing)))
            yield report.table.line(cells, narrow="n" in given)
        if "d" in given:
            yield from objects.usage_lines(usage.rows(chosen))
        return
    for thing in chosen:
        yield report.table.line(report.cells(thing), narrow="n" in given)


def source_lines(store: "EventServer", given: "Given", letter: str, lead: int) -> Iterator[str]:
    """The definitions of `-q`."""
    from autosys_py.cli.query_report import led
    from autosys_py.jil.object_renderer import render_object

    kind, missing = ("glob", 10569) if letter == "z" else (REPORTS[letter].kind, REPORTS[letter].missing)
    for thing in _of_type(_chosen(store, kind, given[letter], missing), given.get("-type")):
        yield from led(render_object(thing), lead)
        lead = 2


def glob_lines(store: "EventServer", given: "Given") -> Iterator[str]:
    """The table of `-z`; every glob in it is written to its file first."""
    from autosys_py.cli.downloads import download

    chosen = _of_type(_chosen(store, "glob", given["z"], 10569), given.get("-type"))
    if not chosen:
        return
    suffix = ".txt" if "a" in given else ""
    written = [(glob.name, download(given.get("f"), glob.name + suffix, glob.value("blob_input"))) for glob in chosen]
    yield from objects.GLOBS.heading()
    for row in written:
        yield objects.GLOBS.line(row)


def _chosen(store: "EventServer", kind: str, name: str, missing: int) -> list[NamedObject]:
    found = select(name, store.objects(kind), lambda thing: thing.name)
    if not found and not is_pattern(name):
        raise refusal(missing, name)
    return found


def _of_type(globs: list[NamedObject], blob_type: str | None) -> list[NamedObject]:
    """What `-type` leaves. Raises Refused (50278) for a type that there is not."""
    if blob_type is None:
        return globs
    if blob_type.lower() not in BLOB_TYPES:
        raise misuse(50278, blob_type)
    wanted = blob_type.lower() == "emailtemplate"
    return [glob for glob in globs if (glob.value("blob_type") == "emailtemplate") == wanted]
