"""Starts: the gates a job must find open at one moment, and what happens when it does (semantics.md §1, M-04).

    G1 status · G2 date · G3 condition · G4 box · G5 day and hour · G6 machine · G7 load · G8 resources

`consider` is the scheduler's own question, asked whenever something changed that may open a gate. `start_by_hand`
is an operator's STARTJOB: it ignores the date and honours the rest (T-01). `force` goes past all but G6 and G8 (T-02).
`begin` numbers the run (M-06) and hands it to the agent, starts a box, or bypasses a job in ON_NOEXEC mode; where G6 to
G8 are closed (`admission`) the job is queued instead.
"""

from typing import Any

from autosys_py.core import notes
from autosys_py.core.admission import Verdict, admit
from autosys_py.core.aftermath import keeps_apart
from autosys_py.core.boxes import UNTOUCHED_BY_BOX, judge, judge_around
from autosys_py.core.codes import FAILED, LIVE, QUEUED, STARTABLE, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.machines import take_turn, unanswering
from autosys_py.core.model import EffectKind, Fact, Job, JobState
from autosys_py.core.reschedule import set_next_start
from autosys_py.core.resources import consume, poll
from autosys_py.core.restart import NO_CHAIN, Chain
from autosys_py.core.windows import enter_window, may_run_today, watch_window

# Gates


def consider(draft: Draft, joid: int) -> bool:
    """Starts the job if all gates are open now; True if it did."""
    if not is_ready(draft, joid) or not may_run_today(draft, draft.job(joid)):
        return False
    begin(draft, joid)
    return True


def is_ready(draft: Draft, joid: int) -> bool:
    """Are the gates G1 to G4 open?"""
    job, state = draft.job(joid), draft.state(joid)
    if not _may_start(draft, job, state, by_hand=False):
        return False
    if job.schedule is not None and not state.latched:
        return False
    return job.condition is None or draft.holds(job.condition, joid)


def start_by_hand(draft: Draft, joid: int, fact: Fact) -> None:
    """STARTJOB from an operator (rule T-01)."""
    job, state = draft.job(joid), draft.state(joid)
    if not _may_start(draft, job, state, by_hand=True):
        fact.notes.append(notes.not_met())
    elif job.condition is not None and not draft.holds(job.condition, joid):
        fact.notes.append(notes.not_met())
        if job.schedule is not None:
            draft.change(fact, joid, latched=True)
            watch_window(draft, joid)
            judge_around(draft, job)  # it waits for the condition alone now
    elif may_run_today(draft, job, fact):
        begin(draft, joid, run_date=fact.value)


def restart_by_hand(draft: Draft, joid: int, fact: Fact) -> None:
    """RESTART of a job that failed: passes the once-per-run gate, ignores date and time (extensions.md §3)."""
    job = draft.job(joid)
    box = draft.box_state(job)
    closed = box is not None and box.status is not Status.RUNNING
    if closed or (job.condition is not None and not draft.holds(job.condition, joid)):
        fact.notes.append(notes.not_met())
    else:
        state = draft.state(joid)
        draft.change(fact, joid, chain=restarted_by_hand(state, state.run_num))
        begin(draft, joid)


def restarted_by_hand(state: JobState, run_num: int) -> Chain:
    """The chain of a job that an operator restarts: its next start takes the place of run `run_num`. One that was about
    to run again from its failed members still does."""
    chain = state.chain or NO_CHAIN
    from_error = chain.is_due and chain.from_error
    return chain._replace(restarts=run_num, is_due=True, by_hand=True, from_error=from_error)


def force(draft: Draft, joid: int, *, same_run: bool = False, run_date: str = "") -> None:
    """FORCE_STARTJOB: whatever the gates say (rule T-02), recording what was bypassed."""
    job = draft.job(joid)
    if job.condition is not None and not draft.holds(job.condition, joid):
        draft.alarm(joid, Alarm.FORCED_PAST_CONDITION, _bypassed(draft, job))
    begin(draft, joid, forced=True, same_run=same_run, run_date=run_date)


def _bypassed(draft: Draft, job: Job) -> str:
    assert job.condition is not None
    truths = job.condition.truths(draft, draft.state(job.joid), draft.now)
    return "; ".join(f"{atom.text} {'true' if truth else 'false'}" for atom, truth in truths)


