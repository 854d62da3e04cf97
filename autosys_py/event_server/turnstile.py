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

from autosys_py.failpoints import fail_point

BUSY_TIMEOUT = 30.0
"""Seconds to wait for a lock."""

LATE_TIMEOUT = 5.0
"""The same for one who has waited so long already."""


class Turnstile:
    """The one before the SQLite files of a folder."""

    def __init__(self, file: Path) -> None:
        self._descriptor = -1
        with suppress(OSError):
            self._descriptor = os.open(file.parent, os.O_RDONLY)

    @contextmanager
    def passing(self) -> Iterator[bool]:
        """Queues, and lets nobody else in until it ends. True = the queue took long: whoever is first at last should
        be served, but must not hold up the others for long where nobody is served at all (`LATE_TIMEOUT`)."""
        if self._descriptor < 0:
            yield False
            return
        arrived = monotonic()
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            fail_point("turnstile.passed")
            yield monotonic() - arrived > BUSY_TIMEOUT
        finally:
            with suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
