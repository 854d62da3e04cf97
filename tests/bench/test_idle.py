"""What a scheduler with a hundred thousand jobs costs while nothing is due (`make bench`).

CPU seconds stand beside a plain loop of this Python; the bounds are loose and fail only on a clear loss.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bench.figures import Figure, guard
from tests.bench.machine import loop_seconds, process_cpu
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

JOBS = 100_000
CHAIN = 20
"""Jobs of a box, the box with them."""

CALENDAR = "nextyear"
IDLE = 60
"""Seconds watched."""


def estate() -> Iterator[str]:
    """Boxes with chains in them; every tenth box starts on a day of next year."""
    for number in range(JOBS):
        box = number - number % CHAIN
        if number != box:
            condition = f"condition: s(job{number - 1})\n" if number > box + 1 else ""
            yield (
                f"insert_job: job{number}   job_type: CMD\nbox_name: box{box}\ncommand: /opt/batch/run.sh {number}\n"
                f"machine: localhost\nowner: root\n{condition}std_out_file: /var/log/batch/{number}.out\n\n"
            )
            continue
        start = f'date_conditions: 1\nrun_calendar: {CALENDAR}\nstart_times: "03:00"\n' if box % 200 == 0 else ""
        yield f"insert_job: box{box}   job_type: BOX\nowner: root\n{start}\n"


def test_a_hundred_thousand_jobs_and_nothing_due(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    calendar = tmp_path / "calendar"
    calendar.write_text(f"calendar: {CALENDAR}\n01/05/{datetime.now(UTC).year + 1} 00:00\n", encoding="utf-8")
    instance.run("autocal_asc", "-I", str(calendar))
    instance.run("jil", "-q", text="".join(estate()))
    loop = loop_seconds()

    begin = time.monotonic()
    scheduler = instance.start_scheduler()
    ready, cpu = time.monotonic() - begin, process_cpu(scheduler.pid)
    detail = f"{cpu:.1f} s CPU = {cpu / loop:.1f} loops of ten million additions"
    guard(Figure(f"scheduler with {JOBS} jobs, ready after", "the clock", ready, 6, "s", detail=detail))

    total = settled_cpu(scheduler.pid)
    print(f"what jil did is taken in after {total:.1f} s CPU = {total / loop:.1f} loops")
    assert total / loop < 40

    before = process_cpu(scheduler.pid)
    time.sleep(IDLE)
    share = (process_cpu(scheduler.pid) - before) / IDLE
    memory = megabytes(scheduler.pid)
    instance.stop_scheduler()
    guard(Figure(f"scheduler with {JOBS} jobs, nothing due, for {IDLE} s", "one core", share * 100, 0.5, "%"))
    guard(Figure(f"memory of a scheduler with {JOBS} jobs", "at its peak", memory, 300, "MB"))


def settled_cpu(pid: int) -> float:
    """CPU seconds of a process when it has come to rest."""
    while True:
        before = process_cpu(pid)
        time.sleep(1)
        if process_cpu(pid) - before < 0.1:
            return before


def megabytes(pid: int) -> float:
    """Memory that a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
