"""The queue of those who want SQLite's write lock.

SQLite makes a process wait by asking again, less and less often, up to every 100 ms. Whoever came last is therefore
served first: of 200 processes that write in a loop some waited 15 s while others passed many times. Asking more often
is worse, because it takes the time of the one that holds the lock. So the writers queue for the `flock` of the folder,
where the kernel wakes one after the other, and only the one in the turnstile asks SQLite; it leaves the turnstile as
soon as it has the write lock. The same 1,000 commits then took half the time.

The turnstile protects nothing: what it does not keep in order, a folder that cannot be opened or locked say, SQLite's
own waiting does.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from autosys_py.event_server.errors import StoreBusy
from autosys_py.failpoints import fail_point

BUSY_TIMEOUT = 30.0
"""Seconds to wait for a lock."""


class Turnstile:
    """The one before the SQLite files of a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = -1
        with suppress(OSError):
            self._descriptor = os.open(file.parent, os.O_RDONLY)

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Queues, and lets nobody else in until it ends. Raises `StoreBusy` if the queue took too long."""
        if self._descriptor < 0:
            yield
            return
        arrived = monotonic()
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            if monotonic() - arrived > BUSY_TIMEOUT:
                raise StoreBusy(f"event store {self._file}: too many processes write to it at once; try again")
            fail_point("turnstile.passed")
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
