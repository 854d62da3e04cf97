"""Standard output, in pieces large enough to be fast and small enough to keep memory flat."""

import sys
from collections.abc import Iterable

PIECE = 512
"""Lines written at once."""


def write_lines(lines: Iterable[str]) -> None:
    """Writes each line with its line end. What is written is already visible text."""
    if sys.stdout is None:
        return
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == PIECE:
            sys.stdout.write("\n".join(waiting) + "\n")
            waiting.clear()
    if waiting:
        sys.stdout.write("\n".join(waiting) + "\n")


def write_source(lines: Iterable[str]) -> None:
    """Writes text that is to be read again by a program: the very bytes it was given as, except on a terminal."""
    if sys.stdout is None:
        return
    if sys.stdout.isatty():
        from autosys_py.core.text import visible

        write_lines(map(visible, lines))
        return
    sys.stdout.flush()
    for line in lines:
        sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape") + b"\n")
