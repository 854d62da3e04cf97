"""Which machine a job would run on, and whether it is online (gate G6, rules L-10, L-12, L-13).

Every machine that is this host is served by the agent of this host. A machine that no `insert_machine` defined
counts as the key UndefinedMachine says, so that nothing of a foreign estate runs by accident (extensions.md §2).
"""

from autosys_py.core.model import Job, Machine
from autosys_py.core.world import RUNNABLE_TYPES, World


def choose(world: World, job: Job) -> str | None:
    """The first machine of the job's list that is online, members of a virtual one in their order; None if none is."""
    if job.job_type not in RUNNABLE_TYPES and not world.assume_online:
        return None
    for name in job.machine.split(","):
        chosen = _online(world, name.strip())
        if chosen is not None:
            return chosen
    return None


def unanswering(world: World, job: Job) -> list[str]:
    """The job's machines that do not answer, though nobody took them offline."""
    machines = (name.strip() for name in job.machine.split(","))
    return [name for name in machines if name in world.unreachable]


def _online(world: World, name: str) -> str | None:
    if name in world.unreachable:
        return None
    machine = world.machines.get(name)
    if machine is None:
        known = world.assume_online or world.configuration.UndefinedMachine == "local"
        return name if known or is_local_name(world, name) else None
    if machine.is_virtual:
        members = (value for key, value in machine.attributes if key == "machine")
        return next((chosen for member in members if (chosen := _online(world, member)) is not None), None)
    return name if is_online(world, machine) else None


def is_online(world: World, machine: Machine) -> bool:
    """Is a real machine reachable and not taken offline?"""
    return not machine.offline and (world.assume_online or is_local_name(world, machine.node_name or machine.name))


def is_local_name(world: World, node: str) -> bool:
    return node in world.local_nodes or node.startswith("127.")
