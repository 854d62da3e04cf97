"""The processes of a run, wherever they went.

A job may fork, start its own sessions and let its parents die. Its processes are those in the runner's session, the
descendants of the runner, and those whose environment holds the run's marker. The first two are believed only while
the run's lock is held, because only then is the runner's pid the runner's. The runner itself is left alone:
it has to write down how the job ended. So is, for the moment, a child that it has forked and that has not become the
job yet: it still has the runner's traps, and a signal would be lost on it.

A scan reads all of /proc; it is made for kills and signals, never for starts and ends.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from autosys_py.agent.launch import MARKER

if TYPE_CHECKING:  # imported when first needed: it takes longer than a start
    from psutil import Process

_DO_NOT_WAKE = frozenset(
    {signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT}
)


def tree(marker: str, runner: int) -> list[Process]:
    """The living processes of the run with that marker; `runner` is its runner's pid, 0 if that is dead."""
    import psutil

    others: list[Process] = []
    family: list[Process] = []
    for process in psutil.process_iter():
        if process.pid in (runner, os.getpid()):
            continue
        (family if _belongs(process, marker, runner) else others).append(process)
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


def _belongs(process: Process, marker: str, runner: int) -> bool:
    import psutil

    with suppress(ProcessLookupError, PermissionError):
        if runner and os.getsid(process.pid) == runner:
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
