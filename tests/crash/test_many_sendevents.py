"""Two hundred sendevent processes at once, ten times: none shows an error, none is lost."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1200)]

PROCESSES, TIMES = 200, 10


def test_two_hundred_sendevents_at_once(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("insert_job: a  command: x  machine: localhost\n")
    took: list[float] = []
    for time_ in range(TIMES):
        took += senders(instance, f"G{time_}_")
    instance.start_scheduler("--exit-when-idle", "1").wait(timeout=60)
    table = instance.run("autorep", "-G", "ALL").stdout.splitlines()
    wanted = {f"G{time_}_{number}" for time_ in range(TIMES) for number in range(PROCESSES)}
    assert {line.split()[0] for line in table[3:]} == wanted
    median, slow = sorted(took)[len(took) // 2], sorted(took)[99 * len(took) // 100]
    print(f"\n{len(took)} sendevent, {PROCESSES} at once: 0 errors; median {median:.2f} s, p99 {slow:.2f} s")


def senders(instance: LiveInstance, prefix: str) -> list[float]:
    """Seconds that each took, from its start; all must succeed and say nothing."""
    waiting = {}
    for number in range(PROCESSES):
        line = ["sendevent", "-E", "SET_GLOBAL", "-G", f"{prefix}{number}={number}"]
        sender = subprocess.Popen(
            line, env=instance.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        waiting[sender.pid] = sender, time.monotonic()
    took = []
    while waiting:
        pid, status = os.wait()
        if pid in waiting:
            sender, begun = waiting.pop(pid)
            took.append(time.monotonic() - begun)
            assert sender.stdout is not None
            assert (status, sender.stdout.read()) == (0, b"")
            sender.returncode = 0
    return took


def test_first_use_by_many_at_once_creates_one_store(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    senders = [
        subprocess.Popen(
            ["sendevent", "-E", "SET_GLOBAL", "-G", f"G{number}=1"],
            env=instance.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(20)
    ]
    assert [sender.communicate()[0] for sender in senders] == [b""] * 20
    instance.start_scheduler("--exit-when-idle", "1").wait(timeout=60)
    assert len(instance.run("autorep", "-G", "ALL").stdout.splitlines()) == 23
