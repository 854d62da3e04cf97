"""Jobs a second, hops, start times: real schedulers and real processes (`make bench`)."""

import re
import sqlite3
import statistics
import time
from pathlib import Path

import pytest

from tests.bench.figures import Figure, guard
from tests.bench.machine import commit_seconds, process_cpu, spawn_seconds
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

JOB = "command: /bin/true  machine: localhost"


@pytest.fixture
def instance(tmp_path: Path) -> LiveInstance:
    return LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")


def play(instance: LiveInstance, stanzas: list[str], first: str, last: str) -> tuple[float, float]:
    """Seconds from the event to the last job's SUCCESS, and the scheduler's CPU seconds meanwhile."""
    instance.jil("\n".join(stanzas) + "\n")
    scheduler = instance.start_scheduler()
    cpu = process_cpu(scheduler.pid)
    begin = time.monotonic()
    instance.send("-E", "STARTJOB", "-J", first)
    pattern = re.compile(rf"STATUS: SUCCESS +JOB: {last}\b")
    with (instance.folder / "out" / "event_demon.ACE").open(encoding="utf-8") as log:
        while not pattern.search(line := log.readline()):
            if not line:
                time.sleep(0.001)
    seconds = time.monotonic() - begin
    cpu = process_cpu(scheduler.pid) - cpu
    instance.stop_scheduler()
    return seconds, cpu


def test_a_box_of_two_thousand(instance: LiveInstance) -> None:
    members = 2000
    stanzas = ["insert_job: box  job_type: box", *(f"insert_job: m{n}  box_name: box  {JOB}" for n in range(members))]
    before = spawn_seconds()
    seconds, cpu = play(instance, stanzas, "box", "box")
    spawn = statistics.mean([before, spawn_seconds()])
    detail = f"{members / seconds:.0f} jobs/s, {1 / spawn:.0f} spawns/s"
    what = f"box of {members} members, jobs a second"
    guard(Figure(what, "shells spawned a second", members / seconds * spawn, 0.6, is_rate=True, detail=detail))
    guard(Figure("CPU of the scheduler process", "a job", cpu / members * 1000, 0.35, "ms"))


def test_a_chain_of_two_hundred(instance: LiveInstance, tmp_path: Path) -> None:
    length = 200
    stanzas = [
        f"insert_job: c0  {JOB}",
        *(f"insert_job: c{n}  {JOB}  condition: s(c{n - 1})" for n in range(1, length)),
    ]
    seconds, _ = play(instance, stanzas, "c0", f"c{length - 1}")
    spawn, commit = spawn_seconds(at_once=1), commit_seconds(tmp_path)
    hop = seconds / length
    detail = f"{hop * 1000:.1f} ms; spawn {spawn * 1000:.1f} ms, commit {commit * 1000:.1f} ms"
    guard(
        Figure(
            f"chain of {length}, a hop", "one spawn and one durable commit", hop / (spawn + commit), 2.0, detail=detail
        )
    )


def test_layers(instance: LiveInstance) -> None:
    layers, width = 10, 100
    stanzas = ["insert_job: box  job_type: box"]
    for layer in range(layers):
        for n in range(width):
            needs = " & ".join(f"s(l{layer - 1}_{(n + step) % width})" for step in (0, 1, 7)) if layer else ""
            condition = f"  condition: {needs}" if needs else ""
            stanzas.append(f"insert_job: l{layer}_{n}  box_name: box  {JOB}{condition}")
    jobs = layers * width
    seconds, _ = play(instance, stanzas, "box", "box")
    rate, spawns = jobs / seconds, 1 / spawn_seconds()
    what = f"{layers} layers of {width} jobs, three predecessors each, jobs a second"
    detail = f"{rate:.0f} jobs/s, {spawns:.0f} spawns/s"
    guard(Figure(what, "shells spawned a second", rate / spawns, 0.5, is_rate=True, detail=detail))


def test_one_start_time(instance: LiveInstance) -> None:
    """5,000 jobs in fifty boxes, all sent for by the same minute."""
    boxes, members = 50, 100
    stanzas = []
    for box in range(boxes):
        stanzas.append(f"insert_job: b{box}  job_type: box  condition: v(GO) = 1")
        stanzas += [f"insert_job: b{box}_{n}  box_name: b{box}  {JOB}" for n in range(members)]
    instance.jil("\n".join(stanzas) + "\n")
    instance.start_scheduler()
    begin = time.monotonic()
    instance.send("-E", "SET_GLOBAL", "-G", "GO=1")
    jobs, started = boxes * members, 0
    with (instance.folder / "out" / "event_demon.ACE").open(encoding="utf-8") as log:
        while started < jobs:
            line = log.readline()
            if not line:
                time.sleep(0.001)
            started += "CAUAJM_I_10082" in line
    seconds = time.monotonic() - begin
    instance.stop_scheduler()
    alone = jobs * spawn_seconds()
    what = f"{jobs} jobs at one moment in {boxes} boxes, until the last runs"
    guard(Figure(what, "spawning as many shells", seconds / alone, 1.5, detail=f"{seconds:.1f} s, {alone:.1f} s"))


def test_ten_thousand_events_in_a_file(instance: LiveInstance, tmp_path: Path) -> None:
    """`sendevent -F`: as many as a shell script of an hour would send one by one."""
    count = 10_000
    instance.jil(f"insert_job: a  {JOB}\n")
    file = tmp_path / "events"
    file.write_text("-E COMMENT -J a -C x\n" * count, encoding="utf-8")
    begin = time.monotonic()
    instance.send("-F", str(file))
    seconds = time.monotonic() - begin
    with sqlite3.connect(next(instance.folder.glob("**/*.db"))) as store:
        assert store.execute("select count(*) from event").fetchone()[0] >= count
    commit = commit_seconds(tmp_path)
    detail = f"{1 / commit:.0f} single durable commits/s"
    guard(
        Figure("`sendevent -F` of 10,000 events", "a second", count / seconds, 20_000, "", is_rate=True, detail=detail)
    )
