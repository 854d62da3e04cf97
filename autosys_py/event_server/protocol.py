"""What a store is: the protocol that memory, SQLite and SQLAlchemy implement and the contract suite holds.

Times are UTC seconds. Every method may be called outside a transaction (it then sees the last commit);
methods that write must be called inside `transaction()`. Errors are those of `errors.py`, never a driver's own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import (
    CountKey,
    Definition,
    Effect,
    Event,
    Fact,
    Job,
    JobState,
    Machine,
    Mark,
    NamedObject,
    Notification,
    OperatorMessage,
    Outcome,
    RaisedAlarm,
    Run,
    RunKey,
)


class JobHead(NamedTuple):
    """What names, trees and refusals need of a current job, without its definition."""

    joid: int
    job_ver: int
    name: str
    job_type: str
    box_joid: int
    application: str
    group: str


class StatusRow(NamedTuple):
    """A row of the job summary: head and state together."""

    head: JobHead
    state: JobState


class SummaryRow(NamedTuple):
    """What a row of the job summary shows, and no more: a report on 100,000 jobs reads this and not their states."""

    joid: int
    job_ver: int
    name: str
    job_type: str
    box_joid: int
    status: Status
    noexec: bool
    run_num: int
    ntry: int
    last_start: int | None
    last_end: int | None
    exit_code: int | None
    queue_priority: int | None
    machine: str
    next_start: int | None


class GlobalRow(NamedTuple):
    name: str
    value: str
    last_changed: int


class WorldRows(NamedTuple):
    """Everything the scheduler keeps in memory, read in one transaction."""

    jobs: list[Job]
    """In definition order, that is by joid."""
    states: dict[int, JobState]
    globals: dict[str, str]
    machines: list[Machine]
    open_runs: list[Run]
    """Runs without an end."""
    effects: list[Effect]
    """Orders not yet answered, oldest first."""
    messages: list[OperatorMessage]
    """Questions to operators that are open, by number."""
    notifications: list[Notification]
    """People still to be told, in the order of what they are to be told of."""
    last_seq: int
    last_run_num: int
    externals: dict[str, JobState | None]
    """By `job^INS`: what other instances told last; None = no such job there."""
    instances: dict[str, Mark]
    """How far their pasts were read."""
    counts: dict[CountKey, int]
    """The scheduler's own counts."""


class OtherStore(Protocol):
    """The event store of another instance: read, never written, created or migrated (rule C-06).

    Every method raises errors of `errors.py`, also where the store is no longer the one that was opened.
    """

    def version(self) -> int:
        """A number that differs after somebody has committed. Cheap enough for 20 calls a second."""

    def snapshot(self) -> AbstractContextManager[None]:
        """What is read inside is one state of the store."""

    def last_seq(self) -> int:
        """The newest fact's number; 0 = there is none."""

    def digest(self, seq: int) -> str:
        """The hash of a fact, by which a past is known again; empty = there is no such fact."""

    def facts_after(self, seq: int, limit: int) -> list[Fact]:
        """The past behind a position, in order."""

    def status_of(self, name: str) -> StatusRow | None:
        """Where the current job of that name stands."""

    def close(self) -> None: ...


