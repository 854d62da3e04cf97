"""archive_events: takes what is old out of the past, scheduler running or not (cli.md §7.6, docs/archive_events.md).

Rows go in batches, each a transaction of its own that only deletes by key, so that other writers wait for no longer
than that. With the rows of the past goes a seal, by which their chain of hashes holds without them
(`event_server/seals.py`). What reports still read stays, however old it is (`needed.py`).
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from autosys_py.cli import clock
from autosys_py.cli.archive_files import ArchiveFile, file_name
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import message, misuse, refusal
from autosys_py.cli.options import Command, Given, Option, WrongUsage, is_number, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.cli.secrets import shown_event
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Fact, Run, RunKey
from autosys_py.event_server.escapes import escaped
from autosys_py.event_server.queries import QUERIES
from autosys_py.event_server.rows import fact_row, run_row

if TYPE_CHECKING:
    from autosys_py.cli.needed import Needed
    from autosys_py.event_server.protocol import EventServer

T = TypeVar("T")

BATCH, LARGEST_BATCH = 1000, 50000
DAY = 86400
PAGE = 1000

FACT_COLUMNS = QUERIES["insert_facts"].parameters
RUN_COLUMNS = QUERIES["put_runs"].parameters
MESSAGE_COLUMNS = ("seq", "number", "text")

Row = tuple[Fact, str]
"""A row of the past and its hash."""


def main() -> NoReturn:
    leave(run(COMMAND))


def archive_events(given: Given) -> int:
    """Removes what the options name; exit code 0."""
    days = {letter: _days(given[letter]) for letter in "njlmr" if letter in given}
    if not days:
        raise wrong_usage()
    batch = _batch(given.get("B"))
    delimiter = _delimiter(given.get("C"))
    if "d" in given and "A" not in given:
        raise misuse(60023)
    with open_instance() as instance:
        folder = Path(given["d"]) if "d" in given else instance.folder / "archive"
        archive = Archive(instance, clock.now(), batch, folder if "A" in given else None, delimiter)
        if "n" in days:
            write_lines([message(60007, severity="I")])
            write_lines([message(60013, archive.facts("events", days["n"]), severity="I")])
        if "j" in days:
            write_lines([message(60014, severity="I")])
            write_lines([message(60017, archive.runs(days["j"]), severity="I")])
        if "l" in days:
            write_lines([message(60018, severity="I")])
            write_lines([message(60021, archive.facts("audit", days["l"]), severity="I")])
    return 0


class Archive:
    """One call of the command on one store."""

    def __init__(self, instance: Instance, now: int, batch: int, folder: Path | None, delimiter: str) -> None:
        """`folder` None: nothing is written to files."""
        self.instance = instance
        self.store: EventServer = instance.store
        self.now = now
        self.batch = batch
        self.folder = folder
        self.delimiter = delimiter

    def facts(self, what: str, days: int) -> int:
        """Removes `events`, that is what nobody sent, or `audit`, what somebody did. Returns how many."""
        before = self.now - days * DAY
        file = self._file(what, FACT_COLUMNS)
        messages = self._file("audit_msg", MESSAGE_COLUMNS) if what == "audit" else None
        removed = 0
        try:
            for rows in _in_batches(self._old_facts(before, is_audit=what == "audit"), self.batch):
                if file is not None:
                    file.write((*fact_row(shown_event(fact)), digest) for fact, digest in rows)
                if messages is not None:
                    messages.write(self._messages(rows))
                self._remove_facts(what, before, rows)
                removed += len(rows)
        finally:
            for each in (file, messages):
                if each is not None:
                    each.close()
        return removed

    def runs(self, days: int) -> int:
        """Removes runs that are over, but for the latest of each job. Returns how many."""
        file = self._file("job_runs", RUN_COLUMNS)
        removed = 0
        try:
            for runs in _in_batches(self._old_runs(self.now - days * DAY), self.batch):
                if file is not None:
                    file.write(run_row(each) for each in runs)
                with self.store.transaction():
                    if self.store.remove_runs([each.key for each in runs]) != len(runs):
                        raise refusal(99081)
                removed += len(runs)
        finally:
            if file is not None:
                file.close()
        return removed

    # The past

    @cached_property
    def _needed(self) -> "Needed":
        from autosys_py.cli.needed import Needed

        return Needed(self.store)

    def _old_facts(self, before: int, *, is_audit: bool) -> Iterator[Row]:
        after = 1
        page = self.store.audit_facts if is_audit else self.store.all_facts
        while facts := page(after, PAGE):
            old = [fact for fact in facts if fact.processed < before]
            if not old:
                return
            for fact in old:
                if bool(fact.sent_by) is is_audit and not self._needed(fact):
                    found = self.store.hashes(fact.seq, 1)
                    if found and found[0][0] == fact.seq:
                        yield fact, found[0][1]
            after = facts[-1].seq + 1

    def _remove_facts(self, what: str, before: int, rows: Sequence[Row]) -> None:
        from autosys_py.event_server.seals import seal

        text = seal(what, before, [(fact.seq, digest) for fact, digest in rows]).text()
        event = Event(EventCode.ARCHIVED, self.now, priority=0, name=what, value=text, sent=self.now)
        event.sent_by = self.instance.user_host
        with self.store.transaction():
            if self.store.remove_facts([fact.seq for fact, _ in rows]) != len(rows):
                raise refusal(99081)
            self.store.add_event(event)

    def _messages(self, rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
        """What was said, as `autotrack` shows it."""
        from autosys_py.cli.trail import Trail

        trail = Trail(self.instance)
        for fact, _ in rows:
            for number, line in enumerate(trail.details_of(fact), start=1):
                yield fact.seq, number, escaped(line.strip())

    # Runs

    def _old_runs(self, before: int) -> Iterator[Run]:
        after = RunKey(0, 0, 0)
        current: dict[int, frozenset[int]] = {}
        while runs := self.store.ended_runs(before, after, PAGE):
            for each in runs:
                joid = each.key.joid
                if joid not in current:
                    current = {joid: self._current_numbers(joid)}
                if each.key.run_num not in current[joid]:
                    yield each
            after = runs[-1].key

    def _current_numbers(self, joid: int) -> frozenset[int]:
        """Run numbers that reports on the job show without being asked for older ones; none of a deleted job."""
        row = self.store.status(joid)
        return frozenset() if row is None else frozenset({row.state.run_num, *self.store.run_numbers(joid, 1)})

    def _file(self, what: str, columns: Sequence[str]) -> ArchiveFile | None:
        if self.folder is None:
            return None
        name = file_name(what, self.instance.autoserv, self.now, local_zone())
        return ArchiveFile(self.folder / name, columns, self.delimiter)


def _in_batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    from itertools import islice

    while batch := list(islice(items, size)):
        yield batch


def _days(text: str) -> int:
    if not is_number(text) or int(text) > 1_000_000:
        raise WrongUsage(message(COMMAND.usage_error), message(40004))
    return int(text)


def _batch(text: str | None) -> int:
    if text is None:
        return BATCH
    if not is_number(text) or not 1 <= int(text) <= LARGEST_BATCH:
        raise wrong_usage()
    return int(text)


def _delimiter(text: str | None) -> str:
    """One character that a line can hold beside quotes."""
    if text is None:
        return ","
    if len(text) != 1 or text == '"' or not (text.isprintable() or text == "\t"):
        raise wrong_usage()
    return text


COMMAND = Command(
    name="archive_events",
    title="Archive Events",
    synopsis=(
        "-n days | -j days | -l days | -m days | -r days\n"
        "[-A] [-d directory] [-B batch_size] [-C delimiter] [-D source]"
    ),
    options=(
        Option("n", "days", "removes events that are older", numeric=True),
        Option("j", "days", "removes job runs that ended earlier", numeric=True),
        Option("l", "days", "removes older entries of the audit trail", numeric=True),
        Option("m", "days", "accepted: nothing is kept of machines that could be removed", numeric=True),
        Option("r", "days", "accepted: no checkpoints are kept", numeric=True),
        Option("A", text="writes to files first what is removed"),
        Option("d", "directory", "of these files, instead of $AUTOUSER/archive"),
        Option("B", "batch_size", "rows in one transaction, 1 to 50000; default 1000", numeric=True),
        Option("C", "delimiter", "one character between columns; default ,"),
        Option("D", "source", "accepted and ignored"),
    ),
    notes=(
        "What reports on current runs need is kept, however old it is.",
        "A sealed entry of the audit trail says what was removed, so that it can still be verified.",
    ),
    act=archive_events,
)
