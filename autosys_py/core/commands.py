"""The remaining operator events: kills, signals, deletes, restarts, globals, alarms (semantics.md §3.3).

Those with a status in their way take the shape `rule(draft, event, fact)` of the transition table; the others are
called by `step` directly.
"""

from dataclasses import replace

from autosys_py.core import deletions, notes
from autosys_py.core.aftermath import conclude
from autosys_py.core.boxes import raise_final_alarms, reset_members, terminate
from autosys_py.core.codes import LIVE, QUEUED, Alarm, EventCode, Status
from autosys_py.core.condition import as_integer
from autosys_py.core.draft import Changed, Draft
from autosys_py.core.kills import are_signals, say_who_waits
from autosys_py.core.model import EffectKind, Event, Fact
from autosys_py.core.queues import open_machine
from autosys_py.core.restart import Ending
from autosys_py.core.starts import begin, force, restart_by_hand, restarted_by_hand, start_by_hand
from autosys_py.core.statuses import ignore


def start(draft: Draft, event: Event, fact: Fact) -> None:
    """STARTJOB: the gates decide, but for the date (rule T-01)."""
    start_by_hand(draft, event.joid, fact)


def force_start(draft: Draft, event: Event, fact: Fact) -> None:
    """FORCE_STARTJOB: now, whatever the gates say (rule T-02). What was queued as a further try is that try."""
    state = draft.state(event.joid)
    force(draft, event.joid, same_run=state.status in QUEUED and state.is_between_tries, run_date=event.value)


def refuse_force(draft: Draft, event: Event, fact: Fact) -> None:
    """A live job: refused, or by configuration a second run with its own key (rule T-03)."""
    job, state = draft.job(event.joid), draft.state(event.joid)
    if draft.world.configuration.RestrictForceStart == "1" or state.status is Status.WAIT_REPLY:
        fact.notes.append(notes.already_started(job.name))
    elif job.is_box:
        ignore(draft, event, fact)  # a box never runs twice (B-25)
    else:
        force(draft, event.joid, run_date=event.value)


def force_next_try(draft: Draft, event: Event, fact: Fact) -> None:
    """A job that waits between two tries, or for its restart: the next try or the restart now."""
    state = draft.state(event.joid)
    if state.is_restart_due:
        draft.change(fact, event.joid, chain=restarted_by_hand(state, state.run_num))
    force(draft, event.joid, same_run=state.is_between_tries, run_date=event.value)


def kill(draft: Draft, event: Event, fact: Fact) -> None:
    """A live job or box (rules T-04, B-11)."""
    if event.value and not are_signals(event.value):
        fact.notes.append(notes.bad_signals(event.code.name, event.value))
    else:
        terminate(draft, event.joid, event.value)


def kill_waiting(draft: Draft, event: Event, fact: Fact) -> None:
    """A job between two tries or in a queue leaves it (KillQueuedJob)."""
    state = draft.state(event.joid)
    queued = state.status is not Status.RESTART
    if queued and draft.world.configuration.KillQueuedJob == "ignore":
        ignore(draft, event, fact)
        return
    exit_code = None if queued else state.exit_code  # what never ran has none, whatever the run before returned
    ending = Ending.CANCELED if queued else None  # a restart that is withdrawn is no end of its own
    end = conclude(draft, event.joid, Status.TERMINATED, ending, votes_idle=True, exit_code=exit_code)
    reset_members(draft, event.joid)  # of a box that waited for resources: nothing in it will start
    raise_final_alarms(draft, event.joid, Status.TERMINATED, None, end)
    say_who_waits(draft, event.joid, end)


def nothing_to_kill(draft: Draft, event: Event, fact: Fact) -> None:
    """Nothing runs: said with E40173."""
    fact.notes.append(notes.nothing_to_kill(draft.job(event.joid).name, event.code.name))


def not_on_hold(draft: Draft, event: Event, fact: Fact) -> None:
    """Said with E40045."""
    fact.notes.append(notes.not_in_mode(draft.job(event.joid).name, "ON_HOLD"))


def not_on_ice(draft: Draft, event: Event, fact: Fact) -> None:
    """Said with E40045."""
    fact.notes.append(notes.not_in_mode(draft.job(event.joid).name, "ON_ICE"))


