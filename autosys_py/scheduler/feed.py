"""What happened in another instance, as events of ours (rule C-06).

A feed reads the past of one other instance from where it stopped, and nothing else: every change of status that a
job went through comes out, in order and with its own time. Two things the past does not tell, and there the feed asks
where the job stands now: a job that nobody has asked for before, and a job that was defined, renamed or deleted there.
Both are reports and no changes. The same question helps when the past is another one than before, because the store
was made anew or restored from a backup, or has lost to the archive what was not read yet: then whatever differs from
the last that was told has changed.

Nothing is remembered here that a crash could lose. How far was read, and what was told last, are written in the turn
that takes in the events; until then they are read again. A look that fails has no effect at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autosys_py.core.codes import EventCode
from autosys_py.core.condition import external_name
from autosys_py.core.external import REPORT_ONLY
from autosys_py.core.model import Event, Fact, JobState, Mark
from autosys_py.event_server.errors import StoreBusy, StoreError
from autosys_py.event_server.protocol import OtherStore

PAGE = 5000
"""Facts read at a time …"""

PAGES = 10
"""… and how often in one look: a longer backlog is read in several, so that our own jobs need not wait for it."""

FIELDS = ("status", "exit_code", "last_end")
"""What of a state is read."""

REDEFINED = frozenset({EventCode.DEFINITION_CHANGED, EventCode.DELETEJOB})
"""Facts after which a name may mean another job, or none."""

LOCKED = 30
"""Seconds for which a store may be locked before it counts as unavailable."""

SHORTEST_WAIT, LONGEST_WAIT = 1, 60
"""Seconds until a store that could not be opened is tried again, doubled each time."""

OpenOther = Callable[[str], OtherStore]
"""Opens the store of an instance; raises the errors of the store."""

States = dict[str, JobState | None]
"""By the name of a job; None = no such job."""


@dataclass(slots=True)
class _Look:
    """What one look finds; it counts when the look has ended well."""

    mark: Mark
    states: States
    joids: dict[str, int]
    doubtful: dict[str, None]
    """Jobs of which the past does not tell all: they were defined, renamed or deleted."""
    due: int
    """Time of the last event: the order of their past is kept in ours."""
    events: list[Event] = field(default_factory=list)
    is_behind: bool = False


class Feed:
    """One other instance, and the jobs there that conditions of ours name."""

    def __init__(self, instance: str, open_other: OpenOther, mark: Mark | None, states: States) -> None:
        """`mark` and `states` are what the last scheduler knew; None = nothing was read yet."""
        self.instance = instance
        self._open_other = open_other
        self._store: OtherStore | None = None
        self._version: int | None = None
        self._names: list[str] = []
        self._mark = mark or Mark()
        self._states = states
        self._joids: dict[str, int] = {}
        """Numbers there of the jobs that were asked for, 0 = no such job."""
        self._doubtful: dict[str, None] = {}
        self._is_verified = False
        """Since the start it was asked where each job stands: what the past does not tell may have happened before."""
        self._due = 0
        self._told: list[Event] = []
        self._wait = 0
        self._next_try = 0.0
        self._locked_since: float | None = None

    @property
    def mark(self) -> Mark | None:
        """How far was read; None before the first look that found a store."""
        return None if self._mark == Mark() else self._mark

    def listen_to(self, names: list[str]) -> None:
        """The jobs that are named now; others are forgotten."""
        self._names = names
        kept = set(names)
        self._states = {name: state for name, state in self._states.items() if name in kept}
        self._joids = {name: joid for name, joid in self._joids.items() if name in kept}
        self._version = None

    def look(self, now: float) -> list[Event]:
        """What happened since the last look; nothing while the store cannot be read."""
        if now >= self._next_try or self._next_try - now > LONGEST_WAIT:  # the clock was set back
            was_open = self._store is not None
            error = self._try(now)
            if was_open and self._store is None:
                error = self._try(now)  # with a new connection: the store may only have been replaced
            if isinstance(error, StoreBusy):
                self._find_locked(now, error)
            elif error is not None:
                self._find_away(now, error)
        told, self._told = self._told, []
        return told

    def close(self) -> None:
        """Lets go of the other store; the next look opens it again."""
        if self._store is not None:
            self._store.close()
        self._store = None
        self._version = None

    # Reading

    def _try(self, now: float) -> StoreError | None:
        """One look; the error if it failed, after which the connection is given up unless the store is only locked."""
        try:
            self._look(now)
        except StoreBusy as error:
            return error
        except StoreError as error:
            self.close()
            return error
        self._wait, self._locked_since = 0, None
        return None

    def _look(self, now: float) -> None:
        if self._store is None:
            self._store = self._open_other(self.instance)
        version = self._store.version()
        if version == self._version and not self._mark.fault:
            return
        for _ in range(PAGES):
            with self._store.snapshot():
                found = self._read(self._store, int(now))
            if self._mark.fault:
                self._told.append(Event(EventCode.REFRESH_EXTINST, int(now), name=self.instance))
            self._mark, self._states, self._joids, self._due = found.mark, found.states, found.joids, found.due
            self._doubtful = found.doubtful
            self._told += found.events
            if not found.is_behind:
                self._version = version
                self._is_verified = True
                break

    def _read(self, store: OtherStore, now: int) -> _Look:
        seq, digest, _ = self._mark
        found = _Look(Mark(seq, digest), dict(self._states), dict(self._joids), dict(self._doubtful), self._due)
        facts = store.facts_after(seq, PAGE) if seq >= 0 else []
        was_archived = bool(facts) and facts[-1].seq != seq + len(facts)
        is_another_past = was_archived or (seq > 0 and store.digest(seq) != digest)
        if seq < 0 or is_another_past:
            last = store.last_seq()
            found.mark = Mark(last, store.digest(last))
            found.joids.clear()
            found.doubtful = dict.fromkeys(self._names)
        else:
            if facts:
                found.mark = Mark(facts[-1].seq, store.digest(facts[-1].seq))
                self._follow(store, facts, found, now)
            found.is_behind = len(facts) == PAGE
        if not found.is_behind:  # where a job stands now is news only when the past has been read to its end
            for name in self._names:
                if name in found.doubtful or name not in found.states or not self._is_verified:
                    self._ask(store, name, found, now, is_report=not is_another_past)
            found.doubtful = {}
        return found

    def _follow(self, store: OtherStore, facts: list[Fact], found: _Look, now: int) -> None:
        """Takes the changes out of a stretch of the past."""
        name_of, joid_now = self._recognise(store, facts, found)
        for fact in facts:
            if fact.code in REDEFINED and fact.joid in name_of and joid_now[name_of[fact.joid]] != fact.joid:
                del name_of[fact.joid]  # from here on it is deleted, or has another name
            for joid, changes in fact.changes:
                if joid in name_of and fact.code is not EventCode.DEFINITION_CHANGED:  # a first state is no change
                    self._take(found, name_of[joid], changes, fact, now)
            if fact.code is EventCode.JOB_STATUS_CHANGED and fact.joid in name_of:
                state = found.states.get(name_of[fact.joid])
                if state is not None:  # dependents are to look again, ours too
                    self._tell(found, name_of[fact.joid], state, now)

    def _recognise(
        self, store: OtherStore, facts: list[Fact], found: _Look
    ) -> tuple[dict[int, str], dict[str, int]]:  # fmt: skip
        """Whose facts are ours: names by number, and the number that each of these names has now. A job may have been
        made anew under its name in this stretch, and may have run already; then both numbers are the name's."""
        redefined = {fact.joid for fact in facts if fact.code in REDEFINED}
        everything = any(fact.code is EventCode.DELETEJOB for fact in facts)  # a box takes its contents along, untold
        name_of = {joid: name for name, joid in found.joids.items() if joid}
        joid_now = dict(found.joids)
        for name in self._names:
            joid = found.joids.get(name, 0)
            if name not in found.states or not (everything or not joid or joid in redefined):
                continue
            row = store.status_of(name)
            joid_now[name] = 0 if row is None else row.head.joid
            if row is not None:
                name_of[row.head.joid] = name
            if redefined:
                found.doubtful[name] = None
        return name_of, joid_now

    def _take(self, found: _Look, name: str, changes: dict[str, Any], fact: Fact, now: int) -> None:
        """A change of a state; only one of the status is told."""
        before = found.states.get(name)
        if before is None and "status" not in changes:
            return
        state = JobState() if before is None else before.copy()
        for each in FIELDS:
            if each in changes:
                setattr(state, each, changes[each])
        found.states[name] = state
        if "status" in changes:
            state.since = changes.get("since") or changes.get("last_end") or fact.time
            self._tell(found, name, state, now)

    def _ask(self, store: OtherStore, name: str, found: _Look, now: int, *, is_report: bool) -> None:
        """Where a job stands now."""
        row = store.status_of(name)
        found.joids[name] = 0 if row is None else row.head.joid
        state = None if row is None else _reported(row.state)
        if name not in found.states:
            self._tell(found, name, state, now, REPORT_ONLY)
        elif not _same(found.states[name], state):
            is_new = found.states[name] is None
            self._tell(found, name, state, now, REPORT_ONLY if is_report or is_new else "")

    # Telling

    def _tell(self, found: _Look, name: str, state: JobState | None, now: int, value: str = "") -> None:
        found.states[name] = state
        found.due = min(max(found.due, now if state is None else state.since), now)
        event = Event(EventCode.EXTERNAL_DEPENDENCY, found.due, value=value)
        event.name, event.state = external_name(name, self.instance), state
        found.events.append(event)

    def _find_locked(self, now: float, error: StoreError) -> None:
        """Somebody holds it: soon over, as a rule."""
        self._next_try = now + SHORTEST_WAIT
        if self._locked_since is None:
            self._locked_since = now
        if now - self._locked_since >= LOCKED:
            self._complain(now, error)

    def _find_away(self, now: float, error: StoreError) -> None:
        self._wait = min(max(SHORTEST_WAIT, self._wait * 2), LONGEST_WAIT)
        self._next_try = now + self._wait
        self._complain(now, error)

    def _complain(self, now: float, error: StoreError) -> None:
        """Once an outage, also over a restart of ours; what was told last stays."""
        if not self._mark.fault:
            self._mark = self._mark._replace(fault=str(error).partition("\n")[0])
            self._told.append(
                Event(EventCode.REFRESH_EXTINST, int(now), name=self.instance, value=self._mark.fault)
            )  # fmt: skip


def _reported(state: JobState) -> JobState:
    """What is told of a state: not the mode beside the status, nor anything of runs."""
    return JobState(state.status, exit_code=state.exit_code, last_end=state.last_end, since=state.since)


def _same(one: JobState | None, other: JobState | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.status, one.exit_code, one.last_end) == (other.status, other.exit_code, other.last_end)
