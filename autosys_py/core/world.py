"""The world: everything the scheduler knows, in dictionaries, with the indexes that make an event cheap.

A step never searches. `dependents` leads from a name to the jobs whose condition names it, `overriders` to the
boxes whose overrides name it, `tallies` counts what is left of each box, so that the end of one member of ten
thousand costs what it touches and no more. Names are kept as names in the indexes: a condition may speak of a
job that does not exist yet (rule C-04).

Only `apply`, `define`, `remove`, `set_machine`, `set_missing`, `set_resource` and `take_message` change a world,
and they take decisions that are already made.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from autosys_py.core.codes import DONE_IN_BOX, FAILED, QUEUED, Status
from autosys_py.core.condition import external_name
from autosys_py.core.configuration import Configuration
from autosys_py.core.lines import Lines
from autosys_py.core.model import (
    CountKey,
    Job,
    JobState,
    Machine,
    Mark,
    Notification,
    OperatorMessage,
    Outcome,
    Readings,
    Resource,
    ResourceKey,
    Run,
    RunKey,
    members_of,
)
from autosys_py.core.timetable import Timetable

WAITING = frozenset({*QUEUED, Status.RESTART})
"""Statuses from which the scheduler itself takes a job on: a queue, or the wait between two tries."""

RUNNABLE_TYPES = frozenset({"CMD", "FW", "FT", *"0123456789"})
"""What an agent can run, types of the site's own among them; any other waits in PEND_MACH (jil.md §4)."""


class Tally(NamedTuple):
    """What is counted of a box."""

    unfinished: int = 0
    """Members that are not done …"""
    failed: int = 0
    """… that failed or were terminated …"""
    activated: int = 0
    """… and that wait to be started: they are unfinished too."""

    def moved(self, before: Status, after: Status) -> "Tally":
        """With one member gone from one status to another."""
        change = _MOVES[before][after]
        if change is None:
            return self
        return Tally(self[0] + change[0], self[1] + change[1], self[2] + change[2])

    def counted(self, status: Status, by: int) -> "Tally":
        """With one member more or less in that status."""
        (unfinished, failed, activated), one = self, _COUNTED[status]
        return Tally(unfinished + by * one[0], failed + by * one[1], activated + by * one[2])


_COUNTED = {
    status: Tally(int(status not in DONE_IN_BOX), int(status in FAILED), int(status is Status.ACTIVATED))
    for status in Status
}
"""One member in each status."""


def _move(before: Status, after: Status) -> Tally | None:
    was, now = _COUNTED[before], _COUNTED[after]
    return None if was == now else Tally(*(new - old for old, new in zip(was, now, strict=True)))


_NOTHING_COUNTED = Tally()

_MOVES = {before: {after: _move(before, after) for after in Status} for before in Status}
"""What a change of one member's status changes in the counts; None = nothing. Every change of every status asks."""

LOCALHOST = Machine("localhost", node_name="localhost")
"""Always defined (extensions.md §2)."""

Index = dict[str, dict[int, None]]
"""From a name to joids in a stable order (a set would depend on the hash seed)."""

LoadKey = tuple[str, str]
"""A machine and a virtual machine: units on the machine (`m`, ``), on it by way of the virtual one (`m`, `v`), and
by way of that one anywhere (``, `v`)."""


def load_keys(run: Run) -> Iterable[LoadKey]:
    """Where the load of a run counts."""
    yield run.machine, ""
    if run.virtual:
        yield run.machine, run.virtual
        yield "", run.virtual


