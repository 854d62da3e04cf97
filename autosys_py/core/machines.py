"""Which machines a job could run on, which of them are online, and which one is the best (rules L-10, L-12 to L-14).

A `machine` value is a list of names; a virtual machine stands for its members. Every machine that is this host is
served by the agent of this host. A machine that no `insert_machine` defined counts as the key UndefinedMachine says,
so that nothing of a foreign estate runs by accident (extensions.md §2).
"""

from typing import NamedTuple

from autosys_py.core import notes
from autosys_py.core.draft import Draft
from autosys_py.core.lines import machine_names
from autosys_py.core.model import CountKey, Job, Machine, members_of
from autosys_py.core.world import RUNNABLE_TYPES, World

IDLE = 100
"""Percent of free CPU where nobody measures."""

UNLIMITED = float("inf")

BY_TURN = ("roundrobin", "roundrobin_jobload")


class Candidate(NamedTuple):
    """A real machine that a `machine` value leads to."""

    name: str
    virtual: str = ""
    """The virtual machine that it is a member of."""
    max_load: int | None = None
    """Units that may run there by way of the virtual machine."""
    factor: float = 1.0


def candidates(world: World, job: Job) -> list[Candidate]:
    """All machines of the job's value in listed order, each once; none for a job type that nothing here can run."""
    if job.job_type not in RUNNABLE_TYPES and not world.assume_online:
        return []
    names = machine_names(job.machine)
    if not has_choice(world, job.machine):
        return _behind(world, names[0])
    found: dict[str, Candidate] = {}
    for name in names:
        for each in _behind(world, name):
            found.setdefault(each.name, each)
    return list(found.values())


def unanswering(world: World, job: Job) -> list[str]:
    """The job's machines that do not answer, though nobody took them offline."""
    return [each.name for each in candidates(world, job) if each.name in world.unreachable]


def _behind(world: World, name: str) -> list[Candidate]:
    if name == "localhost":
        name = world.configuration.LocalMachineDefinition or name
    machine = world.machines.get(name)
    if machine is None or not machine.is_virtual:
        return [Candidate(name, "", None, machine.factor if machine is not None else 1.0)]
    found = []
    for member in members_of(machine):
        real = world.machines.get(member.name)
        factor = member.factor if member.factor is not None else real.factor if real is not None else 1.0
        found.append(Candidate(member.name, name, member.max_load, factor))
    return found


def has_choice(world: World, value: str) -> bool:
    """Is a machine chosen, from a list or by a virtual machine, or is it simply named?"""
    names = machine_names(value)
    if len(names) > 1:
        return True
    machine = world.machines.get(names[0])
    return machine is not None and machine.is_virtual


def is_online(world: World, name: str) -> bool:
    """Does the machine answer, and did nobody take it offline?"""
    machine = world.machines.get(name)
    return (machine is None or not machine.offline) and answers(world, name)


def answers(world: World, name: str) -> bool:
    """Would its agent answer if it were asked? (rule L-17)"""
    if name in world.unreachable or (world.counts and world.counts.get(CountKey("missing", name))):
        return False
    return is_here(world, name)


def is_here(world: World, name: str) -> bool:
    """Is it a machine that the scheduler's own agent serves?"""
    machine = world.machines.get(name)
    if machine is None:
        known = world.assume_online or world.configuration.UndefinedMachine == "local"
        return known or is_local_name(world, name)
    return world.assume_online or is_local_name(world, machine.node_name or machine.name)


def is_local_name(world: World, node: str) -> bool:
    return node in world.local_nodes or node.startswith("127.")


# Load


def free_units(draft: Draft, candidate: Candidate) -> float:
    """Units that may still run there: what the machine, its share of the virtual one and that one as a whole leave."""
    machines = draft.world.machines
    name, virtual = candidate.name, candidate.virtual
    limits = [(_max_load(machines.get(name)), name, "")]
    if virtual:
        limits += [(candidate.max_load, name, virtual), (_max_load(machines.get(virtual)), "", virtual)]
    free = [limit - draft.load(real, by_way_of) for limit, real, by_way_of in limits if limit is not None]
    return min(free, default=UNLIMITED)


def _max_load(machine: Machine | None) -> int | None:
    return machine.max_load if machine is not None else None


# The choice


def method_of(world: World, value: str) -> str:
    """`machine_method` of the one virtual machine that is named, else the key MachineMethod."""
    names = machine_names(value)
    machine = world.machines.get(names[0]) if len(names) == 1 else None
    own = dict(machine.attributes).get("machine_method", "") if machine is not None else ""
    return own or world.configuration.MachineMethod


def in_order(draft: Draft, job: Job, fitting: list[Candidate]) -> list[Candidate]:
    """The best first; of equals the one that is listed first (rule L-10)."""
    if len(fitting) < 2:
        return fitting
    method = method_of(draft.world, job.machine)
    if method in BY_TURN:
        return _by_turn(draft, job, fitting, by_load=method == "roundrobin_jobload")
    return sorted(fitting, key=lambda each: -usage(draft, each, method))


def usage(draft: Draft, candidate: Candidate, method: str) -> float:
    """What `job_load` or a method by CPU compares: free units, or free CPU times the factor."""
    if method == "job_load":
        return free_units(draft, candidate)
    readings = draft.world.readings
    free = IDLE if readings is None or readings.free_cpu is None else readings.free_cpu
    return free * candidate.factor


def _by_turn(draft: Draft, job: Job, fitting: list[Candidate], *, by_load: bool) -> list[Candidate]:
    """From the one after the last that was chosen on; by load those without room for the job come last."""
    names = [each.name for each in candidates(draft.world, job)]
    last = draft.count(turn_key(job))
    turn = sorted(fitting, key=lambda each: (names.index(each.name) - last) % len(names))
    if by_load:
        turn.sort(key=lambda each: free_units(draft, each) < job.job_load)
    return turn


def take_turn(draft: Draft, job: Job, chosen: str) -> None:
    """Remembers whose turn is next where machines take turns."""
    if has_choice(draft.world, job.machine) and method_of(draft.world, job.machine) in BY_TURN:
        names = [each.name for each in candidates(draft.world, job)]
        draft.outcome.counts[turn_key(job)] = names.index(chosen) + 1


def turn_key(job: Job) -> CountKey:
    return CountKey("turn", job.machine)


def told(draft: Draft, job: Job, online: list[Candidate], chosen: Candidate) -> list[str]:
    """What the log says about a choice (cli.md §9)."""
    method = method_of(draft.world, job.machine)
    lines = []
    if method not in BY_TURN:
        lines.append(notes.usages(job.name))
        lines += [notes.usage(each.name, method, usage(draft, each, method)) for each in online]
    there = {each.name for each in online}
    lines += [notes.offline(each.name) for each in candidates(draft.world, job) if each.name not in there]
    return [*lines, notes.selected(chosen.name, job.name)]
