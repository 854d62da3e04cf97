"""`autosys simulate --jil CHANGE --from-store`: what a change would do to what will start (extensions.md §6).

Two copies of the event store are played over the same time, one with the JIL loaded into it first. What differs between
them is the answer; the store itself is never written.
"""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli import clock
from autosys_py.cli.averages import average_of
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse
from autosys_py.cli.output import write_lines
from autosys_py.cli.simulate import Staged, prepare
from autosys_py.cli.unfinished import unfinished
from autosys_py.core.codes import Status
from autosys_py.core.times import TimeFormat
from autosys_py.report.difference import Changed, data_lines, difference_lines
from autosys_py.sim.difference import Difference, Kind, differences, play, starts_of
from autosys_py.sim.forecast import usual_success

if TYPE_CHECKING:
    pass

DAY = 86400


def what_if(
    files: tuple[Path, ...],
    script: Path | None,
    begin: str | None,
    end: str | None,
    tz: str | None,
    format_: str | None,
) -> int:
    """Prints the differences, of the day from now on if no times are given. Raises Refused for what cannot be
    understood, with file and line."""
    if not files:
        raise misuse(99000, "--from-store compares a change with the event store: which one? Type --jil FILE.")
    gc.disable()  # nothing here is cyclic
    now = clock.now()
    if begin is not None and end is None:
        raise misuse(99000, "--from without --to: type --to TIME, or neither for the day from now on.")
    since, until = begin or now, end or now + DAY
    with open_instance() as real:
        usual = usual_success(lambda name: average_of(real.store, name))
        without = prepare(real, (), script, since, until, tz, usual=usual)
        having = prepare(real, (), script, since, until, tz, change=files, usual=usual, keeps_past=True)
    before, after = (play(each.simulation, each.until) for each in (without, having))
    changed = [_told(each, having) for each in differences(before, after)]
    times = TimeFormat(having.simulation.world.zone, having.instance.configuration.DateFormat)
    lines = data_lines if format_ == "json" else difference_lines
    write_lines(lines(changed, starts_of((before, after)), having.begin, having.until, times))
    return 0


def _told(each: Difference, having: Staged) -> Changed:
    is_free = bool(each.after) and each.kind is not Kind.UNFINISHED
    cause = "" if is_free or each.kind is Kind.GONE else _cause(having, each.job)
    return Changed(each.kind.value, each.job, each.before, each.after, cause)


def _cause(having: Staged, name: str) -> str:
    """The first line of `autosys why` at the end of what was played; of a box that does not end, what it waits for."""
    instance = having.instance
    head = instance.store.head(name)
    if head is None:
        return ""
    waiting = _waiting(instance, head.joid)
    if waiting:
        return " ".join(_first_line(having, joid) for joid in waiting[:3])
    return _first_line(having, head.joid)


def _waiting(instance: Instance, joid: int) -> list[int]:
    """The jobs in a running box that have not run, at every depth."""
    found, boxes = [], [joid]
    while boxes:
        for row in unfinished(instance.store, boxes.pop()):
            if row.state.status is not Status.RUNNING:
                found.append(row.head.joid)
            elif row.head.job_type == "BOX":
                boxes.append(row.head.joid)
    return found


def _first_line(having: Staged, joid: int) -> str:
    from autosys_py.cli.why import explanation
    from autosys_py.report.why import cause

    said = explanation(having.instance, joid, None, now=having.until)
    times = TimeFormat(having.simulation.world.zone, having.instance.configuration.DateFormat)
    return "" if said is None else cause(said, times)
