"""Who is the acting scheduler: the holder's name in the lease, and whether a holder of this host still lives."""

import os


def holder_name() -> str:
    """`host/pid/start`: the start time tells a process from a later one that was given its number."""
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
    """When the process started, in the system's own unit; empty if there is none."""
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return ""
