"""The end of a file, and what is written to it from now on: `astail` and `autosyslog -e` (cli.md §7.1, §7.6).

A file is followed by its name: the scheduler's log is renamed at midnight and begun anew. What is read goes on byte
for byte, except on a terminal, which is shown visible text only.
"""

import os
import select
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from io import BufferedReader
from itertools import chain
from pathlib import Path

from autosys_py.cli.messages import Refused, refusal
from autosys_py.core.text import visible

LINES = 10
POLL = 0.25
"""Seconds between two looks."""
PIECE = 65536

Wait = Callable[[], bool]
"""Waits for a moment; False if nobody reads any more."""


def follow(path: Path, wait: Wait) -> Iterator[bytes]:
    """The last ten lines, then what is added, as long as `wait` says so. Raises Refused if the file is not there."""
    file = opened(path)
    try:
        file.seek(_last_lines(file, LINES))
        while True:
            while piece := file.read(PIECE):
                yield piece
            if not wait():
                return
            file = _present(path, file)
    finally:
        file.close()


def opened(path: Path, missing: Refused | None = None) -> BufferedReader:
    """The file to be read. Raises Refused, `missing` if it is not there."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")  # a pipe must not block us
    except FileNotFoundError:
        raise missing or Refused(f"{visible(str(path))}: No such file or directory") from None
    except OSError as error:
        raise refusal(99005, path, error.strerror) from None


def _last_lines(file: BufferedReader, lines: int) -> int:
    """Where the last lines of a file begin. Reads backwards, so a log of any size costs the same."""
    place = file.seek(0, os.SEEK_END)
    is_last = True
    while place:
        size = min(PIECE, place)
        file.seek(place - size)
        piece = file.read(size)
        end = size - 1 if is_last and piece.endswith(b"\n") else size
        is_last = False
        while (end := piece.rfind(b"\n", 0, end)) >= 0:
            lines -= 1
            if not lines:
                return place - size + end + 1
        place -= size
    return 0


def _present(path: Path, file: BufferedReader) -> BufferedReader:
    """The file that has the name now: another one after a rollover, the same from its beginning if it was cut."""
    known = os.fstat(file.fileno())
    try:
        found = path.stat()
        if (found.st_dev, found.st_ino) != (known.st_dev, known.st_ino):
            rest = path.open("rb")
            file.close()
            return rest
    except OSError:  # between rename and new beginning
        return file
    if found.st_size < file.tell():
        file.seek(0)
    return file


def pause() -> bool:
    """Waits until the next look; False as soon as the reader of a pipe went away."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return not poll.poll(POLL * 1000)
    except (OSError, ValueError, AttributeError):
        return False


def write(pieces: Iterator[bytes]) -> None:
    """Writes them to standard output, each at once. What a piece begins and the next one ends is one character."""
    sys.stdout.flush()
    if not sys.stdout.isatty():
        for piece in pieces:
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        return
    decoder = getincrementaldecoder("utf-8")("surrogateescape")
    for piece in chain(pieces, (b"",)):
        sys.stdout.buffer.write(_shown(decoder.decode(piece, final=not piece)))
        sys.stdout.buffer.flush()


def _shown(text: str) -> bytes:
    """Text that a terminal may have; line ends and tabs stay."""
    lines = ("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))
    return "\n".join(lines).encode("utf-8", "backslashreplace")