def _may_start(draft: Draft, job: Job, state: JobState, *, by_hand: bool) -> bool:
    """G1 and G4."""
    if state.status not in STARTABLE and not keeps_apart(job, state):
        return False
    box = draft.box_state(job)
    if box is None:
        return True
    if box.status is not Status.RUNNING or started_in_this_run(state, box):
        return False
    return by_hand or state.status is Status.ACTIVATED


def started_in_this_run(state: JobState, box: JobState) -> bool:
    """Has the member started in the present run of its direct box? (rule B-03)"""
    return box.ntry > 0 and (state.box_run, state.box_ntry) == (box.run_num, box.ntry)


# Beginning


def begin(draft: Draft, joid: int, *, forced: bool = False, same_run: bool = False, run_date: str = "") -> None:
    """Starts a job or a box now. `same_run` keeps the run number and counts a further try (rules R-05, R-06);
    `run_date` is the business date that was asked for (extensions.md §3), empty where nobody asked for one."""
    if joid in draft.begun:
        draft.schedule(EventCode.BYPASS, draft.now + 1, joid, for_run=False)
        return
    job, state = draft.job(joid), draft.state(joid)
    if not forced and not state.noexec and draft.world.configuration.GlobalAutoHold == "1":
        draft.set_status(joid, Status.ON_HOLD, text=notes.held_by_key(), before_hold=state.status)  # D-32
        return
    dated = _dated(draft, job, state, run_date, same_run=same_run)
    if job.is_box:
        _admit_box(draft, job, state, forced=forced, **dated)
    elif state.noexec:
        draft.begun[joid] = None
        bypass(draft, joid, forced=forced, **dated)
    else:
        _start_job(draft, job, state, forced=forced, same_run=same_run, **dated)


def _dated(draft: Draft, job: Job, state: JobState, run_date: str, *, same_run: bool) -> dict[str, Any]:
    """The business date of a start, where it differs from the one the state has: the one asked for, else that of the
    run it goes on with or repeats, else that of the box it runs in."""
    if not (len(run_date) == 8 and run_date.isascii() and run_date.isdigit()):  # others than sendevent send events too
        run_date = ""
    if not run_date and (same_run or state.is_restart_due or state.status in QUEUED):
        return {}
    box = draft.box_state(job)
    if not run_date and box is not None and box.status is Status.RUNNING:
        run_date = box.run_date
    return {} if run_date == state.run_date else {"run_date": run_date}


def _admit_box(draft: Draft, job: Job, state: JobState, *, forced: bool, **dated: Any) -> None:
    """A box takes its resources for as long as it runs (rule B-28); in ON_NOEXEC mode it takes none."""
    if job.resources and not state.noexec:
        verdict = admit(draft, job, forced=forced)
        if verdict.status is not Status.STARTING:
            enqueue(draft, job, verdict, forced=forced, **dated)
            return
        consume(draft, verdict.taking)
        if verdict.taking.holds != state.holds:
            draft.change(draft.outcome.facts[-1], job.joid, holds=verdict.taking.holds)
    draft.begun[job.joid] = None
    start_box(draft, job.joid, forced=forced, **dated)


def enqueue(draft: Draft, job: Job, verdict: Verdict, **changes: Any) -> None:
    """Into the queue that the verdict names, with the timers of the wait."""
    changes.setdefault("queue_priority", None)
    status = verdict.status
    fact = draft.set_status(job.joid, status, latched=False, before_hold=None, **changes)
    fact.notes += verdict.notes
    with draft.caused_by(fact):
        if status is Status.RESWAIT:
            poll(draft, job.joid)
        elif status is Status.PEND_MACH and draft.world.configuration.GlobalPendMachStatus != status.name:
            due = draft.now + draft.world.configuration.GlobalPendMachDelay
            since = str(draft.state(job.joid).since)
            draft.schedule(EventCode.PEND_MACH_STATUS, due, job.joid, for_run=False, value=since)
    for name in unanswering(draft.world, job) if status is Status.PEND_MACH else ():
        draft.alarm(job.joid, Alarm.MACHINE_UNAVAILABLE, f"Machine {name} does not answer")


