"""Whom to tell, when: the order is decided here and carried out by a notifier (jil.md §3.3).

At the end of a step its facts are looked through: an end that the scheduler decided on, or an alarm, of a job that
wants people told, becomes an order, stored with everything else that the step decided. A status that somebody set by
hand tells nobody, as it raises no alarm either, and neither does a bypass, which ran nothing. A FAILURE that is tried
again or that waits for an answer is no end: people are told once, when it is over.

An order stays until a notifier has reported that somebody took it. One that nobody takes is tried again, at longer
and longer intervals, and given up after NotifyRetryHours with an alarm, of which nobody is told in turn.
"""

from autosys_py.core import notes
from autosys_py.core.codes import TERMINAL, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, Job, Notification, RunKey

FIRST_WAIT = 60
"""Seconds before the second try; doubled with each further one …"""

LONGEST_WAIT = 3600
"""… up to this."""

HOUR = 3600

NEWS = frozenset({EventCode.CHANGE_STATUS, EventCode.ALARM})
"""Facts that people may be told of."""

ON_FAILURE = "F"
"""`send_notification: f`."""

GOES_ON = frozenset({Status.RESTART, Status.WAIT_REPLY})
"""Statuses of a job whose run failed and is not over yet (rule R-07)."""


def decide(draft: Draft) -> None:
    """Orders people told of what this step did."""
    for fact in draft.outcome.facts:
        if fact.code not in NEWS:
            continue
        job = draft.world.jobs.get(fact.joid)
        if job is not None and job.send_notification and _is_news(draft, job, fact):
            order = Notification(fact.seq, job.joid, job.job_ver, draft.now, draft.now)
            draft.outcome.notifications[fact.seq] = order


def sent(draft: Draft, event: Event) -> None:
    """Somebody took it; `event.value` says why nobody had to. A report of an order that is gone says nothing new."""
    order = _order(draft, event)
    if order is None:
        return
    draft.outcome.notifications[order.seq] = None
    if event.value:
        _note(draft, event, notes.nobody_to_tell(event.name, _name(draft, event), event.value))


def failed(draft: Draft, event: Event) -> None:
    """Nobody took it: again later, or never. The log is told at the first failure and at the end."""
    order = _order(draft, event)
    if order is None:
        return
    name = _name(draft, event)
    patience = draft.world.configuration.NotifyRetryHours * HOUR
    if event.status is Status.FAILURE or draft.now - order.since >= patience:
        draft.outcome.notifications[order.seq] = None
        _note(draft, event, notes.never_told(event.name, name, event.value))
        if event.joid in draft.world.jobs:
            draft.alarm(event.joid, Alarm.UNINOTIFY_FAILURE, event.value)
        return
    wait = min(FIRST_WAIT * 2 ** min(order.tries, 10), LONGEST_WAIT)
    draft.outcome.notifications[order.seq] = order._replace(due=draft.now + wait, tries=order.tries + 1)
    if not order.tries:
        _note(draft, event, notes.not_told(event.name, name, event.value))


def _is_news(draft: Draft, job: Job, fact: Fact) -> bool:
    if fact.code is EventCode.ALARM:
        return fact.alarm is not None and _wants(job, fact.alarm)
    if fact.code is not EventCode.CHANGE_STATUS or fact.status not in TERMINAL or fact.sent_by or fact.noexec:
        return False
    if job.send_notification == ON_FAILURE and fact.status is not Status.FAILURE:
        return False
    key = RunKey(job.joid, fact.run_num, fact.ntry)
    if job.is_box and key not in draft.outcome.runs and not _is_own_doing(draft, fact):
        return False  # an idle box was judged anew because of a member (rule B-15): nothing ran
    state = draft.state(job.joid)
    return not (state.status in GOES_ON and (state.run_num, state.ntry) == key[1:])


def _is_own_doing(draft: Draft, fact: Fact) -> bool:
    """Was it caused by something that happened to the job itself, an answer or a kill?"""
    facts = draft.outcome.facts
    position = fact.cause - facts[0].seq
    return position >= 0 and facts[position].joid == fact.joid


def _wants(job: Job, alarm: Alarm) -> bool:
    """Is it among notification_alarm_types? That people cannot be told is no news to send."""
    types = job.notification_alarm_types.split(",")
    return alarm is not Alarm.UNINOTIFY_FAILURE and (alarm.name in types or "ALL" in types)


def _order(draft: Draft, event: Event) -> Notification | None:
    return draft.world.notifications.get(int(event.name))


def _name(draft: Draft, event: Event) -> str:
    job = draft.world.jobs.get(event.joid)
    return job.name if job is not None else str(event.joid)


def _note(draft: Draft, event: Event, note: str) -> None:
    draft.record_event(event).notes.append(note)
