"""A kill under way: signals in order, some time apart, until nothing of the run is left (rule T-04).

Nothing here waits: `advance` does what is due and `due` says when it wants to be called again, on the caller's
monotonic clock. Between two signals only the processes that were hit are watched; all are looked for again before
each signal and when those are gone. What turns up then was forked behind the signal's back and gets it late; what
a living process forks meanwhile is left alone, it may be tidying up. After the last signal there is a moment of grace.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autosys_py.agent import processes
from autosys_py.failpoints import fail_point

if TYPE_CHECKING:
    from psutil import Process

GRACE = 1.5
"""Seconds after the last signal until what is left counts as having outlived it; the alarm is then there after two."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1


class Kill:
    """The kill of one run."""

    def __init__(self, marker: str, signals: Sequence[int], interval: float, now: float, hit: bool = False) -> None:
        self.signals = tuple(signals)
        self.due = now
        self.done = False
        self.hit = hit
        """A signal reached at least one process, of this kill or of one given before a restart."""
        self.left = ""
        """What outlived the last signal, when done."""
        self._marker = marker
        self._interval = interval
        self._to_send = list(signals)
        self._last_sent = 0
        self._next_signal = now
        self._watched: list[Process] = []
        self._pause = _FIRST_PAUSE

    def advance(self, now: float, runner: int) -> None:
        """Does what is due at `now`; `runner` is the runner's pid, 0 once the run has ended."""
        signal_due = now >= self._next_signal
        self._watched = processes.living(self._watched)
        look_again = signal_due or not self._watched
        if look_again:
            self._watched = processes.tree(self._marker, runner)
        if not self._watched:
            self.done = not runner  # a living runner is about to fork the job, or to write down its end
        elif signal_due and not self._to_send:
            self.done, self.left = True, processes.names(self._watched)
        elif signal_due:
            self._send_next(now)
        elif look_again:
            processes.send(self._watched, self._last_sent)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self.due = now + self._pause
        if self._watched:
            self.due = min(self.due, max(now, self._next_signal))

    def _send_next(self, now: float) -> None:
        number = self._last_sent = self._to_send.pop(0)
        if processes.send(self._watched, number):
            self.hit = True
        fail_point("agent.signalled")
        self._pause = _FIRST_PAUSE
        if self._to_send:
            self._next_signal = now + self._interval
        else:
            self._next_signal = now + (GRACE if number == signal.SIGKILL else max(GRACE, self._interval))
