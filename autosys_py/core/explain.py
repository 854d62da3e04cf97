"""Why a job would not start now, and what its run would set off: the engine's own gates, asked and not obeyed.

Everything here reads a draft that nobody will apply, so the answers are those that the scheduler would give: the same
conditions, calendars, windows, machines, load and resources (semantics.md §1).
"""

from collections.abc import Iterator
from typing import NamedTuple

from autosys_py.core.admission import admit
from autosys_py.core.codes import STARTABLE, Status
from autosys_py.core.condition import Atom, Kind
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import is_excluded
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


class ClosedGate(NamedTuple):
    """A gate besides the condition that is shut at this moment."""

    name: str
    reason: str
    moment: int | None = None
    """The time that the reason speaks of, UTC seconds."""


QUEUES = {Status.PEND_MACH: "machine", Status.QUE_WAIT: "load", Status.RESWAIT: "resources"}


def truths(draft: Draft, job: Job) -> list[Truth]:
    """Each atom of the job's condition with its truth, in the order typed."""
    if job.condition is None:
        return []
    found = job.condition.truths(draft, draft.asker(job.joid), draft.now)
    return [Truth(atom, holds, _state_behind(draft, atom)) for atom, holds in found]


def _state_behind(draft: Draft, atom: Atom) -> JobState | None:
    return None if atom.kind is Kind.VALUE else draft.state_named(atom.name, atom.instance)


def closed_gates(draft: Draft, joid: int) -> Iterator[ClosedGate]:
    """The gates other than the condition that a start by the scheduler would find shut, in the order of M-04."""
    job, state = draft.job(joid), draft.state(joid)
    if state.status not in STARTABLE:
        yield ClosedGate("status", state.status.name)
    if job.schedule is not None and not state.latched:
        reason = "no next start" if state.next_start is None else "next start"
        yield ClosedGate("date and time", reason, state.next_start)
    box = draft.box_state(job)
    if box is not None:
        name = draft.job(job.box_joid).name
        if box.status is not Status.RUNNING:
            yield ClosedGate(f"box {name}", box.status.name)
        elif started_in_this_run(state, box):
            yield ClosedGate(f"box {name}", f"the job has started in its run {box.run_num}")
    if is_excluded(draft, job):
        yield ClosedGate("exclude_calendar", f"{job.exclude_calendar} lists today")
    if not is_inside(draft, job):
        yield ClosedGate("run_window", "opens", draft.world.timetable.place(job, draft.now).opens)
    if not (job.is_box or state.noexec):
        verdict = admit(draft, job, forced=False)
        if verdict.status in QUEUES:
            yield ClosedGate(QUEUES[verdict.status], " ".join(verdict.notes))


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
