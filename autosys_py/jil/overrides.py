"""Overrides: values for the next run of a job only (jil.md §2, V39).

They are numbered from 1 for each job and kept as objects of kind `override`, the number being the `part`. A value
that is empty means that the job runs without the attribute (`attr: NULL`). Whoever starts the run that an override
was for adds to its attributes RUN_NUM and STARTED; an override without them is pending, and a job has one at most.
"""

from collections.abc import Iterable

from autosys_py.core.model import Definition, NamedObject
from autosys_py.jil.checks import JobCheck
from autosys_py.jil.known import Known, Settings
from autosys_py.jil.objects import CheckedObject
from autosys_py.jil.reading import Reading, read
from autosys_py.jil.scanner import Stanza

RUN_NUM = "run_num"
"""The run that used it: no keyword of the language."""
STARTED = "started"
"""When that run started, UTC seconds."""


def number_of(override: NamedObject) -> int:
    return int(override.part)


def pending(overrides: Iterable[NamedObject]) -> NamedObject | None:
    """The one that waits for the job's next run."""
    waiting = [each for each in overrides if not each.value(RUN_NUM)]
    return max(waiting, key=number_of, default=None)


def check_override(stanza: Stanza, before: Definition | None, known: Known, settings: Settings) -> CheckedObject:
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
        return CheckedObject(checked.faults)
    values = {each.attribute.name: each.value or "" for each in reading.given}
    number = str(max(map(number_of, there), default=0) + 1)
    made = NamedObject("override", stanza.name, number, tuple(values.items()), settings.owner, settings.now)
    return CheckedObject(checked.faults, (made,), (waiting,) if waiting is not None else ())


def _cancel(reading: Reading, waiting: NamedObject | None) -> CheckedObject:
    for each in reading.given:
        reading.warn(f"{each.attribute.name} has no effect where the override is deleted", each.statement)
    if waiting is None:
        reading.refuse(50206, f"Could not turn off Over-Ride  for Job: {reading.name}")
        return CheckedObject(reading.faults)
    return CheckedObject(reading.faults, deleted=(waiting,))
