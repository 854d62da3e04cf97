"""Two hundred sendevent processes at once: none shows an error, none is lost."""

import subprocess
from pathlib import Path

import pytest

from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

PROCESSES = 200


def test_two_hundred_sendevents_at_once(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("insert_job: a  command: x  machine: localhost\n")
    senders = [
        subprocess.Popen(
            ["sendevent", "-E", "SET_GLOBAL", "-G", f"G{number}={number}"],
            env=instance.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(PROCESSES)
    ]
    outputs = [sender.communicate()[0] for sender in senders]
    assert [sender.returncode for sender in senders] == [0] * PROCESSES
    assert outputs == [b""] * PROCESSES
    instance.start_scheduler("--exit-when-idle", "1").wait(timeout=60)
    table = instance.run("autorep", "-G", "ALL").stdout.splitlines()
    assert {line.split()[0] for line in table[3:]} == {f"G{number}" for number in range(PROCESSES)}
    print(f"{PROCESSES} sendevent processes: 0 errors, {len(table) - 3} globals set")


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
