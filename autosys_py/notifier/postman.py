"""Letters on their way: one thread that takes them one after the other, so that scheduling never waits for any.

What the thread shares with the scheduler are two queues. It knows no store and decides nothing; if the process dies,
what it had in its hands is still an order in the store.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

from autosys_py.notifier.letter import Letter
from autosys_py.notifier.protocol import Delivery

Send = Callable[[Letter], str]
"""Sends one letter; returns a remark for the log, raises Undelivered."""


class Undelivered(Exception):
    """Nobody took the letter; the text says why."""

    def __init__(self, reason: str, *, permanent: bool = False, by_nobody: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        """The letter will never be taken."""
        self.by_nobody = by_nobody
        """There was nobody to take any letter, so the others need not wait for the same answer."""


class Postman:
    """A `Notifier`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._letters: SimpleQueue[Letter | None] = SimpleQueue()
        self._deliveries: SimpleQueue[Delivery] = SimpleQueue()
        self._thread: Thread | None = None

    def deliver(self, letter: Letter) -> None:
        self._letters.put(letter)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="notifier", daemon=True)
            self._thread.start()

    def collect(self) -> list[Delivery]:
        found = []
        while not self._deliveries.empty():
            found.append(self._deliveries.get())
        return found

    def close(self) -> None:
        self._letters.put(None)

    def _work(self) -> None:
        while (letter := self._letters.get()) is not None:
            self._try(letter)

    def _try(self, letter: Letter) -> None:
        try:
            remark = self._send(letter)
        except Undelivered as undelivered:
            self._deliveries.put(Delivery(letter, str(undelivered), undelivered.permanent))
            if undelivered.by_nobody:
                self._give_back(str(undelivered))
        except Exception as error:  # whatever a mail server or a library comes up with: the thread goes on
            self._deliveries.put(Delivery(letter, f"{type(error).__name__}: {error}"))
        else:
            self._deliveries.put(Delivery(letter, remark=remark))

    def _give_back(self, reason: str) -> None:
        """What waits in the queue has failed with this letter: it would wait for the same silence, one by one."""
        try:
            while (letter := self._letters.get_nowait()) is not None:
                self._deliveries.put(Delivery(letter, reason))
        except Empty:
            return
        self._letters.put(None)
