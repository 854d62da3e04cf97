"""Resources: what a start takes of them, and what comes back (gate G8, rules L-05 to L-09, B-28).

Units are held by the job: `JobState.holds`, changed by facts like everything else. What is available of a renewable
resource is its amount less what jobs hold; of a depletable one its amount less what was ever consumed of it, a count
of its own. A threshold is only compared.

A run's own end gives units back, whatever the status was set to by hand meanwhile: while its process runs, its units
are in use. Kept units are there for the job's next run.
"""

from typing import NamedTuple

from autosys_py.core import notes
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.condition import as_integer
from autosys_py.core.demands import ALL, Demand
from autosys_py.core.draft import Draft
from autosys_py.core.lines import Line
from autosys_py.core.model import CountKey, Event, Fact, Holding, Job, Readings, Resource, ResourceKey
from autosys_py.core.world import World


class Taking(NamedTuple):
    """What a start would take."""

    holds: tuple[Holding, ...] = ()
    """All that the job holds then, kept units included."""
    consumed: tuple[tuple[ResourceKey, int], ...] = ()


NOTHING = Taking()


def find(world: World, name: str, machine: str) -> Resource | None:
    """The machine's own resource of that name, else the global one."""
    return world.resources.get(ResourceKey(name, machine)) or world.resources.get(ResourceKey(name))


def available(draft: Draft, resource: Resource) -> int:
    """Units that nobody has; of a threshold its amount."""
    if resource.type == "R":
        return resource.amount - draft.held(resource.key)
    if resource.type == "D":
        return resource.amount - draft.count(consumed_key(resource.key))
    return resource.amount


def consumed_key(key: ResourceKey) -> CountKey:
    return CountKey("consumed", *key)


def take(draft: Draft, job: Job, machine: str) -> Taking | str:
    """What the job would take for a run on `machine`, without taking it; the reason if something is short."""
    holds = {(each.name, each.machine): each for each in draft.state(job.joid).holds}
    consumed = []
    for demand in sums(job):
        resource = find(draft.world, demand.name, machine)
        if resource is None:
            if not demand.is_real:
                return notes.no_resource(demand.name)
            if not is_met(demand, draft.world.readings):
                return notes.not_measured(demand.name, demand.operator, demand.value)
            continue
        kept = holds.get(resource.key)
        units = kept.units if kept is not None and resource.type == "R" else 0
        there = available(draft, resource)
        wanted = wanted_of(demand, resource, there)
        if wanted - units > there:
            return notes.short_of(demand.name, wanted - units, max(there, 0))
        if resource.type == "D":
            consumed.append((resource.key, wanted))
        if resource.type != "T":
            free = "D" if resource.type == "D" else demand.free
            holds[resource.key] = Holding(*resource.key, max(wanted, units), free)
    return Taking(tuple(holds.values()), tuple(consumed))


def wanted_of(demand: Demand, resource: Resource, there: int) -> int:
    """Units that a demand comes to: of ALL what there is of it, at least one; `there` is what nobody has."""
    return demand.quantity or max(there if resource.type == "D" else resource.amount, 1)


def sums(job: Job) -> list[Demand]:
    """The job's demands; what it wants twice of one resource it wants together."""
    sums: dict[str, Demand] = {}
    for demand in job.resources:
        before = None if demand.is_real else sums.get(demand.name)
        if before is None:
            sums[demand.name if not demand.is_real else f"{demand.name} {len(sums)}"] = demand
        else:
            quantity = ALL if ALL in (before.quantity, demand.quantity) else before.quantity + demand.quantity
            sums[demand.name] = demand._replace(quantity=quantity)
    return list(sums.values())


def lacks(draft: Draft, job: Job) -> list[str]:
    """Names of resources of which the job does not yet hold what it wants: where it must wait its turn (L-05)."""
    kept: dict[str, int] = {}
    for each in draft.state(job.joid).holds:
        kept[each.name] = kept.get(each.name, 0) + each.units
    return [each.name for each in sums(job) if each.quantity == ALL or each.quantity > kept.get(each.name, 0)]


def consume(draft: Draft, taking: Taking) -> None:
    """Counts what a start consumes."""
    for key, units in taking.consumed:
        counted = consumed_key(key)
        draft.outcome.counts[counted] = draft.count(counted) + units


