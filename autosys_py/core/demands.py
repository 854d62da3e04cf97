"""What a job asks of resources: the `resources` attribute compiled (jil.md §8, rules L-06 to L-08)."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

ALL = 0
"""A quantity: everything there is."""

REAL = ("SYSTEM_OS_TYPE", "SYSTEM_PHYSICAL_MEMORY", "SYSTEM_CPU_COUNT", "MEM_INUSE_PCT")
"""What an agent measures of its host; every other name is defined by `insert_resource`."""


class Demand(NamedTuple):
    """One group of the attribute."""

    name: str
    quantity: int = 1
    """Units; `ALL` = all of them."""
    free: str = "Y"
    """Renewable: `Y` back on SUCCESS, `A` on any end, `N` never (rule L-07)."""
    operator: str = ""
    """Real: EQ NE GT GTE LT LTE."""
    value: str = ""
    """Real: what is compared with."""
    version: str = ""
    """Of SYSTEM_OS_TYPE."""

    @property
    def is_real(self) -> bool:
        return self.name in REAL


class Demands(tuple[Demand, ...]):
    """All groups of a job; every one must be met."""

    __slots__ = ()

    def to_json(self) -> list[Any]:
        return [list(each) for each in self]

    @classmethod
    def from_json(cls, stored: Iterable[Iterable[Any]]) -> Self:
        return cls(Demand(*each) for each in stored)

    @property
    def polls(self) -> bool:
        """Does something of it change without an event? (rule L-09)"""
        return any(each.is_real for each in self)


NO_DEMANDS = Demands()
