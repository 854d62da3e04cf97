"""rename_job: what has to be written anew when a job gets another name (jil.md §2, V41).

The joid stays, so status, runs and the past stay with the job. Everything that mentions it by name gets a new version:
the job itself, the members of a box, and the jobs whose conditions name it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from autosys_py.core.model import Definition, NamedObject
from autosys_py.core.text import visible
from autosys_py.jil.checks import check_name
from autosys_py.jil.conditions import parse, renamed
from autosys_py.jil.known import Known
from autosys_py.jil.reading import CONDITIONS, SHOWN, Reading, read
from autosys_py.jil.scanner import Stanza

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer, JobHead


def check_rename(stanza: Stanza, exists: bool, known: Known) -> tuple[Reading, str]:
    """The reading of a rename_job stanza, and the new name."""
    reading = read(stanza, "rename", updates=False)
    names = [each.value for each in reading.given if each.value]
    if not exists:
        text = f"Invalid Job Name: {reading.name} Rename not performed."
        reading.refuse(10279, text, choices=known.names_near(stanza.name), typed=stanza.name)
    if not names:
        if not reading.is_refused or not stanza.statements:
            reading.refuse(10506, "Missing value for new_name.")
        return reading, ""
    name = names[-1] or ""
    if known.job(name) is not None:
        text = f"*** CANNOT INSERT Job: {name[:SHOWN]}, because it ALREADY EXISTS ***"
        reading.refuse(10288, text, reading.statement("new_name"))
    as_new = Reading(_as_insert(stanza, name), visible(name[:SHOWN]))
    check_name(as_new, name)
    reading.faults += as_new.faults
    return reading, name


def _as_insert(stanza: Stanza, name: str) -> Stanza:
    """The stanza that would create a job of the new name: what forbids that one forbids the rename."""
    statement = next((each for each in stanza.statements if each.keyword == "new_name"), stanza.head)
    return Stanza("insert_job", statement._replace(typed=name))


def renamed_definitions(store: "EventServer", head: "JobHead", name: str) -> Iterator[Definition]:
    """New versions, the job's own first."""
    concerned = {*store.jobs_naming(head.name), *(member.joid for member in store.members(head.joid))}
    for joid in (head.joid, *sorted(concerned - {head.joid})):
        definition = store.definition(joid)
        if definition is not None:
            yield _renamed(definition, head, name)


def _renamed(definition: Definition, head: "JobHead", name: str) -> Definition:
    job = definition.job
    attributes = tuple((key, _value(key, value, job.box_joid, head, name)) for key, value in definition.attributes)
    values = dict(attributes)
    condition, success, failure = (parse(values[key]).condition if values.get(key) else None for key in CONDITIONS)
    job = replace(job, condition=condition, box_success=success, box_failure=failure)
    return Definition(replace(job, name=name) if job.joid == head.joid else job, attributes)


def _value(key: str, value: str, box_joid: int, head: "JobHead", name: str) -> str:
    if key == "box_name" and box_joid == head.joid:
        return name
    if key in CONDITIONS and value and head.name in value.replace("\\:", ":"):
        return renamed(value, head.name, name)
    return value


def renamed_overrides(store: "EventServer", old: str, new: str) -> Iterator[NamedObject]:
    """Overrides whose condition names the job."""
    for override in store.objects("override"):
        attributes = tuple(
            (key, renamed(value, old, new) if key in CONDITIONS and value else value)
            for key, value in override.attributes
        )
        if attributes != override.attributes:
            yield replace(override, attributes=attributes)
