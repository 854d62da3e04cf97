"""The jobs and machines a request names, and what their stored state refuses at once (cli.md §2.3).

Refused here: nothing is stored. What the scheduler alone can tell it refuses later, in its log.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from autosys_py.cli.messages import Refused, message, refusal
from autosys_py.cli.names import is_pattern, is_speakable, matcher
from autosys_py.core.codes import FAILED, LIVE, EventCode, Status
from autosys_py.core.model import Event, OperatorMessage, RaisedAlarm

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.cli.request import Request
    from autosys_py.event_server.protocol import EventServer, JobHead

T = TypeVar("T", RaisedAlarm, OperatorMessage)


def events_of(request: "Request", instance: "Instance", *, simulated: bool = False) -> list[Event]:
    """The events to store, one for each job, in definition order. Raises Refused if the store says no, or if the caller
    must not send them (docs/security.md).

    `simulated`: everybody may send everything, and what the stored statuses would refuse is left to the scheduler.
    """
    event = request.event
    if event.code in (EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE):
        _check_machine(instance.store, event.name)
    heads = _heads(request, instance.store)
    if not simulated and not request.preview:
        instance.permit.require(event.code, heads)
    if heads is None:
        return [event]
    check = None if request.unsend else _CHECKS.get(event.code)
    if event.code in _BY_STATUS and simulated:
        check = None
    if check is not None:
        for head in heads:
            check(head, event, instance)
    if len(heads) == 1:
        event.joid = heads[0].joid
        return [event]
    return [_for_job(event, head.joid) for head in heads]


def job_named(store: "EventServer", name: str) -> "JobHead":
    """The current job of a name. Raises Refused (50004)."""
    head = store.head(name) if is_speakable(name) else None
    if head is None:
        raise refusal(50004, name)
    return head


def of_job(store: "EventServer", name: str | None, told: "Iterable[T]") -> "Iterator[T]":
    """Of alarms or messages those of `-J`; a job that is gone is still known by them. Raises Refused (50004) where
    neither one of them nor a job has the name."""
    if name is None:
        yield from told
        return
    matches, found = matcher(name), False
    for each in told:
        if each.job_name == name or ((is_pattern(name) or "_" in name) and matches(each.job_name)):
            found = True
            yield each
    if not found and not is_pattern(name) and store.head(name) is None:
        raise refusal(50004, name)


def _heads(request: "Request", store: "EventServer") -> "list[JobHead] | None":
    """The jobs of -J, or of -B and -I; None for an event that names none."""
    if request.job is not None:
        return [job_named(store, request.job)]
    if request.group is None and request.application is None:
        return None
    in_group = matcher(request.group) if request.group is not None else _any
    in_application = matcher(request.application) if request.application is not None else _any
    heads = [head for head in store.heads() if in_group(head.group) and in_application(head.application)]
    if not heads:
        raise refusal(10341)
    return heads


def _any(_name: str) -> bool:
    return True


def _for_job(event: Event, joid: int) -> Event:
    from copy import copy

    own = copy(event)
    own.joid = joid
    return own


def _check_machine(store: "EventServer", name: str) -> None:
    machine = store.machine(name)
    if machine is None and name != "localhost":
        raise refusal(10343, name)
    if machine is not None and machine.is_virtual:
        raise refusal(10460, name)


def _check_force(head: "JobHead", event: Event, instance: "Instance") -> None:
    """A live job is not started a second time (rule T-03). What is due later, the scheduler judges then."""
    if instance.configuration.RestrictForceStart == "0" or event.due > event.sent:
        return
    row = instance.store.status(head.joid)
    if row is not None and row.state.status in LIVE and not row.state.noexec:
        raise Refused(message(60001, head.name, severity="I"))


def _check_restart(head: "JobHead", event: Event, instance: "Instance") -> None:
    row = instance.store.status(head.joid)
    if row is None or event.due > event.sent:
        return
    if row.state.status not in FAILED and row.state.status is not Status.RESTART:
        raise refusal(99009, head.name, row.state.status.name)


def _check_signal(head: "JobHead", event: Event, instance: "Instance") -> None:
    if head.job_type != "CMD":
        raise refusal(10346, "Command")


def _unsupported(code: int) -> "Callable[[JobHead, Event, Instance], None]":
    """None of our job types has checkpoints or can be suspended."""

    def check(head: "JobHead", event: Event, instance: "Instance") -> None:
        raise refusal(code, event.code.name, head.name)

    return check


_CHECKS: "dict[EventCode, Callable[[JobHead, Event, Instance], None]]" = {
    EventCode.FORCE_STARTJOB: _check_force,
    EventCode.RESTART: _check_restart,
    EventCode.SEND_SIGNAL: _check_signal,
    EventCode.RESTARTJOB: _unsupported(10372),
    EventCode.SUSPENDJOB: _unsupported(10383),
    EventCode.RESUMEJOB: _unsupported(10693),
}
_BY_STATUS = frozenset({EventCode.FORCE_STARTJOB, EventCode.RESTART})
"""Checks that look at the stored status, which the scheduler looks at again."""
