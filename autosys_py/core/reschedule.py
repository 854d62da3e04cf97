"""The next start of a job: computed when its definition, its last start or its calendar changes (rule D-04).

Only one start is stored. The state says which; a stored start that is not the one of the state is void, so nothing is
ever searched for and cancelled.
"""

from collections.abc import Iterable

from autosys_py.core import notes
from autosys_py.core.boxes import judge_around
from autosys_py.core.codes import EventCode
from autosys_py.core.deadlines import watch_next
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, Job
from autosys_py.core.timetable import Timetable


def set_next_start(draft: Draft, job: Job, fact: Fact, after: int) -> None:
    """Stores the first start after the minute of `after`, as part of `fact`."""
    if job.schedule is None and draft.state(job.joid).next_start is None:
        return
    chain = draft.state(job.joid).chain
    is_stopped = chain is not None and chain.is_stopped
    due = None if is_stopped else draft.world.timetable.next_start(job, after)
    if due != draft.state(job.joid).next_start:
        draft.change(fact, job.joid, next_start=due)
    if due is not None:
        draft.schedule(EventCode.STARTJOB, due, job.joid, for_run=False)
    elif job.schedule is not None and job.schedule.run_calendar and not is_stopped:
        fact.notes += notes.calendar_ran_out(job.schedule.run_calendar, job.name)
    if job.presubmit_count > 1 or draft.state(job.joid).later_starts:
        _presubmit(draft, job, fact, ())


def go_to_next_start(draft: Draft, job: Job, fact: Fact) -> None:
    """A start time has come. Of several that are stored the next one is known, late as it may be, and another one is
    stored behind the last."""
    later = draft.state(job.joid).later_starts
    if not later:
        set_next_start(draft, job, fact, draft.now)
        return
    draft.change(fact, job.joid, next_start=later[0])
    _presubmit(draft, job, fact, later[1:])


def _presubmit(draft: Draft, job: Job, fact: Fact, stored: tuple[int, ...]) -> None:
    """Stores starts behind the next one and the `stored` ones until there are presubmit_count; any other is void."""
    state = draft.state(job.joid)
    starts = [] if state.next_start is None else [state.next_start, *stored]
    while starts and len(starts) < job.presubmit_count:
        due = draft.world.timetable.next_start(job, max(starts[-1], draft.now))
        if due is None:
            break
        starts.append(due)
        draft.schedule(EventCode.STARTJOB, due, job.joid, for_run=False)
    later = tuple(starts[1 : job.presubmit_count])
    if later != state.later_starts:
        draft.change(fact, job.joid, later_starts=later)


def processed_until(draft: Draft, timetable: Timetable, before: Job, since: int) -> int:
    """`since`, or the last start after it that the job as it was before a change has had already.

    Whoever changed it read the clock, waited for the store and came behind a start that was due later; the new version
    must not make that start again. What is stored as the next start has not been processed. A change from before the
    scheduler came up is in the world that it read: no start since has been processed then.
    """
    came_up = draft.world.came_up
    if came_up is None or since < came_up:
        return since
    stored = draft.state(before.joid).next_start
    while (start := timetable.next_start(before, since)) is not None and start <= draft.now:
        if stored is not None and start >= stored:
            break
        since = start
    return since


def calendar_changed(draft: Draft, event: Event) -> None:
    """A calendar has other dates now: the jobs that have their days from it get another start."""
    before = _take_timetable(draft, event)
    _reschedule(draft, event, before, draft.world.calendar_users.get(event.name, {}))


def zones_changed(draft: Draft, event: Event) -> None:
    """Entries of `autotimezone` mean something else, or the scheduler came up in another zone than before, which the
    event then names. What changed is not asked: a scheduler that comes up has read the new entries already."""
    before = _take_timetable(draft, event)
    users = draft.world.zone_users
    affected = [name for name in users if (name and not draft.world.timetable.is_system_zone(name))]
    if event.name:
        affected.append("")
    _reschedule(draft, event, before, [joid for name in affected for joid in users.get(name, {})])


def _take_timetable(draft: Draft, event: Event) -> Timetable:
    """Returns the one before."""
    before = draft.world.timetable
    if event.timetable is not None:
        draft.world.timetable = event.timetable
    return before


def _reschedule(draft: Draft, event: Event, timetable: Timetable, joids: Iterable[int]) -> None:
    """The change counts from the next minute on, as a definition does (D-04). So a start that came due before it stays:
    it was missed by the scheduler, not by the schedule (D-30); and one of this very minute is still to come."""
    fact, counts_from = draft.record_event(event), event.due - event.due % 60 + 60
    for joid in sorted(joids):
        job, before, later = draft.job(joid), draft.state(joid).next_start, draft.state(joid).later_starts
        if before is not None and before < counts_from:
            if later:  # what was to come behind it is decided anew
                _presubmit(draft, job, fact, tuple(start for start in later if start < counts_from))
            continue
        set_next_start(draft, job, fact, processed_until(draft, timetable, job, event.due))
        if draft.state(joid).next_start != before:
            watch_next(draft, job, fact)
            judge_around(draft, job)  # there may be no start to wait for any more
