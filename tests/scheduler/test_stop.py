"""A STOP_DEMON that nobody took in time is discarded at the next start; one that is yet to come stays."""

import time
from types import SimpleNamespace
from typing import Any

from autosys_py.cli.eventor import _discard_stops
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.event_server.memory import MemoryStore


def test_only_what_was_due_is_discarded() -> None:
    now = int(time.time())
    store = MemoryStore()
    instance: Any = SimpleNamespace(store=store)
    with store.transaction():
        for due in (now - 60, now - 60, now - 5, now + 3600):
            store.add_event(Event(EventCode.STOP_DEMON, due, sent_by="o@h"))
        store.add_event(Event(EventCode.COMMENT, now - 60, sent_by="o@h"))
        _discard_stops(instance)
    left = [(event.code, event.due) for event in store.pending_events(0)]
    assert left == [(EventCode.COMMENT, now - 60), (EventCode.STOP_DEMON, now + 3600)]
