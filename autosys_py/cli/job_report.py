"""`autorep -J`, `-B`, `-I`: summary, detail, runs of the past, rows as data (cli.md §3.3, §3.4; extensions.md §3)."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.messages import refusal
from autosys_py.cli.selection import Placed, Selection, with_states
from autosys_py.cli.zone import local_zone, scheduler_zone
from autosys_py.core.codes import LETTERS, QUEUED, EventCode, Status
from autosys_py.core.model import RunKey
from autosys_py.core.overrides import JOB_VER
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report import detail
from autosys_py.report.data import Row, job_row
from autosys_py.report.summary import Summary, state_of_run

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import Event, JobState, Run
    from autosys_py.core.timezones import TimeZones
    from autosys_py.event_server.protocol import EventServer, JobHead

STATUS_WORDS: dict[str, Status] = {letters: status for status, letters in LETTERS.items()} | dict(Status.__members__)
"""What `-s STATUS` knows: two letters or the full name."""

EVERY_RUN = 1_000_000


class Past(NamedTuple):
    """One run of a job and where it lies in the past."""

    tries: "list[Run]"
    """Oldest first, at least one."""
    first_seq: int
    last_seq: int | None
    """None = up to now."""


class JobReport:
    """One report on a selection of jobs."""

    def __init__(self, instance: "Instance", selection: Selection, *, narrow: bool, job_zones: bool) -> None:
        self.store: EventServer = instance.store
        self.selection = selection
        self.job_zones = job_zones
        self.date_format = instance.configuration.DateFormat
        self.times = TimeFormat(local_zone(), self.date_format)
        self.table = Summary(self.times, instance.configuration.AutorepNameWidth, narrow=narrow)
        self.trailing = [""] if instance.configuration.AutorepTrailingBlank == "1" else []

    @cached_property
    def process_times(self) -> TimeFormat:
        """For the column ProcessTime: the scheduler's zone."""
        return TimeFormat(scheduler_zone(self.store), self.date_format)

    @cached_property
    def _zones(self) -> "TimeZones":
        from autosys_py.cli.timetables import zones_of

        return zones_of(self.store)

    # Reports

    def summary(self) -> Iterator[str]:
        """Heading and rows; nothing at all for a pattern that matches nothing."""
        if not self.selection.jobs:
            return
        yield from self.table.heading()
        for placed, state in with_states(self.store, self.selection):
            yield self.table.row(placed.head.name, state, placed.depth)
        yield from self.trailing

    def in_status(self, status: Status) -> Iterator[str]:
        """Only the rows of the jobs in a status, flat, so that the first word is the name."""
        for placed, state in self.rows_in_status(status):
            yield self.table.row(placed.head.name, state)

    def rows_in_status(self, status: Status | None) -> "Iterator[tuple[Placed, JobState]]":
        """Jobs and states; ON_NOEXEC asks for the mode beside the status, None for all."""
        for placed, state in with_states(self.store, self.selection):
            if status in (None, state.status) or (status is Status.ON_NOEXEC and state.noexec):
                yield placed, state

    def data(self, status: Status | None) -> Iterator[Row]:
        """The rows as data; `status` as above."""
        names = {placed.head.joid: placed.head.name for placed in self.selection.jobs}
        for placed, state in self.rows_in_status(status):
            head = placed.head
            if head.box_joid and head.box_joid not in names:
                row = self.store.status(head.box_joid)
                names[head.box_joid] = row.head.name if row is not None else ""
            yield job_row(head.name, head.job_type, names.get(head.box_joid) or None, state, self.times)

    def detail(self) -> Iterator[str]:
        """Heading, then a block for each job: its row and the events of its latest run."""
        return self._blocks(self._detail_blocks())

    def history(self, runs: int) -> Iterator[str]:
        """The newest runs of the one job that was asked for, newest first."""
        return self._blocks(self._history_blocks(runs))

    def run_summary(self, number: int) -> Iterator[str]:
        """The rows of one run of each job; see `_past_rows`."""
        rows = [self.table.row(placed.head.name, state, placed.depth) for placed, state, _ in self._past_rows(number)]
        if rows:
            yield from self.table.heading()
            yield from rows
            yield from self.trailing

    def run_detail(self, number: int) -> Iterator[str]:
        """The blocks of one run of each job."""
        return self._blocks(
            self._block(placed, state, past.first_seq, past.last_seq) for placed, state, past in self._past_rows(number)
        )

    # Blocks

    def _blocks(self, blocks: Iterable[Iterable[str]]) -> Iterator[str]:
        """The heading before the first block, a line of one blank character between two."""
        first = True
        for block in blocks:
            if first:
                yield from self.table.heading()
            else:
                yield detail.BLANK
            first = False
            yield from block
        if not first:
            yield from self.trailing

    def _detail_blocks(self) -> Iterator[Iterable[str]]:
        for placed, state in with_states(self.store, self.selection):
            newest = self.store.runs(placed.head.joid, 1)
            first_seq = 1
            if newest:
                first_seq = self.store.run_tries(placed.head.joid, newest[0].key.run_num)[0].first_seq
            yield self._block(placed, state, first_seq, None)

    def _history_blocks(self, runs: int) -> Iterator[Iterable[str]]:
        for placed, state in with_states(self.store, self.selection._replace(jobs=self.selection.jobs[:1])):
            joid = placed.head.joid
            numbers = self.store.run_numbers(joid, runs)
            if not numbers:
                yield self._block(placed, state, 1, None)
            last_seq = None
            for position, number in enumerate(numbers):
                tries = self.store.run_tries(joid, number)
                shown = state if position == 0 else state_of_run(tries, state)
                yield self._block(placed, shown, tries[0].first_seq, last_seq)
                last_seq = tries[0].first_seq - 1

    def _block(self, placed: Placed, state: "JobState", first_seq: int, last_seq: int | None) -> Iterator[str]:
        """A row, the lines below its name, a blank character, the events; moved right as far as the row's name."""
        head, indent = placed.head, " " * placed.depth
        yield self.table.row(head.name, state, placed.depth)
        zone = self._zone_of(head) if self.job_zones else ""
        if zone:
            yield f"{indent}    ({visible(zone)})"
        if state.run_date and (state.ntry or state.status in QUEUED):
            yield f"{indent}    (run date {state.run_date})"
        override = self._override(head, state)
        if override:
            yield f"{indent}    (override #{override})"
        yield detail.BLANK
        facts = self.store.facts(head.joid, first_seq, last_seq)
        stored = self.store.pending_events(head.joid) if last_seq is None else []
        pending = [event for event in stored if not _is_void_start(event, head, state)]
        times = detail.Times(self._times_in(zone), self.process_times)
        for line in detail.event_lines(facts, pending, times):
            yield indent + line

    def _override(self, head: "JobHead", state: "JobState") -> str:
        """The number of the override that the run started with, empty if it had none."""
        run = self.store.run(RunKey(head.joid, state.run_num, max(state.ntry, 1)))
        if run is None or run.job_ver == head.job_ver:
            return ""
        found = (each for each in self.store.objects("override", head.name) if each.value(JOB_VER) == str(run.job_ver))
        return next((each.part for each in found), "")

    def _zone_of(self, head: "JobHead") -> str:
        definition = self.store.definition(head.joid)
        return definition.value("timezone") if definition is not None else ""

    def _times_in(self, zone_name: str) -> TimeFormat:
        zone = self._zones.zone(zone_name) if zone_name else None
        return TimeFormat(zone, self.date_format) if zone is not None else self.times

    # Runs of the past

    def _past_rows(self, number: int) -> "Iterator[tuple[Placed, JobState, Past]]":
        """The jobs that have that run, each with it. Members are shown in the run of their outermost box here.

        `number` is a run number, 0 the latest run, -1 the one before. Raises Refused (10323) if the one job that was
        asked for has no such run; jobs of a pattern without it are left out.
        """
        run_num: int | None = None
        for placed, state in with_states(self.store, self.selection):
            head = placed.head
            if placed.depth == 0:
                run_num = self._run_number(head.joid, number)
                if run_num is None and self.selection.explicit:
                    raise refusal(10323, head.name)
            past = self._past(head.joid, run_num) if run_num is not None else None
            if past is not None:
                yield placed, state_of_run(past.tries, state), past

    def _run_number(self, joid: int, number: int) -> int | None:
        if number > 0:
            return number if self.store.run_tries(joid, number) else None
        numbers = self.store.run_numbers(joid, 1 - number)
        return numbers[-number] if len(numbers) > -number else None

    def _past(self, joid: int, run_num: int) -> Past | None:
        tries = self.store.run_tries(joid, run_num)
        if not tries:
            return None
        newer = [number for number in self.store.run_numbers(joid, EVERY_RUN) if number > run_num]
        last_seq = self.store.run_tries(joid, min(newer))[0].first_seq - 1 if newer else None
        return Past(tries, tries[0].first_seq, last_seq)


def _is_void_start(event: "Event", head: "JobHead", state: "JobState") -> bool:
    """A stored tick of a former version, or of dates that a calendar no longer has: it will do nothing (rule E-01)."""
    is_tick = event.code is EventCode.STARTJOB and event.job_ver > 0 and not event.value
    return is_tick and (event.job_ver != head.job_ver or event.due != state.next_start)
