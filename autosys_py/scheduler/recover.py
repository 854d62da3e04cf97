"""Coming up: the same code after a clean stop, a `kill -9` or a power cut (design: recovery is start-up).

The store says what is; the agent says what became of the runs. Orders still in the outbox are given again, runs
that were under way are adopted, and their ends, long past perhaps, arrive as ordinary reports.
"""

from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, EffectKind, Job, RunKey, resource_of
from autosys_py.core.timetable import Timetable
from autosys_py.core.world import World
from autosys_py.event_server.protocol import EventServer, WorldRows
from autosys_py.scheduler.overrides import override_of_run, pending_overrides
from autosys_py.scheduler.steps import had


def recover(
    store: EventServer, configuration: Configuration, timetable: Timetable, local_nodes: frozenset[str]
) -> tuple[World, list[Effect], list[Effect]]:
    """The world, the orders to give again, and the runs to adopt (as the orders that started them)."""
    rows = store.load()
    world = World(configuration, timetable, local_nodes)
    world.globals = dict(rows.globals)
    world.externals, world.instances = dict(rows.externals), dict(rows.instances)
    for machine in rows.machines:
        world.set_machine(machine.name, machine)
    overrides = pending_overrides(store, rows.jobs)
    world.overridden = _overridden(store, rows)
    for job in rows.jobs:
        world.define(job, rows.states.get(job.joid), overrides.get(job.joid))
    world.waiting = dict.fromkeys(sorted(world.waiting, key=lambda joid: world.states[joid].since))
    for message in rows.messages:
        world.take_message(message)
    world.notifications = {order.seq: order for order in rows.notifications}
    for run in rows.open_runs:
        world.open_run(run)
    for thing in store.objects("resource"):
        resource = resource_of(thing)
        world.set_resource(resource.key, resource)
    world.counts = dict(rows.counts)
    world.fired = {joid: set(starts) for joid, starts in had(store).items()}
    world.last_seq = rows.last_seq
    world.last_run_num = rows.last_run_num
    ordered = {effect.key for effect in rows.effects if effect.kind is EffectKind.START}
    adopted = [
        Effect(EffectKind.START, run.key, run.job_ver, run.machine, run.run_date)
        for run in rows.open_runs
        if run.key not in ordered and not _is_box(world, run.key.joid)
    ]
    return world, list(rows.effects), adopted


def _overridden(store: EventServer, rows: WorldRows) -> dict[int, Job]:
    """What the runs that are not over were decided for, where they have an override."""
    found = {}
    open_runs = {run.key: run for run in rows.open_runs}
    for job in rows.jobs:
        state = rows.states.get(job.joid)
        if state is None:
            continue
        key = RunKey(job.joid, state.run_num, state.ntry)
        run = open_runs.get(key) or (store.run(key) if state.is_between_tries else None)
        overridden = override_of_run(store, job, run) if run is not None else None
        if overridden is not None:
            found[job.joid] = overridden
    return found


def _is_box(world: World, joid: int) -> bool:
    return joid in world.jobs and world.jobs[joid].is_box
