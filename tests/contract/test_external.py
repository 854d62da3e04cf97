"""What other instances told, and how far their pasts were read (rule C-06)."""

from collections.abc import Callable

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import JobState, Mark, Outcome
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import turn

LOAD = JobState(Status.FAILURE, last_end=100, end_seq=7, exit_code=-9, since=110)


def test_what_was_told_is_loaded_again(connect: Callable[[], EventServer]) -> None:
    told: dict[str, JobState | None] = {"load^PRD": LOAD, "a:b^PRD": None, "load^DEV": JobState(Status.RUNNING)}
    turn(connect(), Outcome(externals=told, instances={"PRD": Mark(7, "abc"), "DEV": Mark(fault="away \udcff")}))
    store = connect()
    assert store.externals() == told
    assert list(store.externals()) == ["load^DEV", "a:b^PRD", "load^PRD"]
    assert store.load().externals == told
    assert store.load().instances == {"DEV": Mark(-1, "", "away \udcff"), "PRD": Mark(7, "abc", "")}


def test_the_last_word_stands_and_an_instance_can_be_forgotten(store: EventServer) -> None:
    turn(store, Outcome(externals={"load^PRD": LOAD, "x^PRD": None}, instances={"PRD": Mark(7, "abc")}))
    turn(store, Outcome(externals={"load^PRD": None, "x^PRD": LOAD}, instances={"PRD": Mark(8, "def", "away")}))
    assert store.externals() == {"load^PRD": None, "x^PRD": LOAD}
    assert store.load().instances == {"PRD": Mark(8, "def", "away")}
    turn(store, Outcome(instances={"PRD": None}))
    assert store.load().instances == {}


def test_it_belongs_to_the_turn(store: EventServer) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.write_turn([], Outcome(externals={"load^PRD": LOAD}, instances={"PRD": Mark(7, "abc")}), 1)
        1 / 0  # noqa: B018
    assert (store.externals(), store.load().instances) == ({}, {})
