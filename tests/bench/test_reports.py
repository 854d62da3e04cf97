"""Reports over large estates and long pasts, and the commands that scripts call all night (`make bench`)."""

import os
import resource
import sqlite3
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import Definition, Job, JobState
from autosys_py.event_server.open import open_sqlite
from tests.bench.figures import Figure, guard
from tests.instance import BIN, LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

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


def cpu_of(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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
def estate(tmp_path_factory: pytest.TempPathFactory) -> LiveInstance:
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


def test_a_summary_of_a_hundred_thousand_jobs(estate: LiveInstance) -> None:
    autorep = str(BIN / "autorep")
    bare = min(cost(estate, sys.executable, "-c", READ, str(estate.folder / "ACE.db")) for _ in range(3))
    whole = min(cost(estate, autorep, "-J", "ALL") for _ in range(3))
    one = min(cost(estate, autorep, "-J", "EOD_JOB_OF_REGION_1") for _ in range(3))
    first = min(cost(estate, autorep, "-J", "ALL", lines=4) for _ in range(3))
    what, detail = f"`autorep -J ALL` over {JOBS} jobs, CPU", f"{whole.cpu:.2f} s, {bare.cpu:.2f} s"
    guard(Figure(what, "reading the rows with sqlite3", whole.cpu / bare.cpu, 4.0, detail=detail))
    guard(Figure("its first row, CPU", "a report of one job", first.cpu / one.cpu, 1.5))
    guard(Figure("its memory", "a report of one job", whole.memory / one.memory, 1.2, detail=f"{whole.memory:.0f} MB"))


COMMANDS = {
    "sendevent": (["sendevent", "-E", "COMMENT", "-C", "x"], 1.3),
    "autostatus": (["autostatus", "-J", "a"], 1.3),
    "autorep -J one": (["autorep", "-J", "a"], 1.6),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_whole_commands_against_importing_click(name: str, tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("insert_job: a  command: x  machine: localhost\n")
    command, goal = COMMANDS[name]
    importing = [sys.executable, "-c", "import click"]
    pairs = [(cpu_of(command, instance.environment), cpu_of(importing, instance.environment)) for _ in range(21)]
    ratio = statistics.median(own / other for own, other in pairs)
    own, other = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    detail = f"{own:.0f} ms, {other:.0f} ms"
    guard(Figure(f"`{name}`, whole process, CPU", '`python -c "import click"`', ratio, goal, detail=detail))


def lengthen(path: Path, facts: int) -> None:
    """Repeats what is in the past, with new numbers, until there are so many facts."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("pragma synchronous = off")
    while (held := store.execute("select max(seq) from proc_event").fetchone()[0]) < facts:
        run_num = store.execute("select max(run_num) from job_runs").fetchone()[0]
        shifts = {"seq": held, "first_seq": held, "cause": held, "run_num": run_num}
        for table in ("proc_event", "job_runs"):
            columns = [row[1] for row in store.execute(f"pragma table_info({table})")]
            shifted = ", ".join(f"{each} + {shifts.get(each, 0)}" if each in shifts else each for each in columns)
            store.execute(f"insert into {table} ({', '.join(columns)}) select {shifted} from {table}")
    store.close()


def test_a_long_past_makes_no_report_slower(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    jobs = 1000
    stanzas = [f"insert_job: m{n}  box_name: box  command: /bin/true  machine: localhost" for n in range(jobs)]
    instance.jil("\n".join(["insert_job: box  job_type: box", *stanzas]) + "\n")
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "box")
    instance.wait_for_status("box", "SUCCESS", 120)
    instance.stop_scheduler()
    commands = {
        "autorep -J X -d": ["autorep", "-J", "m7", "-d"],
        "autorep -J X -r -1": ["autorep", "-J", "m7", "-r", "-1"],
    }
    costs: dict[str, list[float]] = {name: [] for name in commands}
    for facts in (10_000, 10_000_000):
        lengthen(instance.folder / "ACE.db", facts)
        for name, command in commands.items():
            costs[name].append(statistics.median(cpu_of(command, instance.environment) for _ in range(7)))
    for name, (short, long) in costs.items():
        detail = f"{long * 1000:.0f} ms, {short * 1000:.0f} ms"
        guard(
            Figure(f"`{name}` with 10,000,000 facts of the past, CPU", "with 10,000", long / short, 1.5, detail=detail)
        )
