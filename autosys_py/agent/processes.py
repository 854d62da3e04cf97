"""The processes of a run, wherever they went.

A job may fork, start its own sessions and let its parents die. Its processes are those in the runner's session, the
descendants of the runner, and those that carry the run's tag or whose environment holds its marker. The first two are
believed only while the run's lock is held, because only then is the runner's pid the runner's. The runner itself is
left alone: it has to write down how the job ended. So is, for the moment, a child that it has forked and that has not
become the job yet: it still has the runner's traps, and a signal would be lost on it.

The tag is for those that leave everything behind, `(env -i setsid daemon &)`. A process passes on to its children
what it cannot shed by an empty environment, a new session or a dead parent: its limits. Linux has one that limits
nothing any more, RLIMIT_LOCKS, and its soft value is 62 bits of ours. It is set on this process for the moment of a
start and costs two system calls of a microsecond; a subreaper would have to sit in every runner, a cgroup costs
a directory and a move a start.

A scan reads all of /proc; it is made for kills and signals, never for starts and ends.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from autosys_py.agent.launch import MARKER

if TYPE_CHECKING:  # imported when first needed: it takes longer than a start
    from psutil import Process

_DO_NOT_WAKE = frozenset(
    {signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT}
)


RLIMIT_LOCKS = 10
"""Linux's number of it; the kernel has not looked at its value since 2.4.25."""

_HAS_TAGS = sys.platform == "linux"


def tag_of(marker: str) -> int:
    """The tag of the run with that marker, not 0."""
    return int.from_bytes(hashlib.blake2b(marker.encode(), digest_size=8).digest(), "big") >> 2 | 1


def put_on_tag(marker: str) -> None:
    """Whatever this process starts from now on carries the tag. Does nothing where that is not possible."""
    _set_limit(tag_of(marker))


def take_off_tag() -> None:
    _set_limit(resource.RLIM_INFINITY)


def _set_limit(soft: int) -> None:
    if _HAS_TAGS:
        with suppress(OSError, ValueError):  # someone lowered the hard limit
            resource.setrlimit(RLIMIT_LOCKS, (soft, resource.RLIM_INFINITY))


def tree(marker: str, runner: int) -> list[Process]:
    """The living processes of the run with that marker; `runner` is its runner's pid, 0 if that is dead."""
    import psutil

    others: list[Process] = []
    family: list[Process] = []
    tag = tag_of(marker)
    for process in psutil.process_iter():
        if process.pid in (runner, os.getpid()):
            continue
        (family if _belongs(process, marker, tag, runner) else others).append(process)
    if runner:
        family += _descendants(others, {runner, *(process.pid for process in family)})
        runner_words = _words(runner)
        family = [process for process in family if _words(process.pid) != runner_words]
    return living(family)


def living(processes: Iterable[Process]) -> list[Process]:
    """Those of them that still run; a zombie does not."""
    import psutil

    alive = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def send(processes: Sequence[Process], number: int) -> int:
    """Sends a signal to each; how many it reached. A stopped process is woken to take it."""
    import psutil

    reached = 0
    for process in processes:
        with suppress(psutil.Error, OSError):  # gone, not ours to signal, or no such signal
            process.send_signal(number)
            reached += 1
            if number not in _DO_NOT_WAKE and process.status() == psutil.STATUS_STOPPED:
                process.send_signal(signal.SIGCONT)
    return reached


def names(processes: Iterable[Process]) -> str:
    """`PID NAME` of each, for a message."""
    import psutil

    parts = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            parts.append(f"{process.pid} {process.name()}")
    return ", ".join(parts)


def _belongs(process: Process, marker: str, tag: int, runner: int) -> bool:
    import psutil

    with suppress(ProcessLookupError, PermissionError):
        if runner and os.getsid(process.pid) == runner:
            return True
    with suppress(psutil.Error, OSError):
        if _HAS_TAGS and process.rlimit(RLIMIT_LOCKS)[0] == tag:
            return True
    with suppress(psutil.Error, OSError):
        return bool(process.environ().get(MARKER) == marker)
    return False


def _words(pid: int) -> list[str]:
    import psutil

    with suppress(psutil.Error, OSError):
        return psutil.Process(pid).cmdline()
    return []


def _descendants(candidates: list[Process], family: set[int]) -> list[Process]:
    import psutil

    parents: dict[int, list[Process]] = {}
    for process in candidates:
        with suppress(psutil.NoSuchProcess):
            parents.setdefault(process.ppid(), []).append(process)
    found: list[Process] = []
    queue = sorted(family)
    while queue:
        for child in parents.pop(queue.pop(), ()):
            found.append(child)
            queue.append(child.pid)
    return found
