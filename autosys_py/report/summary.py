"""The job summary: one row a job (cli.md §3.3). Its columns are 0, 65, 86, 107, 113 and 122 with names 64 wide."""

from autosys_py.core.codes import LETTERS, TERMINAL, Status
from autosys_py.core.model import JobState, Run
from autosys_py.core.text import cut, pad, visible
from autosys_py.core.times import TimeFormat

NARROW = 28
"""Columns of the name under `-n`, where longer names are cut."""

_SHOWS_PRIORITY = frozenset({Status.QUE_WAIT, Status.RESWAIT})


class Summary:
    """Writes the heading and the rows of one report."""

    def __init__(self, times: TimeFormat, name_width: int = 64, *, narrow: bool = False) -> None:
        self.times = times
        self.name_width = NARROW if narrow else name_width
        self.narrow = narrow

    def heading(self) -> list[str]:
        """An empty line, the column names, underscores in the widths of the columns."""
        names = _layout("Job Name".ljust(self.name_width), "Last Start", "Last End", "ST/Ex", "Run/Ntry", "Pri/Xit")
        lines = _layout("_" * self.name_width, "_" * 20, "_" * 20, "_" * 5, "_" * 8, "_" * 7)
        return ["", names, lines]

    def row(self, name: str, state: JobState, depth: int = 0) -> str:
        """The row of a job; `depth` is how many boxes of this report it stands in."""
        shown = " " * depth + visible(name)
        if self.narrow:
            shown = cut(shown, self.name_width)
        return _layout(
            pad(shown, self.name_width),
            self.times(state.last_start),
            self.times(state.last_end),
            letters(state),
            f"{state.run_num}/{state.ntry}",
            priority_or_exit(state),
        )


def _layout(name: str, start: str, end: str, status: str, run: str, last: str) -> str:
    return f"{name} {start:<20} {end:<20} {status:<5} {run:<8} {last:<7}"


def letters(state: JobState) -> str:
    """Column ST/Ex: `SU`, in mode ON_NOEXEC `SU/NE`."""
    return LETTERS[state.status] + ("/NE" if state.noexec else "")


def full_status(state: JobState) -> str:
    """The status in words: `SUCCESS`, in mode ON_NOEXEC `SUCCESS/ON_NOEXEC`."""
    return state.status.name + ("/ON_NOEXEC" if state.noexec else "")


def shown_priority(state: JobState) -> int | None:
    """The queue priority, while the job waits in a queue that has one."""
    return state.queue_priority if state.status in _SHOWS_PRIORITY else None


def shown_exit_code(state: JobState) -> int | None:
    """The exit code, once the job has ended."""
    return state.exit_code if state.status in TERMINAL else None


def priority_or_exit(state: JobState) -> str:
    """Column Pri/Xit."""
    number = shown_priority(state) if state.status in _SHOWS_PRIORITY else shown_exit_code(state)
    return "" if number is None else str(number)


def state_of_run(tries: list[Run], state: JobState) -> JobState:
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
