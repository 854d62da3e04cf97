"""What `autorep -J ALL` costs over 100,000 jobs, as a ratio to a program that only reads their rows (`make bench`)."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import Definition, Job, JobState
from autosys_py.event_server.open import open_sqlite
from tests.instance import BIN, LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

JOBS = 100_000
BOX = 50
"""Jobs a box, itself included."""
READ = """
import sys
from autosys_py.event_server.driver import driver
for row in driver.connect(sys.argv[1]).execute(
    "select joid, name, job_type, box_joid, status, noexec, run_num, ntry, last_start, last_end, exit_code,"
    " queue_priority, machine from job join job_status using (joid) where is_current = 1"
):
    pass
"""


class Cost(NamedTuple):
    """Of one process."""

    cpu: float
    """Seconds."""
    memory: float
    """Megabytes at the most."""


def cost(instance: LiveInstance, *words: str, lines: int | None = None) -> Cost:
    """`lines`: how many of them are read before the pipe is closed; None = all."""
    with subprocess.Popen(words, env=instance.environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if lines is None:
            while process.stdout.read(1 << 20):
                pass
        else:
            for _ in range(lines):
                process.stdout.readline()
        process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> LiveInstance:
    instance = LiveInstance(tmp_path_factory.mktemp("reports"))
    store = open_sqlite(instance.folder / "ACE.db")
    with store.transaction():
        states, box = {}, 0
        for number in range(JOBS):
            is_box = number % BOX == 0
            kind, parent = ("BOX", 0) if is_box else ("CMD", box)
            attributes = (("description", f"number {number}"), ("command", f"/opt/batch/run.sh {number}"))
            job = Job(0, 0, f"EOD_JOB_OF_REGION_{number}", kind, parent)
            joid = store.put_definition(Definition(job, attributes, "root@node-a", 0)).joid
            box = joid if is_box else box
            begin = 1738540800 + number * 7 % 86400
            states[joid] = JobState(
                Status.SUCCESS, run_num=number, ntry=1, last_start=begin, last_end=begin + 60, exit_code=0
            )
        store.put_first_states(states)
    store.close()
    return instance


def test_a_summary_of_everything(instance: LiveInstance) -> None:
    autorep = str(BIN / "autorep")
    bare = min(cost(instance, sys.executable, "-c", READ, str(instance.folder / "ACE.db")) for _ in range(3))
    whole = min(cost(instance, autorep, "-J", "ALL") for _ in range(3))
    one = min(cost(instance, autorep, "-J", "EOD_JOB_OF_REGION_1") for _ in range(3))
    first = min(cost(instance, autorep, "-J", "ALL", lines=4) for _ in range(3))
    print(
        f"\nautorep -J ALL, {JOBS} jobs: {whole.cpu:.2f} s CPU, {whole.cpu / bare.cpu:.1f} × reading the rows, "
        f"{whole.memory - one.memory:+.0f} MB against one job; first row after {first.cpu / one.cpu:.1f} × one job"
    )
    assert whole.cpu / bare.cpu < 8
    assert whole.memory - one.memory < 10
    assert first.cpu / one.cpu < 3
