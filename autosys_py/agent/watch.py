"""A file watcher: a job without a process (rule R-14).

It looks at once and then every `watch_interval` seconds. It is done when a file that the name fits has at least
`watch_file_min_size` bytes and the same size as one look before. After a restart of the scheduler it begins anew.
"""

import glob
import os
from collections.abc import Mapping
from contextlib import suppress

from autosys_py.agent.launch import file_name, job_environment, replace_globals
from autosys_py.agent.protocol import StartOrder

DEFAULT_INTERVAL = 60


class Watch:
    """One watcher; `due` is when it wants to look again, on the clock that `look` is given."""

    def __init__(self, order: StartOrder, base: Mapping[str, str], now: float) -> None:
        attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
        self.key = order.key
        self.path = file_name(attributes.get("watch_file", ""), job_environment(order, base))
        self.interval = max(1, _number(attributes.get("watch_interval", ""), DEFAULT_INTERVAL))
        self.min_size = _number(attributes.get("watch_file_min_size", ""), 0)
        self.due = now
        self._sizes: dict[str, int] = {}

    def look(self, now: float) -> bool:
        """Looks at the files; whether one of them is complete."""
        sizes = sizes_of(self.path)
        steady = any(size >= self.min_size and self._sizes.get(path) == size for path, size in sizes.items())
        self._sizes = sizes
        self.due = now + self.interval
        return steady


def sizes_of(path: str) -> dict[str, int]:
    """The files that the name with its `*` and `?` fits, and their sizes in bytes.

    The directory is opened first: that makes an NFS client ask its server instead of its memory.
    """
    if "*" in path or "?" in path:
        paths = glob.glob(path.replace("[", "[[]"), include_hidden=True)  # noqa: PTH207 - the order does not matter
    else:
        paths = [path]
        with suppress(OSError):
            os.scandir(os.path.dirname(path) or ".").close()  # noqa: PTH120 - as given, not made neat
    sizes = {}
    for each in paths:
        with suppress(OSError, ValueError):
            sizes[each] = os.stat(each).st_size  # noqa: PTH116 - the same
    return sizes


def _number(text: str, default: int) -> int:
    return int(text) if text.strip().isdigit() else default
