"""must_start_times and must_complete_times: alarms, never more than alarms (rules D-11, D-13).

One scheduled start at a time is watched: when the job is defined its next one, and after each completion the one that
comes next then. So a check of another start than the watched one is void, the job has completed since; and one of the
watched start finds that it has not.
"""

from autosys_py.core.codes import LIVE, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, Job


def watch_next(draft: Draft, job: Job, fact: Fact | None = None) -> None:
    """Watches the next scheduled start which no calendar forbids; noted in `fact`, else where the job changed last."""
    state = draft.state(job.joid)
    has_must_times = job.must_start is not None or job.must_complete is not None
    if not has_must_times and state.must_slot is None:
        return
    due = state.next_start if has_must_times else None
    slot = next(draft.world.timetable.slots(job, due - 60), None) if due is not None else None
    moment = slot.moment if slot is not None else None
    if moment != state.must_slot:
        draft.change(fact or draft.outcome.facts[-1], job.joid, must_slot=moment)
    if slot is None:
        return
    zone = draft.world.timetable.zone_of(job)
    for code, must in ((EventCode.CHK_START, job.must_start), (EventCode.CHK_COMPLETE, job.must_complete)):
        check = must.due(slot, zone) if must is not None else None
        if check is not None:
            draft.schedule(code, check, job.joid, for_run=False, value=str(slot.moment))


def check_start(draft: Draft, event: Event) -> None:
    """Has the job started since its scheduled time?"""
    if not _is_watched(draft, event):
        return
    state = draft.state(event.joid)
    has_started = state.last_start is not None and state.last_start >= int(event.value)
    if state.status not in LIVE and not has_started:
        _raise(draft, event, Alarm.MUST_START_ALARM)


def check_complete(draft: Draft, event: Event) -> None:
    """It has not completed since, or another start would be watched by now."""
    if _is_watched(draft, event):
        _raise(draft, event, Alarm.MUST_COMPLETE_ALARM)


def _is_watched(draft: Draft, event: Event) -> bool:
    """Does the check still fit? A job on ice or in ON_NOEXEC mode raises no alarm."""
    job = draft.world.jobs.get(event.joid)
    if job is None or event.job_ver != job.job_ver:
        return False
    state = draft.state(job.joid)
    return state.must_slot == int(event.value) and state.status is not Status.ON_ICE and not state.noexec


def _raise(draft: Draft, event: Event, alarm: Alarm) -> None:
    draft.record_event(event)
    draft.alarm(event.joid, alarm)
