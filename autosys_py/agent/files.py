"""The files that a watched name means right now.

The directory is opened first: that makes an NFS client ask its server instead of its memory.
"""

import fnmatch
import glob
import os
from collections.abc import Iterator
from contextlib import suppress


def files_of(path: str, recursive: bool = False) -> dict[str, os.stat_result]:
    """The files that the name with its `*` and `?` fits, `recursive` also in the directories below."""
    found = {}
    for each in _paths(path, recursive):
        with suppress(OSError, ValueError):
            found[each] = os.stat(each)  # noqa: PTH116 - as given, not made neat
    return found


def _paths(path: str, recursive: bool) -> Iterator[str]:
    folder, name = os.path.split(path)
    pattern = name.replace("[", "[[]")
    if recursive:
        for root, _, names in os.walk(folder or "."):
            yield from (f"{root}/{each}" for each in names if fnmatch.fnmatchcase(each, pattern))
    elif "*" in path or "?" in path:
        yield from glob.glob(path.replace("[", "[[]"), include_hidden=True)  # noqa: PTH207 - their order is nothing
    else:
        with suppress(OSError, ValueError):
            os.scandir(folder or ".").close()
        yield path
