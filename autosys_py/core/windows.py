"""Day and hour (gate G5): a gate, no trigger, judged at the moment of the start (rules D-05 to D-08)."""

from autosys_py.core import notes
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import exclude_today, is_excluded, miss_today
from autosys_py.core.model import Fact, Job

AT_OPENING = "window"
"""`value` of a STARTJOB that waits for a run window to open: no tick of the schedule."""


def is_inside(draft: Draft, job: Job) -> bool:
    """Is it now inside the job's run window? Without one always."""
    return job.run_window is None or draft.world.timetable.place(job, draft.now).inside


def may_run_today(draft: Draft, job: Job, fact: Fact | None = None) -> bool:
    """G5; outside the window the start is put off to the next opening or given up, whichever is nearer (D-06), on an
    excluded day it is given up (D-08)."""
    if is_excluded(draft, job):
        exclude_today(draft, job)
        return False
    if is_inside(draft, job):
        return True
    if fact is None and draft.outcome.facts:
        fact = draft.outcome.facts[-1]
    if fact is not None:
        fact.notes.append(notes.outside_window(job.name))
    meet_closed_window(draft, job)
    return False


def meet_closed_window(draft: Draft, job: Job) -> None:
    """Outside its window a job waits for the opening if that is nearer, else it does not run today (D-06)."""
    where = draft.world.timetable.place(job, draft.now)
    if not where.nearer_to_opening(draft.now):
        give_up_today(draft, job.joid)
        return
    if draft.state(job.joid).latched:
        draft.change(draft.outcome.facts[-1], job.joid, latched=False)
    draft.schedule(EventCode.STARTJOB, where.opens, job.joid, for_run=False, value=AT_OPENING)


def give_up_today(draft: Draft, joid: int) -> None:
    """No start today: INACTIVE, even from SUCCESS, and the date must be met again."""
    miss_today(draft, joid, notes.missed_window())


def watch_window(draft: Draft, joid: int) -> None:
    """A job that waits is looked at one minute after the close of its window, or of the next one (D-07)."""
    job, timetable = draft.job(joid), draft.world.timetable
    if job.run_window is None:
        return
    where = timetable.place(job, draft.now)
    if not where.inside:
        where = timetable.place(job, where.opens)
    draft.schedule(EventCode.CHK_RUN_WINDOW, where.closes + 60, joid, for_run=False)


def enter_window(draft: Draft, joid: int) -> None:
    """A member with a run window is decided at the start of its box (D-06), or watched (D-07); one that is excluded
    today does not take part (D-08).

    One that waits for a start time too is not sent for at the opening: its own tick will come.
    """
    job, state = draft.job(joid), draft.state(joid)
    if state.status is not Status.ACTIVATED:
        return
    if is_excluded(draft, job):
        exclude_today(draft, job)
        return
    if job.run_window is None:
        return
    where = draft.world.timetable.place(job, draft.now)
    if where.inside:
        watch_window(draft, joid)
    elif job.schedule is None or state.latched or not where.nearer_to_opening(draft.now):
        meet_closed_window(draft, job)
