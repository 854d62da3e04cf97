"""How long a quarter of a year of 2,000 jobs takes to simulate, and how much memory (`make bench`)."""

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from tests.bench import estate
from tests.bench.figures import Figure, guard
from tests.bench.machine import loop_seconds
from tests.bench.test_jil import Cost
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

FROM = ("--from", "01/06/2025 00:00", "--tz", "America/New_York")


def cost_of(command: list[str], instance: LiveInstance, log: Path) -> tuple[Cost, int]:
    """Runs a command, its output to a file; how many events that has, too."""
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, env=instance.environment)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    cost = Cost(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    with log.open("rb") as lines:
        return cost, sum(b" EVENT: " in line for line in lines)


def test_ninety_days_of_two_thousand_jobs(tmp_path: Path) -> None:
    """Time grows with the days, memory does not."""
    instance = LiveInstance(tmp_path / "instance")
    (tmp_path / "estate.jil").write_text(estate.jil(), encoding="utf-8")
    (tmp_path / "estate.txt").write_text(estate.script(), encoding="utf-8")
    files = ("--jil", str(tmp_path / "estate.jil"), "--script", str(tmp_path / "estate.txt"))
    loop = loop_seconds()
    for days, end in ((30, "02/04/2025 23:59"), (90, "04/05/2025 23:59")):
        cost, events = cost_of(["autosys", "simulate", *files, *FROM, "--to", end], instance, tmp_path / "log")
        detail = f"{events} events, {cost.cpu:.1f} s CPU = {cost.cpu / loop:.0f} loops of ten million additions"
        guard(
            Figure(
                f"simulating {days} days of 2,000 jobs", "the clock", cost.wall, round(days / 9, 1), "s", detail=detail
            )
        )
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert cost.memory < max(150, 1.1 * own)  # a child is never shown smaller than the process that measures it
