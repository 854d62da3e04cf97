"""One-time overrides: values for the next run of a job only (jil.md §2).

`jil` lays an override over the definition and stores the result as a version of the job that is not its current one.
For the scheduler that version *is* the job until a run starts with it: conditions, times, window, machine, everything
that decides. The start takes the override up: the run keeps the version for all its tries, because its orders and its
records name it, and the job is its definition again. The same turn writes run and start into the override, so a
crash finds it either pending or used.

A version is its own for timers (rule E-01) only if the override says something about start times; the ticks stored
for the definition are then void until the override is used or deleted. Any other override leaves them alone.
"""

from collections.abc import Iterable

from autosys_py.core.model import NamedObject

RUN_NUM = "run_num"
"""The run that used it: no keyword of the language, like the next two."""
STARTED = "started"
"""When that run started, UTC seconds."""
JOB_VER = "job_ver"
"""The version of the job with the override laid over it."""

CHANGED = "override"
"""`value` of a DEFINITION_CHANGED that is about the override alone …"""
RETIMED = "override of start times"
"""… and of one after which the next start is another."""

RETIMING = frozenset("date_conditions days_of_week run_calendar exclude_calendar start_times start_mins".split())


def number_of(override: NamedObject) -> int:
    return int(override.part)


def pending(overrides: Iterable[NamedObject]) -> NamedObject | None:
    """The one that waits for the job's next run."""
    waiting = [each for each in overrides if not each.value(RUN_NUM)]
    return max(waiting, key=number_of, default=None)


def retimes(override: NamedObject) -> bool:
    """Does it change when the job starts?"""
    return any(name in RETIMING for name, _ in override.attributes)