def _start_job(draft: Draft, job: Job, state: JobState, *, forced: bool, same_run: bool, **fresh: Any) -> None:
    """`fresh` is what changes with the start, also where that leads into a queue."""
    if not same_run:
        fresh |= {"retries": 0, "system_restarts": 0}
    asking = draft.job_of_run(job.joid) if same_run else job
    verdict = admit(draft, asking, forced=forced)
    if verdict.status is not Status.STARTING:
        enqueue(draft, asking, verdict, forced=forced, **fresh)
        return
    draft.begun[job.joid] = None
    was_stopped = _is_stopped(state)
    machine = verdict.machine.name
    consume(draft, verdict.taking)
    take_turn(draft, asking, machine)
    if draft.outcome.facts:
        draft.outcome.facts[-1].notes += verdict.notes  # the log tells of the choice before the start (cli.md §9)
    fact = draft.set_status(
        job.joid,
        Status.STARTING,
        text=_executing(state, machine),
        **_number(draft, job, state, same_run=same_run),
        **_started_in(draft, job),
        **_chained(state, same_run=same_run),
        **fresh,
        last_start=None,
        last_end=None,
        exit_code=None,
        machine=machine,
        latched=False,
        forced=forced,
        killed=False,
        before_hold=None,
        queue_priority=None,
        holds=verdict.taking.holds,
    )
    if not same_run:
        draft.take_override(job.joid, fact)
        _resubmit(draft, job, fact, was_stopped)
    draft.open_run(job.joid, fact, machine, job_load=asking.job_load, virtual=verdict.machine.virtual)
    draft.order(EffectKind.START, job.joid, draft.state(job.joid).run_date)


def _number(draft: Draft, job: Job, state: JobState, *, same_run: bool) -> dict[str, Any]:
    """The run key of this start (rule M-06). A pair of run_num and ntry never repeats for a job."""
    if same_run:
        return {"ntry": state.ntry + 1}
    top = draft.top_box(job)
    if state.is_restart_due and not same_run:
        return {"run_num": draft.draw_run_num(), "ntry": 1}
    if not top:
        return {"run_num": draft.draw_run_num(), "ntry": 1}
    run_num = max(draft.state(top).run_num, state.run_num)
    return {"run_num": run_num, "ntry": state.ntry + 1 if run_num == state.run_num else 1}


def _executing(state: JobState, machine: str) -> str:
    chain = state.chain
    of = f", restart of run {chain.restarts}" if chain is not None and chain.is_due and chain.restarts else ""
    return f"Executing at {machine}{of}"


def _chained(state: JobState, *, same_run: bool = False) -> dict[str, Any]:
    """A restart goes on with its chain, a further try leaves it alone, any other start is in none."""
    if state.chain is None or same_run:
        return {}
    return {"chain": state.chain.started() if state.chain.is_due else None}


def _is_stopped(state: JobState) -> bool:
    return state.chain is not None and state.chain.is_stopped


def _resubmit(draft: Draft, job: Job, fact: Fact, was_stopped: bool) -> None:
    """Future starts that were withdrawn come back with a start that is no automatic restart."""
    if was_stopped and not _is_stopped(draft.state(job.joid)):
        set_next_start(draft, draft.job(job.joid), fact, draft.now)


def _started_in(draft: Draft, job: Job) -> dict[str, Any]:
    """Which run of the direct box this start belongs to; none while that box is idle."""
    box = draft.box_state(job)
    if box is None or box.status is not Status.RUNNING:
        return {"box_run": 0, "box_ntry": 0}
    return {"box_run": box.run_num, "box_ntry": box.ntry}


def bypass(draft: Draft, joid: int, *, forced: bool = False, **dated: Any) -> None:
    """An ON_NOEXEC job's turn: no process, start and end in one second, SUCCESS (rule H-09)."""
    job, state = draft.job(joid), draft.state(joid)
    was_stopped = _is_stopped(state)
    fact = draft.set_status(
        joid,
        Status.SUCCESS,
        votes_idle=_started_in(draft, job)["box_ntry"] == 0,
        **_number(draft, job, state, same_run=False),
        **_started_in(draft, job),
        **_chained(state),
        last_start=draft.now,
        exit_code=0,
        machine="",
        latched=False,
        forced=forced,
        before_hold=None,
        **dated,
    )
    draft.take_override(joid, fact)
    _resubmit(draft, job, fact, was_stopped)
    run = draft.open_run(joid, fact, "")
    draft.close_run(run.key, Status.SUCCESS, draft.now, 0)


