"""`autorep -Q`: who waits for load or resources, in the order of service (cli.md §3.8, rules L-03, L-05).

A job in RESWAIT has a row for each resource that it is short of. A virtual machine, or a list of machines, is shown as
one queue: what runs on all of them and what may.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.demand_report import DemandCheck
from autosys_py.cli.machine_report import every_machine, usage_of
from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_everything, is_pattern, is_speakable
from autosys_py.cli.next_runs import NextRuns
from autosys_py.cli.nodes import local_nodes
from autosys_py.core.codes import LETTERS, Status
from autosys_py.core.lines import machine_names, priority_of
from autosys_py.core.model import Machine
from autosys_py.report.machines import rows_of
from autosys_py.report.queue import QueueRow

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Job, JobState
    from autosys_py.event_server.protocol import EventServer


class Waiting(NamedTuple):
    job: "Job"
    state: "JobState"

    @property
    def place(self) -> tuple[int, int, int]:
        """Priority, then how long it waits, then the order of definition."""
        return priority_of(self.job, self.state), self.state.since, self.job.joid


def queue_rows(instance: "Instance", name: str) -> Iterator[QueueRow]:
    """The rows in the order of service. Raises Refused for a pattern and for a name that no job has."""
    waiting = _waiting(instance.store)
    if not is_everything(name):
        waiting = _beside(_job(instance.store, name), waiting, DemandCheck(instance.store))
    rows = _Rows(instance)
    for each in sorted(waiting, key=lambda each: each.place):
        yield from rows.of(each)


def _waiting(store: "EventServer") -> list[Waiting]:
    next_runs = NextRuns(store)
    found = []
    for head, state in store.statuses():
        if state.status in (Status.QUE_WAIT, Status.RESWAIT):
            definition = next_runs.definition(head.joid, head.name)
            if definition is not None:
                found.append(Waiting(definition.job, state))
    return found


def _job(store: "EventServer", name: str) -> "Job":
    if is_pattern(name):
        raise refusal(50105)
    head = store.head(name) if is_speakable(name) else None
    definition = NextRuns(store).definition(head.joid, head.name) if head is not None else None
    if definition is None:
        raise refusal(50027, name)
    return definition.job


def _beside(job: "Job", waiting: list[Waiting], check: DemandCheck) -> list[Waiting]:
    """Those who wait for a machine of the job, or for a resource that it asks for."""
    machines = {job.machine, *check.real_machines(job)} - {""}
    resources = {demand.name for demand in job.resources}

    def is_beside(each: Waiting) -> bool:
        if not machines.isdisjoint([each.job.machine, *check.real_machines(each.job)]):
            return True
        wanted = (demand.name for demand in each.job.resources)
        return each.state.status is Status.RESWAIT and not resources.isdisjoint(wanted)

    return [each for each in waiting if is_beside(each)]


class _Rows:
    """Machines and resources as they are now, read once."""

    def __init__(self, instance: "Instance") -> None:
        store = instance.store
        self._assumes_online = instance.configuration.UndefinedMachine == "local"
        self._check = DemandCheck(store)
        self._machines = {machine.name: machine for machine in every_machine(store)}
        self._usage = usage_of(store)

    def of(self, waiting: Waiting) -> Iterator[QueueRow]:
        job, state = waiting
        online, current, most = self._queue(job.machine)
        row = QueueRow(
            priority_of(job, state), job.name, LETTERS[state.status], job.job_load, job.machine, online, current, most
        )
        demands = self._check.rows(job, state) if state.status is Status.RESWAIT else []
        short = [demand for demand in demands if not demand.met] or demands
        if not short:
            yield row
        for demand in short:
            yield row._replace(resource=demand.resource, required=demand.required, available=demand.available)

    def _queue(self, value: str) -> tuple[bool, int, int | None]:
        """Is any of the machines online, how many units run on them, how many may (None = no limit)?"""
        is_online, current, most = False, 0, 0
        is_unlimited = False
        for name in machine_names(value):
            machine = self._machines.get(name)
            for row in rows_of(machine or Machine(name), self._machines, self._usage):
                is_online |= row.status == "Online" and self._is_known(machine, name)
                is_unlimited |= row.machine.max_load is None
                current += row.current_load or 0
                most += row.machine.max_load or 0
            if machine is not None and machine.is_virtual and machine.max_load is not None:
                is_unlimited, most = False, machine.max_load
                current = self._usage.loads.get(("", name), 0)
        return is_online, current, None if is_unlimited else most

    def _is_known(self, machine: Machine | None, name: str) -> bool:
        """What nobody defined is offline, unless it is this host or the key UndefinedMachine says otherwise."""
        return machine is not None or self._assumes_online or name in local_nodes()