class EventServer(Protocol):
    """The event store of one instance."""

    # Life

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing. The outer one takes the write lock at once (`BEGIN IMMEDIATE`), waits up to 30 s for it
        (`StoreBusy`), and is durable when it has ended without an error. A nested one is a savepoint."""

    def version(self) -> int:
        """A number that differs after another connection has committed. Cheap enough for 20 calls a second."""

    def close(self) -> None: ...

    def setting(self, key: str) -> str | None:
        """A remembered value of the instance, e.g. `scheduler_zone`."""

    def put_setting(self, key: str, value: str) -> None: ...

    # Definitions, written by `jil`

    def head(self, name: str) -> JobHead | None:
        """The current job of that exact name."""

    def heads(self) -> list[JobHead]:
        """All current jobs in definition order."""

    def names(self, beginning: str, limit: int) -> list[str]:
        """Names of current jobs that begin so, the first of them by name."""

    def definition(self, joid: int, job_ver: int = 0) -> Definition | None:
        """A version; 0 = the current one. Versions stay readable after an update or a delete."""

    def definitions(self, joids: Sequence[int] | None = None) -> Iterator[Definition]:
        """Current definitions in definition order, all or the given ones; streams."""

    def members(self, box_joid: int) -> list[JobHead]:
        """Direct members in definition order."""

    def jobs_naming(self, name: str) -> list[int]:
        """Current jobs whose condition or overrides name this job, by joid."""

    def put_definition(self, definition: Definition) -> Job:
        """Stores a new job (joid 0) or a new current version (job_ver is drawn here); returns the job as numbered.
        Raises `AlreadyExists` if the name belongs to another current job."""

    def put_version(self, definition: Definition) -> int:
        """Stores a further version of a job without making it the current one (its definition with an override laid
        over it); returns its job_ver, which is drawn here."""

    def delete_definition(self, joid: int) -> None:
        """The job is no longer current; its state row, blobs and overrides go, its versions, runs and past stay."""

    def put_first_states(self, states: Mapping[int, JobState]) -> None:
        """The first status rows of new jobs; the only states that anyone but the scheduler writes."""

    def machines(self) -> list[Machine]:
        """By name. Without the built-in `localhost` unless it was redefined."""

    def machine(self, name: str) -> Machine | None: ...

    def put_machine(self, machine: Machine) -> None: ...

    def delete_machine(self, name: str) -> None: ...

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]:
        """All objects of a kind, or those of one name, by name and part."""

    def object(self, kind: str, name: str, part: str = "") -> NamedObject | None: ...

    def put_object(self, thing: NamedObject) -> None:
        """Stores it in place of the one with the same kind, name and part."""

    def delete_object(self, kind: str, name: str, part: str = "") -> None: ...

    # Events

    def add_event(self, event: Event) -> int:
        """Stores a future event, returns its eoid. A timer (job_ver > 0) equal in (joid, job_ver, code, due, run_num,
        ntry, value) to a stored one is not stored again; its eoid is returned."""

    def add_events(self, events: Sequence[Event]) -> None:
        """The same for many at once, where nobody asks for the numbers."""

    def due_events(self, now: int, limit: int) -> list[Event]:
        """Events due, ordered by priority, due time, arrival (rule M-05)."""

    def next_due(self) -> int | None:
        """The earliest due time stored."""

    def pending_events(self, joid: int) -> list[Event]:
        """Unprocessed events of a job, by due time."""

    def cancel_event(self, code: EventCode, joid: int, due: int | None) -> Event | None:
        """Takes the last matching pending operator event out; None if there is none (`sendevent -U`)."""

    # The scheduler

    def load(self) -> WorldRows: ...

    def write_turn(self, processed: Sequence[int], outcome: Outcome, now: int) -> None:
        """Inside a transaction: removes the processed events by eoid, writes facts (chained by hash), states, runs,
        globals, machines, used overrides, alarms, messages, notifications, counts, counters and what other instances
        told, deletes definitions and answered effects, inserts new effects and events. In that order: an effect both
        issued and answered in one outcome stays, so whoever merges outcomes leaves it out. Of a machine only `offline`
        is written, its definition being `jil`'s. Raises `LostEvent` if a processed event was no longer there,
        `StoreError` if the past already holds a `seq`."""

    def take_lease(self, holder: str, now: int, valid: int, is_dead: Callable[[str], bool]) -> str | None:
        """Inside a transaction: makes `holder` the acting scheduler if there is none, if the lease is older than
        `valid` seconds or if `is_dead(its holder)`. Returns None on success, else the name of the one that holds it."""

    def renew_lease(self, holder: str, now: int) -> bool:
        """Inside a transaction: False if somebody else holds it now (rule F-03)."""

    def release_lease(self, holder: str) -> None: ...

    def lease(self) -> tuple[str, int] | None:
        """Holder and the time of its last renewal."""

    # Reports

    def status(self, joid: int) -> StatusRow | None: ...

    def statuses(self, joids: Sequence[int] | None = None) -> Iterator[StatusRow]:
        """Rows of current jobs in definition order, all or the given ones; streams."""

    def summary(self, joid: int) -> SummaryRow | None: ...

    def summaries(self) -> Iterator[SummaryRow]:
        """Rows of all current jobs in definition order; streams."""

    def summaries_in(self, box_joid: int) -> Iterator[SummaryRow]:
        """Rows of the direct members of a box in definition order, of box 0 those of the jobs in no box; streams."""

    def global_value(self, name: str) -> str | None: ...

    def globals(self) -> list[GlobalRow]:
        """By name."""

    def externals(self) -> dict[str, JobState | None]:
        """By `job^INS`, in order: what other instances told last (rule C-06); None = no such job there."""

    def counts(self) -> dict[CountKey, int]:
        """The scheduler's own counts: units consumed of depletable resources, missing machines, turns taken."""

    def holders(self) -> list[int]:
        """Jobs that hold units of resources, by joid."""

    def queued(self) -> list[int]:
        """Jobs in QUE_WAIT, PEND_MACH or RESWAIT, by joid. Looks at the state of every job: for reports."""

    def open_runs(self) -> list[Run]:
        """Runs without an end, by job and number."""

    def run(self, key: RunKey) -> Run | None: ...

    def runs(self, joid: int, limit: int) -> list[Run]:
        """The newest tries of a job, newest first."""

    def run_tries(self, joid: int, run_num: int) -> list[Run]:
        """All tries of one run, oldest first."""

    def run_numbers(self, joid: int, limit: int) -> list[int]:
        """The newest distinct run numbers of a job, newest first."""

    def next_run_number(self, joid: int, run_num: int) -> int | None:
        """The number of the run of a job that came after a given one; None = there is none yet."""

    def facts(self, joid: int, first_seq: int, last_seq: int | None = None) -> list[Fact]:
        """The past of a job between two positions, both included, in order."""

    def all_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        """The past of everything from a position on, in order."""

    def facts_by_people(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        """The past from a position on, in order: what somebody sent, and the alarms FORCED_PAST_CONDITION."""

    def facts_changing(self, joid: int, last_seq: int) -> list[Fact]:
        """Every fact up to a position that set fields of the job's state, whichever job it is about, in order. Looks at
        the whole past: for reports."""

    def last_seq(self) -> int:
        """The number of the newest fact, counted apart from the facts themselves; 0 = there is none."""

    def last_run_num(self) -> int:
        """The highest run number that was drawn; 0 = none."""

    def hashes(self, first_seq: int = 1, limit: int = 1000) -> list[tuple[int, str]]:
        """`seq` and hash of the rows that `all_facts` of the same arguments returns (for `chain.first_broken`)."""

    # Archiving

    def seals(self) -> list[str]:
        """Values of the ARCHIVED entries of the past, oldest first (see `seals`)."""

    def audit_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        """What somebody did (`sent_by` is not empty) from a position on, in order."""

    def remove_facts(self, seqs: Sequence[int]) -> int:
        """Inside a transaction: takes rows out of the past; how many were there."""

    def ended_runs(self, before: int, after: RunKey, limit: int) -> list[Run]:
        """Tries that ended before a moment, of all jobs, by key; those behind `after`."""

    def remove_runs(self, keys: Sequence[RunKey]) -> int:
        """Inside a transaction: forgets ended tries; how many there were."""

    def versions(self, after: tuple[int, int], limit: int) -> list[tuple[Definition, bool]]:
        """All definitions ever, those with an override laid over them included, by joid and version, behind `after`;
        each with whether it is the current one."""

    def remove_versions(self, versions: Sequence[tuple[int, int]]) -> int:
        """Inside a transaction: forgets versions (joid, job_ver) that are not current. One stays where a run, an
        order, an event or a notification names it, where it is the newest of a job that is there, or the last of a
        deleted job that the past still speaks of. Returns how many went."""

    def notifications(self) -> list[Notification]:
        """People still to be told, by `seq`."""

    def durations(self) -> list[Event]:
        """Pending timers of `codes.DURATIONS`, by eoid. Looks at every pending event: for a clock that was set."""

    def waiting_orders(self) -> list[Event]:
        """Events that somebody sent and no scheduler has processed, by eoid."""

    # Alarms

    def alarm(self, number: int) -> RaisedAlarm | None: ...

    def alarms(self, *, every: bool = False) -> Iterator[RaisedAlarm]:
        """Alarms by number: the open ones, or all. Streams."""

    def messages(self, *, every: bool = False) -> Iterator[OperatorMessage]:
        """Questions to operators by number: the open ones, or all. Streams."""
