"""What will start: a simulation from now on, read as a list of starts (cli.md §7.5).

A start belongs to a chain: what a box or a job's end made start has the origin of that box or job. So it is known which
starts of a day only finish what began the day before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import TERMINAL, EventCode, Status
from autosys_py.core.model import Fact, Job, RunKey
from autosys_py.sim.simulation import MINUTE, Simulation

PATIENCE = 86400
"""Seconds played beyond the end of a forecast to see how its last runs end."""


@dataclass(slots=True)
class PlannedRun:
    """A start of the forecast."""

    job: str
    box: str
    """The direct box, empty without one."""
    machine: str
    """Empty for a box."""
    start: int
    origin: int
    """When the chain began that this start belongs to."""
    end: int | None = None
    """None = not within a day after the end of the forecast."""


def planned_runs(
    simulation: Simulation, since: int, until: int, wanted: Callable[[PlannedRun], bool]
) -> list[PlannedRun]:
    """The starts from `since` to `until`, both included, that are `wanted`, in the order they happen."""
    chains = _Chains(simulation)
    planned: list[PlannedRun] = []
    open_runs: dict[RunKey, PlannedRun] = {}
    for _, facts in simulation.run(until):
        for fact, run in chains.follow(facts):
            if since <= run.start and wanted(run):
                planned.append(run)
                open_runs[key_of(fact)] = run
        _end(facts, open_runs)
    if open_runs:
        for _, facts in simulation.run(until + PATIENCE):
            _end(facts, open_runs)
            if not open_runs:
                break
    return planned


def _end(facts: Iterable[Fact], open_runs: dict[RunKey, PlannedRun]) -> None:
    for fact in facts:
        if fact.status in TERMINAL and (run := open_runs.pop(key_of(fact), None)) is not None:
            run.end = fact.time


def key_of(fact: Fact) -> RunKey:
    """The run that a fact is about."""
    return RunKey(fact.joid, fact.run_num, fact.ntry)


class _Chains:
    """When the present run of each job had its origin."""

    def __init__(self, simulation: Simulation) -> None:
        self._world = simulation.world
        self._origins = {
            joid: state.last_start for joid, state in self._world.states.items() if state.last_start is not None
        }

    def follow(self, facts: Iterable[Fact]) -> list[tuple[Fact, PlannedRun]]:
        """The starts among a turn's facts."""
        causes: dict[int, Fact] = {}
        found = []
        for fact in facts:
            causes[fact.seq] = fact
            job = self._world.jobs.get(fact.joid)
            if job is None or not is_start(fact, job):
                continue
            origin = self._origins[fact.joid] = self._origin(fact, causes.get(fact.cause))
            box = self._world.jobs.get(job.box_joid)
            found.append((fact, PlannedRun(job.name, box.name if box else "", fact.machine, fact.time, origin)))
        return found

    def _origin(self, fact: Fact, cause: Fact | None) -> int:
        """That of the box or job whose change made it start, or of the job's own former try; else it begins a chain."""
        if cause is None or cause.code not in (EventCode.CHANGE_STATUS, EventCode.CHK_N_START):
            return fact.time
        return self._origins.get(cause.joid, fact.time)


def is_start(fact: Fact, job: Job) -> bool:
    """Did a run of the job begin? One of a box has no STARTING."""
    return fact.status is (Status.RUNNING if job.is_box else Status.STARTING)


def usual_success(average: Callable[[str], int | None]) -> Callable[[Job], SimulatedOutcome]:
    """Every job succeeds, after its `average` (seconds by its name; None = unknown), its avg_runtime, or a minute."""
    known: dict[str, int | None] = {}

    def usual(job: Job) -> SimulatedOutcome:
        if job.name not in known:
            known[job.name] = average(job.name)
        seconds = known[job.name]
        runtime = seconds if seconds is not None else job.avg_runtime * MINUTE or MINUTE
        return SimulatedOutcome(runtime, _success_code(job))

    return usual


def _success_code(job: Job) -> int:
    """0, or where that is no success the first exit code that is."""
    return next((code for code in range(256) if job.exit_rule.is_success(code)), 0)
