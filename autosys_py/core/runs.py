"""What agents report, and what it means for the job (semantics.md §9, rules M-07, R-01 to R-10).

A report counts only for the job's current try, and only while the job still shows that try: whoever set the status
by hand meanwhile has the last word, and the run's own record keeps the truth.
"""

from typing import Any

from autosys_py.core import notes
from autosys_py.core.admission import Verdict
from autosys_py.core.aftermath import box_goes_on, conclude
from autosys_py.core.boxes import raise_end_alarms, raise_final_alarms
from autosys_py.core.codes import LIVE, Alarm, EventCode, ExitCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.kills import say_who_waits
from autosys_py.core.model import CountKey, EffectKind, Event, Run, RunKey
from autosys_py.core.queues import open_machine
from autosys_py.core.resources import end_run
from autosys_py.core.restart import ENDINGS, Ending
from autosys_py.core.starts import begin, enqueue, set_run_timers

COUNTING = frozenset({*LIVE, Status.ACTIVATED})
"""Statuses that a report may replace (rule M-07)."""

REASONS: dict[int, str] = {
    ExitCode.CANNOT_OPEN_STD_IN: "std_in_file cannot be opened",
    ExitCode.CANNOT_OPEN_STD_OUT: "std_out_file cannot be opened",
    ExitCode.CANNOT_OPEN_STD_ERR: "std_err_file cannot be opened",
    ExitCode.NOT_IN_PATH: "command or profile not found",
}
"""What an exit code of the agent's own says (rule R-08); the shell's words are in `err` of the run folder."""

SHORT_OF_SPACE = "chk_files"
"""How the agent begins the reason of a start that its file-system check forbade (rule R-12)."""


def running(draft: Draft, event: Event) -> None:
    """The run's process exists: RUNNING, and the timers of the run are set."""
    key = _key(event)
    draft.outcome.answered.append((EffectKind.START, key))
    if not _counts(draft, event):
        _record_stale(draft, event)
    elif draft.state(event.joid).last_start is None:  # not told before, whatever live status was set by hand
        run = draft.run(key)
        begun = event.due if run is None else max(event.due, run.start)  # the clock may have been set meanwhile
        draft.set_status(event.joid, Status.RUNNING, time=begun, last_start=begun, text=event.value)
        set_run_timers(draft, event.joid)


def ended(draft: Draft, event: Event) -> None:
    """The run ended with an exit code or by a signal; `event.status` is TERMINATED if we killed it."""
    if event.exit_code is None:
        lost(draft, event)
        return
    key = _key(event)
    draft.outcome.answered += [(EffectKind.START, key), (EffectKind.KILL, key)]
    known = event.joid in draft.world.jobs
    by_signal = event.exit_code < 0 or event.status is Status.TERMINATED
    if by_signal:
        result = Status.TERMINATED
    elif known and not draft.job(event.joid).exit_rule.is_success(event.exit_code):
        result = Status.FAILURE
    else:
        result = Status.SUCCESS
    run = draft.close_run(key, result, event.due, event.exit_code)
    if run is None:
        return  # reported before
    if not _counts(draft, event):
        _record_stale(draft, event)
        _end_stale(draft, event.joid, result)
        return
    text = f"Aborted, Signal {-event.exit_code}" if event.exit_code < 0 else event.value
    if result is Status.FAILURE:
        text = text or REASONS.get(event.exit_code, "")
    _finish(draft, event, result, seconds=_length(draft, event, run), text=text)


def _length(draft: Draft, event: Event, run: Run) -> int:
    """Seconds that a run took. One that ended before the clock was set forward, and is told of after, has moved."""
    begun = draft.state(event.joid).last_start
    return event.due - run.start if run.start < event.due or begun is None else max(0, event.due - begun)


def lost(draft: Draft, event: Event) -> None:
    """Neither process nor exit record: the outcome is unknown and is said to be (rule R-10)."""
    key = _key(event)
    draft.outcome.answered += [(EffectKind.START, key), (EffectKind.KILL, key)]
    run = draft.close_run(key, Status.TERMINATED, event.due, ExitCode.LOST)
    if run is None:
        return
    if not _counts(draft, event):
        _record_stale(draft, event)
        _end_stale(draft, event.joid, Status.TERMINATED)
        return
    state = draft.state(event.joid)
    fact = conclude(
        draft,
        event.joid,
        Status.TERMINATED,
        Ending.UNKNOWN,
        time=event.due,
        exit_code=int(ExitCode.LOST),
        votes_idle=state.was_idle_run,
        text="Outcome lost",
    )
    end_run(draft, event.joid, Status.TERMINATED)
    draft.alarm(event.joid, Alarm.CHASE, event.value or "The run ended without an exit record.")
    raise_final_alarms(draft, event.joid, Status.TERMINATED, None, fact)
    if state.killed:
        say_who_waits(draft, event.joid, fact)