def start_box(draft: Draft, box: int, *, forced: bool = False, **dated: Any) -> None:
    """A box starts: every job inside becomes ACTIVATED, then the members are looked at (semantics.md §5.2)."""
    job, state = draft.job(box), draft.state(box)
    was_stopped, from_error = _is_stopped(state), state.chain is not None and state.chain.from_error
    fact = draft.set_status(
        box,
        Status.RUNNING,
        **_number(draft, job, state, same_run=False),
        **_started_in(draft, job),
        **_chained(state),
        last_start=draft.now,
        last_end=None,
        exit_code=None,
        latched=False,
        forced=forced,
        killed=False,
        before_hold=None,
        **dated,
    )
    draft.take_override(box, fact)
    _resubmit(draft, job, fact, was_stopped)
    draft.open_run(box, fact, "")
    with draft.caused_by(fact):
        set_run_timers(draft, box)
        if from_error:
            _activate_unsuccessful(draft, box, box)
        else:
            for joid in draft.descendants(box, into_live=False):
                _activate(draft, joid, box)
        members = list(draft.members(box))
        for joid in members:
            enter_window(draft, joid)
        for joid in members:
            consider(draft, joid)
        judge(draft, box, None)


def set_run_timers(draft: Draft, joid: int) -> None:
    """The checks of a run, from its actual start on, which may have been told late (rule D-14)."""
    job, begun = draft.job_of_run(joid), draft.state(joid).last_start
    assert begun is not None
    if job.max_run_alarm and not draft.state(joid).noexec:  # H-09
        draft.schedule(EventCode.CHK_MAX_ALARM, begun + job.max_run_alarm * 60, joid)
    if job.term_run_time:
        draft.schedule(EventCode.CHK_TERM_RUNTIME, begun + job.term_run_time * 60, joid)


def _activate(draft: Draft, joid: int, box: int) -> None:
    """Wipes what a job inside a starting box showed before (rule B-01).

    A job that already has the box's number keeps its try: a sub-box that runs again under the same top-level box
    must not give a member the same run_num and ntry twice.
    """
    job, state, run_num = draft.job(joid), draft.state(joid), draft.state(box).run_num
    if state.status in UNTOUCHED_BY_BOX:
        if state.chain is not None and state.chain.counted:
            draft.change(draft.outcome.facts[-1], joid, chain=state.chain._replace(counted=0).or_none())
        return
    changes: dict[str, Any] = {"exit_code": None, "before_hold": None}
    if state.chain is not None:
        changes["chain"] = state.chain.in_new_box_run()
    if state.run_num < run_num:
        changes |= {"run_num": run_num, "ntry": 0}
    if draft.world.configuration.MissedMemberTick == "lost":
        changes["latched"] = False
    holds = job.auto_hold and job.box_joid == box and not state.noexec
    status = Status.ON_HOLD if holds else Status.ACTIVATED
    if status is state.status and state.run_num == run_num:
        return
    draft.set_status(joid, status, by_box=True, **changes)


def _activate_unsuccessful(draft: Draft, outer: int, box: int) -> None:
    """What is in `box` when `outer` runs again from its errors (extensions.md §4): members that are SUCCESS throughout
    stay as they are and count as having run; a box with any other member in it starts likewise."""
    state, fact = draft.state(box), draft.outcome.facts[-1]
    for joid in draft.members(box):
        job, member = draft.job(joid), draft.state(joid)
        if member.status is Status.SUCCESS and _is_success_throughout(draft, joid):
            if box == outer:
                draft.change(fact, joid, box_run=state.run_num, box_ntry=state.ntry)
            if member.chain is not None:
                draft.change(fact, joid, chain=member.chain.in_new_box_run())
            continue
        had_started, before = member.status in FAILED and job.schedule is not None, member.status
        _activate(draft, joid, outer)
        if had_started and draft.state(joid).status is Status.ACTIVATED:
            draft.change(draft.outcome.facts[-1], joid, latched=True)  # its time had come (D-15)
        if job.is_box and before not in LIVE:
            chain = draft.state(joid).chain or NO_CHAIN
            draft.change(draft.outcome.facts[-1], joid, chain=chain._replace(from_error=True))
            _activate_unsuccessful(draft, outer, joid)


def _is_success_throughout(draft: Draft, joid: int) -> bool:
    return not draft.job(joid).is_box or all(
        draft.state(inside).status is Status.SUCCESS for inside in draft.descendants(joid)
    )
