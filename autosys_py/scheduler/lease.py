"""Who is the acting scheduler: the holder's name in the lease, and whether a holder of this host still lives."""

import os
from pathlib import Path

from autosys_py.agent.boot import boot_id

LEASE_VALID = 30
"""Seconds after which the lease of a scheduler on another host counts as abandoned (rule F-03)."""

_HAS_PROC = Path("/proc/self/stat").exists()


def holder_name() -> str:
    """`host/pid/start`: the start, in ticks since the boot, tells a process from a later one with its number."""
    pid = os.getpid()
    return f"{os.uname().nodename}/{pid}/{_started(pid)}"


def host_of(holder: str) -> str:
    return holder.split("/", 1)[0]


def is_dead(holder: str) -> bool:
    """True if the holder was a process of this host that is gone. Of other hosts nothing is known: False."""
    host, _, process = holder.partition("/")
    pid, _, started = process.partition("/")
    if host != os.uname().nodename or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When the process started, told without the clock, which may be set; empty if there is no such process."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "" if _HAS_PROC else _started_by_clock(pid)
    return "" if words[0] == "Z" else f"{boot_id()[:8]}.{words[19]}"


def _started_by_clock(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""
