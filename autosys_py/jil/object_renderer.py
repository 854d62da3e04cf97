"""Objects that are neither jobs nor machines to JIL (jil.md §10.3), so that `jil` reads the same object back."""

from collections.abc import Iterable, Iterator

from autosys_py.core.model import NamedObject
from autosys_py.jil import attributes
from autosys_py.jil.blobs import in_order
from autosys_py.jil.renderer import head, printed, statement
from autosys_py.jil.scanner import BLOB_BEGIN, BLOB_END
from autosys_py.jil.values import escaped_name

MASKED = "xkey_to_manager"
OVER = "-" * 20
_SHOWN_BY_ALL_EVENTS = frozenset({"alarm", "all_status", *attributes.MONITOR_STATUSES})


def render_object(thing: NamedObject) -> list[str]:
    """The lines of an object's definition, two empty ones first. For every kind but `blob` and `override`."""
    name = escaped_name(thing.name)
    lines = head(name, f"insert_{thing.kind}: {name}")
    return lines + list(_monbro(thing) if thing.kind == "monbro" else _attributes(thing))


def _attributes(thing: NamedObject) -> Iterator[str]:
    for attribute in attributes.OTHER[thing.kind].values():
        for value in thing.values(attribute.name):
            if attribute.name == MASKED:
                yield f"/* {MASKED}: *** masked value ***/"
            elif attribute.name == "blob_input":
                yield from _blob_input(value)
            else:
                yield statement(thing.kind, attribute.name, value)


def _monbro(thing: NamedObject) -> Iterator[str]:
    """Every flag, as Y or N; those that all_events includes say nothing more where it is Y."""
    shows_all = thing.value("all_events") == "1"
    for attribute in attributes.OTHER["monbro"].values():
        name = attribute.name
        value = thing.value(name)
        if attribute.default in ("0", "1"):
            if not (shows_all and name in _SHOWN_BY_ALL_EVENTS):
                yield f"{name}: {'Y' if value == '1' else 'N'}"
        elif value:
            yield f"{name}: {printed('monbro', name, value)}"


def _blob_input(text: str) -> list[str]:
    """The text between its tags. Its own lines must stay as they are, wherever they begin."""
    return f"blob_input: {BLOB_BEGIN}{text}{BLOB_END}".split("\n")


def render_blobs(job: str, blobs: Iterable[NamedObject], indent: int, files: Iterable[str] = ()) -> list[str]:
    """What stands behind a job: its blobs, numbered from 1. With `files` their names instead of the text, in order."""
    name = escaped_name(job)
    margin = " " * indent
    named = list(files)
    lines: list[str] = []
    for number, blob in enumerate(in_order(blobs), start=1):
        lines += ["", f"{margin}/* -- {name}:insert_blob #{number} -- */", f"{margin}insert_blob: {name}"]
        blob_type = blob.value("blob_type")
        if blob_type:
            lines.append(f"{margin}blob_type: {blob_type}")
        if named:
            lines.append(f"{margin}blob_file: {printed('blob', 'blob_file', named[number - 1])}")
        else:
            first, *others = _blob_input(blob.value("blob_input"))
            lines += [margin + first, *others]
    return lines


def render_override(override: NamedObject, set_at: str, run_num: str, started: str) -> list[str]:
    """An override; `set_at` and `started` are moments as text, `run_num` is empty while it is in effect."""
    who = f"/* Over-Ride #{override.part} Set by User: {override.sent_by} on [{set_at}] */"
    used = f"/* Was RUN on run_num={run_num}, Started on: {started} */"
    lines = [f"/* {OVER} over {OVER} */", f"override_job: {escaped_name(override.name)}", who]
    lines.append(used if run_num else "/* Over-Ride CURRENTLY IN EFFECT.*/")
    for name, value in override.attributes:
        if attributes.find("job", name) is not None:
            lines.append(f" {statement('job', name, value)}" if value else f" {name}: NULL")
    return ["", "", *lines]
