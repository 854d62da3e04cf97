"""What is available of resources and who has the rest, as the store knows it (cli.md §3.8)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from autosys_py.core.model import CountKey, NamedObject, ResourceKey

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer
    from autosys_py.report.data import Row


class ResourceUsage:
    """Read once, for one report."""

    def __init__(self, store: "EventServer") -> None:
        self._holders = list(store.statuses(store.holders()))
        self._counts = store.counts()
        self._held: dict[ResourceKey, int] = {}
        for row in self._holders:
            for each in row.state.holds:
                key = ResourceKey(each.name, each.machine)
                self._held[key] = self._held.get(key, 0) + each.units

    def available(self, thing: NamedObject) -> int:
        """Units that nobody has: of a renewable resource those not held, of a depletable one those not consumed; of a
        threshold its amount."""
        key, amount = ResourceKey(thing.name, thing.part), int(thing.value("amount", "0"))
        match thing.value("res_type"):
            case "R":
                return amount - self._held.get(key, 0)
            case "D":
                return amount - self._counts.get(CountKey("consumed", *key), 0)
        return amount

    def rows(self, chosen: Iterable[NamedObject]) -> "Iterator[Row]":
        """What each job holds, in definition order, as `report.objects.USAGE_KEYS` says."""
        for thing in chosen:
            for row in self._holders:
                for each in row.state.holds:
                    if (each.name, each.machine) == (thing.name, thing.part):
                        state = row.state
                        yield (
                            thing.name, row.head.name, state.run_num, state.ntry, state.status.name,
                            state.machine or None, each.units,
                        )  # fmt: skip
