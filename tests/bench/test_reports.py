"""Reports over large estates and long pasts, and the commands that scripts call all night (`make bench`)."""

import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.figures import Figure, guard
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

JOBS = 100_000
ROWS = "select * from job join job_status using (joid) where is_current = 1 order by joid"


def cpu_of(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read_bare(path: Path) -> float:
    """CPU seconds of reading the same rows with nothing but sqlite3, in a process of its own."""
    read = "import sys, sqlite3\nfor row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): pass"
    return cpu_of([sys.executable, "-c", read, str(path), ROWS], {})


def test_a_summary_of_a_hundred_thousand_jobs(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("".join(f"insert_job: job{n}  command: x  machine: localhost\n" for n in range(JOBS)))
    store = instance.folder / "ACE.db"
    command = ["autorep", "-J", "ALL"]
    pairs = [(cpu_of(command, instance.environment), read_bare(store)) for _ in range(5)]
    seconds, bare = (statistics.median(each) for each in zip(*pairs, strict=True))
    what = f"`autorep -J ALL` over {JOBS} jobs, CPU"
    guard(Figure(what, "reading the rows with sqlite3", seconds / bare, 4.0, detail=f"{seconds:.2f} s, {bare:.2f} s"))
    begin = time.monotonic()
    with subprocess.Popen(command, env=instance.environment, stdout=subprocess.PIPE) as report:
        assert report.stdout is not None
        report.stdout.readline(), report.stdout.readline()
        first = time.monotonic() - begin
        report.stdout.read()
    whole = time.monotonic() - begin
    guard(Figure("its first line", "its last", first / whole, 0.25, detail=f"{first:.2f} s, {whole:.2f} s"))


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
