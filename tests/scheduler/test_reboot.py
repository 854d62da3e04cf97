"""Orders of before a restart of the machine may have been given; see `scheduler/reboot.py`."""

from collections.abc import Iterator

import pytest

from autosys_py.core.model import Effect, EffectKind, RunKey
from autosys_py.event_server.memory import MemoryStore
from autosys_py.scheduler.reboot import leave, orders_in_doubt

FIRST, SECOND = RunKey(1, 7, 1), RunKey(2, 7, 1)
ORDERS = [Effect(EffectKind.START, FIRST, 1, "localhost"), Effect(EffectKind.START, SECOND, 1, "localhost")]


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    store = MemoryStore()
    assert orders_in_doubt(store, "boot 1", []) == frozenset()
    yield store
    store.close()


def test_orders_of_this_boot_are_given_again(store: MemoryStore) -> None:
    assert orders_in_doubt(store, "boot 1", ORDERS) == frozenset()


def test_orders_of_another_boot_are_in_doubt_until_they_are_answered(store: MemoryStore) -> None:
    assert orders_in_doubt(store, "boot 2", ORDERS) == {FIRST, SECOND}
    assert orders_in_doubt(store, "boot 2", ORDERS[:1]) == {FIRST}
    assert orders_in_doubt(store, "boot 2", []) == frozenset()


def test_what_was_not_given_before_a_stop_in_order_is_in_no_doubt(store: MemoryStore) -> None:
    leave(store, ORDERS[1:])
    assert orders_in_doubt(store, "boot 2", ORDERS) == {FIRST}


def test_what_was_left_is_given_by_the_next_scheduler(store: MemoryStore) -> None:
    leave(store, ORDERS)
    assert orders_in_doubt(store, "boot 1", ORDERS) == frozenset()
    assert orders_in_doubt(store, "boot 2", ORDERS) == {FIRST, SECOND}


def test_kills_are_never_in_doubt(store: MemoryStore) -> None:
    assert orders_in_doubt(store, "boot 2", [Effect(EffectKind.KILL, FIRST, 1, "localhost", "15,9")]) == frozenset()
