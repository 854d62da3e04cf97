"""What must hold for a machine (jil.md §7), and what becomes of an insert_, update_ or delete_machine stanza.

A virtual machine's attributes are a list in which order matters: the load behind a `machine:` line is that member's.
"""

from dataclasses import replace
from typing import NamedTuple

from autosys_py.core.model import VIRTUAL_TYPES, Machine
from autosys_py.jil.attributes import MACHINE_TYPES
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import is_job_name
from autosys_py.jil.known import Known
from autosys_py.jil.reading import Given, Reading, read
from autosys_py.jil.scanner import Stanza
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import plain

REAL = ("a", "n", "r", "l", "L", "w")
_LOAD = frozenset({"max_load", "factor"})
_AGENT = frozenset(
    """node_name agent_name port opsys encryption_type key_to_agent character_code heartbeat_attempts heartbeat_freq
    description""".split()
)
_SUPPORTED = {
    **dict.fromkeys(VIRTUAL_TYPES, _LOAD | {"machine", "machine_method", "description"}),
    **dict.fromkeys(REAL, _LOAD | {"node_name", "description"}),
    **dict.fromkeys(("c", "u"), frozenset({"node_name", "port", "description"})),
    "a": _AGENT | _LOAD,
}
"""Attributes by machine type."""

Members = list[tuple[str, dict[str, str]]]


class CheckedMachine(NamedTuple):
    """What came out of a machine stanza."""

    faults: list[Diagnostic]
    machine: Machine | None
    """As it is to be stored; None if the stanza is refused, or if it deletes the machine."""
    changed: tuple[Machine, ...] = ()
    """Virtual machines that a deleted one leaves."""


def split_members(given: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], Members]:
    """A virtual machine's own attributes, and each member with the load that stands behind it."""
    own: dict[str, str] = {}
    members: Members = []
    for name, value in given:
        if name == "machine":
            members.append((value, {}))
        elif name in _LOAD and members:
            members[-1][1][name] = value
        else:
            own[name] = value
    return own, members


def join_members(own: dict[str, str], members: Members) -> tuple[tuple[str, str], ...]:
    """The inverse of `split_members`."""
    listed = [pair for name, load in members for pair in (("machine", name), *load.items())]
    return (*own.items(), *listed)


def check_machine(stanza: Stanza, known: Known) -> CheckedMachine:
    """Checks an insert_machine or update_machine stanza."""
    updates = stanza.subcommand == "update_machine"
    reading = read(stanza, "machine", updates=updates)
    name = stanza.name
    before = known.machine(name)
    if updates and before is None and name == "localhost":
        before = Machine(name)
    if updates and before is None:
        reading.refuse(10308, f"Invalid Machine Name: {reading.name} Update not performed.")
    elif not updates:
        _check_new_name(reading, name, before)
    machine_type = _machine_type(reading, before if updates else None)
    for each in reading.given:
        _check_attribute(reading, each, machine_type)
    machine = _machine(reading, machine_type, before if updates else None)
    if machine.is_virtual:
        _check_members(reading, machine, known)
    return CheckedMachine(reading.faults, None if reading.is_refused else machine)


def _check_new_name(reading: Reading, name: str, before: Machine | None) -> None:
    if before is not None:
        reading.refuse(10305, f"*** CANNOT INSERT Machine: {reading.name}, because it ALREADY EXISTS ***")
    elif not name or len(name) > 80 or not is_job_name(name):
        reading.refuse(10308, f"Invalid Machine Name: {reading.name} Insert not performed.")
    elif name.upper() == "ALL" or name.lower() in SUBCOMMANDS:
        reading.refuse(10357, f"ERROR for Machine: {name} < cannot be a keyword > Insert not performed.")


def _machine_type(reading: Reading, before: Machine | None) -> str:
    given = [each for each in reading.given if each.attribute.name == "type" and each.value]
    if not given:
        has_members = any(each.attribute.name == "machine" for each in reading.given)
        return before.type if before else "v" if has_members else "a"
    last = given[-1]
    typed = plain(last.value or "")
    machine_type = typed if typed in MACHINE_TYPES else typed.lower()
    if machine_type not in MACHINE_TYPES:
        reading.refuse(
            50236, f"Illegal machine type: {reading.name}", last.statement, choices=MACHINE_TYPES, typed=typed
        )
        return "a"
    if before is not None and machine_type != before.type:
        text = f"Updates to type is not allowed for machine '{reading.name}'. It is {before.type}."
        reading.refuse(19016, text, last.statement)
    return machine_type


