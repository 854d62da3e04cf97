"""`autosys timeline BOX`: a run of a box and of what is in it as a Gantt chart (docs/graph.md).

A member's tries belong to the run of the box in which they started, told by the order of the past, so that restarts,
which have run numbers of their own, are shown too.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli.messages import refusal
from autosys_py.cli.picture import write_picture
from autosys_py.cli.played import Play, World, world_of
from autosys_py.cli.selection import Placed, select_jobs
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import TERMINAL, Status
from autosys_py.core.model import RunKey
from autosys_py.core.times import TimeFormat
from autosys_py.report.durations import duration
from autosys_py.report.gantt import WAITING, Bar, Chart, Row, data_lines
from autosys_py.report.gantt_svg import svg_lines
from autosys_py.report.gantt_text import text_lines

if TYPE_CHECKING:
    from autosys_py.core.model import Fact, Run
    from autosys_py.event_server.protocol import EventServer

MANY = 10_000
"""Tries of a job that are looked through, and steps of the chain that are followed."""
WIDTH = 120
"""Columns where nobody says how wide the terminal is."""


def timeline(name: str, run: int, play: Play, format_: str, columns: int | None, output: Path | None) -> int:
    """Draws run number `run` of a job or box; 0 = its latest, -1 the one before. Raises Refused where there is none."""
    with world_of(play) as world:
        chart = _Charted(world, name, run).chart()
        times = TimeFormat(local_zone(), world.instance.configuration.DateFormat)
        write_picture(_drawn(chart, times, format_, columns, output), output)
    return 0


def _drawn(chart: Chart, times: TimeFormat, format_: str, columns: int | None, output: Path | None) -> Iterator[str]:
    if format_ == "json":
        return data_lines(chart, times)
    if format_ == "svg":
        return svg_lines(chart, times)
    is_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    wide = columns or (shutil.get_terminal_size((WIDTH, 24)).columns if is_terminal else WIDTH)
    return text_lines(chart, times, wide, coloured=is_terminal and not os.environ.get("NO_COLOR"))


class _Charted:
    """From the tries of jobs to a chart."""

    def __init__(self, world: World, name: str, run: int) -> None:
        self._store: EventServer = world.instance.store
        self._world = world
        self._jobs: list[Placed] = select_jobs(self._store, name, None, 50004).jobs
        if not self._jobs or self._jobs[0].head.name != name:
            raise refusal(50004, name)
        self._run = self._run_of(self._jobs[0].head.joid, run)
        number, tries = self._run
        self._first, self._next = tries[0].first_seq, self._seq_after(number)
        self._begin = tries[0].start
        self._over = tries[-1].end

    def _run_of(self, joid: int, run: int) -> "tuple[int, list[Run]]":
        number = run
        if run <= 0:
            numbers = self._store.run_numbers(joid, 1 - run)
            number = numbers[-run] if len(numbers) > -run else 0
        tries = self._store.run_tries(joid, number) if number else []
        if not tries:
            raise refusal(10323, self._jobs[0].head.name)
        return number, tries

    def _seq_after(self, number: int) -> int | None:
        """Where the past of the next run begins; None = this is the latest."""
        joid = self._jobs[0].head.joid
        newer = [each for each in self._store.run_numbers(joid, MANY) if each > number]
        return self._store.run_tries(joid, min(newer))[0].first_seq if newer else None

    def chart(self) -> Chart:
        tries = {placed.head.joid: self._tries(placed.head.joid) for placed in self._jobs}
        end = self._world.now if self._over is None else self._over
        chart = Chart(self._title(end), self._begin, max(end, self._begin + 1), self._over is not None)
        chain = self._chain(tries)
        for placed in self._jobs:
            chart.rows.append(self._row(placed, tries, chain))
        return chart

    def _title(self, end: int) -> str:
        number, tries = self._run
        status = tries[-1].status
        took = f"{duration(end - self._begin)} {'so far' if status is None else status.name}"
        times = TimeFormat(local_zone(), self._world.instance.configuration.DateFormat)
        return f"{self._jobs[0].head.name} {self._world.title}: run {number} from {times(self._begin)}, {took}"

    def _tries(self, joid: int) -> "list[Run]":
        """Of a job in this run, oldest first."""
        found = []
        for run in self._store.runs(joid, MANY):
            if run.first_seq < self._first:
                break
            if (self._next is None or run.first_seq < self._next) and (self._over is None or run.start <= self._over):
                found.append(run)
        return found[::-1]

    def _row(self, placed: Placed, tries: "dict[int, list[Run]]", chain: set[int]) -> Row:
        head = placed.head
        bars = [_bar(run) for run in tries[head.joid]]
        status = self._status(head.joid, bars)
        waits = None
        if head.joid != self._jobs[0].head.joid and (bars or status in WAITING):
            around = tries.get(head.box_joid)
            waits = around[0].start if around else None
        return Row(head.name, placed.depth, head.job_type == "BOX", status, bars, waits, head.joid in chain)

    def _status(self, joid: int, bars: list[Bar]) -> Status | None:
        """Now, if this is the latest run; of an earlier one what its last try came to."""
        if self._next is None and (bars or self._over is None):
            row = self._store.status(joid)
            return row.state.status if row is not None else None
        return bars[-1].status if bars else None

    # What the end waited for

    def _chain(self, tries: "dict[int, list[Run]]") -> set[int]:
        """Back from the last end, or from what runs, cause by cause, to the beginning of the run."""
        runs = {run.key: run for each in tries.values() for run in each}
        boxes = {placed.head.joid for placed in self._jobs if placed.head.job_type == "BOX"}
        of_jobs = [run for run in runs.values() if run.key.joid not in boxes]
        if len(of_jobs) < 2:
            return set()
        seq = max(of_jobs, key=lambda run: (run.end is None, run.end or run.start, run.first_seq)).first_seq
        found: set[int] = set()
        for _ in range(MANY):
            fact = self._fact(seq)
            if fact is None or fact.seq < self._first:
                break
            if fact.joid in tries:
                found.add(fact.joid)
            run = runs.get(RunKey(fact.joid, fact.run_num, fact.ntry))
            is_end = fact.status in TERMINAL and fact.joid not in boxes
            if is_end and run is not None and run.first_seq < seq:
                seq = run.first_seq
            else:
                seq = fact.cause or self._earlier(tries.get(fact.joid, []), seq)
        return found

    def _earlier(self, tries: "list[Run]", seq: int) -> int:
        """Where the try before began: a further try, and a restart, waited for it."""
        return next((run.first_seq for run in reversed(tries) if run.first_seq < seq), 0)

    def _fact(self, seq: int) -> "Fact | None":
        facts = self._store.all_facts(seq, 1) if seq else []
        return facts[0] if facts and facts[0].seq == seq else None


def _bar(run: "Run") -> Bar:
    status = run.status if run.status is not None else Status.RUNNING
    return Bar(run.start, run.end, status, f"{run.key.run_num}/{run.key.ntry}", run.exit_code)
