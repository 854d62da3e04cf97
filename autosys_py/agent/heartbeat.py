"""`heartbeat_interval`: a job that must say from time to time that it is well (jil.md §3.1, rule R-12).

A job says so by touching the file that `$AUTO_HEARTBEAT` names. Nothing is sent: the time of the file is the
heartbeat, it survives the scheduler, and a job may give one in a tight loop for the price of a `utime`. The agent
looks every `Check_Heartbeat` minutes. A silence longer than `heartbeat_interval` is told once, and again only after
the job was heard and fell silent again.

The file lies in the run folder; for a job of another user, who may not enter there, in the directory for temporary
files, made his own before the job begins.
"""

import os
import stat
import tempfile
import time
from contextlib import suppress

from autosys_py.agent.account import Account
from autosys_py.agent.protocol import Report
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey

VARIABLE = "AUTO_HEARTBEAT"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Heartbeat:
    """What is known of one run's heart."""

    def __init__(self, path: str, interval: int, begun: int) -> None:
        self.path = path
        self._interval = interval
        """Seconds."""
        self._begun = begun
        self.told = 0
        """The last beat before a silence that was told of; 0 = none was."""

    def silence(self, now: int) -> int | None:
        """The last beat before a silence that is to be told of, UTC seconds, at the time `now`."""
        beat = min(now, max(self._begun, _modified(self.path)))
        if now - beat <= self._interval or beat == self.told:
            return None
        self.told = beat
        return beat

    def make(self, other: Account | None) -> None:
        """Creates the file for a new run; `other` is its owner if that is somebody else. Raises OSError."""
        _remove(self.path)
        file = os.open(self.path, _FLAGS, 0o600)
        try:
            if other is not None:
                os.fchown(file, other.uid, other.gid)
        finally:
            os.close(file)

    def clear(self) -> None:
        """The run is over: a file outside its folder goes."""
        if os.path.dirname(self.path) == tempfile.gettempdir():  # noqa: PTH120 - a string of ours
            _remove(self.path)


class Hearts:
    """Those of all runs that have one; looked at together, every `pause` seconds of the agent's clock."""

    def __init__(self, pause: float) -> None:
        self.due = float("inf")
        """When to look."""
        self._pause = pause
        self._hearts: dict[RunKey, Heartbeat] = {}

    def add(self, key: RunKey, heart: Heartbeat, now: float) -> None:
        self._hearts[key] = heart
        self.due = min(self.due, now + self._pause)

    def drop(self, key: RunKey) -> None:
        """The run is over."""
        if key in self._hearts:
            self._hearts.pop(key).clear()

    def told(self, key: RunKey) -> int:
        """See `Heartbeat.told`."""
        return self._hearts[key].told if key in self._hearts else 0

    def listen(self, now: float) -> list[Report]:
        """Which have fallen silent; costs nothing until the pause is over."""
        if now < self.due:
            return []
        self.due = now + self._pause if self._hearts else float("inf")
        silent, moment = [], int(time.time())
        for key, heart in self._hearts.items():
            beat = heart.silence(moment)
            if beat is not None:
                text = f"No heartbeat for {moment - beat} seconds"
                silent.append(Report(EventCode.CHECK_HEARTBEAT, key, moment, text=text))
        return silent


def path_of(folder: str, tag: int, other: Account | None) -> str:
    """The file of a run, the same for every agent; `other` is its owner if that is somebody else."""
    return f"{folder}/heartbeat" if other is None else f"{tempfile.gettempdir()}/autosys-{tag:016x}.heartbeat"


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108


def _modified(path: str) -> int:
    """UTC seconds; 0 if it is no file, which is a silent one."""
    try:
        status = os.lstat(path)
    except OSError:
        return 0
    return int(status.st_mtime) if stat.S_ISREG(status.st_mode) else 0
