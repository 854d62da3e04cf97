"""What the product costs, measured in one run and as ratios to what this machine can do (`make bench`).

Seconds move with the machine and with whatever else it does; ratios are what to quote. Each figure is printed; the
assertions are loose and fail only on a clear loss.
"""

import os
import re
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

CONFIG = "RunAsOwner=never\n"


@pytest.fixture
def instance(tmp_path: Path) -> LiveInstance:
    return LiveInstance(tmp_path / "instance", CONFIG)


def spawn_rate(count: int = 1000) -> float:
    """`sh -c /bin/true` a second from Python, two at a time."""
    command = ["/bin/sh", "-c", "/bin/true"]
    begin = time.monotonic()
    running: list[int] = []
    for _ in range(count):
        if len(running) == 2:
            os.waitpid(running.pop(0), 0)
        running.append(os.posix_spawn(command[0], command, os.environ))
    for pid in running:
        os.waitpid(pid, 0)
    return count / (time.monotonic() - begin)


def play(instance: LiveInstance, first: str, last: str) -> float:
    """Seconds from the event to the last job's SUCCESS, by the clock of this process."""
    instance.start_scheduler()
    begin = time.monotonic()
    instance.send("-E", "STARTJOB", "-J", first)
    pattern = re.compile(rf"STATUS: SUCCESS +JOB: {last}\b")
    path = instance.folder / "out" / "event_demon.ACE"
    with path.open(encoding="utf-8") as log:
        while True:
            line = log.readline()
            if not line:
                time.sleep(0.001)
            elif pattern.search(line):
                break
    seconds = time.monotonic() - begin
    instance.stop_scheduler()
    return seconds


def test_box_of_a_thousand(instance: LiveInstance) -> None:
    members = 1000
    stanzas = [f"insert_job: m{n}  box_name: box  command: /bin/true  machine: localhost" for n in range(members)]
    instance.jil("\n".join(["insert_job: box  job_type: box", *stanzas]) + "\n")
    before = spawn_rate()
    seconds = play(instance, "box", "box")
    rate, spawns = members / seconds, statistics.mean([before, spawn_rate()])
    print(f"\nbox of {members}: {rate:.0f} jobs/s, spawning alone {spawns:.0f}/s, ratio {rate / spawns:.2f}")
    assert rate / spawns > 0.25


def test_chain_of_two_hundred(instance: LiveInstance) -> None:
    length = 200
    stanzas = ["insert_job: c0  command: /bin/true  machine: localhost"] + [
        f"insert_job: c{n}  command: /bin/true  machine: localhost  condition: s(c{n - 1})" for n in range(1, length)
    ]
    instance.jil("\n".join(stanzas) + "\n")
    seconds = play(instance, "c0", f"c{length - 1}")
    spawns = spawn_rate()
    print(f"\nchain of {length}: {seconds / length * 1000:.2f} ms a hop; one spawn {1000 / spawns:.2f} ms")
    assert seconds / length < 0.1


def cpu_of(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


COMMANDS: dict[str, tuple[list[str], float]] = {
    "sendevent": (["sendevent", "-E", "COMMENT", "-C", "x"], 1.5),
    "autostatus": (["autostatus", "-J", "a"], 1.5),
    "autorep -J one": (["autorep", "-J", "a"], 1.8),
}
"""Command lines, and how much more than importing click each may cost as a whole process."""


@pytest.mark.parametrize("name", COMMANDS)
def test_whole_commands_against_importing_click(instance: LiveInstance, name: str) -> None:
    line, limit = COMMANDS[name]
    instance.jil("insert_job: a  command: x  machine: localhost\n")
    ratios, own = [], []
    for _ in range(21):
        seconds = cpu_of(line, instance.environment)
        reference = cpu_of([sys.executable, "-c", "import click"], instance.environment)
        own.append(seconds)
        ratios.append(seconds / reference)
    print(f"\n{name}: {statistics.median(own) * 1000:.0f} ms CPU, {statistics.median(ratios):.2f} × import click")
    assert statistics.median(ratios) <= limit


def test_an_idle_scheduler_costs_nothing(instance: LiveInstance) -> None:
    scheduler = instance.start_scheduler()
    time.sleep(1)
    before = process_cpu(scheduler.pid)
    time.sleep(10)
    share = (process_cpu(scheduler.pid) - before) / 10
    instance.stop_scheduler()
    print(f"\nidle scheduler, 20 looks a second: {share * 100:.2f} % of a core")
    assert share < 0.05


def process_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
