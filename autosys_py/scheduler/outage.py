"""A store that cannot be written: a full disk, a file system gone read-only, a server away.

Nothing can be decided then, because a decision is what was committed; so nothing new starts. What runs goes on: the
agent is listened to as ever, its reports wait, kills under way go on. Every few seconds the store is opened anew and
written to, generously, so that the last free kilobyte does not pass for room. When that is durable, the scheduler
comes up from the store as after a restart, except that its agent knows its runs; and the alarm DB_PROBLEM says from
when to when and why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from autosys_py.core.codes import Alarm, EventCode
from autosys_py.core.model import Effect, Event
from autosys_py.core.world import World
from autosys_py.event_server.protocol import EventServer

RETRY = 5.0
"""Seconds between two attempts."""
ROOM = 256 * 1024
"""Bytes that must find room before the store counts as writable."""
SETTING = "outage"
"""Where they are written."""


@dataclass(slots=True)
class Outage:
    """One that goes on."""

    since: int
    """UTC seconds."""
    reason: str
    """In the words of the store's error."""
    next_try: float
    """On the scheduler's clock."""


Reopen: TypeAlias = Callable[[Outage], tuple[World, list[Effect]]]
"""Opens the store anew, writes to it, and reads world and unanswered orders from it. Raises errors of the store."""


def prove_writable(store: EventServer, outage: Outage, now: int) -> None:
    """Writes to the store, at last the alarm. Raises errors of the store as long as it is not well."""
    with store.transaction():
        store.put_setting(SETTING, "." * ROOM)
    event = Event(EventCode.ALARM, now, value=Alarm.DB_PROBLEM.name)
    event.reason = f"for {now - outage.since} s nothing could be started: {outage.reason}"
    with store.transaction():
        store.put_setting(SETTING, "")
        store.add_event(event)
