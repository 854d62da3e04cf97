"""Which of the memory store's events comes next, without looking at those that do not.

Two lists over the same dictionary of events: a heap of the future by due time, and the events that have come due,
sorted by priority, due time, arrival. Removing an event touches neither list; an entry whose event has gone is
skipped when its turn comes. A rollback can bring an event back or give its number to another one, so after it both
lists are made anew, once somebody asks.
"""

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from autosys_py.core.model import Event


class Agenda:
    """The order of `events`, a dictionary by eoid that its owner changes."""

    def __init__(self, events: Mapping[int, Event]) -> None:
        self._events = events
        self._future: list[tuple[int, int]] = []
        """Heap of (due, eoid)."""
        self._ready: list[tuple[int, int, int]] = []
        """Sorted (priority, due, eoid)."""
        self._is_stale = False

    def add(self, event: Event) -> None:
        heappush(self._future, (event.due, event.eoid))

    def distrust(self) -> None:
        """A rollback happened: begin anew at the next question."""
        self._is_stale = True

    def due(self, now: int, limit: int) -> Iterator[Event]:
        """The first `limit` events with a due time up to `now`, in the order of rule M-05."""
        self._refresh()
        self._ripen(now)
        self._forget_the_done()
        found = 0
        for _, due, eoid in self._ready:
            if found == limit:
                return
            event = self._events.get(eoid)
            if event is not None and due <= now:
                found += 1
                yield event

    def next_due(self) -> int | None:
        """The earliest due time of all."""
        self._refresh()
        while self._future and self._future[0][1] not in self._events:
            heappop(self._future)
        self._forget_the_done()
        times = [due for _, due, eoid in self._ready if eoid in self._events]
        if self._future:
            times.append(self._future[0][0])
        return min(times, default=None)

    def _refresh(self) -> None:
        if self._is_stale:
            self._ready = []
            self._future = [(event.due, event.eoid) for event in self._events.values()]
            heapify(self._future)
            self._is_stale = False

    def _ripen(self, now: int) -> None:
        """Moves what has come due from the heap to the sorted list."""
        ripe = []
        while self._future and self._future[0][0] <= now:
            _, eoid = heappop(self._future)
            event = self._events.get(eoid)
            if event is not None:
                ripe.append((event.priority, event.due, eoid))
        if ripe:
            self._ready += ripe
            self._ready.sort()

    def _forget_the_done(self) -> None:
        """Drops the leading entries whose events are gone."""
        done = 0
        for _, _, eoid in self._ready:
            if eoid in self._events:
                break
            done += 1
        if done:
            del self._ready[:done]
