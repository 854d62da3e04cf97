"""As much of the world as one job's gates ask for, read from the store: for answers that need no scheduler.

The job and what waits for it directly, the boxes around them, and whatever their conditions name; machines, what is in
use of them and of resources; globals, calendars. What it costs does not depend on the size of the estate.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from autosys_py.core.model import resource_of
from autosys_py.core.world import World

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Job
    from autosys_py.event_server.protocol import EventServer


def world_around(instance: "Instance", joid: int) -> World:
    """A world of the job and its surroundings."""
    from autosys_py.cli.nodes import local_nodes
    from autosys_py.cli.timetables import timetable_of
    from autosys_py.cli.zone import scheduler_zone

    store = instance.store
    world = World(instance.configuration, timetable_of(store, scheduler_zone(store)), local_nodes())
    world.globals = {row.name: row.value for row in store.globals()}
    world.externals = dict(store.externals())
    for machine in store.machines():
        world.set_machine(machine.name, machine)
    for thing in store.objects("resource"):
        resource = resource_of(thing)
        world.set_resource(resource.key, resource)
    world.counts = dict(store.counts())
    for number in _needed(store, joid):
        _define(world, store, number)
    for holder in store.holders():
        _define(world, store, holder)
    for run in store.open_runs():
        world.open_run(run)
    return world


def _needed(store: "EventServer", joid: int) -> Iterator[int]:
    """The job, its direct dependents, their boxes, and the jobs in their conditions."""
    job = _job(store, joid)
    if job is None:
        return
    for each in [joid, *store.jobs_naming(job.name)]:
        asker = _job(store, each)
        if asker is None:
            continue
        yield from _with_boxes(store, asker)
        for name in asker.condition.job_names() if asker.condition is not None else ():
            head = store.head(name)
            if head is not None:
                yield head.joid


def _with_boxes(store: "EventServer", job: "Job") -> Iterable[int]:
    numbers = [job.joid]
    while job.box_joid:
        box = _job(store, job.box_joid)
        if box is None:
            break
        numbers.append(box.joid)
        job = box
    return reversed(numbers)


def _define(world: World, store: "EventServer", joid: int) -> None:
    if joid in world.jobs:
        return
    from autosys_py.scheduler.overrides import pending_override

    job, row = _job(store, joid), store.status(joid)
    if job is not None and row is not None:
        world.define(job, row.state, pending_override(store, job))


def _job(store: "EventServer", joid: int) -> "Job | None":
    definition = store.definition(joid)
    return definition.job if definition is not None else None
