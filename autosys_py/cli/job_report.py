"""`autorep -J`, `-B`, `-I`: summary, detail, runs of the past, rows as data (cli.md §3.3, §3.4; extensions.md §3)."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.job_rows import JobRows, Line
from autosys_py.cli.messages import refusal
from autosys_py.cli.zone import local_zone, scheduler_zone
from autosys_py.core.codes import LETTERS, QUEUED, EventCode, Status
from autosys_py.core.model import RunKey
from autosys_py.core.overrides import JOB_VER
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report import detail
from autosys_py.report.data import Row, job_row
from autosys_py.report.summary import Standing, Summary, state_of_run

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Event, Fact, Run
    from autosys_py.core.timezones import TimeZones
    from autosys_py.event_server.protocol import EventServer, SummaryRow

STATUS_WORDS: dict[str, Status] = {letters: status for status, letters in LETTERS.items()} | dict(Status.__members__)
"""What `-s STATUS` knows: two letters or the full name."""


class Block(NamedTuple):
    """One run of a job and where it lies in the past."""

    line: Line
    state: Standing
    first_seq: int
    last_seq: int | None = None
    """None = up to now."""


class Events(NamedTuple):
    """What happened in a run, and what still waits."""

    facts: "list[Fact]"
    pending: "list[Event]"
    times: detail.Times


class JobReport:
    """One report on jobs."""

    def __init__(
        self, instance: "Instance", rows: JobRows, *, narrow: bool = False, job_zones: bool = False,
        colours: bool = False,
    ) -> None:  # fmt: skip
        self.store: EventServer = instance.store
        self.rows = rows
        self.job_zones = job_zones
        self.colours = colours
        self.date_format = instance.configuration.DateFormat
        self.times = TimeFormat(local_zone(), self.date_format)
        width = instance.configuration.AutorepNameWidth
        self.table = Summary(self.times, width, narrow=narrow, colours=colours)
        self.trailing = [""] if instance.configuration.AutorepTrailingBlank == "1" else []

    @cached_property
    def process_times(self) -> TimeFormat:
        """For the column ProcessTime: the scheduler's zone."""
        return TimeFormat(scheduler_zone(self.store), self.date_format)

    @cached_property
    def _zones(self) -> "TimeZones":
        from autosys_py.cli.timetables import zones_of

        return zones_of(self.store)

    # Summary

    def summary(self) -> Iterator[str]:
        """Heading and rows; nothing at all for a pattern that matches nothing."""
        return self._table((line, line.row) for line in self.rows.lines)

    def run_summary(self, number: int) -> Iterator[str]:
        """The rows of one run of each job; see `_of_run`."""
        return self._table((block.line, block.state) for block in self._of_run(number))

    def _table(self, rows: Iterable[tuple[Line, Standing]]) -> Iterator[str]:
        is_empty, row = True, self.table.row
        for line, state in rows:
            if is_empty:
                yield from self.table.heading()
                is_empty = False
            yield row(line.row.name, state, line.depth)
        if not is_empty:
            yield from self.trailing

    def in_status(self, status: Status) -> Iterator[str]:
        """Only the rows of the jobs in a status, flat, so that the first word is the name."""
        return (self.table.row(line.row.name, line.row) for line in self._in_status(status))

    def _in_status(self, status: Status | None) -> Iterator[Line]:
        """ON_NOEXEC asks for the mode beside the status, None for all."""
        for line in self.rows.lines:
            if status in (None, line.row.status) or (status is Status.ON_NOEXEC and line.row.noexec):
                yield line

    # Data

    def data(self, status: Status | None) -> Iterator[Row]:
        """The rows of the summary, or of the jobs in a status."""
        return (self._row(line, line.row) for line in self._in_status(status))

    def run_data(self, number: int) -> Iterator[Row]:
        """The same of one run of each job."""
        return (self._row(block.line, block.state) for block in self._of_run(number))

    def history_data(self, runs: int) -> Iterator[Row]:
        """The same of the newest runs of the one job that was asked for, newest first."""
        return (self._row(block.line, block.state) for block in self._newest(runs))

    def _row(self, line: Line, state: Standing) -> Row:
        return job_row(line.row.name, line.row.job_type, line.box or None, state, self.times)

    def detail_data(self) -> Iterator[Row]:
        """The events of the latest run of each job, in the order of `detail.KEYS`."""
        return self._event_rows(self._latest())

    def run_detail_data(self, number: int) -> Iterator[Row]:
        return self._event_rows(self._of_run(number))

    def history_detail_data(self, runs: int) -> Iterator[Row]:
        return self._event_rows(self._newest(runs))

    def _event_rows(self, blocks: Iterable[Block]) -> Iterator[Row]:
        for block in blocks:
            yield from detail.event_rows(block.line.row.name, *self._events(block, self._zone_of(block.line.row)))

    # Detail

    def detail(self) -> Iterator[str]:
        """Heading, then a block for each job: its row and the events of its latest run."""
        return self._blocks(self._latest())

    def history(self, runs: int) -> Iterator[str]:
        """The newest runs of the one job that was asked for, newest first."""
        return self._blocks(self._newest(runs))

    def run_detail(self, number: int) -> Iterator[str]:
        """The blocks of one run of each job."""
        return self._blocks(self._of_run(number))

    def _blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The heading before the first block, a line of one blank character between two."""
        first = True
        for block in blocks:
            if first:
                yield from self.table.heading()
            else:
                yield detail.BLANK
            first = False
            yield from self._block(block)
        if not first:
            yield from self.trailing

    def _block(self, block: Block) -> Iterator[str]:
        """A row, the lines below its name, a blank character, the events; moved right as far as the row's name."""
        row, depth, _ = block.line
        indent = " " * depth
        yield self.table.row(row.name, block.state, depth)
        zone = self._zone_of(row)
        if zone:
            yield f"{indent}    ({visible(zone)})"
        date = self._run_date(block)
        if date:
            yield f"{indent}    (run date {date})"
        override = self._override(row, block.state)
        if override:
            yield f"{indent}    (override #{override})"
        yield detail.BLANK
        for line in detail.event_lines(*self._events(block, zone), colours=self.colours):
            yield indent + line

    def _events(self, block: Block, zone: str) -> Events:
        row = block.line.row
        facts = self.store.facts(row.joid, block.first_seq, block.last_seq)
        stored = self.store.pending_events(row.joid) if block.last_seq is None else []
        pending = [event for event in stored if not _is_void_start(event, row)]
        return Events(facts, pending, detail.Times(self._times_in(zone), self.process_times))

    def _override(self, row: "SummaryRow", state: Standing) -> str:
        """The number of the override that the run started with, empty if it had none."""
        run = self.store.run(RunKey(row.joid, state.run_num, max(state.ntry, 1)))
        if run is None or run.job_ver == row.job_ver:
            return ""
        found = (each for each in self.store.objects("override", row.name) if each.value(JOB_VER) == str(run.job_ver))
        return next((each.part for each in found), "")

    def _zone_of(self, row: "SummaryRow") -> str:
        """The zone of the job where `-t` asks for it."""
        definition = self.store.definition(row.joid) if self.job_zones else None
        return definition.value("timezone") if definition is not None else ""

    def _times_in(self, zone_name: str) -> TimeFormat:
        zone = self._zones.zone(zone_name) if zone_name else None
        return TimeFormat(zone, self.date_format) if zone is not None else self.times

    def _run_date(self, block: Block) -> str:
        """The business date of the run, or of the start that waits in a queue; empty without one."""
        state = block.state
        if state is block.line.row:
            now = self.store.status(block.line.row.joid)
            return now.state.run_date if now is not None and (state.ntry or state.status in QUEUED) else ""
        tries = self.store.run_tries(block.line.row.joid, state.run_num)
        return tries[-1].run_date if tries else ""

    # Runs

    def _latest(self) -> Iterator[Block]:
        for line in self.rows.lines:
            joid = line.row.joid
            newest = self.store.runs(joid, 1)
            first_seq = self.store.run_tries(joid, newest[0].key.run_num)[0].first_seq if newest else 1
            yield Block(line, line.row, first_seq)

    def _newest(self, runs: int) -> Iterator[Block]:
        for line in self.rows.lines:
            joid, last_seq = line.row.joid, None
            for position, number in enumerate(self.store.run_numbers(joid, runs)):
                tries = self.store.run_tries(joid, number)
                shown = line.row if position == 0 else state_of_run(tries, line.row)
                yield Block(line, shown, tries[0].first_seq, last_seq)
                last_seq = tries[0].first_seq - 1
            if last_seq is None:  # it never ran
                yield Block(line, line.row, 1)
            return

    def _of_run(self, number: int) -> Iterator[Block]:
        """The jobs that have that run, each with it. Members are shown in the run of their outermost box here.

        `number` is a run number, 0 the latest run, -1 the one before. Raises Refused (10323) if the one job that was
        asked for has no such run; jobs of a pattern without it are left out.
        """
        run_num: int | None = None
        for line in self.rows.lines:
            joid = line.row.joid
            if line.depth == 0:
                run_num = self._run_number(joid, number)
                if run_num is None and self.rows.explicit is not None:
                    raise refusal(10323, line.row.name)
            tries = self.store.run_tries(joid, run_num) if run_num is not None else []
            if tries:
                yield Block(line, state_of_run(tries, line.row), tries[0].first_seq, self._last_seq(tries[0]))

    def _run_number(self, joid: int, number: int) -> int | None:
        if number > 0:
            return number if self.store.run_tries(joid, number) else None
        numbers = self.store.run_numbers(joid, 1 - number)
        return numbers[-number] if len(numbers) > -number else None

    def _last_seq(self, run: "Run") -> int | None:
        """Where in the past the job's next run begins, less one."""
        newer = self.store.next_run_number(run.key.joid, run.key.run_num)
        return None if newer is None else self.store.run_tries(run.key.joid, newer)[0].first_seq - 1


def _is_void_start(event: "Event", row: "SummaryRow") -> bool:
    """A stored tick of a former version, or of dates that a calendar no longer has: it will do nothing (rule E-01)."""
    is_tick = event.code is EventCode.STARTJOB and event.job_ver > 0 and not event.value
    return is_tick and (event.job_ver != row.job_ver or event.due != row.next_start)
