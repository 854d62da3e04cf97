"""Admission: machine, load, resources, in this order (gates G6 to G8, semantics.md §10).

    G6  a machine of the job's value is online            else PEND_MACH
    G7  its load units are free and no job of higher
        priority waits for the same machine value         else QUE_WAIT
    G8  every resource is there and no job of higher
        priority waits for one of them                    else RESWAIT

`admit` only looks; whoever starts the job takes what the verdict says. A queued job holds nothing, so looking again
later is all there is to leaving a queue. A job that arrives in the very step in which units came free does not take
them before the eyes of those who wait for them: it joins them, and the queue is served by priority and arrival.
"""

from typing import NamedTuple

from autosys_py.core import notes, resources
from autosys_py.core.codes import QUEUED, Status
from autosys_py.core.draft import Draft
from autosys_py.core.lines import Line, machine_names, priority_of
from autosys_py.core.machines import Candidate, answers, candidates, free_units, has_choice, in_order, is_online, told
from autosys_py.core.model import Job
from autosys_py.core.resources import NOTHING, Taking


class Verdict(NamedTuple):
    """What becomes of a start."""

    status: Status
    """STARTING, or the queue that it must wait in."""
    machine: Candidate = Candidate("")
    taking: Taking = NOTHING
    notes: tuple[str, ...] = ()
    """For the log: why it waits, or how its machine was chosen."""


def admit(draft: Draft, job: Job, *, forced: bool) -> Verdict:
    """May the job start now? A forced one ignores load and is tried on an offline machine (rules T-02, L-17)."""
    priority = _priority(draft, job, forced=forced)
    if job.is_box:
        return _admit_to_resources(draft, job, priority, [Candidate("")])
    there = candidates(draft.world, job)
    online = [each for each in there if is_online(draft.world, each.name)]
    if not online and forced:
        online = [each for each in there if answers(draft.world, each.name)]
    if not online:
        names = [each.name for each in there] or machine_names(job.machine)
        return Verdict(Status.PEND_MACH, notes=tuple(notes.offline(name) for name in names))
    fitting = online
    if not forced and priority:
        if _waits_behind(draft, job, priority):
            return Verdict(Status.QUE_WAIT, notes=(notes.behind_others(job.name, job.machine),))
        if job.job_load:
            fitting = [each for each in online if free_units(draft, each) >= job.job_load]
    if not fitting:
        return Verdict(Status.QUE_WAIT, notes=(notes.no_units(job.name, job.job_load, job.machine),))
    verdict = _admit_to_resources(draft, job, priority, in_order(draft, job, fitting))
    if verdict.status is Status.STARTING and has_choice(draft.world, job.machine):
        return verdict._replace(notes=tuple(told(draft, job, online, verdict.machine)))
    return verdict


def _priority(draft: Draft, job: Job, *, forced: bool) -> int:
    state = draft.state(job.joid)
    if state.status in QUEUED and state.forced >= forced:
        return priority_of(job, state)
    return 0 if forced else job.priority


def _waits_behind(draft: Draft, job: Job, priority: int) -> bool:
    """L-03: by a queued job of higher priority on the same machine value, if this one has load or resources."""
    if not (job.job_load or job.resources):
        return False
    line = Line(Status.QUE_WAIT, job.machine)
    return _is_kept_back(draft, job, line, priority)


def _is_kept_back(draft: Draft, job: Job, line: Line, priority: int) -> bool:
    """Does somebody of higher priority stand in the line, or of the same if the line is about to be served?"""
    highest = draft.lines.highest(line)
    if highest is None:
        return False
    is_new = draft.state(job.joid).status not in QUEUED  # who waits already, in whichever line, has his turn
    return highest < priority or (highest == priority and is_new and line in draft.opened)


def _admit_to_resources(draft: Draft, job: Job, priority: int, fitting: list[Candidate]) -> Verdict:
    if not job.resources:
        kept = draft.state(job.joid).holds
        return Verdict(Status.STARTING, fitting[0], Taking(kept) if kept else NOTHING)
    for name in resources.lacks(draft, job):
        if _is_kept_back(draft, job, Line(Status.RESWAIT, name), priority):
            return Verdict(Status.RESWAIT, notes=(notes.behind_others(job.name, name),))
    reasons = []
    for machine in fitting:
        taking = resources.take(draft, job, machine.name)
        if isinstance(taking, Taking):
            return Verdict(Status.STARTING, machine, taking)
        reasons.append(taking)
    return Verdict(Status.RESWAIT, notes=tuple(dict.fromkeys(reasons)))
