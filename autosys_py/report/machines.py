"""The machine report (cli.md §3.5): columns 0, 81, 92, 105, 113 and 125."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from autosys_py.core.model import Machine
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
    """Load units of its live jobs; None without a max_load."""
    status: str


def rows_of(machine: Machine, known: Mapping[str, Machine], loads: Mapping[str, int]) -> Iterator[MachineRow]:
    """The row of a real machine, or one for each member of a virtual one; the virtual's own only when it is empty."""
    if not machine.is_virtual:
        yield _row_of(machine.name, machine, loads)
        return
    members = [value for key, value in machine.attributes if key == "machine"]
    if not members:
        yield MachineRow(machine.name, machine, None, "Empty")
    for name in members:
        yield _row_of(f"{machine.name}.{name}", known.get(name, Machine(name)), loads)


def _row_of(name: str, machine: Machine, loads: Mapping[str, int]) -> MachineRow:
    load = None if machine.max_load is None else loads.get(machine.name, 0)
    return MachineRow(name, machine, load, "Offline" if machine.offline else "Online")


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
