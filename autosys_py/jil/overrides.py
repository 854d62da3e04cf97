"""override_job: values for the next run of a job only (jil.md §2, V39); what they are for is in `core/overrides.py`.

They are numbered from 1 for each job and kept as objects of kind `override`, the number being the `part`. A value
that is empty means that the job runs without the attribute (`attr: NULL`).
"""

from typing import NamedTuple

from autosys_py.core.model import Definition, NamedObject
from autosys_py.core.overrides import number_of, pending
from autosys_py.jil.checks import JobCheck
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.known import Known, Settings
from autosys_py.jil.object_renderer import render_override
from autosys_py.jil.reading import Reading, read
from autosys_py.jil.scanner import Stanza, scan


class CheckedOverride(NamedTuple):
    """What came out of an override_job stanza."""

    faults: list[Diagnostic]
    made: NamedObject | None = None
    """None if the stanza is refused, or only deletes."""
    definition: Definition | None = None
    """The job's definition with `made` laid over it."""
    deleted: NamedObject | None = None
    """The one that was pending."""


def check_override(stanza: Stanza, before: Definition | None, known: Known, settings: Settings) -> CheckedOverride:
    """Checks an override_job stanza. The values must fit the job that they are laid over."""
    reading = read(stanza, "job", updates=True)
    there = known.objects("override", stanza.name)
    waiting = pending(there)
    if before is not None and stanza.cancels:
        return _cancel(reading, waiting)
    if not stanza.statements and before is not None:
        reading.refuse(0, f"override_job of {reading.name} gives no value.")
    checked = JobCheck(reading, before, known, settings, "override").run()
    if checked.definition is None:
        return CheckedOverride(checked.faults)
    values = {each.attribute.name: each.value or "" for each in reading.given}
    number = str(max(map(number_of, there), default=0) + 1)
    made = NamedObject("override", stanza.name, number, tuple(values.items()), settings.owner, settings.now)
    return CheckedOverride(checked.faults, made, checked.definition, waiting)


def laid_again(override: NamedObject, definition: Definition, known: Known, settings: Settings) -> Definition | None:
    """A pending override laid over a new version of the job; None if its values do not fit that any more."""
    (stanza,) = scan(render_override(override, "", "", ""))
    return JobCheck(read(stanza, "job", updates=True), definition, known, settings, "override").run().definition


def _cancel(reading: Reading, waiting: NamedObject | None) -> CheckedOverride:
    for each in reading.given:
        reading.warn(f"{each.attribute.name} has no effect where the override is deleted", each.statement)
    if waiting is None:
        reading.refuse(50206, f"Could not turn off Over-Ride  for Job: {reading.name}")
    return CheckedOverride(reading.faults, deleted=waiting)
