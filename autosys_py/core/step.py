"""One step: what an event means, and everything that follows from it.

`step(world, event, now)` reads the world and returns an `Outcome`; the caller applies it with `World.apply` and
stores it. It never raises for what an event contains: what cannot be done is noted in the fact of the event.
Two tables decide, as in any state machine worth reading: `transitions` for events from outside, `settle` for what
follows by itself.
"""

from collections.abc import Callable

from autosys_py.core import (
    alarms,
    clock,
    commands,
    deadlines,
    definitions,
    deletions,
    external,
    notes,
    notifications,
    queues,
    reschedule,
    resources,
    runs,
    timers,
)
from autosys_py.core.codes import EventCode
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, Outcome
from autosys_py.core.settle import settle
from autosys_py.core.transitions import ALL_STATUSES, TABLE, row_of
from autosys_py.core.world import World

INTERNAL: dict[EventCode, Callable[[Draft, Event], None]] = {
    EventCode.AGENT_RUNNING: runs.running,
    EventCode.AGENT_ENDED: runs.ended,
    EventCode.AGENT_START_FAILED: runs.start_failed,
    EventCode.AGENT_LOST: runs.lost,
    EventCode.AGENT_KILL_FAILED: runs.kill_failed,
    EventCode.AGENT_SILENT: runs.silent,
    EventCode.AGENT_REMARK: runs.remarked,
    EventCode.CHECK_HEARTBEAT: runs.missed_heartbeat,
    EventCode.CHASE: runs.chased,
    EventCode.NOTIFICATION_SENT: notifications.sent,
    EventCode.NOTIFICATION_FAILED: notifications.failed,
    EventCode.CHK_N_START: runs.try_again,
    EventCode.CHK_MAX_ALARM: timers.check_max_alarm,
    EventCode.CHK_TERM_RUNTIME: timers.check_term_run_time,
    EventCode.CHK_RUN_WINDOW: timers.check_window,
    EventCode.CHK_START: deadlines.check_start,
    EventCode.CHK_COMPLETE: deadlines.check_complete,
    EventCode.BYPASS: timers.look_again,
    EventCode.QUE_RECOVERY: definitions.rebuild,
    EventCode.DEFINITION_CHANGED: definitions.definition_changed,
    EventCode.MACHINE_CHANGED: definitions.machine_changed,
    EventCode.CALENDAR_CHANGED: reschedule.calendar_changed,
    EventCode.TIMEZONE_CHANGED: reschedule.zones_changed,
    EventCode.EXTERNAL_DEPENDENCY: external.status_told,
    EventCode.REFRESH_EXTINST: external.instance_told,
    EventCode.CLOCK_SET: clock.clock_set,
    EventCode.RESOURCE_CHANGED: resources.resource_changed,
    EventCode.RESOURCE_POLL: queues.poll_resources,
    EventCode.PEND_MACH_STATUS: queues.replace_pending,
    EventCode.PEND_MACH_RELEASE: queues.release_more,
    EventCode.AGENT_UNREACHABLE: runs.unreachable,
    EventCode.AGENT_REACHABLE: runs.reachable,
}

WITHOUT_JOB: dict[EventCode, Callable[[Draft, Event, Fact], None]] = {
    EventCode.SET_GLOBAL: commands.set_global,
    EventCode.MACH_OFFLINE: commands.set_machine_online,
    EventCode.MACH_ONLINE: commands.set_machine_online,
    EventCode.CHANGE_ALARM: alarms.change,
}


def step(world: World, event: Event, now: int) -> Outcome:
    """Decides what `event` does to `world` at `now`."""
    draft = Draft(world, now)
    _dispatch(draft, event)
    settle(draft)
    timers.return_to_definitions(draft)
    deletions.plan_deletions(draft)
    alarms.enter(draft)
    notifications.decide(draft)
    return draft.outcome


def _dispatch(draft: Draft, event: Event) -> None:
    if event.code in INTERNAL:
        INTERNAL[event.code](draft, event)
    elif event.code is EventCode.STARTJOB and event.job_ver:
        timers.tick(draft, event)
    elif event.code is EventCode.DELETEJOB and event.job_ver:
        deletions.delete_when_due(draft, event)
    else:
        fact = draft.record_event(event)
        _obey(draft, event, fact)


def _obey(draft: Draft, event: Event, fact: Fact) -> None:
    """An operator's event: its fact is recorded in any case."""
    code = event.code
    if code is EventCode.STOP_DEMON:
        draft.outcome.stop = True
    elif code is EventCode.ALARM:
        commands.raise_alarm(draft, event, fact)
    elif code in WITHOUT_JOB:
        WITHOUT_JOB[code](draft, event, fact)
    elif code in TABLE or code in ALL_STATUSES:
        if event.joid not in draft.world.jobs:
            fact.notes.append(notes.unknown_job(code.name, event.joid))
        elif code in TABLE:
            TABLE[code][row_of(draft.job(event.joid), draft.state(event.joid))](draft, event, fact)
        else:
            ALL_STATUSES[code](draft, event, fact)
