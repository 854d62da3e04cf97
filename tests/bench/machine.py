"""What this machine can do without us."""

import os
import sqlite3
import time
from pathlib import Path


def spawn_seconds(count: int = 500, at_once: int = 2) -> float:
    """Seconds of wall clock for one `sh -c /bin/true` from Python, so many running at a time."""
    command = ["/bin/sh", "-c", "/bin/true"]
    begin = time.monotonic()
    running: list[int] = []
    for _ in range(count):
        if len(running) == at_once:
            os.waitpid(running.pop(0), 0)
        running.append(os.posix_spawn(command[0], command, os.environ))
    for pid in running:
        os.waitpid(pid, 0)
    return (time.monotonic() - begin) / count


def commit_seconds(folder: Path, count: int = 200) -> float:
    """Seconds of wall clock for one durable commit of one small row."""
    store = sqlite3.connect(folder / "commits.db", isolation_level=None)
    store.execute("pragma journal_mode = wal")
    store.execute("pragma synchronous = full")
    store.execute("create table row (text)")
    begin = time.monotonic()
    for number in range(count):
        store.execute("insert into row values (?)", (f"event {number}",))
    seconds = (time.monotonic() - begin) / count
    store.close()
    return seconds


def process_cpu(pid: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def loop_seconds() -> float:
    """CPU seconds of ten million additions."""
    begin = time.process_time()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - begin
