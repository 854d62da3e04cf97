"""`autosys why` says what the engine does: all gates open and "the scheduler starts it" are the same statement.

More stories: `PROPERTY_SEEDS=200:1000 pytest tests/core/test_explain.py`.
"""

import os
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

import pytest

from autosys_py.core.codes import QUEUED, EventCode, Status
from autosys_py.core.condition import AND, OR, Atom, Condition, Kind
from autosys_py.core.configuration import Configuration
from autosys_py.core.draft import Draft
from autosys_py.core.explain import gates, tree
from autosys_py.core.model import Event, Fact, Job, JobState, RunKey
from autosys_py.core.queues import look_at
from autosys_py.core.starts import consider
from autosys_py.core.timetable import Timetable
from autosys_py.core.world import World
from tests.core.test_properties import Watched, play

FIRST, _, LAST = os.environ.get("PROPERTY_SEEDS", "0:60").partition(":")


def starts(world: World, joid: int, now: int) -> bool:
    """Does the engine start the job if it looks at it, or serves its queue, now?"""
    draft = Draft(world, now)
    before = draft.state(joid)
    key = RunKey(joid, before.run_num, before.ntry)
    if before.status in QUEUED:
        look_at(draft, joid)
    else:
        draft.record_event(Event(EventCode.JOB_STATUS_CHANGED, now, joid=joid))
        consider(draft, joid)
    after = draft.state(joid)
    return RunKey(joid, after.run_num, after.ntry) != key and after.status not in QUEUED


def compare(seed: int, monkeypatch: pytest.MonkeyPatch) -> Counter[bool]:
    """Plays a story and compares after every turn, for every job; returns how often the gates were open, and not."""
    look, seen = Watched._check, Counter[bool]()

    def check(self: Watched, facts: list[Fact]) -> None:
        look(self, facts)
        for joid, job in self.world.jobs.items():
            found = gates(Draft(self.world, self.now), joid)
            passes = all(gate.is_open for gate in found)
            seen[passes] += 1
            assert passes == starts(self.world, joid, self.now), f"{job.name}: {found} {self.world.states[joid]}"

    with monkeypatch.context() as patched:
        patched.setattr(Watched, "_check", check)
        play(seed)
    return seen


@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST)))
def test_all_gates_open_is_the_same_as_the_engine_starts_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(seed, monkeypatch)[False]


def test_both_halves_of_the_statement_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that are free to start and have not are rare: everything that may start does."""
    assert sum(compare(seed, monkeypatch)[True] for seed in range(20)) > 0


@pytest.mark.parametrize("seed", range(60))
def test_the_past_alone_gives_the_states_from_the_first_on(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every job since it was defined, with nothing known beforehand: what `--at` rests on."""
    look = Watched._check
    folded: dict[int, JobState] = defaultdict(JobState)

    def check(self: Watched, facts: list[Fact]) -> None:
        look(self, facts)
        for fact in facts:
            for joid, changes in fact.changes:
                for name, value in changes.items():
                    setattr(folded[joid], name, value)
        assert {joid: folded[joid] for joid in self.world.states} == self.world.states

    monkeypatch.setattr(Watched, "_check", check)
    play(seed)


# The tree


def drawn(condition: Condition, *succeeded: str) -> list[str]:
    """Each line of the tree, indented, with its truth; the named jobs are SUCCESS, the others FAILURE."""
    world = World(Configuration(), Timetable(ZoneInfo("UTC")))
    names = list(dict.fromkeys(atom.name for atom in condition.atoms))
    for joid, name in enumerate(names, start=1):
        world.define(Job(joid, 1, name, "CMD"), JobState(Status.SUCCESS if name in succeeded else Status.FAILURE))
    asker = Job(99, 1, "asker", "CMD", condition=condition)
    world.define(asker, JobState())
    found = tree(Draft(world, 0), asker)
    return [
        "  " * each.depth + ("+ " if each.holds else "- ") + (each.truth.atom.name if each.truth else each.operator)
        for each in found
    ]


def of(names: str, *program: int) -> Condition:
    return Condition(tuple(Atom(Kind.SUCCESS, name, text=f"s({name})") for name in names), program)


def test_one_atom_is_its_own_tree() -> None:
    assert drawn(of("a", 0)) == ["- a"]


def test_what_one_operator_joins_stands_side_by_side() -> None:
    assert drawn(of("abc", 0, 1, AND, 2, AND), "a") == ["- all of", "  + a", "  - b", "  - c"]
    assert drawn(of("abc", 0, 1, 2, AND, AND), "a") == ["- all of", "  + a", "  - b", "  - c"]
    assert drawn(of("abcd", 0, 1, OR, 2, 3, OR, OR), "d") == ["+ any of", "  - a", "  - b", "  - c", "  + d"]


def test_the_other_operator_goes_one_level_in() -> None:
    assert drawn(of("abc", 0, 1, AND, 2, OR), "c") == ["+ any of", "  - all of", "    - a", "    - b", "  + c"]
    assert drawn(of("abc", 0, 1, 2, OR, AND), "a", "c") == ["+ all of", "  + a", "  + any of", "    - b", "    + c"]


def test_a_condition_of_ten_thousand_levels() -> None:
    program = [0]
    for level in range(10_000):
        program += [0, AND if level % 2 else OR]
    assert len(drawn(of("a", *program), "a")) == 20_001
