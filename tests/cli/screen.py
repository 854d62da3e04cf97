"""A terminal for commands that run in the process of the test."""

import io
import os
import pty
import threading
import tty
from contextlib import suppress


class Terminal(io.TextIOWrapper):
    """A real one, whose other end is read meanwhile."""

    def __init__(self) -> None:
        self._reading, writing = pty.openpty()
        tty.setraw(writing)
        super().__init__(os.fdopen(writing, "wb"), encoding="utf-8", write_through=True)
        self._got: list[bytes] = []
        self._reader = threading.Thread(target=self._collect)
        self._reader.start()

    def _collect(self) -> None:
        with suppress(OSError):  # the other end is closed
            while piece := os.read(self._reading, 65536):
                self._got.append(piece)

    def shown(self) -> str:
        """Everything that reached it, byte for byte; closes it."""
        self.close()
        self._reader.join()
        os.close(self._reading)
        return b"".join(self._got).decode()
