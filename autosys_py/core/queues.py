"""Leaving a queue, and standing in it (rules L-03, L-05, L-13 to L-17, C-34).

Nothing is polled but what agents measure. Whatever gives load or units back, takes somebody out of a queue, changes a
priority or brings a machine online marks the lines concerned (`Draft.opened`); at the end of the step, when all
consequences of statuses are drawn, `release` serves the marked lines by priority and arrival. A box that ends in
the same step has taken its members out of their queues by then.
"""

from autosys_py.core import notes
from autosys_py.core.admission import Verdict, admit
from autosys_py.core.codes import QUEUED, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import is_excluded
from autosys_py.core.lines import Group, Line, lines_on_machine
from autosys_py.core.machines import candidates, is_online
from autosys_py.core.model import Event, Job
from autosys_py.core.resources import poll
from autosys_py.core.starts import begin, enqueue
from autosys_py.core.statuses import exit_code_by_hand
from autosys_py.core.windows import enter_window, is_inside


def open_machine(draft: Draft, name: str) -> None:
    """A machine came online or has another max_load: who waits for it, by any name, is to be looked at."""
    for each in [name, *draft.world.virtuals.get(name, ())]:
        for value in draft.lines.values_naming(each):
            draft.opened |= dict.fromkeys([Line(Status.PEND_MACH, value), *lines_on_machine(value)])


def open_all(draft: Draft) -> None:
    """The scheduler came up: every line is looked at."""
    draft.opened |= dict.fromkeys(draft.lines.all())


def look_at(draft: Draft, joid: int) -> None:
    """A queued job has another definition: it and whoever stands in its line are looked at."""
    if draft.state(joid).status in QUEUED:
        draft.opened |= dict.fromkeys(draft.lines.of(joid))
        _try(draft, joid)
        if draft.state(joid).status is Status.RESWAIT:
            poll(draft, joid)


def release(draft: Draft) -> None:
    """Serves the marked lines: by priority, then by arrival; of jobs that ask for the same only the first is asked."""
    lines, draft.opened = draft.opened, {}
    failed: set[tuple[Status, Group]] = set()
    while True:
        heads = [
            (priority, place, line, group)
            for line in lines
            for priority, place, group in draft.lines.first(line)
            if (line.status, group) not in failed
        ]
        if not heads:
            break
        _, place, line, group = min(heads, key=lambda each: each[:3])
        if not _try(draft, place.joid):
            failed.add((line.status, group))
    for line in lines:
        draft.opened.pop(line, None)  # by our own starts; those behind have been asked after them


def _try(draft: Draft, joid: int) -> bool:
    """Lets a job go on if it may; True if it left its queue."""
    job, state = draft.job_to_start(joid), draft.state(joid)
    if state.status is Status.PEND_MACH:
        if not any(is_online(draft.world, each.name) for each in candidates(draft.world, job)) or _is_paced(draft):
            return False
        _leave(draft, joid)
        return True
    verdict = admit(draft, job, forced=state.forced)
    if verdict.status is state.status:
        return False
    if verdict.status is Status.STARTING:
        _leave(draft, joid)
    else:
        _change_queue(draft, job, verdict)
    return True


def _change_queue(draft: Draft, job: Job, verdict: Verdict) -> None:
    """What it waits for is another thing now: load was free and a resource is short, or its machine is gone."""
    state = draft.state(job.joid)
    enqueue(draft, job, verdict, forced=state.forced, queue_priority=state.queue_priority)


def _leave(draft: Draft, joid: int) -> None:
    """Its turn has come. From PEND_MACH by way of ACTIVATED; whether it still may start is asked again (L-16)."""
    job, state = draft.job_to_start(joid), draft.state(joid)
    box = draft.box_state(job)
    in_running_box = box is not None and box.status is Status.RUNNING
    if state.status is Status.PEND_MACH:
        draft.set_status(joid, Status.ACTIVATED)
    if state.forced or ((box is None or in_running_box) and _holds(draft, job)):
        same_run = state.is_between_tries and not job.is_box
        begin(draft, joid, forced=state.forced, same_run=same_run, run_date=state.run_date)
        return
    if not in_running_box:
        draft.set_status(joid, Status.INACTIVE)
    else:
        if state.status is not Status.ACTIVATED:
            draft.set_status(joid, Status.ACTIVATED)
        enter_window(draft, joid)
    draft.alarm(joid, Alarm.QUEUEDJOB_STARTFAIL)


def _holds(draft: Draft, job: Job) -> bool:
    """EvaluateQueuedJobStarts: `0` nothing is asked, `1` condition, window and exclude_calendar, `2` the day too; a
    retry or a restart is asked for its condition alone (rule D-15)."""
    evaluate = draft.world.configuration.EvaluateQueuedJobStarts
    if evaluate == "0":
        return True
    if job.condition is not None and not draft.holds(job.condition, job.joid):
        return False
    return draft.state(job.joid).ignores_day or (
        is_inside(draft, job)
        and not is_excluded(draft, job)
        and (evaluate != "2" or draft.world.timetable.is_day(job, draft.now))
    )


# The pace of leaving PEND_MACH (L-17)


def _is_paced(draft: Draft) -> bool:
    """GlobalPendMachInterval: has the burst of this interval gone already? If not, one more may go."""
    seconds, burst = draft.world.configuration.pending_pace
    if not seconds:
        return False
    since = draft.outcome.pending_from
    if (draft.world.pending_from if since is None else since) > draft.now:
        return True
    draft.released += 1
    if draft.released >= burst:
        draft.outcome.pending_from = draft.now + seconds
        draft.outcome.events.append(Event(EventCode.PEND_MACH_RELEASE, draft.now + seconds, sent=draft.now))
    return False


def release_more(draft: Draft, event: Event) -> None:
    """The next burst may leave PEND_MACH."""
    lines = [Line(Status.PEND_MACH, value) for value in draft.lines.waiting_for_machines()]
    if lines:
        draft.record_event(event)
        draft.opened |= dict.fromkeys(lines)


def replace_pending(draft: Draft, event: Event) -> None:
    """GlobalPendMachStatus takes the place of PEND_MACH after GlobalPendMachDelay (rule L-15)."""
    word = draft.world.configuration.GlobalPendMachStatus
    if not _is_same_wait(draft, event, Status.PEND_MACH) or word == Status.PEND_MACH.name:
        return
    draft.record_event(event)
    status = Status[word]
    draft.set_status(
        event.joid,
        status,
        votes_idle=True,
        latched=False,
        exit_code=exit_code_by_hand(status),
        text=notes.pending_replaced(),
    )


def poll_resources(draft: Draft, event: Event) -> None:
    """ResourceWaitPollInterval is over for a job that waits for what its agent measures (rule L-09)."""
    if not _is_same_wait(draft, event, Status.RESWAIT) or event.job_ver != draft.world.jobs[event.joid].job_ver:
        return  # a new definition polls for itself
    job, state = draft.job_to_start(event.joid), draft.state(event.joid)
    if admit(draft, job, forced=state.forced).status is Status.RESWAIT:
        poll(draft, event.joid)
        return
    draft.record_event(event)
    draft.opened |= dict.fromkeys(draft.lines.of(event.joid))


def _is_same_wait(draft: Draft, event: Event, status: Status) -> bool:
    """Does the job still wait as it did when the timer was set? (rule E-01)"""
    if event.joid not in draft.world.jobs:
        return False
    state = draft.state(event.joid)
    return state.status is status and str(state.since) == event.value
