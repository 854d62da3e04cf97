"""A bar for a person who waits for a long input: on standard error, and only if that is a terminal."""

import os
import stat
import sys
import time
from typing import Any

PATIENCE = 1.0
"""Seconds before a bar appears."""


class Progress:
    """How much of an input of known size was read. Costs nothing until a second has passed."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._done = 0
        self._began = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def advance(self, count: int) -> None:
        """So many bytes more were read."""
        self._done += count
        if self._bar is None:
            if time.monotonic() - self._began < PATIENCE:
                return
            self._show()
        self._bar.update(self._task, completed=self._done)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("jil"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
        self._task = self._bar.add_task("jil", total=self._size)
        self._bar.start()


def progress_of_input(*, quiet: bool) -> Progress | None:
    """A bar for standard input, if it is a file and somebody looks at standard error, through which no transcript
    runs."""
    try:
        details = os.fstat(sys.stdin.fileno())
        is_watched = sys.stderr.isatty() and (quiet or not sys.stdout.isatty())
    except (OSError, AttributeError, ValueError):
        return None
    return Progress(details.st_size) if is_watched and stat.S_ISREG(details.st_mode) else None
