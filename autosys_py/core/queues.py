"""Leaving a queue (rules L-13, L-16). Load and resources will queue here too; today a job waits for its machine."""

from autosys_py.core.codes import Alarm, Status
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import is_excluded
from autosys_py.core.machines import choose
from autosys_py.core.model import Job
from autosys_py.core.starts import begin
from autosys_py.core.windows import enter_window, is_inside


def release_pending(draft: Draft) -> None:
    """Jobs in PEND_MACH whose machine is online now: by priority, then in the order they came."""
    pending = [
        joid
        for joid in draft.world.waiting
        if draft.state(joid).status is Status.PEND_MACH and choose(draft.world, draft.job_to_start(joid)) is not None
    ]
    for joid in sorted(pending, key=lambda joid: draft.job(joid).priority):
        _release(draft, joid)


def _release(draft: Draft, joid: int) -> None:
    """Leaves the queue by way of ACTIVATED; the condition is looked at again, the date taken as met."""
    job, state = draft.job(joid), draft.state(joid)
    box = draft.box_state(job)
    in_running_box = box is not None and box.status is Status.RUNNING
    evaluate = draft.world.configuration.EvaluateQueuedJobStarts
    draft.set_status(joid, Status.ACTIVATED)
    holds = evaluate == "0" or _holds(draft, draft.job_to_start(joid), evaluate)
    may_start = state.forced or ((box is None or in_running_box) and holds)
    if may_start:
        begin(draft, joid, forced=state.forced, same_run=state.is_between_tries)
        return
    if in_running_box:
        enter_window(draft, joid)
    else:
        draft.set_status(joid, Status.INACTIVE)
    draft.alarm(joid, Alarm.QUEUEDJOB_STARTFAIL)


def _holds(draft: Draft, job: Job, evaluate: str) -> bool:
    """EvaluateQueuedJobStarts `1`: condition and window; `2`: the day too."""
    return (
        (job.condition is None or draft.holds(job.condition, job.joid))
        and is_inside(draft, job)
        and not is_excluded(draft, job)
        and (evaluate != "2" or draft.world.timetable.is_day(job, draft.now))
    )
