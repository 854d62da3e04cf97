"""A copy of an instance to play with: definitions, statuses, globals, machines, what is running, what is due.

Jobs get new numbers in the copy, in the same order, so that the copy is made by the store's ordinary means; what
refers to them is translated. The past stays behind.
"""

from collections.abc import Callable
from dataclasses import replace

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Definition, Event, JobState, NamedObject, Outcome, Run, RunKey
from autosys_py.core.overrides import JOB_VER
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.protocol import EventServer, WorldRows

BEHIND_THE_PAST = 2**40
"""Added to the numbers of open messages: the past of a copy counts from one again."""

KINDS = ("calendar", "extended_calendar", "cycle", "resource", "xinst", "job_type", "timezone")


def copy_store(
    source: EventServer, target: EventServer, now: int, begin: int, read: Callable[[EventServer], Timetable]
) -> None:
    """Fills the empty `target`; `source` is only read. It is `now`, and the copy begins to play at `begin`; `read`
    gives the timetable of a store."""
    rows = source.load()
    definitions = list(source.definitions())
    with target.transaction():
        numbers = _copy_definitions(definitions, target)
        for machine in rows.machines:
            target.put_machine(machine)
        for thing in _objects(source):
            target.put_object(thing)
        versions = _copy_overrides(source, target)
        outcome = Outcome(globals=dict(rows.globals), run_num=rows.last_run_num, counts=rows.counts)
        outcome.states = {numbers[joid]: state for joid, state in _states(rows).items() if joid in numbers}
        outcome.runs = {run.key: run for run in _open_runs(rows, numbers, versions)}
        outcome.events = _events(source, numbers, versions)
        asked = [
            each._replace(number=each.number + BEHIND_THE_PAST, joid=numbers[each.joid])
            for each in rows.messages
            if each.joid in numbers
        ]
        outcome.messages = {each.number: each for each in asked}
        outcome.externals = _externals(rows)
        _skip_ticks(outcome, target, now, begin, read(target))
        target.write_turn([], outcome, begin)


def _copy_definitions(definitions: list[Definition], target: EventServer) -> dict[int, int]:
    """From the old numbers to the new; boxes are entered in a second pass, they may be younger than their members."""
    numbers: dict[int, int] = {}
    for definition in definitions:
        alone = replace(definition.job, joid=0, job_ver=0, box_joid=0)
        job = target.put_definition(replace(definition, job=alone))
        target.put_first_states({job.joid: JobState()})
        numbers[definition.job.joid] = job.joid
    for definition in definitions:
        box = numbers.get(definition.job.box_joid, 0)
        if box:
            inside = replace(definition.job, joid=numbers[definition.job.joid], job_ver=0, box_joid=box)
            target.put_definition(replace(definition, job=inside))
    return numbers


def _copy_overrides(source: EventServer, target: EventServer) -> dict[tuple[int, int], int]:
    """Each with the version that it makes of its job; from the old joid and job_ver of these to the new job_ver."""
    versions = {}
    for override in source.objects("override"):
        there, here = source.head(override.name), target.head(override.name)
        laid = source.definition(there.joid, int(override.value(JOB_VER) or 0)) if there is not None else None
        if laid is None or here is None or not override.value(JOB_VER):
            continue
        job = replace(laid.job, joid=here.joid, job_ver=0, box_joid=here.box_joid)
        version = target.put_version(replace(laid, job=job))
        versions[laid.job.joid, laid.job.job_ver] = version
        kept = tuple(pair for pair in override.attributes if pair[0] != JOB_VER)
        target.put_object(replace(override, attributes=(*kept, (JOB_VER, str(version)))))
    return versions


def _objects(source: EventServer) -> list[NamedObject]:
    return [thing for kind in KINDS for thing in source.objects(kind)]


def _states(rows: WorldRows) -> dict[int, JobState]:
    for state in rows.states.values():
        state.end_seq = 0
    return rows.states


def _externals(rows: WorldRows) -> dict[str, JobState | None]:
    """What other instances told last: nobody asks them in a simulation."""
    for state in rows.externals.values():
        if state is not None:
            state.end_seq = 0
    return rows.externals


def _open_runs(rows: WorldRows, numbers: dict[int, int], versions: dict[tuple[int, int], int]) -> list[Run]:
    found = []
    for run in rows.open_runs:
        if run.key.joid in numbers:
            key = RunKey(numbers[run.key.joid], run.key.run_num, run.key.ntry)
            version = versions.get((run.key.joid, run.job_ver), 1)
            found.append(replace(run, key=key, job_ver=version, first_seq=0))
    return found


def _events(source: EventServer, numbers: dict[int, int], versions: dict[tuple[int, int], int]) -> list[Event]:
    """What is due or will be: timers of the present versions, and operators' events of the future."""
    found = []
    for old, new in [(0, 0), *numbers.items()]:
        current = source.definition(old) if old else None
        for event in source.pending_events(old):
            if event.code is EventCode.DEFINITION_CHANGED:
                continue
            if (old, event.job_ver) in versions:
                event.job_ver = versions[old, event.job_ver]
            elif event.job_ver:
                if current is None or event.job_ver != current.job.job_ver:
                    continue
                event.job_ver = 2 if current.job.box_joid in numbers else 1
            event.eoid, event.joid = 0, new
            found.append(event)
    return found


def _skip_ticks(outcome: Outcome, target: EventServer, now: int, begin: int, timetable: Timetable) -> None:
    """Start times between now and a later beginning are not played, neither then nor late: their jobs wait for the
    first one from the beginning on. What is late already comes at the beginning, as when a scheduler comes up."""
    kept = []
    for event in outcome.events:
        if event.code is EventCode.STARTJOB and event.job_ver and now < event.due < begin:
            definition = target.definition(event.joid, event.job_ver)
            if event.value or definition is None or definition.job.schedule is None:
                continue  # the opening of a window, long past
            due = timetable.next_start(definition.job, begin - 60)
            outcome.states[event.joid].next_start = due
            outcome.states[event.joid].later_starts = ()
            if due is None:
                continue
            event.due = due
        kept.append(event)
    outcome.events = kept
