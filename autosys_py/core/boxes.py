"""Boxes: when they end and how (semantics.md §5, the reference algorithm of §5.2).

A box is never scanned. `World.tallies` keeps, for each box, how many members are not done and how many failed, so
judging after a member's end is a look at two numbers. Overrides (`box_success`, `box_failure`) are looked at when a
job they name changes inside the box, or when a member completes (rule B-13).
"""

from autosys_py.core import notes
from autosys_py.core.aftermath import conclude, dismiss_question
from autosys_py.core.codes import DONE_IN_BOX, FAILED, LIVE, TERMINAL, Alarm, EventCode, Status
from autosys_py.core.deadlock import is_deadlocked
from autosys_py.core.draft import Draft
from autosys_py.core.kills import kill_process, say_who_waits
from autosys_py.core.model import Fact, Job, RunKey
from autosys_py.core.resources import end_run
from autosys_py.core.restart import ENDINGS
from autosys_py.core.world import WAITING

IDLE_JUDGED = frozenset({Status.SUCCESS, Status.FAILURE, Status.INACTIVE})
"""An idle box in another status stays as it is (semantics.md §5.1, rules B-12, B-34)."""

RESET_AT_END = frozenset({Status.ACTIVATED, *WAITING})
"""Members that a box's end makes INACTIVE (rules B-10, B-32)."""

UNTOUCHED_BY_BOX = frozenset({*LIVE, Status.ON_HOLD, Status.ON_ICE})
"""What a box start and a reset of a box leave alone (rules B-01, B-16)."""

DONE_OR_WAITING = DONE_IN_BOX | {Status.ACTIVATED}
"""What a member enters that may leave its box with nothing that can still start (rule B-31)."""

ACTIVATED_ONLY = frozenset({Status.ACTIVATED})
ABOUT_TO_START = frozenset({Status.ACTIVATED, Status.RESWAIT})
NOT_STARTED = frozenset({*ABOUT_TO_START, Status.INACTIVE, Status.ON_HOLD, Status.ON_ICE})
"""Statuses of a sub-box that did not start in this run of its parent, or was taken out of it."""


def vote(draft: Draft, joid: int, *, votes_idle: bool) -> None:
    """A job changed: the boxes around it are judged, the direct one first."""
    job = draft.job(joid)
    if not job.box_joid:
        return
    status = draft.state(joid).status
    may_end = status in DONE_IN_BOX or bool(draft.world.overriders.get(job.name))
    if not may_end and draft.world.configuration.BoxDeadlock == "FAILURE":
        may_end = status in DONE_OR_WAITING
    if not (may_end or votes_idle):
        return  # a member in another status leaves its boxes as they are
    for box in draft.boxes_around(job):
        status = draft.state(box).status
        if status is Status.RUNNING:
            if may_end:
                judge(draft, box, joid)
        elif votes_idle and box == job.box_joid and status in IDLE_JUDGED:
            _judge_idle(draft, box)


def judge(draft: Draft, box: int, changed: int | None) -> None:
    """Ends a running box if it is over; `changed` is the job inside that changed, None when the box itself did."""
    job = draft.job(box)
    if changed is not None and _ends_early(draft, job, changed):
        return
    unfinished, failed, _ = draft.tally(box)
    if unfinished:
        if draft.world.configuration.BoxDeadlock == "FAILURE" and is_deadlocked(draft, box):
            end_box(draft, box, Status.FAILURE, text=notes.deadlocked())
    elif failed and job.box_failure is None:
        end_box(draft, box, Status.FAILURE)
    elif not failed and job.box_success is None:
        end_box(draft, box, Status.SUCCESS)


def _ends_early(draft: Draft, box: Job, changed: int) -> bool:
    """Overrides and box_terminator: True if the box has ended."""
    member = draft.job(changed)
    status = draft.state(changed).status
    if box.joid in draft.world.overriders.get(member.name, {}) and _end_by_override(draft, box):
        return True
    if member.box_joid != box.joid:
        return False
    if member.box_terminator and status in FAILED:
        draft.record(EventCode.KILLJOB, box.joid)
        end_box(draft, box.joid, Status.TERMINATED)
        return True
    return status in DONE_IN_BOX and _end_by_override(draft, box)


def _end_by_override(draft: Draft, box: Job) -> bool:
    """Both sides true: FAILURE (rule B-14)."""
    result = _override(draft, box)
    if result is not None:
        end_box(draft, box.joid, result)
    return result is not None


def _override(draft: Draft, box: Job) -> Status | None:
    if box.box_failure is not None and draft.holds(box.box_failure, box.joid):
        return Status.FAILURE
    if box.box_success is not None and draft.holds(box.box_success, box.joid):
        return Status.SUCCESS
    return None


def _judge_idle(draft: Draft, box: int) -> None:
    """A forced run or a CHANGE_STATUS of a member may change a box that is not running (semantics.md §5.1)."""
    unfinished, failed, _ = draft.tally(box)
    if unfinished:
        return
    job = draft.job(box)
    result = _override(draft, job)
    if result is None:
        result = Status.FAILURE if failed else Status.SUCCESS
        if (job.box_failure if failed else job.box_success) is not None:
            return
    if result is not draft.state(box).status:
        draft.set_status(box, result, votes_idle=True)


