"""What `jil` did to a job or a machine, taken in by the scheduler (rules B-23, B-30, D-10).

A definition is already durable when this event is processed, so the world takes it at once; the rules here draw
its consequences.
"""

from autosys_py.core.aftermath import close_message
from autosys_py.core.boxes import RESET_AT_END, UNTOUCHED_BY_BOX, judge, judge_around
from autosys_py.core.codes import LIVE, EventCode, Status
from autosys_py.core.deadlines import watch_next
from autosys_py.core.deletions import plan_again
from autosys_py.core.draft import Draft
from autosys_py.core.lines import Line
from autosys_py.core.model import RENAMED, Event, Fact, Job, members_of
from autosys_py.core.modes import set_noexec
from autosys_py.core.overrides import CHANGED, RETIMED
from autosys_py.core.queues import look_at, open_all, open_machine
from autosys_py.core.reschedule import processed_until, set_next_start
from autosys_py.core.starts import consider, started_in_this_run
from autosys_py.core.windows import enter_window, watch_window
from autosys_py.core.world import WAITING

UNTOUCHED_BY_MODE = frozenset({*LIVE, Status.ON_ICE})
"""A live job does not take ON_NOEXEC, and one on ice takes it when the ice goes (rules T-05, H-08)."""


def definition_changed(draft: Draft, event: Event) -> None:
    """A new job, a new version, or a delete."""
    world = draft.world
    if event.definition is None:
        _open_lines(draft, event.joid)
        messages = draft.open_messages(event.joid)
        before = world.remove(event.joid)
        fact = draft.record_event(event)
        for message in messages:
            close_message(draft, message, EventCode.DELETEJOB.name, fact)
        if before is not None:
            fact.value = before.name
            _leave_box(draft, before)
        return
    _open_lines(draft, event.joid)
    before = world.define(event.definition, event.state, event.override)
    job = world.jobs[event.joid]
    fact = draft.record_event(event)
    if before is None or (event.job_ver == 1 and not event.value):
        fact.changes.append((job.joid, draft.state(job.joid).told()))  # so that the past alone gives the states
    if event.value in (CHANGED, RETIMED):
        _override_changed(draft, event, fact, before)
    else:
        if event.value != RENAMED:
            _return_starts(draft, job, fact)
        _set_times(draft, job, fact, event.due, before)
    if not event.value and before is not None:
        draft.change(fact, job.joid, latched=False)
        if before.box_joid != job.box_joid:
            _leave_box(draft, before)
            _leave_run(draft, job)
        elif _is_stranded(draft, job):  # moved while no scheduler was looking, so the move itself was not seen
            draft.set_status(job.joid, Status.INACTIVE)
    _take_mode(draft, event, fact)
    _enter_box(draft, job, was_inside=_was_inside(event, before))
    look_at(draft, job.joid)  # it may ask for something else now
    judge_around(draft, job)
    plan_again(draft, job.joid, event.due)


def _return_starts(draft: Draft, job: Job, fact: Fact) -> None:
    """Redefined: its future starts are withdrawn no longer."""
    chain = draft.state(job.joid).chain
    if chain is not None and chain.is_stopped:
        draft.change(fact, job.joid, chain=chain._replace(is_stopped=False).or_none())


def _set_times(draft: Draft, job: Job, fact: Fact, since: int, before: Job | None) -> None:
    """The next start and its must times, as `jil` stored them, unless it had another zone or calendar."""
    timetable = draft.world.timetable
    if before is not None:
        set_next_start(draft, job, fact, processed_until(draft, timetable, before, since))
    elif job.presubmit_count > 1 or timetable.next_start(job, since) != draft.state(job.joid).next_start:
        set_next_start(draft, job, fact, since)
    watch_next(draft, job, fact)


def _override_changed(draft: Draft, event: Event, fact: Fact, before: Job | None) -> None:
    """The override for the next run came, went or changed. Only one of start times touches ticks (rule D-10)."""
    job = draft.job(event.joid)
    if event.value == RETIMED:
        draft.change(fact, job.joid, latched=False)
        _set_times(draft, job, fact, event.due, before)
    box = draft.box_state(job)
    if draft.state(job.joid).latched and (box is None or box.status is not Status.RUNNING):
        watch_window(draft, job.joid)


