"""Waiting lines: who waits for which machine or resource, by priority and then by arrival (rules L-03, L-05).

A queued job stands in a line of its machine value (QUE_WAIT, PEND_MACH) or in one of each resource that it names
(RESWAIT). Inside a line, jobs that ask for the same are a `Group`: at one moment all of them get the same answer,
so a line of ten thousand jobs is looked at once for each group and not once for each job.

Arrival is the second in which a job entered its queue, then the order of definition: both are stored with the job,
so the order is the same after a restart.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from autosys_py.core.codes import QUEUED, Status
from autosys_py.core.demands import Demands
from autosys_py.core.model import Job, JobState


class Line(NamedTuple):
    """What somebody waits for."""

    status: Status
    """QUE_WAIT, PEND_MACH or RESWAIT."""
    name: str
    """The `machine` value as defined, or a resource."""


class Group(NamedTuple):
    """Jobs of a line that always get the same answer."""

    priority: int
    machine: str
    job_load: int
    resources: Demands
    job_type: str
    is_forced: bool
    holder: int
    """Who holds units already asks for less than others do, and is a group of its own; 0 = holds none."""


class Place(NamedTuple):
    since: int
    joid: int


class Standing(NamedTuple):
    """Where a job stands, so that it leaves what it joined, whatever has become of it meanwhile."""

    lines: tuple[Line, ...]
    group: Group
    place: Place


Groups = dict[Group, list[Place]]


def priority_of(job: Job, state: JobState) -> int:
    """Lower goes first; 0 = not queued for load (rules L-02, T-02)."""
    if state.queue_priority is not None:
        return state.queue_priority
    return 0 if state.forced and state.status in QUEUED else job.priority


@lru_cache(maxsize=4096)
def machine_names(value: str) -> tuple[str, ...]:
    """The names of a `machine` value."""
    return tuple(name.strip() for name in value.split(","))


def machine_line(value: str) -> Line:
    """Who waits for resources and might find them on another machine of that value. No resource is called so."""
    return Line(Status.RESWAIT, f"machine {value}")


def lines_on_machine(value: str) -> list[Line]:
    """Who may go on when that value leads to more load units, or to one more machine."""
    return [Line(Status.QUE_WAIT, value), machine_line(value)]


def lines_of(job: Job, status: Status) -> Iterator[Line]:
    """Where a job stands in that status: nowhere unless it is queued."""
    if status is Status.RESWAIT:
        for name in dict.fromkeys(demand.name for demand in job.resources):
            yield Line(status, name)
        if job.machine:
            yield machine_line(job.machine)
    elif status in QUEUED:
        yield Line(status, job.machine)


def group_of(job: Job, state: JobState) -> Group:
    holder = job.joid if state.holds else 0
    return Group(priority_of(job, state), job.machine, job.job_load, job.resources, job.job_type, state.forced, holder)


class Lines:
    """All lines. One made over another shows what that one has and keeps its own changes to itself."""

    def __init__(self, below: "Lines | None" = None) -> None:
        self._below = below
        self._lines: dict[Line, Groups] = {}
        self._standing: dict[int, Standing | None] = {}
        """By joid; None = it left, and may stand in those below."""
        self._own: set[tuple[Line, Group]] = set()
        """Lists that are ours to change; the others belong to the lines below."""
        self._values: dict[str, dict[str, None]] = {}
        """From the name of a machine to the `machine` values that name it and for which somebody has waited."""

    def groups(self, line: Line) -> Groups:
        """Who stands in a line; only to be read."""
        found = self._lines.get(line)
        if found is None:
            found = self._below.groups(line) if self._below is not None else {}
        return found

    def values_naming(self, name: str) -> list[str]:
        """Values of `machine` with that name in them, for which somebody waits or has waited."""
        found = dict(self._values.get(name, {}))
        if self._below is not None:
            found |= dict.fromkeys(self._below.values_naming(name))
        return list(found)

    def waiting_for_machines(self) -> list[str]:
        """Values of `machine` of all jobs in PEND_MACH."""
        found = dict.fromkeys(self._below.waiting_for_machines()) if self._below is not None else {}
        for line in self._lines:
            if line.status is Status.PEND_MACH:
                found[line.name] = None
        return [name for name in found if self.groups(Line(Status.PEND_MACH, name))]

    def highest(self, line: Line) -> int | None:
        """The lowest priority number in a line; None if nobody waits."""
        return min((group.priority for group in self.groups(line)), default=None)

    def first(self, line: Line) -> Iterator[tuple[int, Place, Group]]:
        """The first of each group: priority, place, group."""
        for group, places in self.groups(line).items():
            yield group.priority, places[0], group

    def join(self, job: Job, state: JobState) -> None:
        """Takes a job in, if its status is one of waiting. `job` is the one that would start."""
        if state.status not in QUEUED:
            return
        standing = Standing(tuple(lines_of(job, state.status)), group_of(job, state), Place(state.since, job.joid))
        self._standing[job.joid] = standing
        for line in standing.lines:
            insort(self._writable(line, standing.group), standing.place)
        for name in machine_names(job.machine):
            self._values.setdefault(name, {})[job.machine] = None

    def of(self, joid: int) -> tuple[Line, ...]:
        """The lines that a job stands in."""
        standing = self._where(joid)
        return standing.lines if standing is not None else ()

    def leave(self, joid: int) -> tuple[Line, ...]:
        """Takes a job out; returns the lines that it stood in."""
        standing = self._where(joid)
        if standing is None:
            return ()
        if self._below is None:
            del self._standing[joid]
        else:
            self._standing[joid] = None
        lines, group, place = standing
        for line in lines:
            places = self._writable(line, group)
            del places[bisect_left(places, place)]
            if not places:
                del self._lines[line][group]
                self._own.discard((line, group))
            if not self._lines[line] and self._below is None:
                del self._lines[line]
        return lines

    def all(self) -> list[Line]:
        """Every line of those below and of our own."""
        found = dict.fromkeys(self._below.all()) if self._below is not None else {}
        return list(found | dict.fromkeys(self._lines))

    def everybody(self) -> Iterator[tuple[Line, Place]]:
        """All places of all lines: for tests."""
        for line, groups in self._lines.items():
            for places in groups.values():
                for place in places:
                    yield line, place

    def _where(self, joid: int) -> Standing | None:
        if joid in self._standing or self._below is None:
            return self._standing.get(joid)
        return self._below._where(joid)

    def _writable(self, line: Line, group: Group) -> list[Place]:
        groups = self._lines.get(line)
        if groups is None:
            groups = self._lines[line] = dict(self._below.groups(line)) if self._below is not None else {}
        if (line, group) not in self._own:
            groups[group] = list(groups.get(group, ()))
            self._own.add((line, group))
        return groups[group]
