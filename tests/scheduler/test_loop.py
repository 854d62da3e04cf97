"""The loop: what it does when the store is somebody else's for too long."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.errors import StoreBusy
from autosys_py.event_server.memory import MemoryStore
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.loop import Loop
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns
from tests.loading import load_jil

UTC = ZoneInfo("UTC")


class LockedStore(MemoryStore):
    """Somebody holds the write lock as often as told."""

    locked = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self.locked:
            self.locked -= 1
            raise StoreBusy("locked")
        with super().transaction():
            yield


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def loop_over(store: MemoryStore, clock: Clock, folder: Path) -> tuple[Loop, Turns]:
    with store.transaction():
        store.take_lease("me", 1000, 30, lambda holder: True)
    world, orders, adopted = recover(store, Configuration(), Timetable(UTC), frozenset({"localhost"}))
    turns = Turns(store, world, "me", lambda event: None)
    agent = SimulatedAgent(lambda: int(clock.now), SimulatedOutcome(runtime=1))
    loop = Loop(turns, agent, Journal(folder / "log", UTC, Configuration()), clock, {})
    loop.resume(orders, adopted)
    return loop, turns


def test_a_store_that_is_locked_for_too_long_is_waited_for(tmp_path: Path, clock: Clock) -> None:
    store = LockedStore()
    load_jil(store, "insert_job: a  command: x  machine: localhost\n", 1000, UTC)
    loop, turns = loop_over(store, clock, tmp_path)
    joid = turns.world.names["a"]
    with store.transaction():
        store.add_event(Event(EventCode.STARTJOB, 1000, joid=joid, sent_by="o@h"))
    for _ in range(3):
        loop.pass_once()
    assert turns.world.states[joid].status is Status.RUNNING
    clock.now = 1002
    store.locked = 2
    for _ in range(4):
        loop.pass_once()
    assert turns.world.states[joid].status is Status.SUCCESS
    assert (tmp_path / "log").read_text().count("locked by another process; trying again") == 2


def test_a_turn_that_began_and_failed_ends_the_scheduler(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LockedStore()
    loop, turns = loop_over(store, clock, tmp_path)

    def fail(*_: object) -> None:
        raise StoreBusy("at commit")

    monkeypatch.setattr(store, "write_turn", fail)
    with pytest.raises(StoreBusy):
        loop.pass_once()
    assert turns.has_begun
