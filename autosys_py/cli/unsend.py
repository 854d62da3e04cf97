"""`sendevent -U`: an event that waits is taken back, and that it was is an event too (cli.md §2.1)."""

from typing import TYPE_CHECKING

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer


def unsend(store: "EventServer", event: Event, due: int | None) -> bool:
    """Inside a transaction: cancels the last waiting event like `event`, of any time or of `due`; False if none waits.

    What is left is UNSEND_EVENT, which the scheduler writes into the past: who took back what (`name`), and as `value`
    its number and the time it was due.
    """
    taken = store.cancel_event(event.code, event.joid, due)
    if taken is None:
        return False
    trace = Event(EventCode.UNSEND_EVENT, event.sent, joid=event.joid, sent_by=event.sent_by, sent=event.sent)
    trace.name, trace.value, trace.reason = taken.code.name, f"{taken.eoid} {taken.due}", event.reason
    store.add_event(trace)
    return True
