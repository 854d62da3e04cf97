"""Was the clock set? What the clock of the day says is held against one that nobody sets.

The difference of the two is the same for ever, but for the corrections of a time server, which are too slow to matter
and are followed. It is kept in the store with the boot it belongs to: a clock that was set while no scheduler ran is
noticed by the next one. While the machine sleeps both clocks go on (CLOCK_BOOTTIME), so a suspend is no step: the time
has passed, for the jobs too. A leap second is none either.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.event_server.protocol import EventServer

SMALLEST = 2.0
"""Seconds by which a clock must have been set for anybody to care."""

DRIFT = 0.5
"""Seconds after which what is stored is brought up to date."""

PAGE = 1000
"""Facts read at a time."""

KEY = "clock"
"""The setting: boot id, and the difference in seconds."""

HAD = "fired"
"""The setting: `World.fired`, as JSON."""


def steady() -> float:
    """Seconds on a clock that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Steps:
    """Notices steps of `clock`, UTC seconds. `kept` is what `text` was before, under an earlier scheduler."""

    def __init__(
        self, clock: Callable[[], float], boot: str, kept: str | None, steady: Callable[[], float] = steady
    ) -> None:
        self._clock = clock
        self._steady = steady
        self._boot = boot
        was, _, difference = (kept or "").partition(" ")
        self._difference = float(difference) if difference and was == boot else self._now()
        self._kept = self._difference if kept is not None and was == boot else float("nan")

    @property
    def text(self) -> str:
        """For the store; whoever asks keeps it."""
        self._kept = self._difference
        return f"{self._boot} {self._difference:.2f}"

    @property
    def is_old(self) -> bool:
        """Should `text` be stored anew?"""
        return not abs(self._difference - self._kept) < DRIFT

    def look(self) -> int:
        """By how many seconds the clock was set since the last look; 0 = it was not."""
        now = self._now()
        by = now - self._difference
        self._difference = now
        return round(by) if abs(by) >= SMALLEST else 0

    def _now(self) -> float:
        return self._clock() - self._steady()


@dataclass(slots=True)
class Shift:
    """What a clock that was set does to a turn."""

    due: list[Event]
    """What is due now."""
    news: list[Event] = field(default_factory=list)
    """That it was set."""
    taken: list[int] = field(default_factory=list)
    """Timers that make place …"""
    moved: list[Event] = field(default_factory=list)
    """… for these."""


def shifted(store: EventServer, by: int, now: int, due: list[Event]) -> Shift:
    """The turn after the clock went `by` seconds forward, or back; `due` is what would be due otherwise.

    Timers that wait for so many seconds wait for the rest. What people sent by a clock that was ahead is due at once.
    """
    timers = store.durations()
    taken = {event.eoid for event in timers}
    news = Event(EventCode.CLOCK_SET, now, priority=0, value=str(by))
    left = [event for event in due if event.eoid not in taken]
    if by < 0:
        news.fired = _fired(store, now)
        left += [replace(event, due=now) for event in store.waiting_orders() if now < event.due <= event.sent]
    moved = [replace(event, eoid=0, due=event.due + by) for event in timers]
    return Shift(left, [news], sorted(taken), moved)


def _fired(store: EventServer, now: int) -> dict[int, list[int]]:
    """The start times behind `now` that jobs have had, kept in the store beside those of earlier steps.

    They were processed at a time behind `now`, and since the clock was last set back the past is in order: whatever
    stands before the first older fact was kept then.
    """
    found = had(store)
    last = store.last_seq()
    while last > 0:
        first = max(1, last - PAGE + 1)
        facts = store.all_facts(first, last - first + 1)
        for fact in facts:
            if fact.code is EventCode.STARTJOB and not fact.sent_by and now < fact.time <= fact.processed:
                starts = found.setdefault(fact.joid, [])
                if fact.time not in starts:
                    starts.append(fact.time)
        if any(fact.processed <= now for fact in facts):
            break
        last = first - 1
    if found:
        store.put_setting(HAD, json.dumps(found))
    return found


def had(store: EventServer) -> dict[int, list[int]]:
    """What was kept of start times that are not to come again, by job."""
    kept = store.setting(HAD)
    return {int(joid): starts for joid, starts in json.loads(kept).items()} if kept else {}