def rebuild(draft: Draft, event: Event) -> None:
    """The scheduler came up: what `jil` changed meanwhile may have ended a box or opened a queue (rules B-30, L-14)."""
    draft.world.came_up = draft.now
    tallies = draft.world.tallies.items()
    by_deadlock = draft.world.configuration.BoxDeadlock == "FAILURE"
    still = [box for box, (unfinished, _, waits) in tallies if unfinished == (waits if by_deadlock else 0)]
    over = [box for box in still if draft.state(box).status is Status.RUNNING]
    if over or draft.world.waiting:
        draft.record_event(event)
    for box in over:
        judge(draft, box, None)
    open_all(draft)


def machine_changed(draft: Draft, event: Event) -> None:
    """A machine was defined, changed or deleted: jobs may have waited for it, by its name or a member's."""
    before = draft.world.machines.get(event.name)
    draft.world.set_machine(event.name, event.machine)
    draft.record_event(event)
    for machine in (before, event.machine):
        for member in members_of(machine) if machine is not None else ():
            open_machine(draft, member.name)
    open_machine(draft, event.name)


def _open_lines(draft: Draft, joid: int) -> None:
    """Whom the former definition kept waiting: it may ask for less now, or be gone with the units it held."""
    job = draft.world.jobs.get(joid)
    if job is not None:
        state = draft.state(joid)
        draft.opened |= dict.fromkeys(draft.lines.of(joid))
        draft.opened |= {Line(Status.RESWAIT, each.name): None for each in state.holds}


def _leave_box(draft: Draft, job: Job) -> None:
    box = job.box_joid
    if box in draft.world.jobs and draft.state(box).status is Status.RUNNING:
        judge(draft, box, None)


def _leave_run(draft: Draft, job: Job) -> None:
    """A moved job waits no longer for what belongs to the run it left: ACTIVATED in a box that runs or will, else
    INACTIVE. Alone it goes on with its tries or in its queue."""
    box, status = draft.box_state(job), draft.state(job.joid).status
    is_kept = status in WAITING and (box is None or box.status is Status.RUNNING)
    if status in RESET_AT_END and not is_kept:
        takes_part = box is not None and box.status in (Status.RUNNING, Status.ACTIVATED)
        becomes = Status.ACTIVATED if takes_part else Status.INACTIVE
        if becomes is not status:
            draft.set_status(job.joid, becomes)


def _is_stranded(draft: Draft, job: Job) -> bool:
    """ACTIVATED, though no box around it runs."""
    return draft.state(job.joid).status is Status.ACTIVATED and all(
        draft.state(box).status is not Status.RUNNING for box in draft.boxes_around(job)
    )


def _take_mode(draft: Draft, event: Event, fact: Fact) -> None:
    """In a box in ON_NOEXEC mode a new job takes the mode too: nothing inside may run (rule H-08)."""
    state, box = draft.state(event.joid), draft.box_state(draft.job(event.joid))
    if box is not None and box.noexec and not state.noexec and state.status not in UNTOUCHED_BY_MODE:
        set_noexec(draft, event, fact)


def _was_inside(event: Event, before: Job | None) -> bool:
    """Was it in its box before this change? Not known of a change that was made while no scheduler was looking."""
    if event.value:  # an override, or a new name of another job
        return True
    job = event.definition
    return before is not None and job is not None and before.job_ver != job.job_ver and before.box_joid == job.box_joid


def _enter_box(draft: Draft, job: Job, *, was_inside: bool) -> None:
    """Into a running box: it takes part in this run (rule B-23).

    Where it is not known whether the job `was_inside` before, its run number tells: `jil` may have put it there while
    no scheduler was looking. A member that was live when its box started has a lower one and took part all the same.
    """
    box = draft.box_state(job)
    state = draft.state(job.joid)
    if box is None or box.status is not Status.RUNNING:
        return
    if state.status is Status.ACTIVATED and state.run_num >= box.run_num:
        enter_window(draft, job.joid)  # what watched the former version's window is void (rule E-01)
        return
    takes_part = was_inside or state.run_num >= box.run_num or started_in_this_run(state, box)
    if state.status in UNTOUCHED_BY_BOX or takes_part:
        judge(draft, job.box_joid, None)  # a result that it brings along counts
        return
    draft.record(EventCode.ALERT, job.joid)
    draft.set_status(job.joid, Status.ACTIVATED, run_num=box.run_num, ntry=0, exit_code=None)
    enter_window(draft, job.joid)
    consider(draft, job.joid)
