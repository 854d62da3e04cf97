"""The jobs of this agent that have no process: file watchers and file triggers, however many.

Each is looked for when it is due, through the lookout; the next look is an interval after the answer, so a file
system that hangs is asked once and not once a minute. What a watcher must not forget lies in its run folder.
"""

import heapq
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from autosys_py.agent.files import Files, files_of
from autosys_py.agent.lookout import Lookout
from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.agent.spool import Spool
from autosys_py.agent.trigger import Trigger
from autosys_py.agent.watch import Watch, Watcher
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey

_KINDS: dict[str, type[Watch] | type[Trigger]] = {"FW": Watch, "FT": Trigger}


def has_no_process(job_type: str) -> bool:
    """Is it a job type that only looks?"""
    return job_type in _KINDS


@dataclass(slots=True)
class _Post:
    watcher: Watcher
    complaint: str = ""
    """Why the last look showed nothing."""


class Watchers:
    """All of them."""

    def __init__(self, spool: Spool, lookout: Lookout) -> None:
        self._spool = spool
        self._lookout = lookout
        self._posts: dict[RunKey, _Post] = {}
        self._looks: list[tuple[float, RunKey]] = []
        """A heap of due times; those of watchers that are gone are skipped."""

    def __contains__(self, key: object) -> bool:
        return key in self._posts

    def add(self, order: StartOrder, base: Mapping[str, str], now: float) -> None:
        """Begins to watch, unless it does; takes up what an earlier scheduler's watcher remembered."""
        if order.key not in self._posts:
            watcher = _KINDS[order.job_type](order, base)
            watcher.remember(self._spool.recall(order.key))
            self._keep(order.key, watcher)
            self._posts[order.key] = _Post(watcher)
            heapq.heappush(self._looks, (now, order.key))

    def drop(self, key: RunKey) -> None:
        """Watches no longer."""
        self._posts.pop(key, None)

    def due(self) -> float:
        """When the next look is due."""
        return self._looks[0][0] if self._looks else float("inf")

    def ask(self, now: float) -> None:
        """Has looks taken that are due."""
        while self._looks and self._looks[0][0] <= now:
            _, key = heapq.heappop(self._looks)
            if key in self._posts:
                watcher = self._posts[key].watcher
                self._lookout.ask(key, watcher.path, partial(files_of, watcher.path, watcher.recursive))

    def take(self, key: RunKey, answer: object, now: float) -> list[Report]:
        """What a look that has come back means."""
        post = self._posts[key]
        heapq.heappush(self._looks, (now + post.watcher.interval, key))
        if isinstance(answer, OSError):
            return self._blind(key, post, f"watch_file: {answer.strerror}: {answer.filename or post.watcher.path}")
        post.complaint = ""
        return self._seen(key, post.watcher, cast(Files, answer), now)

    def _seen(self, key: RunKey, watcher: Watcher, files: Files, now: float) -> list[Report]:
        verdict = watcher.judge(files, now)
        self._keep(key, watcher)
        told, moment = [], int(time.time())
        if verdict.remark:
            told.append(Report(EventCode.AGENT_REMARK, key, moment, text=verdict.remark))
        if verdict.exit_code is not None:
            self.drop(key)
            told.append(Report(EventCode.AGENT_ENDED, key, moment, exit_code=verdict.exit_code))
        return told

    def _keep(self, key: RunKey, watcher: Watcher) -> None:
        if watcher.is_new:
            self._spool.remember(key, watcher.memory())
            watcher.is_new = False

    def _blind(self, key: RunKey, post: _Post, why: str) -> list[Report]:
        """Said once for each trouble: a watcher that cannot look waits, and somebody should know why."""
        post.watcher.blind()
        if why == post.complaint:
            return []
        post.complaint = why
        return [Report(EventCode.AGENT_REMARK, key, int(time.time()), text=why)]
