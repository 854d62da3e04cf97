"""Ten thousand jobs for a long time: does the scheduler grow, does it leak, do starts come late? (`make soak`)

    python -m tests.crash.soak --seconds 600

First eight hours on the virtual clock, with the store in memory that keeps no past: what grows there is the engine's.
Then a real scheduler with real processes for as long as it may: memory and descriptors of its process, and for each
start the time from the beginning of its minute to the making of its runner. Every job starts once an hour, a sixtieth
of them in each minute, so a minute begins with 167 starts at once.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from autosys_py.cli.define import Definer, load
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.configuration import Configuration
from autosys_py.event_server.memory import MemoryStore
from autosys_py.sim.script import AtLine, Script
from autosys_py.sim.simulation import Settings, Simulation
from tests.instance import LiveInstance

JOBS, HOURS, HOUR = 10_000, 8, 3600
BEGIN = 1_738_540_800
UTC = ZoneInfo("UTC")

GROWTH = 0.10
"""Share by which memory may grow after the first part."""

DESCRIPTORS = 3
"""Descriptors more than before that may be open at a moment."""

LAG = 5.0
"""Seconds that a start may be late at p99, on a machine that has nothing else to do."""


def estate() -> Iterator[str]:
    for number in range(JOBS):
        yield (
            f"insert_job: soak{number}  machine: localhost\ncommand: :\n"
            f"date_conditions: 1\ndays_of_week: all\nstart_mins: {number % 60}\n"
        )


def kilobytes(pid: int) -> int:
    """Resident memory."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:"))


def simulated() -> list[str]:
    """Eight hours; what is wrong with them."""
    store = MemoryStore(keeps_past=False)
    load(Definer(store, UTC, "joe@desk", "local"), "".join(estate()), BEGIN)
    settings = Settings(BEGIN, UTC, timetable_of, Configuration(), True, frozenset({"localhost"}))
    simulation = Simulation(store, settings, Script(), never)
    memory, facts, begun = [], 0, time.process_time()
    for hour in range(1, HOURS + 1):
        for _, told in simulation.run(BEGIN + hour * HOUR):
            facts += len(told)
        memory.append(kilobytes(os.getpid()))
    growth = memory[-1] / memory[0] - 1
    print(
        f"simulated {HOURS} h of {JOBS} jobs: {facts} facts in {time.process_time() - begun:.0f} s CPU; "
        f"{memory[0] // 1024} MB after the first hour, {growth:+.1%} after the last",
        flush=True,
    )
    return [f"the simulated engine grew by {growth:.1%}"] if growth > GROWTH else []


def never(line: AtLine, now: int) -> None:
    raise AssertionError("no such line is in the script")


def real(folder: Path, seconds: float) -> list[str]:
    """A real scheduler for so long; what is wrong with it."""
    instance = LiveInstance(folder / "instance", "RunAsOwner=never\n")
    instance.jil("".join(estate()))
    scheduler = instance.start_scheduler()
    try:
        until, samples = time.monotonic() + seconds, []
        first = time.monotonic() + min(60.0, seconds / 3)  # jil's events are taken in, everything is loaded
        while time.monotonic() < until and scheduler.poll() is None:
            time.sleep(min(5.0, seconds / 20))
            if time.monotonic() > first:
                samples.append((kilobytes(scheduler.pid), len(os.listdir(f"/proc/{scheduler.pid}/fd"))))  # noqa: PTH208
        if scheduler.poll() is not None:
            return [f"the scheduler ended with {scheduler.returncode}"]
        scheduler.send_signal(signal.SIGTERM)
        scheduler.wait(60)
    finally:
        instance.close()
    lags = sorted(each.stat().st_mtime % 60 for each in (folder / "instance" / "run" / "ACE").glob("*/*/*.*"))
    growth = samples[-1][0] / samples[0][0] - 1
    descriptors = [each for _, each in samples]
    lags = lags or [0.0]
    median, p99 = lags[len(lags) // 2], lags[99 * len(lags) // 100]
    print(
        f"real {seconds:.0f} s of {JOBS} jobs: {len(lags)} starts, lag median {median:.2f} s, "
        f"p99 {p99:.2f} s, last {lags[-1]:.2f} s; {samples[0][0] // 1024} MB {growth:+.1%}; "
        f"descriptors {min(descriptors)} to {max(descriptors)}; load {os.getloadavg()[0]:.0f}"
    )
    faults = []
    if growth > GROWTH:
        faults.append(f"the scheduler grew by {growth:.1%}")
    if descriptors[-1] > descriptors[0] + DESCRIPTORS:
        faults.append(f"descriptors went from {descriptors[0]} to {descriptors[-1]}")
    if p99 > LAG * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)):
        faults.append(f"starts came {p99:.1f} s late")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.soak")
    parser.add_argument("--seconds", type=float, default=600.0)
    seconds = parser.parse_args().seconds
    folder = Path(tempfile.mkdtemp(prefix="autosys-soak-"))
    faults = simulated() + real(folder, seconds)
    if faults:
        print(f"FAILED, see {folder}", *faults, sep="\n")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