def end_run(draft: Draft, joid: int, result: Status, *, ran: bool = True) -> None:
    """A run is over: units go back as FREE says (rule L-07). A start that made no process consumed nothing.

    Nothing happens while another run of the job goes on, which has the units now.
    """
    state = draft.state(joid)
    if not state.holds or draft.has_open_run(joid):
        return
    keeps = ("N",) if result is Status.SUCCESS else ("N", "Y")
    kept = tuple(each for each in state.holds if each.free in keeps)
    known = draft.world.resources
    lost = [each for each in state.holds if each.free != "D" and ResourceKey(each.name, each.machine) not in known]
    if not ran:
        _give_back_consumed(draft, state.holds)
    if kept != state.holds:
        draft.change(draft.outcome.facts[-1], joid, holds=kept)
        for each in lost:
            if each not in kept:
                draft.alarm(joid, Alarm.RETURN_RESOURCE_FAIL, notes.no_resource(each.name))


def _give_back_consumed(draft: Draft, holds: tuple[Holding, ...]) -> None:
    for each in holds:
        if each.free == "D":
            counted = consumed_key(ResourceKey(each.name, each.machine))
            draft.outcome.counts[counted] = max(draft.count(counted) - each.units, 0)
            draft.opened[Line(Status.RESWAIT, each.name)] = None


def release(draft: Draft, event: Event, fact: Fact) -> None:
    """RELEASE_RESOURCE: whatever units the job holds are free; what it consumed is not."""
    state = draft.state(event.joid)
    if state.holds:
        draft.change(fact, event.joid, holds=tuple(each for each in state.holds if each.free == "D"))
    else:
        fact.notes.append(notes.nothing_held(draft.job(event.joid).name))


def resource_changed(draft: Draft, event: Event) -> None:
    """`jil` defined, changed or deleted a resource; `event.value` is its machine, a blank, and the amount as typed.

    A depletable resource that is given a whole new amount, or is a new one, has all of it again.
    """
    machine, _, typed = event.value.rpartition(" ")
    key = ResourceKey(event.name, machine)
    draft.world.set_resource(key, event.resource)
    draft.record_event(event)
    if (event.resource is None or typed.isdigit()) and draft.count(consumed_key(key)):
        draft.outcome.counts[consumed_key(key)] = 0
    draft.opened[Line(Status.RESWAIT, event.name)] = None


def poll(draft: Draft, joid: int) -> None:
    """A job that waits for what its agent measures is looked at again after ResourceWaitPollInterval (L-09)."""
    if draft.job_to_start(joid).resources.polls:
        due = draft.now + draft.world.configuration.ResourceWaitPollInterval
        draft.schedule(EventCode.RESOURCE_POLL, due, joid, for_run=False, value=str(draft.state(joid).since))


# What agents measure


def is_met(demand: Demand, readings: Readings | None) -> bool:
    """Is a demand of the host met? What the agent does not know is not; where nobody measures everything is."""
    if readings is None:
        return True
    if demand.name == "SYSTEM_OS_TYPE":
        return _is_system(demand, readings)
    measured = {
        "SYSTEM_CPU_COUNT": readings.cpu_count,
        "SYSTEM_PHYSICAL_MEMORY": readings.physical_memory,
        "MEM_INUSE_PCT": readings.memory_in_use,
    }[demand.name]
    wanted = as_integer(demand.value)
    return measured is not None and wanted is not None and compared((measured,), demand.operator, (wanted,))


def _is_system(demand: Demand, readings: Readings) -> bool:
    """The type is equal or not; a version is compared by its numbers, and only within the same type."""
    if readings.os_type is None:
        return False
    same = readings.os_type.upper() == demand.value.upper()
    if not demand.version:
        return same if demand.operator in ("EQ", "") else demand.operator == "NE" and not same
    if readings.os_version is None or not same:
        return not same and demand.operator == "NE"
    return compared(_numbers(readings.os_version), demand.operator, _numbers(demand.version))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(as_integer(part) or 0 for part in version.split("."))


def compared(left: tuple[int, ...], operator: str, right: tuple[int, ...]) -> bool:
    """VALUEOP; none means EQ."""
    match operator:
        case "NE":
            return left != right
        case "GT":
            return left > right
        case "GTE":
            return left >= right
        case "LT":
            return left < right
        case "LTE":
            return left <= right
    return left == right
