"""`autorep -J job --watch`: a box as it runs, drawn anew on the terminal until it ends.

rich draws, and is imported here only. What is drawn goes away when the job ends or ^C is typed; after an end the
ordinary report follows, so that the last thing on the screen is one that can be copied.
"""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.job_rows import Line, rows_of_jobs
from autosys_py.cli.messages import misuse
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import LETTERS, TERMINAL, Status
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.colours import COLOURS
from autosys_py.report.summary import full_status, priority_or_exit

if TYPE_CHECKING:
    from rich.console import Group

    from autosys_py.cli.instance import Instance
    from autosys_py.event_server.protocol import EventServer

SECONDS = 0.5
"""Between two looks at the store."""
AT_REST = TERMINAL | {Status.INACTIVE, Status.ON_HOLD, Status.ON_ICE, Status.SUSPENDED}
"""From these a job does not go on by itself."""
FIRST = (Status.FAILURE, Status.TERMINATED, Status.WAIT_REPLY, Status.RUNNING, Status.STARTING, Status.RESTART)
"""What is shown where there is no room for every member."""
FRAME = 4
"""Lines around the members: the box, the heading, what is left out, and the cursor's."""


def watch(instance: "Instance", name: str, levels: int | None, *, colours: bool) -> None:
    """Draws until the job is at rest. Raises Refused without a terminal, for a pattern, for a name that no job has."""
    if not sys.stdout.isatty():
        raise misuse(99141, name)
    if rows_of_jobs(instance.store, name, 0).explicit is None:
        raise misuse(99142, name)
    from rich.console import Console
    from rich.live import Live

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends it, the cursor comes back
    console = Console(no_color=not colours, highlight=False)
    times = TimeFormat(local_zone(), instance.configuration.DateFormat)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        for lines in looks(instance.store, name, levels, lambda: time.sleep(SECONDS)):
            live.update(picture(lines, times, console.height), refresh=True)


def looks(store: "EventServer", name: str, levels: int | None, pause: Callable[[], object]) -> Iterator[list[Line]]:
    """The rows at each look, read again when the store has moved. Raises Refused (50027) if the job is deleted."""
    seen: int | None = None
    lines: list[Line] = []
    while True:
        version = store.version()
        if version != seen:
            seen, lines = version, list(rows_of_jobs(store, name, levels).lines)
        yield lines
        if lines[0].row.status in AT_REST:
            return
        pause()


def picture(lines: list[Line], times: TimeFormat, height: int) -> "Group":
    """What fits on a screen so many lines high. No text in it is read as markup."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    first, *members = lines
    shown = _most_urgent(members, max(height - FRAME, 1))
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("Job Name", "ST/Ex", "Run/Ntry", "Pri/Xit", "Last Start", "Last End"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for row, depth, _ in (first, *shown):
        letters = Text(LETTERS[row.status] + ("/NE" if row.noexec else ""), style=COLOURS.get(row.status, ""))
        name, run = Text(" " * depth + visible(row.name)), Text(f"{row.run_num}/{row.ntry}")
        moments = Text(times(row.last_start)), Text(times(row.last_end))
        table.add_row(name, letters, run, Text(priority_or_exit(row)), *moments)
    counts = Counter(line.row.status for line in members)
    told = "  ".join(f"{counts[status]} {LETTERS[status]}" for status in Status if counts[status])
    head = Text(f"{visible(first.row.name)} {full_status(first.row)}   {told}".rstrip(), no_wrap=True, overflow="crop")
    left_out = len(members) - len(shown)
    return Group(head, table, *([Text(f"and {left_out} more")] if left_out else []))


def _most_urgent(members: list[Line], room: int) -> list[Line]:
    """In the order of the report, as many as there is room for."""
    if len(members) <= room:
        return members
    ranks = {status: rank for rank, status in enumerate(FIRST)}
    by_rank = sorted(range(len(members)), key=lambda place: ranks.get(members[place].row.status, len(FIRST)))
    return [members[place] for place in sorted(by_rank[:room])]