def judge_around(draft: Draft, job: Job) -> None:
    """The running boxes around a job are judged, though no status changed: what it waits for has."""
    for box in draft.boxes_around(job):
        if draft.state(box).status is Status.RUNNING:
            judge(draft, box, None)


def end_box(draft: Draft, box: int, result: Status, *, text: str = "") -> Fact:
    """The box is over: its status, its waiting members, its terminators, its alarms (rules B-09 to B-11, B-32). Returns
    what says so."""
    state = draft.state(box)
    ending = None if state.noexec else ENDINGS[result]
    fact = conclude(draft, box, result, ending, votes_idle=state.was_idle_run, text=text)
    if state.noexec and result in FAILED:
        draft.set_status(box, Status.INACTIVE)  # an ON_NOEXEC box is never left FAILURE or TERMINATED
    key = RunKey(box, draft.state(box).run_num, draft.state(box).ntry)
    run = draft.close_run(key, result, draft.now, None)
    with draft.caused_by(fact):
        end_run(draft, box, result)
        if run is not None:
            seconds = None if state.noexec else draft.now - run.start  # a bypass raises no run alarm (H-09)
            raise_final_alarms(draft, box, result, seconds, fact)
        reset_members(draft, box)
        if result in FAILED:
            _kill_job_terminators(draft, box)
    return fact


def _kill_job_terminators(draft: Draft, box: int) -> None:
    for joid in draft.members(box):
        if draft.job(joid).job_terminator and draft.state(joid).status in LIVE:
            draft.record(EventCode.KILLJOB, joid)
            terminate(draft, joid)


def reset_members(draft: Draft, box: int, waiting: frozenset[Status] = RESET_AT_END) -> None:
    """What waits in the box becomes INACTIVE, with everything below a sub-box that has not started.

    A sub-box on ice, on hold or reset did not start either: nothing below it may stay ACTIVATED in a box that is over.
    """
    for joid in draft.members(box):
        status = draft.state(joid).status
        if status in waiting:
            draft.set_status(joid, Status.INACTIVE, latched=False)
        elif draft.state(joid).latched:
            draft.change(draft.outcome.facts[-1], joid, latched=False)
        if draft.job(joid).is_box and status in NOT_STARTED:
            reset_members(draft, joid, waiting if status in ABOUT_TO_START else ACTIVATED_ONLY)


def reset_contents(draft: Draft, box: int) -> None:
    """Contained jobs on all levels become INACTIVE; live, held and iced ones stay (rule B-16)."""
    for joid in draft.descendants(box):
        state = draft.state(joid)
        if state.status not in UNTOUCHED_BY_BOX and (state.status is not Status.INACTIVE or state.latched):
            draft.set_status(joid, Status.INACTIVE, latched=False, exit_code=None)


def terminate(draft: Draft, joid: int, signals: str = "") -> None:
    """KILLJOB on a live job: a box is over at once (B-11), a process gets its signals (T-04)."""
    if draft.state(joid).status is Status.WAIT_REPLY:
        _give_up_waiting(draft, joid)
    elif draft.job(joid).is_box:
        say_who_waits(draft, joid, end_box(draft, joid, Status.TERMINATED))
    elif not kill_process(draft, joid, signals):
        votes_idle = draft.state(joid).was_idle_run
        fact = draft.set_status(joid, Status.TERMINATED, exit_code=101, votes_idle=votes_idle)
        raise_end_alarms(draft, joid, Status.TERMINATED, None)
        say_who_waits(draft, joid, fact)


def _give_up_waiting(draft: Draft, joid: int) -> None:
    """Killed while it waits for an answer: its run is over already, so no action follows."""
    cause = draft.outcome.facts[-1]
    fact = draft.set_status(joid, Status.TERMINATED, votes_idle=draft.state(joid).was_idle_run)
    raise_end_alarms(draft, joid, Status.TERMINATED, None)
    say_who_waits(draft, joid, fact)
    dismiss_question(draft, joid, EventCode.KILLJOB, cause)


def raise_final_alarms(draft: Draft, joid: int, result: Status, seconds: int | None, fact: Fact) -> None:
    """The alarms of an end that `fact` published; where the run is to be restarted only those about its length."""
    raise_end_alarms(draft, joid, result if fact.status is result else Status.SUCCESS, seconds)


def raise_end_alarms(draft: Draft, joid: int, result: Status, seconds: int | None) -> None:
    """The alarms of an end (rule A-01); `seconds` is the run's length, None if nothing ran."""
    job = draft.job(joid)
    if result is Status.FAILURE and job.alarm_if_fail:
        draft.alarm(joid, Alarm.JOBFAILURE)
    if result is Status.TERMINATED and job.alarm_if_terminated:
        draft.alarm(joid, Alarm.JOBTERMINATED)
    if seconds is not None and result in TERMINAL and seconds < draft.job_of_run(joid).min_run_alarm * 60:
        draft.alarm(joid, Alarm.MINRUNALARM)
