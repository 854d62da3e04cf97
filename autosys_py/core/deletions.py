"""auto_delete: a job that goes by itself some time after its end (rule R-13).

Every end of a job that has it sets a timer, a DELETEJOB of the scheduler's own. Whether the timer still fits is found
out when it is due, from the state alone: a later end, a new run or another value of the attribute make it void.
"""

from autosys_py.core.aftermath import close_message
from autosys_py.core.boxes import judge
from autosys_py.core.codes import LIVE, TERMINAL, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Job, JobState
from autosys_py.core.world import WAITING

HOUR = 3600
WEEK = 7 * 24 * HOUR
"""What 0 means after anything but SUCCESS, in seconds."""

LATER = 60
"""Seconds after which a box that still has something live inside is looked at again."""

GOES_ON = frozenset({*LIVE, *WAITING})
"""Statuses of a job that runs or that the scheduler is about to start."""


def plan_deletions(draft: Draft) -> None:
    """Sets the timers of the ends of this step."""
    for joid, state in draft.outcome.states.items():
        if state.end_seq > draft.world.last_seq and state.status in TERMINAL:
            job = draft.job(joid)
            if job.auto_delete >= 0:
                _plan(draft, joid, deletion_due(job, state))


def plan_again(draft: Draft, joid: int, since: int) -> None:
    """After a change of the definition: the last end counts, unless that would be over already."""
    due = deletion_due(draft.job(joid), draft.state(joid))
    _plan(draft, joid, due if due is not None and due > since else None)


def delete_when_due(draft: Draft, event: Event) -> None:
    """The timer: the job goes, a box with its contents, but not while anything in it is live or about to be."""
    if event.joid not in draft.world.jobs:
        return
    due = deletion_due(draft.job(event.joid), draft.state(event.joid))
    if due is None or due > event.due:
        _plan(draft, event.joid, due)
    elif any(draft.state(joid).status in GOES_ON for joid in draft.descendants(event.joid)):
        _plan(draft, event.joid, draft.now + LATER)
    else:
        draft.record_event(event)
        delete(draft, event.joid)


def delete(draft: Draft, joid: int) -> None:
    """The definition goes, and with a box everything inside; the box around it is judged (rule B-30)."""
    job = draft.job(joid)
    box = draft.box_state(job)
    for doomed in reversed([joid, *draft.descendants(joid)]):
        for message in draft.open_messages(doomed):
            close_message(draft, message, EventCode.DELETEJOB.name, draft.outcome.facts[0])
        draft.delete(doomed)
    if box is not None and box.status is Status.RUNNING:
        judge(draft, job.box_joid, None)


def deletion_due(job: Job, state: JobState) -> int | None:
    """When the job is to go as things stand, UTC seconds; None = not at all."""
    if job.auto_delete < 0 or state.last_end is None or state.status in GOES_ON or state.status is Status.ACTIVATED:
        return None
    if job.auto_delete:
        return state.last_end + job.auto_delete * HOUR
    return state.last_end + (0 if state.status is Status.SUCCESS else WEEK)


def _plan(draft: Draft, joid: int, due: int | None) -> None:
    if due is not None:
        draft.schedule(EventCode.DELETEJOB, due, joid)
