"""The files that a watched name means right now.

Everything here may wait for a file system, a dead network mount for ever: it is asked through `lookout.py`.

A network client answers from its memory unless made to ask: opening a directory makes it check the names in there,
opening a file makes it fetch size and time anew. Both are opened here before anything is believed. That a file is
absent is believed only if the file system says so; a server that does not answer, or forbids to look, says nothing.
"""

import errno
import fnmatch
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
_TO_ASK = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Seen(NamedTuple):
    """What a look at a file shows."""

    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970, by the clock of its file system."""
    identity: int = 0
    """Another file of the same name has another one."""


Files = Mapping[str, Seen]
"""What a name means, by path."""


def files_of(path: str, recursive: bool = False) -> dict[str, Seen]:
    """The files that the name with its `*` and `?` fits, `recursive` also in the directories below.

    Raises OSError where it cannot be known.
    """
    folder, pattern = os.path.split(path)
    found = {}
    for place in _folders(folder, recursive):
        for name in _names(place, pattern):
            each = os.path.join(place, name)  # noqa: PTH118 - as given, not made neat
            seen = _look(each)
            if seen is not None:
                found[each] = seen
    return found


def fits(path: str, watched: str, recursive: bool = False) -> bool:
    """Would this path be found under that name? `*` and `?` stay within a directory."""
    have, want = path.split("/"), watched.split("/")
    if recursive and len(have) > len(want):
        have = [*have[: len(want) - 1], have[-1]]
    return len(have) == len(want) and all(map(_matches, have, want))


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _folders(folder: str, recursive: bool) -> Iterator[str]:
    for place in _expanded(folder):
        yield place
        if recursive:
            yield from (root for root, _, _ in os.walk(place or ".") if root != (place or "."))


def _expanded(folder: str) -> Iterator[str]:
    if not _is_pattern(folder):
        yield folder
        return
    above, pattern = os.path.split(folder)
    for place in _expanded(above):
        with suppress(PermissionError):  # one of many directories that is closed to us hides no other
            for name in _names(place, pattern):
                each = os.path.join(place, name)  # noqa: PTH118
                if os.path.isdir(each):  # noqa: PTH112
                    yield each


def _names(place: str, pattern: str) -> list[str]:
    """The names in a directory that fit; one without wildcards as it stands, once the directory was opened."""
    wild = _is_pattern(pattern)
    try:
        with os.scandir(place or ".") as entries:
            return [entry.name for entry in entries if _matches(entry.name, pattern)] if wild else [pattern]
    except PermissionError:
        if wild:
            raise
        return [pattern]  # it may be open to those who know the name
    except OSError as error:
        if error.errno in _ABSENT:
            return []
        raise
    except ValueError:  # a character that no name has
        return []


def _look(path: str) -> Seen | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
    except ValueError:
        return None
    if stat.S_ISREG(status.st_mode):
        with suppress(OSError):  # not ours to read: what `stat` knows has to do
            file = os.open(path, _TO_ASK)
            try:
                status = os.fstat(file)
            finally:
                os.close(file)
    return Seen(status.st_size, status.st_mtime_ns, status.st_ino)