def _check_attribute(reading: Reading, given: Given, machine_type: str) -> None:
    name = given.attribute.name
    if name == "type" or name in _SUPPORTED[machine_type]:
        return
    if name == "machine":
        text = "Cannot specify a 'machine' for a real or legacy (non-virtual) machine."
        reading.refuse(50237, text, given.statement)
    else:
        reading.refuse(10787, f"Attribute {name} unsupported for machine type '{machine_type}'.", given.statement)


def _machine(reading: Reading, machine_type: str, before: Machine | None) -> Machine:
    own, members = split_members(before.attributes if before is not None else ())
    _lay_over(reading.given, own, members)
    load = own.get("max_load")
    return Machine(
        reading.stanza.name,
        machine_type,
        plain(own.get("node_name", "")),
        int(load) if load else None,
        float(own.get("factor") or 1.0),
        own.get("opsys", ""),
        before.offline if before is not None else False,
        join_members(own, members),
    )


def _lay_over(given: list[Given], own: dict[str, str], members: Members) -> None:
    """Changes `own` and `members` as the stanza says: a member that is named again is changed in its place."""
    target = own
    for each in given:
        name, value = each.attribute.name, each.value
        if name == "machine" and value:
            target = next((load for member, load in members if member == value), {})
            if all(load is not target for _, load in members):
                members.append((value, target))
        elif name != "type":
            place = target if name in _LOAD else own
            place.pop(name, None)
            if value is not None:
                place[name] = value


def _check_members(reading: Reading, machine: Machine, known: Known) -> None:
    members = split_members(machine.attributes)[1]
    if not members:
        reading.refuse(18984, "This virtual machine definition does not contain any real machines.")
    for each in reading.given:
        if each.attribute.name != "machine" or not each.value:
            continue
        member = known.machine(each.value)
        if each.value == machine.name:
            text = "ERROR Circular definition: Cannot add self to virtual machine list"
            reading.refuse(10318, text, each.statement)
        elif each.value == "localhost":
            text = f"ERROR for Machine: {reading.name} < Cannot add localhost to a virtual machine list >"
            reading.refuse(19021, text, each.statement)
        elif member is None:
            reading.refuse(19020, f"The component machine {each.value} does not exist.", each.statement)
        elif member.is_virtual:
            text = f"Machine: {each.value} defined as virtual. It cannot be a member of {reading.name}."
            reading.refuse(10354, text, each.statement)


def check_delete(
    stanza: Stanza, known: Known, virtual: list[Machine], has_jobs: bool, has_resources: bool
) -> CheckedMachine:
    """Checks a delete_machine stanza: `virtual` are the machines it is a member of, `has_jobs` and `has_resources`
    if a job or resource names it."""
    reading = read(stanza, "machine", updates=False)
    before = known.machine(stanza.name)
    values = {each.attribute.name: each for each in reading.given}
    if before is None:
        reading.refuse(10308, f"Invalid Machine Name: {reading.name} Delete not performed.")
        return CheckedMachine(reading.faults, None)
    if "machine" in values:
        return _without_member(reading, before, values["machine"])
    forced = "force" in values and values["force"].value == "1"
    leaves = "remove_references" in values and values["remove_references"].value == "1"
    if virtual and not leaves and not forced:
        names = ", ".join(each.name for each in virtual)
        reading.refuse(50327, f"Cannot delete machine {reading.name}, it belongs to virtual machines: {names}")
    if has_jobs and not forced:
        reading.refuse(50329, f"Cannot delete machine {reading.name}, jobs name it; force: y deletes it all the same")
    if has_resources and not forced:
        reading.refuse(
            50330, f"Cannot delete machine {reading.name}, it has resources; force: y deletes it all the same"
        )
    if reading.is_refused:
        return CheckedMachine(reading.faults, None)
    return CheckedMachine(reading.faults, None, tuple(_left_by(each, stanza.name) for each in virtual))


def _without_member(reading: Reading, machine: Machine, given: Given) -> CheckedMachine:
    own, members = split_members(machine.attributes)
    kept = [each for each in members if each[0] != given.value]
    if not machine.is_virtual or len(kept) == len(members):
        reading.refuse(19020, f"The component machine {given.value} is not in {reading.name}.", given.statement)
    elif not kept:
        text = f"This machine is the last member of {reading.name} and cannot be deleted from it."
        reading.refuse(50328, text, given.statement)
    else:
        return CheckedMachine(reading.faults, replace(machine, attributes=join_members(own, kept)))
    return CheckedMachine(reading.faults, None)


def _left_by(machine: Machine, name: str) -> Machine:
    own, members = split_members(machine.attributes)
    return replace(machine, attributes=join_members(own, [each for each in members if each[0] != name]))