def start_failed(draft: Draft, event: Event) -> None:
    """No process could be made: a system restart, or FAILURE if trying again cannot help (rule R-05)."""
    key = _key(event)
    draft.outcome.answered += [(EffectKind.START, key), (EffectKind.KILL, key)]
    run = draft.close_run(key, Status.FAILURE, event.due, None)
    if run is None:
        return
    if not _counts(draft, event):
        _record_stale(draft, event)
        _end_stale(draft, event.joid, Status.FAILURE, ran=False)
        return
    state, configuration = draft.state(event.joid), draft.world.configuration
    permanent = event.status is Status.FAILURE or not box_goes_on(draft, event.joid)
    if event.value.startswith(SHORT_OF_SPACE):
        draft.alarm(event.joid, Alarm.RESOURCE, event.value)
    if not permanent and state.system_restarts < configuration.MaxRestartTrys:
        wait_for_restart(draft, event.joid, text=event.value, system_restarts=state.system_restarts + 1)
        end_run(draft, event.joid, Status.FAILURE, ran=False)
        return
    votes_idle, result = state.was_idle_run, Status.FAILURE
    fact = conclude(
        draft, event.joid, result, Ending.ERROR, time=event.due, votes_idle=votes_idle, text=event.value
    )  # fmt: skip
    end_run(draft, event.joid, Status.FAILURE, ran=False)
    draft.alarm(event.joid, Alarm.STARTJOBFAIL if permanent else Alarm.MAX_RETRYS, event.value)
    raise_final_alarms(draft, event.joid, Status.FAILURE, None, fact)


def unreachable(draft: Draft, event: Event) -> None:
    """The agent of a machine does not answer: the machine is Missing, or Blocked if it refuses; the run that was to be
    started waits in PEND_MACH at once (semantics.md §4, rule L-12)."""
    key = _key(event)
    run = draft.run(key)
    machine = event.name or (run.machine if run is not None else "")
    draft.outcome.answered.append((EffectKind.START, key))
    draft.record_event(event)
    if machine:
        _set_missing(draft, machine, 2 if event.value == "blocked" else 1)
    if run is None or draft.close_run(key, Status.PEND_MACH, event.due, None) is None:
        return
    if not _counts(draft, event):
        _end_stale(draft, event.joid, Status.FAILURE, ran=False)
        return
    state = draft.state(event.joid)
    why = "" if event.value in ("", "missing", "blocked") else f" ({event.value})"
    draft.alarm(event.joid, Alarm.MACHINE_UNAVAILABLE, notes.offline(machine) + why)
    if box_goes_on(draft, event.joid):
        verdict = Verdict(Status.PEND_MACH, notes=(notes.offline(machine),))
        tried = max(1, state.system_restarts)  # the run goes on, with its number and its override
        enqueue(draft, draft.job_of_run(event.joid), verdict, forced=state.forced, system_restarts=tried)
        draft.opened |= dict.fromkeys(draft.lines.of(event.joid))  # another of its machines may be online
    else:
        draft.set_status(event.joid, Status.INACTIVE, votes_idle=state.was_idle_run)
    end_run(draft, event.joid, Status.FAILURE, ran=False)


def reachable(draft: Draft, event: Event) -> None:
    """A missing machine heals when its agent reports (rule L-14)."""
    if draft.count(CountKey("missing", event.name)):
        draft.record_event(event)
        _set_missing(draft, event.name, 0)
        open_machine(draft, event.name)


def _set_missing(draft: Draft, machine: str, how: int) -> None:
    """Known to the rest of this step already, like everything about machines."""
    draft.world.set_missing(machine, how)
    draft.outcome.counts[CountKey("missing", machine)] = how


def kill_failed(draft: Draft, event: Event) -> None:
    """Something outlived the last signal (rule T-04)."""
    if event.joid in draft.world.jobs:
        draft.record_event(event)
        draft.alarm(event.joid, Alarm.KILLJOBFAIL, event.value)
    draft.outcome.answered.append((EffectKind.KILL, _key(event)))


def silent(draft: Draft, event: Event) -> None:
    """The agent has not answered a start; the status may still come (semantics.md §4)."""
    if _counts(draft, event) and draft.state(event.joid).status is Status.STARTING:
        draft.record_event(event)
        draft.alarm(event.joid, Alarm.AUTO_PING, event.value)


def missed_heartbeat(draft: Draft, event: Event) -> None:
    """A job was silent for longer than its heartbeat_interval: an alarm and nothing else (rule R-12)."""
    if _counts(draft, event):
        draft.record_event(event)
        draft.alarm(event.joid, Alarm.MISSING_HEARTBEAT, event.value)


def remarked(draft: Draft, event: Event) -> None:
    """The agent has something to say about a run that goes on."""
    if _counts(draft, event):
        draft.record_event(event).notes.append(notes.remark(draft.job(event.joid).name, event.value))


