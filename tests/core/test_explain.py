"""`autosys why` says what the engine does: all gates open and "the scheduler starts it" are the same statement."""

import os
from collections import Counter

import pytest

from autosys_py.core.codes import QUEUED, Status
from autosys_py.core.condition import AND, OR, Atom, Condition, Kind
from autosys_py.core.draft import Draft
from autosys_py.core.explain import ahead, gates, tree
from autosys_py.core.model import Fact, Job, JobState, RunKey
from autosys_py.core.queues import look_at
from autosys_py.core.starts import consider
from autosys_py.core.world import World
from tests.core.test_properties import Watched, play

OPEN_SOMETIME = range(10)
"""In these stories jobs were free to start now and then: the other half of the statement was tried too."""

FIRST, _, LAST = os.environ.get("PROPERTY_SEEDS", "0:60").partition(":")


def starts(world: World, joid: int, now: int) -> bool:
    """Does the engine start the job if it looks at it, or serves its queue, now?"""
    draft = Draft(world, now)
    before = draft.state(joid)
    key = RunKey(joid, before.run_num, before.ntry)
    if before.status in QUEUED:
        draft.opened.clear()
        look_at(draft, joid)
    else:
        draft.record_event(_look(joid, now))
        consider(draft, joid)
    after = draft.state(joid)
    return RunKey(joid, after.run_num, after.ntry) != key and after.status not in QUEUED


def _look(joid: int, now: int):  # type: ignore[no-untyped-def]
    from autosys_py.core.codes import EventCode
    from autosys_py.core.model import Event

    return Event(EventCode.JOB_STATUS_CHANGED, now, joid=joid)


@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST)))
def test_all_gates_open_is_the_same_as_the_engine_starts_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    look, seen = Watched._check, Counter[bool]()

    def check(self: Watched, facts: list[Fact]) -> None:
        look(self, facts)
        for joid, job in self.world.jobs.items():
            found = gates(Draft(self.world, self.now), joid)
            passes = all(gate.is_open for gate in found)
            seen[passes] += 1
            assert passes == starts(self.world, joid, self.now), f"{job.name}: {found} {self.world.states[joid]}"

    monkeypatch.setattr(Watched, "_check", check)
    play(seed)
    assert seen[False]
    assert seen[True] or seed not in OPEN_SOMETIME
