"""Waiting for the end of a child, for another thread or for time to pass, whichever comes first.

SIGCHLD writes a byte into a pipe and `wait` selects on it, so a child that ends just before the wait is not missed.
The handler calls the one it replaced: several bells may hang in one process. A handler can only be set in the main
thread; elsewhere `wait` looks up every few milliseconds instead.
"""

import os
import select
import signal
import threading
from contextlib import suppress
from types import FrameType

_WITHOUT_SIGNALS = 0.02


class Doorbell:
    """Rung by every child that ends, and by who calls `ring`."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._hangs = threading.current_thread() is threading.main_thread()
        if self._hangs:
            self._previous = signal.signal(signal.SIGCHLD, self._ring)

    def wait(self, timeout: float) -> None:
        """Returns when a child ended since the last wait, or after `timeout` seconds."""
        if not self._hangs:
            timeout = min(timeout, _WITHOUT_SIGNALS)
        if select.select([self._reader], [], [], timeout)[0]:
            os.read(self._reader, 4096)

    def close(self) -> None:
        """Takes the bell down and puts back the handler that was there, unless someone hung another over it."""
        if self._hangs and signal.getsignal(signal.SIGCHLD) == self._ring:
            signal.signal(signal.SIGCHLD, self._previous)
        self._hangs = False
        os.close(self._reader)
        writer, self._writer = self._writer, -1  # a thread that rings late must not write to whoever gets the number
        os.close(writer)

    def ring(self) -> None:
        """Ends a wait; any thread may."""
        with suppress(OSError):  # a full pipe rings as well as any; a closed one belongs to a bell taken down
            os.write(self._writer, b"!")

    def _ring(self, number: int, frame: FrameType | None) -> None:
        self.ring()
        if callable(self._previous):
            self._previous(number, frame)