def chased(draft: Draft, event: Event) -> None:
    """`chase` found no trace of a run: an alarm if `event.name` says so, FAILURE if `event.status` does (rule R-11).

    It looked some time ago, so what it looked for must still be what the job shows. A run that is dead stays dead;
    but one whose start the agent has not confirmed may yet begin, and one that was killed is for the agent to end.
    """
    fact = draft.record_event(event)
    if event.joid not in draft.world.jobs:
        fact.notes.append(notes.unknown_job(event.code.name, event.joid))
        return
    job, state = draft.job(event.joid), draft.state(event.joid)
    current = (state.run_num, state.ntry) == (event.run_num, event.ntry)
    if not current or state.status not in (Status.STARTING, Status.RUNNING):
        fact.notes.append(notes.chased_too_late(job.name, state.status.name))
        return
    if event.name:
        draft.alarm(event.joid, Alarm.CHASE, event.value)
    if event.status is not Status.FAILURE:
        return
    in_hand = draft.has_open_run(event.joid) and (state.last_start is None or state.killed)
    if job.is_box or state.status is Status.STARTING or in_hand:
        fact.notes.append(notes.chased_too_early(job.name))
        return
    event.exit_code = int(ExitCode.LOST)
    key = _key(event)
    draft.outcome.answered += [(EffectKind.START, key), (EffectKind.KILL, key)]
    run = draft.close_run(key, Status.FAILURE, event.due, event.exit_code)
    if run is not None:
        _finish(draft, event, Status.FAILURE, seconds=event.due - run.start, text="Outcome lost")
        return
    draft.set_status(
        event.joid, Status.FAILURE, exit_code=event.exit_code, votes_idle=True, text="No run was under way"
    )
    raise_end_alarms(draft, event.joid, Status.FAILURE, None)


def wait_for_restart(draft: Draft, joid: int, *, text: str = "", **counted: Any) -> None:
    """RESTART until the wait is over; the tries of this run so far set its length (rules R-05, R-06)."""
    state = draft.state(joid)
    wait = draft.world.configuration.restart_wait(state.retries + state.system_restarts + 1)
    draft.set_status(joid, Status.RESTART, text=text or notes.restart_due(wait, state.ntry), **counted)
    draft.schedule(EventCode.CHK_N_START, draft.now + wait, joid)


def try_again(draft: Draft, event: Event) -> None:
    """The wait between two tries is over, or the one before a restart, which is a run of its own."""
    if event.joid not in draft.world.jobs:
        return
    state = draft.state(event.joid)
    is_try = state.is_between_tries
    wait = "" if is_try else str(state.since)
    key = (state.run_num, state.ntry)
    if state.status is Status.RESTART and (event.run_num, event.ntry) == key and event.value == wait:
        draft.record_event(event)
        if box_goes_on(draft, event.joid):
            box = draft.box_state(draft.job(event.joid))
            in_idle_box = box is not None and box.status is not Status.RUNNING
            forced = state.forced and (is_try or in_idle_box)  # a restart is a start of the scheduler's own
            begin(draft, event.joid, forced=forced, same_run=is_try)
        else:  # CHANGE_STATUS made the box ACTIVATED or STARTING: as at its end (B-32)
            draft.set_status(event.joid, Status.INACTIVE)


def _finish(draft: Draft, event: Event, result: Status, *, seconds: int, text: str) -> None:
    joid = event.joid
    state = draft.state(joid)
    killed = state.killed
    retried = result is Status.FAILURE and _has_try_left(draft, joid)
    shown: dict[str, Any] = {"time": event.due, "exit_code": event.exit_code, "text": text}
    if retried:
        fact = draft.set_status(joid, result, **shown)
    else:
        fact = conclude(draft, joid, result, ENDINGS[result], votes_idle=state.was_idle_run, **shown)
    with draft.caused_by(fact):
        end_run(draft, joid, result)
        if retried:
            wait_for_restart(draft, joid, retries=state.retries + 1)
            raise_end_alarms(draft, joid, Status.SUCCESS, seconds)
        else:
            raise_final_alarms(draft, joid, result, seconds, fact)
            if killed:
                say_who_waits(draft, joid, fact)


def _has_try_left(draft: Draft, joid: int) -> bool:
    """n_retrys, but not for a member whose box is over (rules R-06, B-32)."""
    job, state = draft.job_of_run(joid), draft.state(joid)
    return state.retries < job.n_retrys and box_goes_on(draft, joid)


def _counts(draft: Draft, event: Event) -> bool:
    if event.joid not in draft.world.jobs:
        return False
    state = draft.state(event.joid)
    return (state.run_num, state.ntry) == (event.run_num, event.ntry) and state.status in COUNTING


def _record_stale(draft: Draft, event: Event) -> None:
    fact = draft.record_event(event)
    job = draft.world.jobs.get(event.joid)
    name = job.name if job else str(event.joid)
    fact.notes.append(notes.stale_report(name, f"{event.run_num}/{event.ntry}", event.exit_code))


def _end_stale(draft: Draft, joid: int, result: Status, *, ran: bool = True) -> None:
    """The run no longer is what the job shows; the units that its process used are free all the same."""
    if joid in draft.world.jobs:
        end_run(draft, joid, result, ran=ran)


def _key(event: Event) -> RunKey:
    return RunKey(event.joid, event.run_num, event.ntry)
