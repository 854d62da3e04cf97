"""Asking file systems without waiting for them.

A `stat` on a network mount whose server is away returns when the server does, and nothing can hurry it. So whatever
touches a file system that is not ours is asked by a thread, one question after the other: a look takes microseconds,
and one thread serves thousands. If a question is not answered within `PATIENCE`, its thread is left to it, a new one
takes over the rest, and further questions about the same place wait for the first: a place that hangs costs one
thread and holds up nobody but itself.

A place is a mount point, found in the kernel's list of them without touching any; below `/` it is the directory, for
a link may lead from there to anywhere.
"""

import errno
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path

PATIENCE = 2.0
"""Seconds after which a question counts as hanging."""

_MOUNTS_ARE_FRESH = 60.0

Answer = tuple[Hashable, object]
"""The name of a question, and what came of it: an answer or an OSError."""


class _Question:
    __slots__ = ("act", "name", "place")

    def __init__(self, name: Hashable, place: str, act: Callable[[], object]) -> None:
        self.name = name
        self.place = place
        self.act = act


class _Worker:
    """One thread with its queue."""

    def __init__(self, answer: Callable[["_Worker", _Question, object], None], clock: Callable[[], float]) -> None:
        self.questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self.asking: tuple[_Question, float] | None = None
        """What it is at, and since when."""
        self.hangs_at = ""
        """The place whose question keeps it; it ends with that question."""
        self._answer = answer
        self._clock = clock
        thread = threading.Thread(target=self._work, daemon=True, name="lookout")
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # signals are the main thread's
        try:
            thread.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _work(self) -> None:
        while not self.hangs_at and (question := self.questions.get()) is not None:
            self.asking = question, self._clock()
            try:
                answer = question.act()
            except OSError as error:
                answer = error
            except Exception as error:  # a fault of ours; the thread must live, and somebody must hear of it
                answer = OSError(errno.EIO, f"{type(error).__name__}: {error}")
            self.asking = None
            self._answer(self, question, answer)


class Lookout:
    """Asks, and keeps the answers until they are fetched. Used by one thread; `ring` is called by others."""

    def __init__(self, ring: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._ring = ring
        self._clock = clock
        self._worker: _Worker | None = None
        self._answered: queue.SimpleQueue[tuple[_Worker, _Question, object]] = queue.SimpleQueue()
        self._hanging: dict[str, list[_Question]] = {}
        """By place: what waits until the place has answered."""
        self._open = 0
        self._mounts: list[str] = []
        self._mounts_read = float("-inf")

    def ask(self, name: Hashable, path: str, act: Callable[[], object]) -> None:
        """Has `act` called, which looks at `path` and may raise OSError."""
        self._open += 1
        self._hand_over(_Question(name, self._place(path), act))

    def answers(self) -> list[Answer]:
        """What was answered since."""
        found: list[Answer] = []
        while not self._answered.empty():
            worker, question, answer = self._answered.get()
            self._open -= 1
            found.append((question.name, answer))
            if worker.hangs_at:
                for waiting in self._hanging.pop(worker.hangs_at, ()):
                    self._hand_over(waiting)
        self._leave_what_hangs()
        return found

    def due(self) -> float:
        """When `answers` should be called even if nobody rang."""
        asking = self._worker.asking if self._worker is not None else None
        return asking[1] + PATIENCE if asking is not None else float("inf")

    def is_waiting(self) -> bool:
        """Is any question open?"""
        return self._open > 0

    def close(self) -> None:
        if self._worker is not None:
            self._worker.questions.put(None)
            self._worker = None

    def _hand_over(self, question: _Question) -> None:
        if question.place in self._hanging:
            self._hanging[question.place].append(question)
            return
        if self._worker is None:
            self._worker = _Worker(self._take_answer, self._clock)
        self._worker.questions.put(question)

    def _take_answer(self, worker: _Worker, question: _Question, answer: object) -> None:
        self._answered.put((worker, question, answer))
        self._ring()

    def _leave_what_hangs(self) -> None:
        worker = self._worker
        asking = worker.asking if worker is not None else None
        if worker is None or asking is None or self._clock() - asking[1] < PATIENCE:
            return
        worker.hangs_at = asking[0].place
        self._hanging[worker.hangs_at] = []
        self._worker = None
        rest = []
        while not worker.questions.empty():
            rest.append(worker.questions.get())
        worker.questions.put(None)
        for question in rest:
            if question is not None:
                self._hand_over(question)

    def _place(self, path: str) -> str:
        now = self._clock()
        if now - self._mounts_read > _MOUNTS_ARE_FRESH:
            self._mounts, self._mounts_read = _mount_points(), now
        inside = [mount for mount in self._mounts if path == mount or path.startswith(f"{mount}/")]
        return max(inside, key=len, default="") or os.path.dirname(path)  # noqa: PTH120 - text, not a look


def _mount_points() -> list[str]:
    """Where something is mounted, but for `/`."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # no Linux: every directory for itself
        return []
    fields = (line.split(" ") for line in lines)
    found = (field[1].replace("\\040", " ") for field in fields if len(field) > 1)
    return [mount for mount in found if mount != "/"]
