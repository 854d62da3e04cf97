"""A file trigger (FT): a job without a process that waits for something to happen to a file (jil.md §3.3).

    EXIST NOTEXIST    succeeds or fails (exit code 1) at the first look
    CREATE DELETE     the file is there, is gone; at once if it is so at the start
    UPDATE            the file changed since the watch began or the file appeared
    GENERATE          as UPDATE, and its appearing counts too
    EXPAND SHRINK     it reached a size (SIZE), or grew or shrank by bytes (DELTA) or per cent (PERCENT)

With `watch_no_change` the file must then keep still for so many minutes. Where the product's manual is silent the
choice is ours: a look every 30 seconds; without a value any growth or shrinking counts.
"""

import os
from collections.abc import Mapping

from autosys_py.agent.files import files_of
from autosys_py.agent.launch import file_name, job_environment, replace_globals
from autosys_py.agent.protocol import StartOrder
from autosys_py.agent.watch import number

DEFAULT_INTERVAL = 30


class Trigger:
    """One trigger; `due` is when it wants to look again, on the clock that `look` is given."""

    def __init__(self, order: StartOrder, base: Mapping[str, str], now: float) -> None:
        attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
        self.path = file_name(attributes.get("watch_file", ""), job_environment(order, base))
        self.interval = max(1, number(attributes.get("watch_interval", ""), DEFAULT_INTERVAL))
        self.kind = attributes.get("watch_file_type", "") or "CREATE"
        self.recursive = attributes.get("watch_file_recursive", "0") == "1"
        self.change_type = attributes.get("watch_file_change_type", "") or "DELTA"
        self.change_value = number(attributes.get("watch_file_change_value", ""), 0)
        self.still = 60 * number(attributes.get("watch_no_change", ""), 0)
        """Seconds."""
        self.due = now
        self._first: dict[str, os.stat_result] | None = None
        self._last: dict[str, os.stat_result] = {}
        self._still_since: dict[str, float] = {}

    def look(self, now: float) -> int | None:
        """Looks at the files: an exit code if it is over, None to go on watching."""
        self.due = now + self.interval
        files = files_of(self.path, self.recursive)
        if self.kind in ("EXIST", "NOTEXIST"):
            return 0 if bool(files) == (self.kind == "EXIST") else 1
        if self.kind == "DELETE":
            return None if files else 0
        if self._first is None:
            self._first = dict(files)
        for path, status in files.items():
            if path not in self._last or _changed(self._last[path], status):
                self._still_since[path] = now
        self._last = files
        return 0 if any(self._fires(path, status, now) for path, status in files.items()) else None

    def _fires(self, path: str, status: os.stat_result, now: float) -> bool:
        assert self._first is not None
        before = self._first.get(path)
        if before is None and self.kind not in ("CREATE", "GENERATE"):
            before = self._first[path] = status
        if before is not None and self.kind != "CREATE" and not self._happened(before, status):
            return False
        return now - self._still_since[path] >= self.still

    def _happened(self, before: os.stat_result, status: os.stat_result) -> bool:
        if self.kind not in ("EXPAND", "SHRINK"):
            return _changed(before, status)
        sign = 1 if self.kind == "EXPAND" else -1
        if self.change_type == "SIZE":
            return sign * (status.st_size - self.change_value) >= 0
        grown = sign * (status.st_size - before.st_size)
        if self.change_type == "PERCENT":
            return grown > 0 and 100 * grown >= self.change_value * before.st_size
        return grown >= max(1, self.change_value)


def _changed(before: os.stat_result, status: os.stat_result) -> bool:
    return (before.st_mtime_ns, before.st_size, before.st_ino) != (status.st_mtime_ns, status.st_size, status.st_ino)
