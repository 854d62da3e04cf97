"""What a restart of the machine leaves in doubt.

An order is committed before it is given, and deleted when the news that its run began is committed. In between a run
may have begun, and the record that says so is written out by the kernel in its own time: after a power loss it may be
gone. Syncing every record before its command is run would cost more than the run; so the store knows which boot its
orders are of instead. An order of an earlier boot, or of another machine that had this store before, was given perhaps.
Without a record its run is lost (rule R-10), and never started a second time.

A scheduler that stops in order says which orders it did not give; those are started by the next one, whenever.
"""

from collections.abc import Iterable

from autosys_py.core.model import Effect, EffectKind, RunKey
from autosys_py.event_server.protocol import EventServer

BOOT, IN_DOUBT, NOT_GIVEN = "boot", "orders_in_doubt", "orders_not_given"
"""Settings of the store; runs are named as in their records, parted by blanks."""


def orders_in_doubt(store: EventServer, boot: str, orders: Iterable[Effect]) -> frozenset[RunKey]:
    """Which of the orders in the outbox may have been given before this machine was switched on. Settles it for every
    later scheduler too, so it must be asked before any order is given."""
    runs = {effect.key.name: effect.key for effect in orders if effect.kind is EffectKind.START}
    with store.transaction():
        doubtful = _runs(store, IN_DOUBT)
        if (store.setting(BOOT) or boot) != boot:
            doubtful |= runs.keys() - _runs(store, NOT_GIVEN)
        doubtful &= runs.keys()
        store.put_setting(BOOT, boot)
        store.put_setting(IN_DOUBT, " ".join(sorted(doubtful)))
        store.put_setting(NOT_GIVEN, "")
    return frozenset(runs[name] for name in doubtful)


def leave(store: EventServer, not_given: Iterable[Effect]) -> None:
    """A scheduler that stops in order: these of its orders were not given."""
    runs = [effect.key.name for effect in not_given if effect.kind is EffectKind.START]
    if runs:
        with store.transaction():
            store.put_setting(NOT_GIVEN, " ".join(runs))


def _runs(store: EventServer, key: str) -> set[str]:
    return set((store.setting(key) or "").split())
