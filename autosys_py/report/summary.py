"""The job summary: one row a job (cli.md §3.3). Its columns are 0, 65, 86, 107, 113 and 122 with names 64 wide."""

from typing import Protocol

from autosys_py.core.codes import LETTERS, TERMINAL, Status
from autosys_py.core.model import JobState, Run
from autosys_py.core.text import cut, pad, visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.colours import painted

NARROW = 28
"""Columns of the name under `-n`, where longer names are cut."""

_SHOWS_PRIORITY = frozenset({Status.QUE_WAIT, Status.RESWAIT})
_BY_STATUS = max(Status) + 1
"""Tables by status are lists: a number finds its place in one faster than an enumeration its hash."""
_PRIORITY_OR_EXIT = [0] * _BY_STATUS
"""What column Pri/Xit shows: 0 nothing, 1 the priority, 2 the exit code."""
for _status in Status:
    _PRIORITY_OR_EXIT[_status] = 1 if _status in _SHOWS_PRIORITY else 2 if _status in TERMINAL else 0


class Standing(Protocol):
    """What a row shows of where a job stands: its state, or a row that was read for nothing else."""

    @property
    def status(self) -> Status: ...
    @property
    def noexec(self) -> bool: ...
    @property
    def run_num(self) -> int: ...
    @property
    def ntry(self) -> int: ...
    @property
    def last_start(self) -> int | None: ...
    @property
    def last_end(self) -> int | None: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def queue_priority(self) -> int | None: ...
    @property
    def machine(self) -> str: ...


class Summary:
    """Writes the heading and the rows of one report."""

    def __init__(
        self, times: TimeFormat, name_width: int = 64, *, narrow: bool = False, colours: bool = False
    ) -> None:  # fmt: skip
        self.times = times
        self.name_width = NARROW if narrow else name_width
        self.narrow = narrow
        self._cells = tuple(_cells(mode, colours=colours) for mode in ("", "/NE"))

    def heading(self) -> list[str]:
        """An empty line, the column names, underscores in the widths of the columns."""
        names = _layout("Job Name".ljust(self.name_width), "Last Start", "Last End", "ST/Ex", "Run/Ntry", "Pri/Xit")
        lines = _layout("_" * self.name_width, "_" * 20, "_" * 20, "_" * 5, "_" * 8, "_" * 7)
        return ["", names, lines]

    def row(self, name: str, state: Standing, depth: int = 0) -> str:
        """The row of a job; `depth` is how many boxes of this report it stands in."""
        shown = " " * depth + visible(name)
        if self.narrow:
            shown = cut(shown, self.name_width)
        start, end = self.times(state.last_start), self.times(state.last_end)
        status, run = self._cells[state.noexec][state.status], f"{state.run_num}/{state.ntry}"
        return f"{pad(shown, self.name_width)} {start:<20} {end:<20} {status} {run:<8} {priority_or_exit(state):<7}"


def _layout(name: str, start: str, end: str, status: str, run: str, last: str) -> str:
    return f"{name} {start:<20} {end:<20} {status} {run:<8} {last:<7}"


def _cells(mode: str, *, colours: bool) -> list[str]:
    """Column ST/Ex by status: `SU`, in mode ON_NOEXEC `SU/NE`."""
    cells = [""] * _BY_STATUS
    for status in Status:
        cell = f"{LETTERS[status]}{mode}".ljust(5)
        cells[status] = painted(cell, status) if colours else cell
    return cells


def full_status(state: Standing) -> str:
    """The status in words: `SUCCESS`, in mode ON_NOEXEC `SUCCESS/ON_NOEXEC`."""
    return state.status.name + ("/ON_NOEXEC" if state.noexec else "")


def shown_priority(state: Standing) -> int | None:
    """The queue priority, while the job waits in a queue that has one."""
    return state.queue_priority if state.status in _SHOWS_PRIORITY else None


def shown_exit_code(state: Standing) -> int | None:
    """The exit code, once the job has ended."""
    return state.exit_code if state.status in TERMINAL else None


def priority_or_exit(state: Standing) -> str:
    """Column Pri/Xit."""
    which = _PRIORITY_OR_EXIT[state.status]
    number = state.exit_code if which == 2 else state.queue_priority if which == 1 else None
    return "" if number is None else str(number)


def state_of_run(tries: list[Run], state: Standing) -> Standing:
    """One run as a row of the summary; `tries` oldest first, at least one. `state` is where the job stands now.

    The newest try of the job is the job's state itself: it says more than an unfinished record.
    """
    last = tries[-1]
    if (state.run_num, state.ntry) == (last.key.run_num, last.key.ntry) and last.end is None:
        return state
    return JobState(
        status=last.status or Status.RUNNING,
        run_num=last.key.run_num,
        ntry=last.key.ntry,
        last_start=last.start,
        last_end=last.end,
        exit_code=last.exit_code,
        machine=last.machine,
        run_date=last.run_date,
    )
