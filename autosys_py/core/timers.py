"""Timers that came due. One that no longer fits its definition or its run is nothing (rule E-01)."""

from autosys_py.core import notes
from autosys_py.core.aftermath import KEPT, keep_tick, keeps_apart
from autosys_py.core.boxes import judge_around, terminate
from autosys_py.core.codes import LIVE, STARTABLE, Alarm, Status
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import exclude_today, is_excluded
from autosys_py.core.model import Event, Fact, Job
from autosys_py.core.reschedule import go_to_next_start, set_next_start
from autosys_py.core.starts import consider
from autosys_py.core.windows import AT_OPENING, give_up_today, is_inside, watch_window


def tick(draft: Draft, event: Event) -> None:
    """A start time, or the opening of a run window that a start waited for (semantics.md §4, rules D-04, D-10)."""
    job = draft.world.jobs.get(event.joid)
    if job is None or event.job_ver != job.job_ver:
        return
    state = draft.state(job.joid)
    is_scheduled = event.value not in (AT_OPENING, KEPT)
    if is_scheduled and event.due != state.next_start:
        return  # a calendar has changed since it was stored
    if event.value == AT_OPENING and state.last_start is not None and state.last_start >= event.due:
        return  # a start that was due at that moment too has come first
    fact = draft.record_event(event)
    if is_scheduled:
        go_to_next_start(draft, job, fact)
        if event.due in draft.world.fired.get(job.joid, ()):
            fact.notes.append(notes.has_been(job.name))
            judge_around(draft, job)
            return
    _take(draft, job, fact)


def _take(draft: Draft, job: Job, fact: Fact) -> None:
    state = draft.state(job.joid)
    box = draft.box_state(job)
    if box is not None and box.status is not Status.RUNNING and _missed(draft, job, fact):
        return
    if state.status is Status.ON_HOLD:
        draft.change(fact, job.joid, latched=not is_excluded(draft, job))
    elif state.status is Status.WAIT_REPLY and not keeps_apart(job, state):
        if is_excluded(draft, job):
            fact.notes.append(notes.excluded(job.exclude_calendar))
        else:
            keep_tick(draft, job, fact)
    elif state.status not in STARTABLE and not keeps_apart(job, state):
        fact.notes.append(notes.ignored("STARTJOB", job.name, state.status.name))
    elif is_excluded(draft, job):
        exclude_today(draft, job)
    else:
        draft.change(fact, job.joid, latched=True)
        if not consider(draft, job.joid) and draft.state(job.joid).latched:
            fact.notes.append(notes.not_met())
            watch_window(draft, job.joid)
            judge_around(draft, job)  # it waits for the condition alone now


def _missed(draft: Draft, job: Job, fact: Fact) -> bool:
    """A tick of a member of an idle box (MissedMemberTick, rule B-36)."""
    if draft.world.configuration.MissedMemberTick == "lost":
        fact.notes.append(notes.missed_tick(job.name))
    elif draft.state(job.joid).status is not Status.ON_ICE and not is_excluded(draft, job):
        draft.change(fact, job.joid, latched=True)
    return True


def check_window(draft: Draft, event: Event) -> None:
    """One minute after the close: a job that still waits does not run today (rule D-07)."""
    job = draft.world.jobs.get(event.joid)
    if job is None or event.job_ver != job.job_ver:
        return
    state, box = draft.state(job.joid), draft.box_state(job)
    in_running_box = box is not None and box.status is Status.RUNNING
    waits = state.status is Status.ACTIVATED if in_running_box else state.latched and state.status in STARTABLE
    if waits and not is_inside(draft, job):  # an override may have moved the close
        draft.record_event(event)
        give_up_today(draft, job.joid)


def check_max_alarm(draft: Draft, event: Event) -> None:
    if _is_current_run(draft, event):
        draft.record_event(event)
        draft.alarm(event.joid, Alarm.MAXRUNALARM)


def check_term_run_time(draft: Draft, event: Event) -> None:
    """term_run_time is over: killed as by KILLJOB, without an event row of that name (semantics.md §4)."""
    if _is_current_run(draft, event):
        draft.record_event(event)
        terminate(draft, event.joid)


def look_again(draft: Draft, event: Event) -> None:
    """A start that was put off because the job had already begun in the same step."""
    if event.joid in draft.world.jobs:  # whichever version: it was about to start, and all gates are asked again
        draft.record_event(event)
        consider(draft, event.joid)


def _is_current_run(draft: Draft, event: Event) -> bool:
    if event.joid not in draft.world.jobs:
        return False
    state = draft.state(event.joid)
    is_under_way = state.status in LIVE and state.status is not Status.WAIT_REPLY
    return is_under_way and (state.run_num, state.ntry) == (event.run_num, event.ntry)


def return_to_definitions(draft: Draft) -> None:
    """After a step in which overrides of start times were used: the next tick is the definition's (jil.md §2)."""
    for use in draft.outcome.overrides_used:
        job = draft.job(use.job.joid)
        if use.job.job_ver != job.job_ver:
            set_next_start(draft, job, draft.outcome.facts[-1], draft.now)
