"""Hold, ice and noexec (semantics.md §6): three ways to keep a job from running, and back."""

from autosys_py.core import notes
from autosys_py.core.boxes import raise_end_alarms
from autosys_py.core.codes import FAILED, LIVE, TERMINAL, Alarm, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact
from autosys_py.core.starts import consider, started_in_this_run
from autosys_py.core.windows import is_inside, meet_closed_window, watch_window
from autosys_py.core.world import WAITING

RESULTS = frozenset({*TERMINAL, Status.INACTIVE, Status.RESTART})
"""What JOB_OFF_HOLD gives back to a member that already ran in this box run (rule H-03)."""


def hold(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_ON_HOLD: it cannot start, and whatever waits for it waits."""
    draft.set_status(event.joid, Status.ON_HOLD, before_hold=draft.state(event.joid).status)


def release_hold(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_OFF_HOLD: back into the box run or to INACTIVE, then at once on its way if it may (rules H-03, H-04)."""
    joid = event.joid
    job, state = draft.job(joid), draft.state(joid)
    box = draft.box_state(job)
    in_running_box = box is not None and box.status is Status.RUNNING
    if in_running_box and box is not None and started_in_this_run(state, box) and state.before_hold in RESULTS:
        _give_back(draft, joid, state.before_hold)
        return
    draft.set_status(joid, Status.ACTIVATED if in_running_box else Status.INACTIVE, before_hold=None)
    if not is_inside(draft, job):
        _release_outside_window(draft, joid)
        return
    started = (in_running_box or job.condition is not None or state.latched) and consider(draft, joid)
    if not started and (in_running_box or state.latched):
        watch_window(draft, joid)


def _give_back(draft: Draft, joid: int, before: Status) -> None:
    """The result that a member had in this box run; of one that was held between two tries or
    before a restart, what its run ended with."""
    result, chain = before, draft.state(joid).chain
    if before is Status.RESTART:
        result = chain.result if chain is not None and chain.result is not None else Status.FAILURE
    ended = draft.state(joid).last_end if result in TERMINAL else None
    draft.set_status(joid, result, time=ended, before_hold=None)
    if before is Status.RESTART:
        raise_end_alarms(draft, joid, result, None)


def _release_outside_window(draft: Draft, joid: int) -> None:
    """Off hold outside the run window: the date must be met again; without a schedule as at any start (H-04)."""
    job = draft.job(joid)
    if draft.state(joid).latched:
        draft.change(draft.outcome.facts[-1], joid, latched=False)
    if job.schedule is None:
        meet_closed_window(draft, job)


def ice(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_ON_ICE: out of the stream; dependents go on (rule H-05)."""
    draft.set_status(event.joid, Status.ON_ICE, latched=False, noexec=False, before_hold=None)


def release_ice(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_OFF_ICE: INACTIVE; the conditions must come true anew (rules H-06, B-22)."""
    box = draft.box_state(draft.job(event.joid))
    draft.set_status(event.joid, Status.INACTIVE, noexec=box is not None and box.noexec)


def set_noexec(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_ON_NOEXEC on a job, or on a box and everything inside (rules H-07, H-08)."""
    joid = event.joid
    if not draft.job(joid).is_box:
        _enter_noexec(draft, joid, fact)
        return
    if any(draft.state(inside).status in LIVE for inside in draft.descendants(joid)):
        fact.notes.append(notes.live_descendants(draft.job(joid).name))
        return
    for inside in draft.descendants(joid):
        state = draft.state(inside)
        if state.status is not Status.ON_ICE:
            draft.change(fact, inside, noexec=True)
            if state.status is not Status.INACTIVE:
                draft.set_status(inside, Status.INACTIVE, latched=False, exit_code=None, before_hold=None)
    _enter_noexec(draft, joid, fact)  # last, as it may start the box


def _enter_noexec(draft: Draft, joid: int, fact: Fact) -> None:
    status = draft.state(joid).status
    draft.change(fact, joid, noexec=True)
    if status in FAILED:
        draft.set_status(joid, Status.INACTIVE)
    elif status is Status.ON_HOLD or status in WAITING:
        box = draft.box_state(draft.job(joid))
        waits = box is not None and box.status is Status.RUNNING
        draft.set_status(joid, Status.ACTIVATED if waits else Status.INACTIVE, before_hold=None)
        if waits:
            consider(draft, joid)


def leave_noexec(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_OFF_NOEXEC: the mode goes, the status stays; on a box for the whole tree (rule H-10)."""
    job = draft.job(event.joid)
    box = draft.box_state(job)
    if box is not None and box.noexec:
        fact.notes.append(notes.box_in_mode(job.name))
        return
    draft.change(fact, event.joid, noexec=False)
    if job.is_box:
        for inside in draft.descendants(event.joid):
            if draft.state(inside).noexec:
                draft.change(fact, inside, noexec=False)


def refuse_hold_or_ice(draft: Draft, event: Event, fact: Fact) -> None:
    """A live job takes neither hold nor ice: alarm (semantics.md §3.1)."""
    _refuse_live(draft, event, fact, Alarm.JOBNOT_ONICEHOLD)


def refuse_noexec(draft: Draft, event: Event, fact: Fact) -> None:
    """A live job does not take the mode: alarm."""
    _refuse_live(draft, event, fact, Alarm.JOBNOT_ONNOEXEC)


def refuse_noexec_of_box(draft: Draft, event: Event, fact: Fact) -> None:
    """A running box: ignored, and said why if something inside runs."""
    job = draft.job(event.joid)
    if any(draft.state(inside).status in LIVE for inside in draft.descendants(event.joid)):
        fact.notes.append(notes.live_descendants(job.name))
    else:
        fact.notes.append(notes.ignored(event.code.name, job.name, draft.state(event.joid).status.name))


def _refuse_live(draft: Draft, event: Event, fact: Fact, alarm: Alarm) -> None:
    job, state = draft.job(event.joid), draft.state(event.joid)
    fact.notes.append(notes.ignored(event.code.name, job.name, state.status.name))
    draft.alarm(event.joid, alarm)
