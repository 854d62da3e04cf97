"""`job_depends -r`: what a job asks of resources, and whether it could have it now (cli.md §6, rules L-05 to L-08).

Where a job may run on several machines the one is shown on which most of its demands are met.
"""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from autosys_py.cli.condition_report import chosen
from autosys_py.cli.next_runs import NextRuns
from autosys_py.cli.resource_usage import ResourceUsage
from autosys_py.core.lines import machine_names
from autosys_py.core.model import NamedObject, Readings, ResourceKey, members_of, resource_of
from autosys_py.core.resources import is_met, sums, wanted_of
from autosys_py.report.dependencies import UNKNOWN, DemandRow

if TYPE_CHECKING:
    from autosys_py.cli.options import Given
    from autosys_py.core.demands import Demand
    from autosys_py.core.model import Job, JobState
    from autosys_py.event_server.protocol import EventServer


def demand_rows(store: "EventServer", given: "Given") -> Iterator[list[DemandRow]]:
    """The rows of each chosen job that asks for resources."""
    next_runs, check = NextRuns(store), DemandCheck(store)
    for head, state in chosen(store, given):
        definition = next_runs.definition(head.joid, head.name)
        if definition is not None and definition.job.resources:
            yield check.rows(definition.job, state)


class DemandCheck:
    """Resources, their usage and machines, read once for one report."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store
        self._usage = ResourceUsage(store)
        self._resources = {ResourceKey(each.name, each.part): each for each in store.objects("resource")}
        self._machines = {each.name: each for each in store.machines()}

    def rows(self, job: "Job", state: "JobState") -> list[DemandRow]:
        """A row for each resource that the job asks for, on the machine that suits it best now."""
        by_machine = (
            [self._row(job, state, demand, machine) for demand in sums(job)] for machine in self.real_machines(job)
        )
        return max(by_machine, key=_fitness)

    def real_machines(self, job: "Job") -> list[str]:
        """The names that the job's machine value comes to, members in place of virtual machines."""
        found: dict[str, None] = {}
        for name in machine_names(job.machine):
            machine = self._machines.get(name)
            members = members_of(machine) if machine is not None else []
            found |= dict.fromkeys([each.name for each in members] or [name])
        return list(found)

    def _row(self, job: "Job", state: "JobState", demand: "Demand", machine: str) -> DemandRow:
        thing = self._resources.get(ResourceKey(demand.name, machine)) or self._resources.get(ResourceKey(demand.name))
        if thing is None and demand.is_real:
            required = " ".join(part for part in (demand.operator or "EQ", demand.value, demand.version) if part)
            return DemandRow(
                job.name, demand.name, required, _measured(demand, self._readings), is_met(demand, self._readings)
            )
        required = str(demand.quantity) if demand.quantity else "ALL"
        if thing is None:
            return DemandRow(job.name, demand.name, required, UNKNOWN, met=False)
        there = self._usage.available(thing)
        met = wanted_of(demand, resource_of(thing), there) - _kept(state, thing) <= there
        return DemandRow(job.name, demand.name, required, str(there), met)

    @cached_property
    def _readings(self) -> Readings:
        """Of the agent, if it is on this host; what another host measures nobody tells."""
        from autosys_py.agent.measure import Meter
        from autosys_py.cli.chase import AGENT_HOST

        host = self._store.setting(AGENT_HOST)
        return Meter()() if host in (None, os.uname().nodename) else Readings()


def _fitness(rows: list[DemandRow]) -> tuple[int, int]:
    """How many demands are met on a machine; of equals that machine is shown of which more is known."""
    return sum(row.met for row in rows), sum(row.available != UNKNOWN for row in rows)


def _kept(state: "JobState", thing: NamedObject) -> int:
    """Units of a renewable resource that the job holds already."""
    if thing.value("res_type") != "R":
        return 0
    return sum(each.units for each in state.holds if (each.name, each.machine) == (thing.name, thing.part))


def _measured(demand: "Demand", readings: Readings) -> str:
    known = {
        "SYSTEM_CPU_COUNT": readings.cpu_count,
        "SYSTEM_PHYSICAL_MEMORY": readings.physical_memory,
        "MEM_INUSE_PCT": readings.memory_in_use,
    }
    if demand.name in known:
        number = known[demand.name]
        return UNKNOWN if number is None else str(number)
    return " ".join(part for part in (readings.os_type, readings.os_version) if part) or UNKNOWN
