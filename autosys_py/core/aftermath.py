"""What follows the end of a run: its status, or a restart or a question in its place (rule R-07, extensions.md §4).

`conclude` is where every end that the scheduler decides on is published. A job that is to run again is in RESTART at
once and one that waits for an answer in WAIT_REPLY, so neither dependents nor boxes nor other instances ever see what
the run ended with; the chain in its state remembers it. A restart is a new run: the count belongs to the chain, and
every start that is no automatic restart begins a new one (`starts`).
"""

from typing import Any

from autosys_py.core import notes
from autosys_py.core.codes import FAILED, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Fact, Job, JobState, OperatorMessage
from autosys_py.core.restart import CONTINUE, NO_CHAIN, Action, Decision, Ending, decide

KEPT = "kept"
"""`value` of a STARTJOB whose start time passed while the job waited for an answer."""


def conclude(
    draft: Draft,
    joid: int,
    result: Status,
    ending: Ending | None,
    *,
    time: int | None = None,
    text: str = "",
    votes_idle: bool = False,
    **changes: Any,
) -> Fact:
    """Publishes the end of a run or carries out what its job wants instead. The fact returned says which: its status is
    `result` where the run is over. `ending` None: no action belongs to such an end; the rest as `Draft.set_status`."""
    decision = _decision(draft, joid, ending)
    if decision.restarts or decision.asks:
        return _go_on(draft, joid, result, decision, time, text, changes)
    fact = draft.set_status(joid, result, time=time, text=text, votes_idle=votes_idle, **changes)
    if decision.stops:
        _withdraw(draft, joid, fact)
    if decision.is_used_up:
        draft.alarm(joid, Alarm.MAX_RETRYS, notes.restarts_used_up())
    take_kept_tick(draft, joid, fact)
    return fact


def box_goes_on(draft: Draft, joid: int) -> bool:
    """May there be another run or try? Not for a member whose box has ended meanwhile, unless forced in an idle box."""
    box = draft.box_state(draft.job(joid))
    return box is None or box.status is Status.RUNNING or draft.state(joid).was_idle_run


def keeps_apart(job: Job, state: JobState) -> bool:
    """Does the next occurrence start though this one waits for an answer? (presubmit_count of 2 or more)"""
    return job.presubmit_count > 1 and job.schedule is not None and state.status is Status.WAIT_REPLY


def keep_tick(draft: Draft, job: Job, fact: Fact) -> None:
    """A start time while an answer is waited for: it counts once that is dealt with, and so do several, as one."""
    chain = draft.state(job.joid).chain or NO_CHAIN
    draft.change(fact, job.joid, chain=chain._replace(has_tick=True))
    fact.notes.append(notes.tick_kept(job.name))


def take_kept_tick(draft: Draft, joid: int, fact: Fact) -> None:
    """The answer is dealt with: the start time that passed meanwhile comes now, behind whatever this step sets off."""
    chain = draft.state(joid).chain
    if chain is not None and chain.has_tick:
        draft.change(fact, joid, chain=chain._replace(has_tick=False).or_none())
        if not chain.is_stopped:
            draft.schedule(EventCode.STARTJOB, draft.now, joid, for_run=False, value=KEPT)


def close_message(draft: Draft, message: OperatorMessage, answer: str, fact: Fact) -> None:
    """The question is dealt with by `fact`: with an answer, or by what made one pointless."""
    draft.outcome.messages[message.number] = message._replace(
        answer=answer, answered=draft.now, answered_by=fact.sent_by, comment=fact.reason
    )


def message_of_run(draft: Draft, joid: int) -> OperatorMessage | None:
    """The open question about the job's present run."""
    state = draft.state(joid)
    return next((each for each in draft.open_messages(joid) if each.key[1:] == (state.run_num, state.ntry)), None)


def dismiss_question(draft: Draft, joid: int, code: EventCode, fact: Fact) -> None:
    """Killed, or its status set by hand, by `fact`: the job waits for no answer any more."""
    message = message_of_run(draft, joid)
    if message is not None:
        close_message(draft, message, code.name, fact)
    take_kept_tick(draft, joid, draft.outcome.facts[-1])


def _decision(draft: Draft, joid: int, ending: Ending | None) -> Decision:
    behaviour = draft.job_of_run(joid).behaviour
    if behaviour is None or ending is None:
        return CONTINUE
    action = behaviour.action(ending)
    if action is Action.CONTINUE or (action is not Action.STOP and not box_goes_on(draft, joid)):
        return CONTINUE
    chain = draft.state(joid).chain or NO_CHAIN
    allowed = behaviour.restarts_allowed(is_member=bool(draft.job(joid).box_joid))
    failed = action is Action.RESTART_FROM_ERROR and _has_failed_member(draft, joid)
    return decide(action, ending, chain.counted, allowed, has_failed_member=failed)


def _has_failed_member(draft: Draft, box: int) -> bool:
    return any(draft.state(joid).status in FAILED for joid in draft.descendants(box))


def _go_on(
    draft: Draft, joid: int, result: Status, decision: Decision, time: int | None, text: str, changes: dict[str, Any]
) -> Fact:
    """RESTART or WAIT_REPLY in place of the result; Last End and exit code are those of the run."""
    state, when = draft.state(joid), draft.now if time is None else time
    chain = (state.chain or NO_CHAIN)._replace(
        restarts=state.run_num, is_due=decision.restarts, by_hand=False, from_error=decision.from_error, result=result
    )
    behaviour = draft.job_of_run(joid).behaviour
    assert behaviour is not None
    shown = notes.will_restart(result.name, behaviour.delay) if decision.restarts else notes.asks(result.name)
    fact = draft.record(EventCode.CHANGE_STATUS, joid, when)
    draft.set_status(
        joid,
        Status.RESTART if decision.restarts else Status.WAIT_REPLY,
        fact=fact,
        time=time,
        text=f"{text}. {shown}" if text else shown,
        **changes,
        last_end=when,
        end_seq=fact.seq,
        retries=0,
        system_restarts=0,
        chain=chain,
    )
    if not draft.job(joid).is_box:
        fact.exit_code = draft.state(joid).exit_code
    with draft.caused_by(fact):
        if decision.stops:
            _withdraw(draft, joid, fact)
        if decision.restarts:
            draft.schedule(EventCode.CHK_N_START, when + behaviour.delay, joid, value=str(when))
        else:
            _ask(draft, joid, fact, result, text)
    return fact


def _ask(draft: Draft, joid: int, fact: Fact, result: Status, text: str) -> None:
    state = draft.state(joid)
    draft.outcome.messages[fact.seq] = OperatorMessage(
        fact.seq, fact.time, joid, draft.job(joid).name, state.run_num, state.ntry, result, state.exit_code, text
    )
    draft.alarm(joid, Alarm.WAIT_REPLY_ALARM, notes.asks(result.name))


def _withdraw(draft: Draft, joid: int, fact: Fact) -> None:
    """No start by the schedule any more; stored ones are void, for they are not those of the state."""
    if draft.job(joid).schedule is not None:
        chain = (draft.state(joid).chain or NO_CHAIN)._replace(is_stopped=True)
        draft.change(fact, joid, chain=chain, latched=False, next_start=None, later_starts=())
        fact.notes.append(notes.withdrawn(draft.job(joid).name))
