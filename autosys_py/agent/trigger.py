"""A file trigger (FT): a job without a process that waits for something to happen to a file (jil.md §3.3).

    EXIST NOTEXIST    succeeds or fails (exit code 1) at the first look
    CREATE DELETE     the file is there, is gone; at once if it is so at the start
    UPDATE            the file changed since the watch began or the file appeared
    GENERATE          as UPDATE, and its appearing counts too
    EXPAND SHRINK     it reached a size (SIZE), or grew or shrank by bytes (DELTA) or per cent (PERCENT)

With `watch_no_change` the file must then keep still for so many minutes. With `continuous` it does not end: each
time is a line in the scheduler's log, and what happened must happen again to be told again; only a kill ends it.
Where the product's manual is silent the choice is ours: a look every 30 seconds; without a value any growth or
shrinking counts. What the files were like when the watch began outlives a restart of the scheduler, so that a
change meanwhile is a change.
"""

from collections.abc import Mapping
from typing import Any

from autosys_py.agent.files import Files, Seen
from autosys_py.agent.launch import replace_globals
from autosys_py.agent.protocol import StartOrder
from autosys_py.agent.watch import DONE, GO_ON, Verdict, number, watched_path

DEFAULT_INTERVAL = 30


class Trigger:
    """One file trigger."""

    def __init__(self, order: StartOrder, base: Mapping[str, str]) -> None:
        attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
        self.path = watched_path(attributes, order, base)
        self.interval = max(1, number(attributes.get("watch_interval", ""), DEFAULT_INTERVAL))
        self.kind = attributes.get("watch_file_type", "").upper() or "CREATE"
        self.recursive = attributes.get("watch_file_recursive", "0") == "1"
        self.change_type = attributes.get("watch_file_change_type", "").upper() or "DELTA"
        self.change_value = number(attributes.get("watch_file_change_value", ""), 0)
        self.continuous = attributes.get("continuous", "0") == "1"
        self.still = 60 * number(attributes.get("watch_no_change", ""), 0)
        """Seconds."""
        self.is_new = True
        self._first: dict[str, Seen] | None = None
        """What each file was like when the watch began, or when it was last told of."""
        self._last: dict[str, Seen] = {}
        self._still_since: dict[str, float] = {}
        self._told: dict[str, None] = {}
        """Of a continuous trigger: what it has told and what is still so."""

    def judge(self, files: Files, now: float) -> Verdict:
        """Takes in a look; see the essay above."""
        if self.kind in ("EXIST", "NOTEXIST"):
            return Verdict(0 if bool(files) == (self.kind == "EXIST") else 1)
        if self.kind == "DELETE":
            return self._deleted(files)
        if self._first is None:
            self._first, self.is_new = dict(files), True
        for path in [each for each in self._told if each not in files]:
            del self._told[path]
        self._still_since = {
            path: self._still_since[path] if self._last.get(path) == seen else now for path, seen in files.items()
        }
        self._last = dict(files)
        fired = [path for path, seen in files.items() if self._fires(path, seen, now)]
        if not fired:
            return GO_ON
        if not self.continuous:
            return DONE
        for path in fired:
            self._tell(path, files[path])
        return Verdict(remark=self._remark(", ".join(fired)))

    def blind(self) -> None:
        """What is not seen has not changed."""

    def memory(self) -> object:
        return {"path": self.path, "first": self._first, "told": list(self._told)}

    def remember(self, memory: object) -> None:
        if not isinstance(memory, dict) or not isinstance(memory.get("path"), str):
            return
        first: dict[str, Any] | None = memory.get("first")
        self.path = memory["path"]
        self._first = None if first is None else {path: Seen(*seen) for path, seen in first.items()}
        self._told = dict.fromkeys(memory.get("told", ()))
        self.is_new = False

    def _deleted(self, files: Files) -> Verdict:
        if files:
            self.is_new = self.is_new or bool(self._told)
            self._told.clear()
            return GO_ON
        if not self.continuous:
            return DONE
        if self._told:
            return GO_ON
        self._told[self.path], self.is_new = None, True
        return Verdict(remark=self._remark(self.path))

    def _remark(self, what: str) -> str:
        return f"File trigger {self.kind}: {what}"

    def _fires(self, path: str, seen: Seen, now: float) -> bool:
        assert self._first is not None
        before = self._first.get(path)
        if before is None and self.kind not in ("CREATE", "GENERATE"):
            before = self._first[path] = seen
            self.is_new = True
        if before is not None and self.kind != "CREATE" and not self._happened(before, seen):
            self._told.pop(path, None)
            return False
        return path not in self._told and now - self._still_since[path] >= self.still

    def _tell(self, path: str, seen: Seen) -> None:
        """What was told is the new beginning, or must first end to be told again."""
        assert self._first is not None
        if self.kind == "CREATE" or (self.kind in ("EXPAND", "SHRINK") and self.change_type == "SIZE"):
            self._told[path] = None
        else:
            self._first[path] = seen
        self.is_new = True

    def _happened(self, before: Seen, seen: Seen) -> bool:
        if self.kind not in ("EXPAND", "SHRINK"):
            return before != seen
        sign = 1 if self.kind == "EXPAND" else -1
        if self.change_type == "SIZE":
            return sign * (seen.size - self.change_value) >= 0
        grown = sign * (seen.size - before.size)
        if self.change_type == "PERCENT":
            return grown > 0 and 100 * grown >= self.change_value * before.size
        return grown >= max(1, self.change_value)
