"""`autorep -M`: machines, what runs on them, and their definitions (cli.md §3.5)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_pattern, select
from autosys_py.core.model import Machine, RunKey
from autosys_py.core.world import load_keys
from autosys_py.report import machines
from autosys_py.report.machines import LiveJob, MachineRow

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

BUILT_IN = "localhost"


def select_machines(store: "EventServer", name: str) -> list[Machine]:
    """The machines that a name or pattern means, alphabetical. Raises Refused (50111) for a name that none has."""
    found = select(name, every_machine(store), lambda machine: machine.name)
    if not found and not is_pattern(name):
        raise refusal(50111, name)
    return found


def every_machine(store: "EventServer") -> list[Machine]:
    """All machines, `localhost` among them whether it was defined or not."""
    defined = store.machines()
    if all(machine.name != BUILT_IN for machine in defined):
        defined.append(Machine(BUILT_IN))
    return sorted(defined, key=lambda machine: machine.name)


def rows_of(store: "EventServer", chosen: Iterable[Machine]) -> list[MachineRow]:
    """The rows of the chosen machines with their present load."""
    known = {machine.name: machine for machine in every_machine(store)}
    usage = usage_of(store)
    return [row for machine in chosen for row in machines.rows_of(machine, known, usage)]


def usage_of(store: "EventServer") -> machines.Usage:
    """What goes on on all machines now."""
    loads: dict[tuple[str, str], int] = {}
    for run in store.open_runs():
        for key in load_keys(run):
            loads[key] = loads.get(key, 0) + run.job_load
    missing = {key.name: how for key, how in store.counts().items() if key.kind == "missing"}
    return machines.Usage(loads, missing)


def live_jobs(store: "EventServer") -> Iterator[LiveJob]:
    """Jobs that run somewhere, with the load they put there, in definition order."""
    for head, state in store.statuses():
        if state.is_live and state.machine and head.job_type != "BOX":
            definition = store.definition(head.joid)
            if definition is not None:
                job = definition.job
                run = store.run(RunKey(head.joid, state.run_num, state.ntry))
                load = job.job_load if run is None else run.job_load
                yield LiveJob(head.name, state.machine, state.status.name, load, job.priority)


def live_jobs_on(store: "EventServer", chosen: Iterable[Machine]) -> Iterator[LiveJob]:
    """Those of them that run on some machines."""
    names = {machine.name for machine in chosen}
    return (job for job in live_jobs(store) if job.machine in names)


def summary(store: "EventServer", chosen: list[Machine], *, narrow: bool, detail: bool) -> Iterator[str]:
    """Heading and rows; with `-d` the live jobs of these machines below."""
    if not chosen:
        return
    yield from machines.heading(narrow=narrow)
    for row in rows_of(store, chosen):
        yield machines.line(row, narrow=narrow)
    if detail:
        live = list(live_jobs_on(store, chosen))
        if live:
            yield from machines.live_heading()
            yield from map(machines.live_line, live)
