"""What a change would do: two simulations of the same time, with it and without, compared start by start. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from autosys_py.core.codes import TERMINAL
from autosys_py.core.model import Fact, Job
from autosys_py.sim.forecast import is_start, key_of
from autosys_py.sim.simulation import Simulation


class Kind(StrEnum):
    """How a job differs, in the order in which a reader wants to hear of it."""

    STOPPED = "stopped"
    """It started before the change, and does not now."""
    UNFINISHED = "unfinished"
    """Its runs do not end any more in the time that is played."""
    SHIFTED = "shifted"
    """It starts as often, at other times."""
    COUNT = "count"
    """It starts more or less often."""
    STARTED = "started"
    """It did not start, and does now."""
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one job; times are UTC seconds."""

    kind: Kind
    job: str
    before: tuple[int, ...]
    """Its starts without the change."""
    after: tuple[int, ...]


@dataclass
class Played:
    """What a simulation showed of each job, by name."""

    jobs: dict[str, None] = field(default_factory=dict)
    """In definition order."""
    starts: dict[str, list[int]] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)
    """How many of its starts had no end."""


def play(simulation: Simulation, until: int) -> Played:
    """Plays up to `until`, included."""
    known: dict[int, Job] = dict(simulation.world.jobs)
    played = Played()
    running: dict[object, str] = {}
    for _, facts in simulation.run(until):
        for fact in facts:
            _take(fact, simulation.world.jobs, known, played, running)
    for name in running.values():
        played.open[name] = played.open.get(name, 0) + 1
    played.jobs = {job.name: None for job in simulation.world.jobs.values()}
    return played


def _take(
    fact: Fact, jobs: Mapping[int, Job], known: dict[int, Job], played: Played, running: dict[object, str]
) -> None:
    job = jobs.get(fact.joid) or known.get(fact.joid)
    if job is None:
        return
    known[fact.joid] = job
    if is_start(fact, job):
        played.starts.setdefault(job.name, []).append(fact.time)
        running[key_of(fact)] = job.name
    elif fact.status in TERMINAL:
        running.pop(key_of(fact), None)


def differences(before: Played, after: Played) -> list[Difference]:
    """Every job that differs, by kind and then in the order of definitions."""
    names = dict.fromkeys([*after.jobs, *before.jobs])
    found = [each for each in (_of(name, before, after) for name in names) if each is not None]
    order = list(Kind)
    return sorted(found, key=lambda each: order.index(each.kind))


def _of(name: str, before: Played, after: Played) -> Difference | None:
    one, other = tuple(before.starts.get(name, ())), tuple(after.starts.get(name, ()))
    kind = _kind(name, one, other, before, after)
    return None if kind is None else Difference(kind, name, one, other)


def _kind(name: str, one: tuple[int, ...], other: tuple[int, ...], before: Played, after: Played) -> Kind | None:
    if name not in before.jobs:
        return Kind.NEW
    if name not in after.jobs:
        return Kind.GONE
    if one and not other:
        return Kind.STOPPED
    if other and not one:
        return Kind.STARTED
    if after.open.get(name, 0) > before.open.get(name, 0):
        return Kind.UNFINISHED
    if len(one) != len(other):
        return Kind.COUNT
    return Kind.SHIFTED if one != other else None


def starts_of(played: Iterable[Played]) -> list[int]:
    """How many starts each had."""
    return [sum(map(len, each.starts.values())) for each in played]
