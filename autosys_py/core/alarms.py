"""Alarms as operators see them: each raised one has a number and a state (semantics.md §11).

Raising is a fact of the past like any other (`Draft.alarm`, the event ALARM). What this file adds is the list of
them: `enter` puts every alarm that a step raised on it, OPEN, and `change` is the one event that moves one on. A state
only ever rises, OPEN, ACKNOWLEDGED, CLOSED, so folding the past gives the list, and asking twice changes nothing twice.
"""

from autosys_py.core import notes
from autosys_py.core.codes import AlarmState, EventCode
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, RaisedAlarm


def enter(draft: Draft) -> None:
    """The alarms that this step raised join the list. An alarm that was refused has no code."""
    for fact in draft.outcome.facts:
        if fact.alarm is not None and fact.code is EventCode.ALARM:
            job = draft.world.jobs.get(fact.joid)
            draft.outcome.alarms[fact.seq] = raised(fact, job.name if job else "")


def raised(fact: Fact, job_name: str) -> RaisedAlarm:
    """The entry of a fact that raised an alarm."""
    assert fact.alarm is not None
    return RaisedAlarm(
        fact.seq, fact.alarm, fact.time, fact.joid, job_name, fact.run_num, fact.ntry, fact.text or fact.reason
    )


def change(draft: Draft, event: Event, fact: Fact) -> None:
    """CHANGE_ALARM: `event.value` is the number, `event.name` the state. One that is that far already stays."""
    alarm, state = event.alarm, AlarmState.__members__.get(event.name)
    if alarm is None or state is None:
        fact.notes.append(notes.no_such_alarm(event.value))
    elif state > alarm.state:
        draft.outcome.alarms[alarm.number] = alarm._replace(
            state=state, changed_by=event.sent_by, changed=draft.now, comment=event.reason
        )
