"""Watched files of a simulation: when a file watcher would be satisfied (rule R-14). Pure."""

import fnmatch

from autosys_py.agent.protocol import StartOrder
from autosys_py.sim.script import FileLine

NEVER = 10**9
"""A runtime, in seconds, that no simulation lives to see."""


class Files:
    """What exists when, by the script's `file` lines."""

    def __init__(self, lines: list[FileLine]) -> None:
        self._changes: dict[str, list[FileLine]] = {}
        for line in sorted(lines, key=lambda each: each.moment):
            self._changes.setdefault(line.path, []).append(line)

    def runtime_of(self, order: StartOrder, start: int) -> int | None:
        """Seconds that a file watcher started at `start` runs; None if the script does not speak of its file."""
        attributes = dict(order.attributes)
        pattern = attributes.get("watch_file", "")
        paths = [path for path in self._changes if path == pattern or fnmatch.fnmatchcase(path, pattern)]
        if not paths:
            return None
        interval = max(1, _number(attributes.get("watch_interval", ""), 60))
        least = _number(attributes.get("watch_file_min_size", ""), 0)
        return min(self._satisfied(path, start, interval, least) for path in paths) - start

    def _satisfied(self, path: str, start: int, interval: int, least: int) -> int:
        """The first look that finds the size of the look before, large enough."""
        last_change = self._changes[path][-1].moment
        before: int | None = None
        look = start
        while look <= max(last_change, start) + 2 * interval:
            size = self._size_at(path, look)
            if size is not None and size >= least and size == before:
                return look
            before = size
            look += interval
        return start + NEVER

    def _size_at(self, path: str, moment: int) -> int | None:
        size = None
        for change in self._changes[path]:
            if change.moment <= moment:
                size = change.size
        return size


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else default