@dataclass(eq=False)
class World:
    """The state of one instance at one moment."""

    configuration: Configuration
    timetable: Timetable
    local_nodes: frozenset[str] = frozenset({"localhost"})
    """Node names that mean this host (extensions.md §2)."""
    jobs: dict[int, Job] = field(default_factory=dict)
    states: dict[int, JobState] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    tallies: dict[int, Tally] = field(default_factory=dict)
    dependents: Index = field(default_factory=dict)
    global_dependents: Index = field(default_factory=dict)
    overriders: Index = field(default_factory=dict)
    calendar_users: Index = field(default_factory=dict)
    """From a run_calendar to its jobs."""
    zone_users: Index = field(default_factory=dict)
    """From a time zone as jobs name it to the jobs; the empty name is the scheduler's."""
    fired: dict[int, set[int]] = field(default_factory=dict)
    """Start times that jobs have had by a clock that was ahead, and that are not to come again."""
    external_dependents: Index = field(default_factory=dict)
    external_overriders: Index = field(default_factory=dict)
    external_version: int = 0
    """Differs when the names of jobs of other instances may have changed."""
    externals: dict[str, JobState | None] = field(default_factory=dict)
    """By `job^INS`: the last that its instance told (rule C-06); None = it has no such job."""
    instances: dict[str, Mark] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    machines: dict[str, Machine] = field(
        default_factory=lambda: {"localhost": Machine("localhost", node_name="localhost")}
    )
    definitions: dict[int, Job] = field(default_factory=dict)
    """What lies under an override for the next run; then `jobs` has the two together."""
    overridden: dict[int, Job] = field(default_factory=dict)
    """What the latest run was decided for, where it started with an override."""
    hopes: dict[int, int] = field(default_factory=dict)
    """Where the last search for a member that can still start ended, by box: no more than a hint (`deadlock`)."""
    runs: dict[RunKey, Run] = field(default_factory=dict)
    """Runs without an end, of boxes too."""
    waiting: dict[int, None] = field(default_factory=dict)
    """Jobs in QUE_WAIT, PEND_MACH, RESWAIT or RESTART, in the order they came."""
    messages: dict[int, dict[int, OperatorMessage]] = field(default_factory=dict)
    """Questions to operators that are open, by job and number."""
    notifications: dict[int, Notification] = field(default_factory=dict)
    """People still to be told, by the `seq` of what they are to be told of."""
    lines: Lines = field(default_factory=Lines)
    """Who waits for a machine, its load or a resource."""
    loads: dict[LoadKey, int] = field(default_factory=dict)
    """Units of open runs (rule L-01)."""
    resources: dict[ResourceKey, Resource] = field(default_factory=dict)
    held: dict[ResourceKey, int] = field(default_factory=dict)
    """Units of renewable resources that jobs hold."""
    counts: dict[CountKey, int] = field(default_factory=dict)
    pending_from: int = 0
    """From when on the next jobs may leave PEND_MACH (rule L-17)."""
    readings: Readings | None = None
    """What the agent measures of this host; None = nobody measures (a simulation): everything is there and idle."""
    virtuals: dict[str, dict[str, None]] = field(default_factory=dict)
    """From a machine to the other names that lead to it: virtual machines that it is a member of, and `localhost` by
    the key LocalMachineDefinition."""
    assume_online: bool = False
    """A simulation of somebody else's estate: every machine that a job names is here."""
    unreachable: dict[str, None] = field(default_factory=dict)
    """Machines that do not answer, though nobody took them offline."""
    came_up: int | None = None
    """Since when this world is kept up to date; None = it was just read from the store."""

    def __post_init__(self) -> None:
        if local := self.configuration.LocalMachineDefinition:
            self.virtuals[local] = {"localhost": None}

    last_seq: int = 0
    last_run_num: int = 0

    # The View of a condition

    def state_named(self, name: str, instance: str) -> JobState | None:
        if instance:
            return self.externals.get(external_name(name, instance))
        joid = self.names.get(name)
        return None if joid is None else self.states[joid]

    def global_value(self, name: str) -> str | None:
        return self.globals.get(name)

    @property
    def zone(self) -> ZoneInfo:
        """The scheduler's."""
        return self.timetable.zone

    def external_names(self) -> list[str]:
        """Every `job^INS` that a condition or an override names, each once."""
        indexes = (self.external_dependents, self.external_overriders)
        return list(dict.fromkeys(name for index in indexes for name, joids in index.items() if joids))

    def job_to_start(self, joid: int) -> Job:
        """What a start by the scheduler would run now: a further try what its run was decided for."""
        if self.states[joid].is_between_tries:
            return self.overridden.get(joid) or self.definitions.get(joid) or self.jobs[joid]
        return self.jobs[joid]

    # Changes

    def define(self, definition: Job, state: JobState | None = None, override: Job | None = None) -> Job | None:
        """Takes in a definition, new or a new version, and what an override makes of it for the next run; returns the
        version that was in force."""
        job = override or definition
        if override is not None:
            self.definitions[job.joid] = definition
        else:
            self.definitions.pop(job.joid, None)
        before = self.jobs.get(job.joid)
        if before is job:
            return before
        if before is not None:
            self._unindex(before)
            self.lines.leave(job.joid)
            if before.name != job.name and self.names.get(before.name) == job.joid:
                del self.names[before.name]  # renamed: the old name is free
        self.jobs[job.joid] = job
        self.names[job.name] = job.joid
        if job.joid not in self.states:
            self.states[job.joid] = state or JobState()
            if self.states[job.joid].status in WAITING:
                self.waiting[job.joid] = None
            self._hold(self.states[job.joid], 1)
        self.lines.join(self.job_to_start(job.joid), self.states[job.joid])
        if job.is_box:
            self.members.setdefault(job.joid, [])
            self.tallies.setdefault(job.joid, Tally())
        if job.box_joid:
            insort(self.members.setdefault(job.box_joid, []), job.joid)
            self._count(job.box_joid, self.states[job.joid].status, 1)
        for index, names in self._indexed(job):
            for name in names:
                index.setdefault(name, {})[job.joid] = None
        self._note_externals(job)
        return before

    def remove(self, joid: int) -> Job | None:
        """Takes a deleted job out; returns what it was."""
        job = self.jobs.get(joid)
        if job is None:
            return None
        self._unindex(job)
        self.lines.leave(joid)
        self._hold(self.states[joid], -1)
        del self.jobs[joid], self.states[joid]
        if self.names.get(job.name) == joid:
            del self.names[job.name]
        self.definitions.pop(joid, None)
        self.overridden.pop(joid, None)
        self.members.pop(joid, None)
        self.tallies.pop(joid, None)
        self.hopes.pop(joid, None)
        self.waiting.pop(joid, None)
        self.messages.pop(joid, None)
        return job

    def set_machine(self, name: str, machine: Machine | None) -> None:
        before = self.machines.get(name)
        for each in members_of(before) if before is not None else ():
            self.virtuals[each.name].pop(name, None)
        for each in members_of(machine) if machine is not None else ():
            self.virtuals.setdefault(each.name, {})[name] = None
        if machine is not None:
            self.machines[name] = machine
        elif name == "localhost":
            self.machines[name] = Machine(name, node_name=name)
        else:
            self.machines.pop(name, None)

    def take_message(self, message: OperatorMessage) -> None:
        """An open question is known until it is dealt with."""
        open_ones = self.messages.setdefault(message.joid, {})
        if message.answer:
            open_ones.pop(message.number, None)
        else:
            open_ones[message.number] = message
        if not open_ones:
            del self.messages[message.joid]

    def set_missing(self, name: str, how: int) -> None:
        """What the agent of a machine last said: 0 it answers, 1 it does not, 2 it refuses (rule L-12)."""
        self.counts[CountKey("missing", name)] = how

    def set_resource(self, key: ResourceKey, resource: Resource | None) -> None:
        if resource is not None:
            self.resources[key] = resource
        else:
            self.resources.pop(key, None)

    def open_run(self, run: Run) -> None:
        """Takes in a run without an end."""
        if run.key in self.runs:
            self.close_run(run.key)
        self.runs[run.key] = run
        self._put_load(run, 1)

    def close_run(self, key: RunKey) -> None:
        run = self.runs.pop(key, None)
        if run is not None:
            self._put_load(run, -1)

    def apply(self, outcome: Outcome) -> None:
        """Makes a decision true in memory."""
        states = self.states
        for joid, state in outcome.states.items():
            old = states[joid]
            before, status = old.status, state.status
            if old.holds != state.holds:
                self._hold(old, -1)
                self._hold(state, 1)
            states[joid] = state
            if before is not status:
                self._move(joid, before, status)
            if before in QUEUED or status in QUEUED:
                self.lines.leave(joid)
                self.lines.join(self.job_to_start(joid), state)
        for key, run in outcome.runs.items():
            if run.end is None:
                self.open_run(run)
            else:
                self.close_run(key)
        if outcome.facts:
            self.last_seq = outcome.facts[-1].seq
        self.last_run_num = max(self.last_run_num, outcome.run_num)
        self._apply_the_rest(outcome)

    def _apply_the_rest(self, outcome: Outcome) -> None:
        """What few outcomes have."""
        for name, value in outcome.globals.items():
            if value is None:
                self.globals.pop(name, None)
            else:
                self.globals[name] = value
        for name, machine in outcome.machines.items():
            self.set_machine(name, machine)
        for message in outcome.messages.values():
            self.take_message(message)
        for seq, notification in outcome.notifications.items():
            if notification is None:
                self.notifications.pop(seq, None)
            else:
                self.notifications[seq] = notification
        for use in outcome.overrides_used:
            self.define(self.definitions[use.job.joid])
        for joid, overridden in outcome.overridden.items():
            if overridden is None:
                self.overridden.pop(joid, None)
            else:
                self.overridden[joid] = overridden
        self.externals |= outcome.externals
        for name, mark in outcome.instances.items():
            if mark is None:
                self.instances.pop(name, None)
            else:
                self.instances[name] = mark
        self.counts |= outcome.counts
        if outcome.pending_from is not None:
            self.pending_from = outcome.pending_from
        for joid in outcome.deleted:
            self.remove(joid)

    # Inside

    def _move(self, joid: int, before: Status, after: Status) -> None:
        """Counts a job under another status."""
        box = self.jobs[joid].box_joid
        if box:
            self.tallies[box] = self.tallies.get(box, _NOTHING_COUNTED).moved(before, after)
        if after in WAITING:
            self.waiting[joid] = None
        elif before in WAITING:
            self.waiting.pop(joid, None)

    def _unindex(self, job: Job) -> None:
        if job.box_joid in self.members:
            self.members[job.box_joid].remove(job.joid)
            self._count(job.box_joid, self.states[job.joid].status, -1)
        for index, names in self._indexed(job):
            for name in names:
                index[name].pop(job.joid, None)
        self._note_externals(job)

    def _note_externals(self, job: Job) -> None:
        conditions = [each for each in (job.condition, job.box_success, job.box_failure) if each is not None]
        if any(atom.instance for each in conditions for atom in each.atoms):
            self.external_version += 1

    def _indexed(self, job: Job) -> Iterable[tuple[Index, list[str]]]:
        """Where a job is found by the names in its condition and overrides."""
        if job.condition is not None:
            yield self.dependents, job.condition.job_names()
            yield self.global_dependents, job.condition.global_names()
            yield self.external_dependents, job.condition.external_names()
        for override in (job.box_success, job.box_failure):
            if override is not None:
                yield self.overriders, override.job_names()
                yield self.external_overriders, override.external_names()
        if job.schedule is not None:
            yield self.zone_users, [job.timezone]
            if job.schedule.run_calendar:
                yield self.calendar_users, [job.schedule.run_calendar]

    def _put_load(self, run: Run, by: int) -> None:
        if run.job_load:
            for key in load_keys(run):
                self.loads[key] = self.loads.get(key, 0) + by * run.job_load

    def _hold(self, state: JobState, by: int) -> None:
        for holding in state.holds:
            if holding.free != "D":
                key = ResourceKey(holding.name, holding.machine)
                self.held[key] = self.held.get(key, 0) + by * holding.units

    def _count(self, box: int, status: Status, by: int) -> None:
        self.tallies[box] = self.tallies.get(box, Tally()).counted(status, by)
