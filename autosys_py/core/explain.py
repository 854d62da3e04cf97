"""Why a job would not start now, and what its run would set off: the engine's own gates, asked and not obeyed.

Everything here reads a draft that nobody will apply, so the answers are those that the scheduler would give: the same
conditions, calendars, windows, machines, load and resources (semantics.md §1). `gates` is complete: all of them are
open exactly where the scheduler would start the job if something made it look, and a property test holds that.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from autosys_py.core.admission import Verdict, admit
from autosys_py.core.codes import QUEUED, STARTABLE, Status
from autosys_py.core.condition import AND, Atom, Condition, Kind
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import is_excluded
from autosys_py.core.lines import lines_of, machine_names, priority_of
from autosys_py.core.machines import candidates, is_online
from autosys_py.core.model import Job, JobState
from autosys_py.core.settle import may_be_released
from autosys_py.core.starts import is_ready, started_in_this_run
from autosys_py.core.windows import is_inside


class Truth(NamedTuple):
    """An atom of a condition and what is behind it."""

    atom: Atom
    holds: bool
    state: JobState | None
    """Of the job that it names; None if there is none, or it is a global."""


class Gate(NamedTuple):
    """What a start needs, and whether it is there at this moment."""

    name: str
    """`status`, `date and time`, `condition`, `box NAME`, `exclude_calendar`, `run_window`, `GlobalAutoHold`,
    `machine`, `load` or `resources`."""
    is_open: bool
    reason: str
    moment: int | None = None
    """The time that the reason speaks of, UTC seconds."""
    since: int | None = None
    """Since when it stands so, UTC seconds; None = nothing says."""


class Branch(NamedTuple):
    """A line of a condition drawn as a tree, the operator above what it joins."""

    depth: int
    holds: bool
    truth: Truth | None
    """None = an operator …"""
    operator: str = ""
    """… `all of` or `any of`."""


QUEUES = {Status.PEND_MACH: "machine", Status.QUE_WAIT: "load", Status.RESWAIT: "resources"}
DATE, CONDITION, EXCLUDE, WINDOW = "date and time", "condition", "exclude_calendar", "run_window"


def truths(draft: Draft, job: Job) -> list[Truth]:
    """Each atom of the job's condition with its truth, in the order typed."""
    if job.condition is None:
        return []
    found = job.condition.truths(draft, draft.state(job.joid), draft.now)
    return [Truth(atom, holds, _state_behind(draft, atom)) for atom, holds in found]


def _state_behind(draft: Draft, atom: Atom) -> JobState | None:
    return None if atom.kind is Kind.VALUE else draft.state_named(atom.name, atom.instance)


# Gates


def gates(draft: Draft, joid: int) -> list[Gate]:
    """Every gate that a start by the scheduler would meet now, in the order of M-04; what the job does not have is left
    out, and so is what is not asked any more once a queue has been found."""
    found = _of_queued(draft, joid) if draft.state(joid).status in QUEUED else _of_start(draft, joid)
    return list(found)


def closed_gates(draft: Draft, joid: int) -> Iterator[Gate]:
    """Those that are shut, the condition left out."""
    return (gate for gate in gates(draft, joid) if not gate.is_open and gate.name != CONDITION)


def _of_start(draft: Draft, joid: int) -> Iterator[Gate]:
    job, state = draft.job(joid), draft.state(joid)
    yield _status(draft, job, state)
    if job.schedule is not None:
        reason = "has come" if state.latched else "no next start" if state.next_start is None else "next start"
        yield Gate(DATE, state.latched, reason, None if state.latched else state.next_start)
    yield from _condition(draft, job)
    box = draft.box_state(job)
    if box is not None:
        yield _box(draft, job, state, box, once=True)
    yield from _day_and_hour(draft, job)
    yield from _auto_hold(draft, state)
    if not state.noexec and (job.resources or not job.is_box):
        yield from _admission(job, admit(draft, job, forced=False))


