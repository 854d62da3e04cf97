"""As much of the world as one job's gates ask for, read from the store: for answers that need no scheduler.

The job and what waits for it directly, the boxes around them, and whatever their conditions name; machines, what is in
use of them and of resources, who stands in a queue; globals, calendars. What it costs does not depend on the size of
the estate, but for a queue that the job might stand in. `Present` reads what is so now; `past.Past` what was so once.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from autosys_py.core.codes import QUEUED
from autosys_py.core.model import RunKey, resource_of
from autosys_py.core.world import World

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import CountKey, Job, JobState, Machine, Run
    from autosys_py.event_server.protocol import EventServer


class Present:
    """What the store says now."""

    def __init__(self, store: "EventServer") -> None:
        self.store = store

    def job(self, joid: int) -> "Job | None":
        definition = self.store.definition(joid)
        return definition.job if definition is not None else None

    def state(self, joid: int) -> "JobState | None":
        row = self.store.status(joid)
        return row.state if row is not None else None

    def override(self, job: "Job") -> "Job | None":
        """What waits for the next run, laid over the definition."""
        from autosys_py.scheduler.overrides import pending_override

        return pending_override(self.store, job)

    def override_of_run(self, job: "Job", state: "JobState") -> "Job | None":
        """What the present run was decided for, where it has an override."""
        from autosys_py.scheduler.overrides import override_of_run

        run = self.store.run(RunKey(job.joid, state.run_num, state.ntry))
        return override_of_run(self.store, job, run) if run is not None else None

    def globals(self) -> dict[str, tuple[str, int]]:
        """Value and since when, by name."""
        return {row.name: (row.value, row.last_changed) for row in self.store.globals()}

    def machines(self) -> "Iterable[Machine]":
        return self.store.machines()

    def externals(self) -> "dict[str, JobState | None]":
        return dict(self.store.externals())

    def counts(self) -> "dict[CountKey, int]":
        return dict(self.store.counts())

    def rivals(self, job: "Job", state: "JobState") -> Iterable[int]:
        """Who holds units, and who waits for some if the job might have to wait as well."""
        may_wait = job.resources or (job.job_load and job.priority) or state.status in QUEUED
        return [*self.store.holders(), *(self.store.queued() if may_wait else ())]

    def open_runs(self) -> "Iterable[Run]":
        return self.store.open_runs()


def world_around(
    instance: "Instance", joid: int, source: Present | None = None, *, dependents: int | None = None
) -> World:
    """A world of the job and its surroundings, with at most so many of the jobs that wait for it; None = all."""
    from autosys_py.cli.nodes import local_nodes
    from autosys_py.cli.timetables import timetable_of
    from autosys_py.cli.zone import scheduler_zone

    store = instance.store
    source = source or Present(store)
    world = World(instance.configuration, timetable_of(store, scheduler_zone(store)), local_nodes())
    world.globals = {name: value for name, (value, _) in source.globals().items()}
    world.externals = source.externals()
    for machine in source.machines():
        world.set_machine(machine.name, machine)
    for thing in store.objects("resource"):
        resource = resource_of(thing)
        world.set_resource(resource.key, resource)
    world.counts = source.counts()
    for number in _needed(source, joid, dependents):
        _define(world, source, number)
    if joid not in world.jobs:
        return world
    job, state = world.jobs[joid], world.states[joid]
    for rival in source.rivals(job, state):
        _define(world, source, rival)
    for run in source.open_runs():
        world.open_run(run)
    overridden = source.override_of_run(job, state) if state.is_between_tries or state.status in QUEUED else None
    if overridden is not None:
        world.overridden[joid] = overridden
    if any(demand.name not in {key.name for key in world.resources} for demand in job.resources):
        from autosys_py.agent.measure import Meter

        world.readings = Meter()()
    return world


def _needed(source: Present, joid: int, dependents: int | None) -> Iterator[int]:
    """The job, its direct dependents, their boxes, and the jobs in the conditions of all of them."""
    job = source.job(joid)
    if job is None:
        return
    for each in [joid, *(source.store.jobs_naming(job.name)[:dependents] if dependents != 0 else ())]:
        asker = source.job(each)
        if asker is None:
            continue
        for around in _with_boxes(source, asker):
            yield around.joid
            for name in around.condition.job_names() if around.condition is not None else ():
                head = source.store.head(name)
                if head is not None:
                    yield head.joid


def _with_boxes(source: Present, job: "Job") -> "Iterable[Job]":
    found = [job]
    while job.box_joid:
        box = source.job(job.box_joid)
        if box is None:
            break
        if box.joid in {each.joid for each in found}:
            raise ValueError(f"box {box.joid} is inside itself")
        found.append(box)
        job = box
    return reversed(found)


def _define(world: World, source: Present, joid: int) -> None:
    if joid in world.jobs:
        return
    job, state = source.job(joid), source.state(joid)
    if job is not None and state is not None:
        world.define(job, state, source.override(job))
