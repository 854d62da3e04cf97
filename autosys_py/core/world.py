"""The world: everything the scheduler knows, in dictionaries, with the indexes that make an event cheap.

A step never searches. `dependents` leads from a name to the jobs whose condition names it, `overriders` to the
boxes whose overrides name it, `tallies` counts what is left of each box, so that the end of one member of ten
thousand costs what it touches and no more. Names are kept as names in the indexes: a condition may speak of a
job that does not exist yet (rule C-04).

Only `apply`, `define`, `remove` and `set_machine` change a world, and they take decisions that are already made.
"""

from bisect import insort
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from autosys_py.core.codes import DONE_IN_BOX, FAILED, QUEUED, Status
from autosys_py.core.condition import Asker
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Job, JobState, Machine, Outcome, Run, RunKey

WAITING = frozenset({*QUEUED, Status.RESTART})
"""Statuses from which the scheduler itself takes a job on: a queue, or the wait between two tries."""

RUNNABLE_TYPES = frozenset({"CMD", "FW", "FT", *"0123456789"})
"""What an agent can run, types of the site's own among them; any other waits in PEND_MACH (jil.md §4)."""

Tally = tuple[int, int]
"""Of a box: members that are not done, and members that failed or were terminated."""

Index = dict[str, dict[int, None]]
"""From a name to joids in a stable order (a set would depend on the hash seed)."""


class World:
    """The state of one instance at one moment."""

    def __init__(
        self,
        configuration: Configuration,
        zone: ZoneInfo,
        local_nodes: frozenset[str] = frozenset({"localhost"}),
    ) -> None:
        self.configuration = configuration
        self.zone = zone
        self.local_nodes = local_nodes
        """Node names that mean this host (extensions.md §2)."""
        self.jobs: dict[int, Job] = {}
        self.states: dict[int, JobState] = {}
        self.names: dict[str, int] = {}
        self.members: dict[int, list[int]] = {}
        self.tallies: dict[int, Tally] = {}
        self.dependents: Index = {}
        self.global_dependents: Index = {}
        self.overriders: Index = {}
        self.globals: dict[str, str] = {}
        self.machines: dict[str, Machine] = {"localhost": Machine("localhost", node_name="localhost")}
        self.runs: dict[RunKey, Run] = {}
        """Runs without an end, of boxes too."""
        self.waiting: dict[int, None] = {}
        """Jobs in QUE_WAIT, PEND_MACH, RESWAIT or RESTART, in the order they came."""
        self.assume_online = False
        """A simulation of somebody else's estate: every machine that a job names is here."""
        self.unreachable: dict[str, None] = {}
        """Machines that do not answer, though nobody took them offline."""
        self.last_seq = 0
        self.last_run_num = 0

    # The View of a condition

    def state_named(self, name: str, instance: str) -> JobState | None:
        if instance:
            return None
        joid = self.names.get(name)
        return None if joid is None else self.states[joid]

    def global_value(self, name: str) -> str | None:
        return self.globals.get(name)

    def asker(self, joid: int) -> Asker:
        state = self.states[joid]
        return Asker(state.last_end, state.end_seq)

    # Changes

    def define(self, job: Job, state: JobState | None = None) -> Job | None:
        """Takes in a definition, new or a new version; returns the version it replaces."""
        before = self.jobs.get(job.joid)
        if before is not None:
            self._unindex(before)
            if before.name != job.name and self.names.get(before.name) == job.joid:
                del self.names[before.name]  # renamed: the old name is free
        self.jobs[job.joid] = job
        self.names[job.name] = job.joid
        if job.joid not in self.states:
            self.states[job.joid] = state or JobState()
            if self.states[job.joid].status in WAITING:
                self.waiting[job.joid] = None
        if job.is_box:
            self.members.setdefault(job.joid, [])
            self.tallies.setdefault(job.joid, (0, 0))
        if job.box_joid:
            insort(self.members.setdefault(job.box_joid, []), job.joid)
            self._count(job.box_joid, self.states[job.joid].status, 1)
        for index, names in self._indexed(job):
            for name in names:
                index.setdefault(name, {})[job.joid] = None
        return before

    def remove(self, joid: int) -> Job | None:
        """Takes a deleted job out; returns what it was."""
        job = self.jobs.get(joid)
        if job is None:
            return None
        self._unindex(job)
        del self.jobs[joid], self.states[joid]
        if self.names.get(job.name) == joid:
            del self.names[job.name]
        self.members.pop(joid, None)
        self.tallies.pop(joid, None)
        self.waiting.pop(joid, None)
        return job

    def set_machine(self, name: str, machine: Machine | None) -> None:
        if machine is not None:
            self.machines[name] = machine
        elif name == "localhost":
            self.machines[name] = Machine(name, node_name=name)
        else:
            self.machines.pop(name, None)

    def apply(self, outcome: Outcome) -> None:
        """Makes a decision true in memory."""
        for joid, state in outcome.states.items():
            job = self.jobs[joid]
            before = self.states[joid].status
            if before is not state.status:
                if job.box_joid:
                    self._recount(job.box_joid, before, state.status)
                if state.status in WAITING:
                    self.waiting[joid] = None
                elif before in WAITING:
                    self.waiting.pop(joid, None)
            self.states[joid] = state
        for key, run in outcome.runs.items():
            if run.end is None:
                self.runs[key] = run
            else:
                self.runs.pop(key, None)
        for name, value in outcome.globals.items():
            if value is None:
                self.globals.pop(name, None)
            else:
                self.globals[name] = value
        for name, machine in outcome.machines.items():
            self.set_machine(name, machine)
        for joid in outcome.deleted:
            self.remove(joid)
        if outcome.facts:
            self.last_seq = outcome.facts[-1].seq
        self.last_run_num = max(self.last_run_num, outcome.run_num)

    # Inside

    def _unindex(self, job: Job) -> None:
        if job.box_joid in self.members:
            self.members[job.box_joid].remove(job.joid)
            self._count(job.box_joid, self.states[job.joid].status, -1)
        for index, names in self._indexed(job):
            for name in names:
                index[name].pop(job.joid, None)

    def _indexed(self, job: Job) -> Iterable[tuple[Index, list[str]]]:
        """Where a job is found by the names in its condition and overrides."""
        if job.condition is not None:
            yield self.dependents, job.condition.job_names()
            yield self.global_dependents, job.condition.global_names()
        for override in (job.box_success, job.box_failure):
            if override is not None:
                yield self.overriders, override.job_names()

    def _recount(self, box: int, before: Status, after: Status) -> None:
        unfinished, failed = self.tallies.get(box, (0, 0))
        self.tallies[box] = (
            unfinished - (before not in DONE_IN_BOX) + (after not in DONE_IN_BOX),
            failed - (before in FAILED) + (after in FAILED),
        )

    def _count(self, box: int, status: Status, by: int) -> None:
        unfinished, failed = self.tallies.get(box, (0, 0))
        self.tallies[box] = (unfinished + by * (status not in DONE_IN_BOX), failed + by * (status in FAILED))