def _of_queued(draft: Draft, joid: int) -> Iterator[Gate]:
    """What is asked of a job when its turn in a queue has come (L-16): a forced one only for what it waits for."""
    job, state = draft.job_to_start(joid), draft.state(joid)
    evaluate = draft.world.configuration.EvaluateQueuedJobStarts
    yield Gate("status", True, state.status.name, since=state.since)
    if not state.forced:
        box = draft.box_state(job)
        if evaluate != "0":
            yield from _condition(draft, job)
        if box is not None:
            yield _box(draft, job, state, box, once=False)
        asks_day = evaluate != "0" and not state.ignores_day
        if asks_day:
            yield from _day_and_hour(draft, job)
        if asks_day and evaluate == "2" and job.schedule is not None:
            yield Gate(DATE, draft.world.timetable.is_day(job, draft.now), "today must be one of its days")
        yield from _auto_hold(draft, state)
    yield from _queue(draft, job, state)


def _status(draft: Draft, job: Job, state: JobState) -> Gate:
    box = draft.box_state(job)
    takes_part = box is None or box.status is not Status.RUNNING or started_in_this_run(state, box)
    is_open = state.status in STARTABLE and (takes_part or state.status is Status.ACTIVATED)
    return Gate("status", is_open, state.status.name, since=state.since)


def _condition(draft: Draft, job: Job) -> Iterator[Gate]:
    if job.condition is not None:
        holds = draft.holds(job.condition, job.joid)
        states = (each.state for each in truths(draft, job))
        since = max((state.since for state in states if state is not None), default=None)
        yield Gate(CONDITION, holds, "true" if holds else "false", since=since)


def _box(draft: Draft, job: Job, state: JobState, box: JobState, *, once: bool) -> Gate:
    """`once`: a member starts by itself once in a run of its box (rule B-03)."""
    name, since = f"box {draft.job(job.box_joid).name}", box.since
    if box.status is not Status.RUNNING:
        return Gate(name, False, box.status.name, since=since)
    if once and started_in_this_run(state, box):
        return Gate(name, False, f"the job has started in its run {box.run_num}", since=since)
    return Gate(name, True, box.status.name, since=since)


def _day_and_hour(draft: Draft, job: Job) -> Iterator[Gate]:
    if job.exclude_calendar:
        excluded = is_excluded(draft, job)
        yield Gate(EXCLUDE, not excluded, f"{job.exclude_calendar} {'lists' if excluded else 'does not list'} today")
    if job.run_window is not None:
        place = draft.world.timetable.place(job, draft.now)
        inside = is_inside(draft, job)
        yield Gate(WINDOW, inside, "closes" if inside else "opens", place.closes if inside else place.opens)


def _auto_hold(draft: Draft, state: JobState) -> Iterator[Gate]:
    if draft.world.configuration.GlobalAutoHold == "1" and not state.noexec:
        yield Gate("GlobalAutoHold", False, "puts on hold what would start")


def _queue(draft: Draft, job: Job, state: JobState) -> Iterator[Gate]:
    """PEND_MACH is left when a machine is there; then, and from the other queues, the rest is asked."""
    if state.status is Status.PEND_MACH:
        if not any(is_online(draft.world, each.name) for each in candidates(draft.world, job)):
            yield from _admission(job, Verdict(Status.PEND_MACH, notes=admit(draft, job, forced=False).notes), state)
            return
        seconds, _ = draft.world.configuration.pending_pace
        if seconds and draft.world.pending_from > draft.now:
            yield Gate("machine", False, "GlobalPendMachInterval: the next jobs go", draft.world.pending_from)
            return
        draft = Draft(draft.world, draft.now)
        draft.set_status(job.joid, Status.ACTIVATED)
        if state.noexec:
            return
    yield from _admission(job, admit(draft, job, forced=state.forced), state)


def _admission(job: Job, verdict: Verdict, queued: JobState | None = None) -> Iterator[Gate]:
    """Machine, load, resources up to the first that is shut."""
    asked = {
        Status.PEND_MACH: not job.is_box,
        Status.QUE_WAIT: bool(job.job_load) or verdict.status is Status.QUE_WAIT,
        Status.RESWAIT: bool(job.resources),
    }
    for status, name in QUEUES.items():
        shut = verdict.status is status
        if shut or asked[status]:
            since = queued.since if queued is not None and queued.status is status else None
            yield Gate(name, not shut, " ".join(verdict.notes) if shut else _there(status, job, verdict), since=since)
        if shut:
            return


