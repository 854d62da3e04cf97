"""Watched files of a simulation: when a file watcher or trigger ends, and how (rule R-14, extensions.md §6). Pure.

The judges are those of production, `agent.watch` and `agent.trigger`; they are shown the files of the script at the
moments at which they would look. Where no file changes for a while the looks between are left out: after two equal
looks and the time that a file must keep still, nothing new can come of another one.
"""

from typing import NamedTuple

from autosys_py.agent.files import Seen, fits
from autosys_py.agent.protocol import StartOrder
from autosys_py.agent.trigger import Trigger
from autosys_py.agent.watch import Watch
from autosys_py.sim.script import FileLine

NEVER = 10**9
"""A runtime, in seconds, that no simulation lives to see."""

_HOME = {"HOME": "/"}


class Ending(NamedTuple):
    """How a watcher ends."""

    runtime: int
    """Seconds."""
    exit_code: int


class Files:
    """What exists when, by the script's `file` lines."""

    def __init__(self, lines: list[FileLine]) -> None:
        self._changes: dict[str, list[FileLine]] = {}
        for line in sorted(lines, key=lambda each: each.moment):
            self._changes.setdefault(line.path, []).append(line)

    def ending_of(self, order: StartOrder, start: int) -> Ending | None:
        """What becomes of a watcher started at `start`; None if the script does not speak of its file."""
        watcher = Trigger(order, _HOME) if order.job_type == "FT" else Watch(order, _HOME)
        paths = [path for path in self._changes if fits(path, watcher.path, watcher.recursive)]
        if not paths:
            return None
        patience = (watcher.still if isinstance(watcher, Trigger) else 0) + 2 * watcher.interval
        moments = sorted({change.moment for path in paths for change in self._changes[path]})
        look, since = start, start
        while True:
            verdict = watcher.judge(self._seen(paths, look), look)
            if verdict.exit_code is not None:
                return Ending(look - start, verdict.exit_code)
            coming = next((moment for moment in moments if moment > look), None)
            quiet = look - since > patience  # nothing new comes of a look before the next change
            if quiet and coming is None:
                return Ending(NEVER, 0)
            steps = -(-(coming - look) // watcher.interval) if quiet and coming is not None else 1
            look += max(1, steps) * watcher.interval
            if coming is not None and coming <= look:
                since = look

    def _seen(self, paths: list[str], moment: int) -> dict[str, Seen]:
        found = {}
        for path in paths:
            before = [change for change in self._changes[path] if change.moment <= moment]
            if before and before[-1].size is not None:
                found[path] = Seen(before[-1].size, before[-1].moment, _birth(before))
        return found


def _birth(changes: list[FileLine]) -> int:
    """Which file it is: one that was removed and comes again is another."""
    gone = [number for number, change in enumerate(changes) if change.size is None]
    return gone[-1] + 1 if gone else 0