def not_on_noexec(draft: Draft, event: Event, fact: Fact) -> None:
    """Said with E40045."""
    fact.notes.append(notes.not_in_mode(draft.job(event.joid).name, "ON_NOEXEC"))


def send_signal(draft: Draft, event: Event, fact: Fact) -> None:
    """SEND_SIGNAL to a running command job; the status stays."""
    job = draft.job(event.joid)
    if job.is_box or job.job_type in ("FW", "FT"):
        fact.notes.append(notes.no_signals())
    elif not are_signals(event.value):
        fact.notes.append(notes.bad_signals(event.code.name, event.value))
    elif draft.state(event.joid).status is Status.RUNNING and draft.has_open_run(event.joid):
        draft.order(EffectKind.SIGNAL, event.joid, event.value)
    else:
        nothing_to_kill(draft, event, fact)


def restart(draft: Draft, event: Event, fact: Fact) -> None:
    """Our RESTART (extensions.md §3): from FAILURE and TERMINATED, or at once while a restart waits."""
    job, state = draft.job(event.joid), draft.state(event.joid)
    if state.status is Status.RESTART:
        if state.is_restart_due:
            draft.change(fact, event.joid, chain=restarted_by_hand(state, state.run_num))
        begin(draft, event.joid, same_run=state.is_between_tries)
    elif state.status in (Status.FAILURE, Status.TERMINATED):
        restart_by_hand(draft, event.joid, fact)
    else:
        fact.notes.append(notes.restart_refused(job.name, state.status.name))


def delete(draft: Draft, event: Event, fact: Fact) -> None:
    """DELETEJOB: the definition goes, a box with its contents; refused while anything in it is live."""
    doomed = (event.joid, *draft.descendants(event.joid))
    if any(draft.state(joid).status in LIVE for joid in doomed):
        fact.notes.append(notes.delete_refused(draft.job(event.joid).name))
    else:
        deletions.delete(draft, event.joid)


def change_priority(draft: Draft, event: Event, fact: Fact) -> None:
    """The queue priority of this run, while it is queued; its line is looked at anew."""
    priority = as_integer(event.value)
    if priority is None or priority < 0:
        fact.notes.append(notes.bad_priority())
    elif draft.state(event.joid).status in (Status.QUE_WAIT, Status.RESWAIT):
        draft.change(fact, event.joid, queue_priority=priority)
    else:
        ignore(draft, event, fact)


def refuse_type(draft: Draft, event: Event, fact: Fact) -> None:
    """No job type that runs here supports it."""
    fact.notes.append(notes.wrong_type(event.code.name, draft.job(event.joid).job_type))


def evaluate_again(draft: Draft, event: Event, fact: Fact) -> None:
    """JOB_STATUS_CHANGED: dependents and boxes look at the job again; nothing else changes."""
    draft.changed.append(Changed(event.joid, fact.seq, votes_idle=True))


def raise_alarm(draft: Draft, event: Event, fact: Fact) -> None:
    fact.alarm = Alarm.__members__.get(event.value.upper())
    fact.name = event.value.upper()
    if fact.alarm is None:
        fact.notes.append(notes.bad_alarm(event.value))


# Without a job


def set_global(draft: Draft, event: Event, fact: Fact) -> None:
    """Stores or deletes a global and looks at the jobs whose condition names it (rules C-31, C-36)."""
    draft.outcome.globals[event.name] = None if event.value == "DELETE" else event.value


def set_machine_online(draft: Draft, event: Event, fact: Fact) -> None:
    """MACH_OFFLINE and MACH_ONLINE (rule L-14); jobs that waited for the machine are looked at."""
    machine = draft.world.machines.get(event.name)
    if machine is None:
        fact.notes.append(notes.unknown_machine(event.name) if event.name else notes.no_machine())
        return
    if machine.is_virtual:
        fact.notes.append(notes.virtual_machine(event.name))
        return
    offline = event.code is EventCode.MACH_OFFLINE
    changed = replace(machine, offline=offline)
    draft.world.set_machine(event.name, changed)
    draft.outcome.machines[event.name] = changed
    if not offline:
        open_machine(draft, event.name)
