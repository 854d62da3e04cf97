"""The machine report (cli.md §3.5): columns 0, 81, 92, 105, 113 and 125."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from autosys_py.core.model import Machine, Member, members_of
from autosys_py.core.text import cut, pad, visible

WIDTH = 80
NARROW = 35
"""Columns of the name under `-n`, where longer names are cut."""

_SYSTEMS = {"r": "Unix", "l": "Unix", "n": "NT"}
UNLIMITED = "---"


class MachineRow(NamedTuple):
    """A machine as the reports show it."""

    name: str
    """Of a member of a virtual machine: `virtual.member`."""
    machine: Machine
    current_load: int | None
    """Load units of what runs there, by way of the virtual machine if that one limits it; None without a max_load."""
    status: str


class Usage(NamedTuple):
    """What goes on on all machines."""

    loads: Mapping[tuple[str, str], int]
    """See `core.world.LoadKey`."""
    missing: Mapping[str, int]
    """Machines whose agent does not answer (1) or refuses (2)."""


_STATUSES = ("Online", "Missing", "Blocked")


def rows_of(machine: Machine, known: Mapping[str, Machine], usage: Usage) -> Iterator[MachineRow]:
    """The row of a real machine, or one for each member of a virtual one; the virtual's own only when it is empty."""
    if not machine.is_virtual:
        yield _row_of(machine.name, machine, usage)
        return
    members = members_of(machine)
    if not members:
        yield MachineRow(machine.name, machine, None, "Empty")
    for member in members:
        yield _member_row(machine.name, member, known.get(member.name, Machine(member.name)), usage)


def _member_row(virtual: str, member: Member, machine: Machine, usage: Usage) -> MachineRow:
    row = _row_of(f"{virtual}.{member.name}", machine, usage)
    if member.factor is not None:
        row = row._replace(machine=replace(row.machine, factor=member.factor))
    if member.max_load is not None:
        load = usage.loads.get((member.name, virtual), 0)
        row = row._replace(machine=replace(row.machine, max_load=member.max_load), current_load=load)
    return row


def _row_of(name: str, machine: Machine, usage: Usage) -> MachineRow:
    load = None if machine.max_load is None else usage.loads.get((machine.name, ""), 0)
    status = "Offline" if machine.offline else _STATUSES[usage.missing.get(machine.name, 0)]
    return MachineRow(name, machine, load, status)


def heading(*, narrow: bool = False) -> list[str]:
    width = NARROW if narrow else WIDTH
    names = _layout("Machine Name".ljust(width), "Max Load", "Current Load", "Factor", "O/S", "Status")
    return ["", names, _layout("_" * width, "_" * 10, "_" * 12, "_" * 7, "_" * 11, "_" * 6)]


def line(row: MachineRow, *, narrow: bool = False) -> str:
    width = NARROW if narrow else WIDTH
    name = visible(row.name)
    if narrow:
        name = cut(name, width)
    return _layout(
        pad(name, width),
        UNLIMITED if row.machine.max_load is None else str(row.machine.max_load),
        UNLIMITED if row.current_load is None else str(row.current_load),
        f"{row.machine.factor:.2f}",
        system(row.machine),
        row.status,
    )


def system(machine: Machine) -> str:
    """Column O/S: by the machine's type."""
    return _SYSTEMS.get(machine.type, "Sys Agent")


def _layout(name: str, most: str, current: str, factor: str, opsys: str, status: str) -> str:
    return f"{name} {most:<10} {current:<12} {factor:<7} {opsys:<11} {status:<6}"


# `-d`: what runs there


class LiveJob(NamedTuple):
    name: str
    machine: str
    status: str
    load: int
    priority: int


def live_heading() -> list[str]:
    dashes = _live_layout("-" * 64, "-" * 20, "-" * 12, "-" * 5, "-" * 8)
    return ["", _live_layout("Job Name".ljust(64), "Machine".ljust(20), "Status", "Load", "Priority"), dashes]


def live_line(job: LiveJob) -> str:
    name, machine = pad(visible(job.name), 64), pad(visible(job.machine), 20)
    return _live_layout(name, machine, job.status, str(job.load), str(job.priority))


def _live_layout(name: str, machine: str, status: str, load: str, priority: str) -> str:
    return f"  {name} {machine} {status:<12} {load:<5} {priority:<8}"