def _there(status: Status, job: Job, verdict: Verdict) -> str:
    if status is Status.PEND_MACH:
        return verdict.machine.name or job.machine
    return "there"


def unreached(draft: Draft, job: Job) -> list[str]:
    """The machines of the job's value that are offline or do not answer; a virtual one by its members."""
    there = [each.name for each in candidates(draft.world, job)] or machine_names(job.machine)
    return [name for name in there if not is_online(draft.world, name)]


def ahead(draft: Draft, joid: int) -> list[int]:
    """Who stands before a queued job in its lines, the first one first (rules L-03, L-05)."""
    job, state = draft.job(joid), draft.state(joid)
    if state.status not in QUEUED:
        return []
    own = (priority_of(job, state), state.since, joid)
    found = {
        (group.priority, place.since, place.joid)
        for line in lines_of(job, state.status)
        for group, places in draft.lines.groups(line).items()
        for place in places
    }
    return [number for *_, number in sorted(each for each in found if each < own)]


def users(draft: Draft, job: Job) -> list[int]:
    """Who has load units of the job's machines or units of its resources now, by joid."""
    machines = {each.name for each in candidates(draft.world, job)}
    resources = {each.name for each in job.resources}
    by_load = {
        run.key.joid for run in draft.world.runs.values() if job.job_load and run.job_load and run.machine in machines
    }
    by_units = {
        joid for joid, state in draft.world.states.items() if any(each.name in resources for each in state.holds)
    }
    return sorted((by_load | by_units) - {job.joid})


# The condition as a tree


def tree(draft: Draft, job: Job) -> list[Branch]:
    """The job's condition: an operator, below it what it joins, with the truth of each part. No recursion, so a
    condition may be as deep as it likes."""
    if job.condition is None:
        return []
    atoms = truths(draft, job)
    found: list[Branch] = []
    waiting: list[tuple[int, _Part]] = [(0, _whole(job.condition, [each.holds for each in atoms]))]
    while waiting:
        depth, part = waiting.pop()
        if part.atom is not None:
            found.append(Branch(depth, part.holds, atoms[part.atom]))
            continue
        found.append(Branch(depth, part.holds, None, "all of" if part.operator == AND else "any of"))
        waiting += [(depth + 1, each) for each in reversed(part.parts)]
    return found


class _Part(NamedTuple):
    holds: bool
    atom: int | None
    operator: int
    parts: "deque[_Part]"


def _whole(condition: Condition, holds: list[bool]) -> _Part:
    """Parts joined by the same operator stand side by side."""
    stack: list[_Part] = []
    for code in condition.program:
        if code >= 0:
            stack.append(_Part(holds[code], code, 0, deque()))
            continue
        right, left = stack.pop(), stack.pop()
        together = (left.holds and right.holds) if code == AND else (left.holds or right.holds)
        if left.atom is None and left.operator == code:
            parts = left.parts
            parts.extend(right.parts if right.operator == code else [right])
        elif right.atom is None and right.operator == code:
            parts = right.parts
            parts.appendleft(left)
        else:
            parts = deque((left, right))
        stack.append(_Part(together, None, code, parts))
    return stack[0]


# What follows


def released_by_success(draft: Draft, joid: int) -> list[int]:
    """The direct dependents that would start if the job ended in SUCCESS now. Writes to the draft."""
    job = draft.job(joid)
    draft.set_status(joid, Status.SUCCESS, exit_code=0, silent=True)
    dependents = [each for each in draft.world.dependents.get(job.name, {}) if each != joid]
    return [
        each
        for each in dependents
        if may_be_released(draft, each, job.name)
        and is_ready(draft, each)
        and is_inside(draft, draft.job(each))
        and not is_excluded(draft, draft.job(each))
    ]
