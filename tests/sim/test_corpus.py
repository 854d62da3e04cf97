"""Definitions of real sites, played for a month: no rule breaks a law, whatever a site wrote.

What jil refuses is left out; estate a names no machines and is given one. Start times fall by themselves; every
outermost job that has none is started by hand once a day, and every seventh start fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.cli.define import Definer, load
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import EventCode
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event, Job
from autosys_py.event_server.memory import MemoryStore
from autosys_py.jil.scanner import scan
from autosys_py.sim.script import AtLine, Script
from autosys_py.sim.simulation import Settings, Simulation
from tests.invariants import Invariants, watch_starts

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(CORPUS.glob("jil/*.jil"))
LARGE = {"estate-a-01", "estate-a-02", "estate-b-01"}

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")

NEW_YORK = ZoneInfo("America/New_York")
BEGIN = 1_771_909_200
"""02/24/2026 00:00: the clocks go forward on the twelfth day."""
DAY = 86400
GLOBALS = ("au2_up", "wu0_up", "ap0_up", "devsap_up", "testsap_up", "prodsap_up", "prodtms_up")


def month(path: Path, days: int) -> tuple[int, int]:
    """Plays an estate and checks every turn; returns how many jobs were accepted and how many starts were seen."""
    store = MemoryStore(keeps_past=False)
    answers = load(Definer(store, NEW_YORK, "joe@desk", "local"), text_of(path), BEGIN)
    invariants = Invariants(keeps_past=False)
    invariants.meet(store)
    with store.transaction():
        for event in by_hand(store, days):
            store.add_event(event)
    settings = Settings(
        BEGIN, NEW_YORK, timetable_of, Configuration(), True, frozenset({"localhost"}), usual=outcomes()
    )
    simulation = Simulation(store, settings, Script(), never)
    day = 0
    for now, facts in simulation.run(BEGIN + days * DAY):
        invariants.check_turn(simulation.world, facts, now)
        if (now - BEGIN) // DAY > day:
            day = (now - BEGIN) // DAY
            invariants.check_all(simulation.world, store, simulation.now, is_settled=True)
    invariants.check_all(simulation.world, store, simulation.now, is_settled=True)
    return sum(answer.inserted for answer in answers), len(invariants.begun)


def text_of(path: Path) -> str:
    text = path.read_bytes().decode("utf-8", "replace")
    if not path.stem.startswith("estate-a"):
        return text
    filled = []
    for stanza in scan(text.split("\n")):
        filled += [f"{stanza.subcommand}: {stanza.head.typed}"]
        filled += [f"{statement.keyword}: {statement.typed}" for statement in stanza.statements]
        filled += ["machine: localhost"] if stanza.subcommand == "insert_job" else []
    return "\n".join(filled)


def by_hand(store: MemoryStore, days: int) -> Iterator[Event]:
    for name in GLOBALS:
        yield Event(EventCode.SET_GLOBAL, BEGIN, name=name, value="yes", sent_by="joe@desk")
    for definition in store.definitions():
        job = definition.job
        row = store.status(job.joid)
        if row is not None and row.state.next_start is None and not job.box_joid:  # its calendar is not in the corpus
            code = EventCode.STARTJOB if job.condition is None else EventCode.FORCE_STARTJOB
            for day in range(days):
                yield Event(code, BEGIN + day * DAY + 7200, joid=job.joid, sent_by="joe@desk")


def outcomes() -> Callable[[Job], SimulatedOutcome]:
    starts = 0

    def usual(job: Job) -> SimulatedOutcome:
        nonlocal starts
        starts += 1
        return SimulatedOutcome(30 + starts % 11 * 60, int(starts % 7 == 0))

    return usual


def never(line: AtLine, now: int) -> None:
    raise AssertionError("there is no script")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_month_breaks_no_law(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch_starts(monkeypatch)
    accepted, started = month(path, 5 if path.stem in LARGE else 30)
    assert started or not accepted


@pytest.mark.bench
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(LARGE))
def test_a_month_of_a_large_estate_breaks_no_law(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watch_starts(monkeypatch)
    accepted, started = month(CORPUS / "jil" / f"{name}.jil", 30)
    print(f"\n{name}: {accepted} jobs, {started} starts in 30 days")
    assert started
