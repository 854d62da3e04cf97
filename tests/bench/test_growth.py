"""Does an event cost more where there is more? The engine over a store on disk, without processes (`make bench`)."""

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.event_server.open import open_sqlite
from autosys_py.sim.driver import Driver
from tests.bench.figures import Figure, guard
from tests.engine import LOCAL, Engine
from tests.loading import load_jil

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

BEGIN = 1_750_000_000
ROUNDS = 300


def engine_on_disk(folder: Path) -> Engine:
    folder.mkdir()
    return Engine(BEGIN, ZoneInfo("UTC"), store=open_sqlite(folder / "store.db"))


def cost_of_an_event(jobs: int, folder: Path) -> float:
    """CPU seconds of a CHANGE_STATUS that releases one dependent, all that follows included, in an estate of `jobs`."""
    engine = engine_on_disk(folder)
    engine.jil(
        "\n".join(
            f"insert_job: j{n}  command: x  machine: localhost" + (f"  condition: s(j{n - 1})" if n % 2 else "")
            for n in range(jobs)
        )
    )
    seconds = []
    for turn in range(ROUNDS):
        joid = engine.world.names[f"j{turn * 2 % jobs}"]
        engine.send(Event(EventCode.CHANGE_STATUS, engine.now, joid=joid, status=Status.SUCCESS, sent_by="op@host"))
        begin = time.process_time()
        engine.run_to(engine.now)
        seconds.append(time.process_time() - begin)
        engine.run_to(engine.now + 61)
    return sorted(seconds)[ROUNDS // 2]


def test_an_event_costs_the_same_in_a_larger_estate(tmp_path: Path) -> None:
    small, *larger = [(jobs, cost_of_an_event(jobs, tmp_path / str(jobs))) for jobs in (1_000, 10_000, 100_000)]
    for jobs, seconds in larger:
        detail = f"{seconds * 1e6:.0f} µs, {small[1] * 1e6:.0f} µs"
        guard(
            Figure(f"one event among {jobs} jobs, CPU", "the same among 1000", seconds / small[1], 1.2, detail=detail)
        )


def cost_of_a_member(members: int, folder: Path) -> float:
    """CPU seconds of the end of one member of a running box."""
    engine = engine_on_disk(folder)
    stanzas = [f"insert_job: m{n}  box_name: box  command: x  machine: localhost" for n in range(members)]
    engine.jil("\n".join(["insert_job: box  job_type: box", *stanzas]))
    for n in range(members):
        engine.agent.plan(f"m{n}", SimulatedOutcome(100 + min(n, 90)))
    engine.send(Event(EventCode.STARTJOB, engine.now, joid=engine.world.names["box"], sent_by="op@host"))
    engine.run_to(engine.now)
    begun = engine.now
    seconds = []
    for n in range(90):
        engine.run_to(begun + 99 + n)
        begin = time.process_time()
        engine.run_to(begun + 100 + n)
        seconds.append(time.process_time() - begin)
    return sorted(seconds)[len(seconds) // 2]


def test_a_member_costs_the_same_in_a_larger_box(tmp_path: Path) -> None:
    small, large = (cost_of_a_member(members, tmp_path / str(members)) for members in (100, 10_000))
    detail = f"{large * 1e6:.0f} µs, {small * 1e6:.0f} µs"
    guard(
        Figure("end of a member in a box of 10000, CPU", "the same in a box of 100", large / small, 1.3, detail=detail)
    )


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


RUNS_OF_A_ROUND = 1000


def memory_after(small: int, large: int, folder: Path) -> tuple[float, float]:
    """Megabytes at their peak after so many runs, of this very process."""
    folder.mkdir()
    store, zone = open_sqlite(folder / "store.db"), ZoneInfo("UTC")
    stanzas = (f"insert_job: j{n}  command: x  machine: localhost" for n in range(RUNS_OF_A_ROUND))
    load_jil(store, "\n".join(stanzas), BEGIN, zone)
    moment = Moment(BEGIN)
    agent = SimulatedAgent(moment, keeps_past=False)
    with store.transaction():
        store.take_lease("bench", BEGIN, 0, lambda holder: True)
    driver = Driver(store, agent, moment, Configuration(), lambda: timetable_of(store, zone), LOCAL, "bench")
    at_small = 0.0
    for runs in range(RUNS_OF_A_ROUND, large + 1, RUNS_OF_A_ROUND):
        with store.transaction():
            for joid in driver.world.jobs:
                store.add_event(Event(EventCode.STARTJOB, moment.now, joid=joid, sent_by="op@host"))
        while (due := driver.next_due()) is not None:
            moment.now = max(moment.now, due)
            driver.turn()
        if runs == small:
            at_small = peak_megabytes()
    return at_small, peak_megabytes()


@dataclass
class Moment:
    """A clock that is set."""

    now: int

    def __call__(self) -> int:
        return self.now


def test_memory_after_a_million_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.test_growth", str(tmp_path / "runs"), "1000000"]
    told = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout
    before, after = map(float, told.split())
    detail = f"{after:.0f} MB, {before:.0f} MB"
    guard(
        Figure(
            "memory of the scheduler's turns after 1,000,000 runs", "after 10,000", after / before, 1.1, detail=detail
        )
    )


if __name__ == "__main__":
    print(*memory_after(10_000, int(sys.argv[2]), Path(sys.argv[1])))
