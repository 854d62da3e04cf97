"""`autorep -V -X -Y -z -C`: the objects that are neither jobs nor machines, as tables or as JIL (cli.md §3.8)."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.names import is_pattern, select
from autosys_py.core.model import NamedObject
from autosys_py.report import objects
from autosys_py.report.objects import Table

if TYPE_CHECKING:
    from autosys_py.cli.options import Given
    from autosys_py.event_server.protocol import EventServer
    from autosys_py.report.data import Keys, Row

BLOB_TYPES = ("generic", "emailtemplate")


class _Report(NamedTuple):
    kind: str
    table: Table
    cells: Callable[[NamedObject], tuple[str, ...]]
    missing: int
    """The message for a name that no object has."""
    keys: tuple[str, ...]
    """What the cells are called as data."""


def _resource(thing: NamedObject) -> tuple[str, ...]:
    return thing.name, _type_of(thing), thing.part or "---", thing.value("amount")


def _type_of(thing: NamedObject) -> str:
    return objects.TYPES.get(thing.value("res_type"), "")


def _instance(thing: NamedObject) -> tuple[str, ...]:
    return thing.name, thing.value("xtype"), thing.value("xmachine"), thing.value("xport")


REPORTS = {
    "V": _Report("resource", objects.RESOURCES, _resource, 50113, ("name", "type", "machine", "defined", "available")),
    "X": _Report("xinst", objects.INSTANCES, _instance, 50411, ("name", "type", "machines", "port")),
    "Y": _Report(
        "job_type",
        objects.JOB_TYPES,
        lambda thing: (thing.name, thing.value("command"), thing.value("description")),
        10398,
        ("job_type", "command", "description"),
    ),
    "C": _Report(
        "connectionprofile",
        objects.PROFILES,
        lambda thing: (thing.name, thing.value("connectionprofile_type")),
        19055,
        ("name", "type"),
    ),
}


GLOB_KEYS = ("name", "file")


def object_lines(store: "EventServer", given: "Given", letter: str) -> Iterator[str]:
    """The table of `-V -X -Y -C`. Raises Refused for a name that no object has."""
    table, narrow = REPORTS[letter].table, "n" in given
    chosen = _chosen_objects(store, given, letter)
    if not chosen:
        return
    yield from table.heading()
    if letter == "V":
        from autosys_py.cli.resource_usage import ResourceUsage

        usage = ResourceUsage(store)
        for thing in chosen:
            yield table.line((*_resource(thing), str(usage.available(thing))), narrow=narrow)
        if "d" in given:
            yield from objects.usage_lines(usage.rows(chosen))
        return
    for thing in chosen:
        yield table.line(REPORTS[letter].cells(thing), narrow=narrow)


def object_data(store: "EventServer", given: "Given", letter: str) -> "tuple[Keys, Iterable[Row]]":
    """Keys and rows of `-V -X -Y -C -z`, of `-V -d` those of the usage. Raises as above."""
    if letter == "z":
        return GLOB_KEYS, _written_globs(store, given)
    report, chosen = REPORTS[letter], _chosen_objects(store, given, letter)
    if letter != "V":
        return report.keys, (tuple(cell or None for cell in report.cells(thing)) for thing in chosen)
    from autosys_py.cli.resource_usage import ResourceUsage

    usage = ResourceUsage(store)
    if "d" in given:
        return objects.USAGE_KEYS, usage.rows(chosen)
    return report.keys, (
        (thing.name, _type_of(thing), thing.part or None, int(thing.value("amount", "0")), usage.available(thing))
        for thing in chosen
    )


def _chosen_objects(store: "EventServer", given: "Given", letter: str) -> list[NamedObject]:
    report = REPORTS[letter]
    chosen = _chosen(store, report.kind, given[letter], report.missing)
    if letter == "V" and "M" in given:
        machines = {each.part for each in select(given["M"], chosen, lambda each: each.part)}
        chosen = [each for each in chosen if each.part in machines]
    return chosen


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
    for number, row in enumerate(_written_globs(store, given)):
        if not number:
            yield from objects.GLOBS.heading()
        yield objects.GLOBS.line(row)


def _written_globs(store: "EventServer", given: "Given") -> list[tuple[str, str]]:
    """Name and file of each glob."""
    from autosys_py.cli.downloads import download

    chosen = _of_type(_chosen(store, "glob", given["z"], 10569), given.get("-type"))
    suffix = ".txt" if "a" in given else ""
    return [(glob.name, download(given.get("f"), glob.name + suffix, glob.value("blob_input"))) for glob in chosen]


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
