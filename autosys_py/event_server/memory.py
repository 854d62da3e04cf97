"""The store in dictionaries: for the simulator and for tests. Same contract, nothing survives the process.

Objects are copied on the way in and on the way out where their type can change, so that a caller who goes on working
with its own is not heard here; facts and definitions are never changed by anybody and are shared. Whatever is
changed goes through `Undo`, and that is all there is to transactions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from autosys_py.core.codes import DURATIONS, QUEUED, Alarm, AlarmState, EventCode
from autosys_py.core.model import (
    CountKey,
    Definition,
    Effect,
    EffectKind,
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
from autosys_py.event_server.agenda import Agenda
from autosys_py.event_server.errors import AlreadyExists, LostEvent, StoreError
from autosys_py.event_server.heads import head_of, names_in
from autosys_py.event_server.overrides import record_uses
from autosys_py.event_server.protocol import GlobalRow, JobHead, StatusRow, SummaryRow, WorldRows
from autosys_py.event_server.undo import Undo

T = TypeVar("T")

OF_A_JOB = ("blob", "override")
"""Kinds of objects that belong to the job of their name."""


class _Transaction:
    """What was changed since it began stays, or is put back where an exception leaves it. A class of its own, because
    a simulation opens one for every moment, and a generator would take three times as long."""

    __slots__ = ("_agenda", "_savepoint", "_undo")

    def __init__(self, undo: Undo, agenda: Agenda) -> None:
        self._undo, self._agenda = undo, agenda

    def __enter__(self) -> None:
        self._savepoint = self._undo.savepoint()
        self._undo.depth += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        undo = self._undo
        undo.depth -= 1
        if kind is not None:
            undo.back_to(self._savepoint)
            self._agenda.distrust()
        if undo.depth == 0:
            undo.forget()


class MemoryStore:
    """An `EventServer` that lives and dies with its process."""

    def __init__(self, *, keeps_past: bool = True) -> None:
        """`keeps_past` False forgets facts and ended runs at once and keeps the very states that a turn writes, which
        nobody may change any more: for simulations of months."""
        self._keeps_past = keeps_past
        self._undo = Undo()
        self._put, self._take = self._undo.put, self._undo.take
        self._settings: dict[str, str] = {}
        self._counters: dict[str, int] = {"joid": 0, "eoid": 0, "run_num": 0, "seq": 0}
        self._current: dict[int, Definition] = {}
        self._versions: dict[tuple[int, int], Definition] = {}
        self._newest: dict[int, int] = {}
        """Highest job_ver of each joid, deleted ones included."""
        self._heads: dict[str, JobHead] = {}
        self._members: dict[int, dict[int, JobHead]] = {}
        self._naming: dict[str, dict[int, None]] = {}
        self._states: dict[int, JobState] = {}
        self._machines: dict[str, Machine] = {}
        self._counts: dict[CountKey, int] = {}
        self._objects: dict[tuple[str, str, str], NamedObject] = {}
        self._globals: dict[str, GlobalRow] = {}
        self._externals: dict[str, JobState | None] = {}
        self._instances: dict[str, Mark] = {}
        self._events: dict[int, Event] = {}
        self._events_of: dict[int, dict[int, Event]] = {}
        self._timers: dict[tuple[Any, ...], int] = {}
        self._agenda = Agenda(self._events)
        self._effects: dict[int, Effect] = {}
        """By order of issue."""
        self._orders_of: dict[tuple[EffectKind, RunKey], dict[int, None]] = {}
        self._issued = 0
        self._runs: dict[int, dict[tuple[int, int], Run]] = {}
        self._facts: dict[int, Fact] = {}
        self._facts_of: dict[int, dict[int, Fact]] = {}
        self._removed: dict[int, str] = {}
        """Hashes of the facts that were archived: what comes after them is hashed over these."""
        self._alarms: dict[int, RaisedAlarm] = {}
        self._messages: dict[int, OperatorMessage] = {}
        self._notifications: dict[int, Notification] = {}
        self._lease: dict[str, tuple[str, int]] = {}

    # Life

    def transaction(self) -> AbstractContextManager[None]:
        return _Transaction(self._undo, self._agenda)

    def version(self) -> int:
        return 0  # there is no other connection

    def close(self) -> None:
        return

    def setting(self, key: str) -> str | None:
        return self._settings.get(key)

    def put_setting(self, key: str, value: str) -> None:
        self._put(self._settings, key, value)

    # Definitions

    def head(self, name: str) -> JobHead | None:
        return self._heads.get(name)

    def heads(self) -> list[JobHead]:
        return sorted(self._heads.values())

    def names(self, beginning: str, limit: int) -> list[str]:
        return sorted(name for name in self._heads if name.startswith(beginning))[:limit]

    def definition(self, joid: int, job_ver: int = 0) -> Definition | None:
        return self._versions.get((joid, job_ver)) if job_ver else self._current.get(joid)

    def definitions(self, joids: Sequence[int] | None = None) -> Iterator[Definition]:
        for joid in self._in_definition_order(joids):
            yield self._current[joid]

    def members(self, box_joid: int) -> list[JobHead]:
        return sorted(self._members.get(box_joid, {}).values())

    def jobs_naming(self, name: str) -> list[int]:
        return sorted(self._naming.get(name, {}))

    def put_definition(self, definition: Definition) -> Job:
        job = definition.job
        holder = self._heads.get(job.name)
        if holder is not None and holder.joid != job.joid:
            raise AlreadyExists(f"{job.name} already exists; delete_job it first or choose another name")
        joid = job.joid or self._draw("joid")
        job = replace(job, joid=joid, job_ver=self._newest.get(joid, 0) + 1)
        stored = replace(definition, job=job)
        self._withdraw(joid)
        self._put(self._newest, joid, job.job_ver)
        self._put(self._versions, (joid, job.job_ver), stored)
        self._put(self._current, joid, stored)
        head = head_of(stored)
        self._put(self._heads, job.name, head)
        self._put(self._members.setdefault(job.box_joid, {}), joid, head)
        for name in names_in(job):
            self._put(self._naming.setdefault(name, {}), joid, None)
        return job

    def put_version(self, definition: Definition) -> int:
        joid = definition.job.joid
        job_ver = self._newest[joid] + 1
        self._put(self._newest, joid, job_ver)
        self._put(self._versions, (joid, job_ver), replace(definition, job=replace(definition.job, job_ver=job_ver)))
        return job_ver

    def delete_definition(self, joid: int) -> None:
        current = self._current.get(joid)
        for key in [key for key in self._objects if current and key[0] in OF_A_JOB and key[1] == current.job.name]:
            self._take(self._objects, key)
        self._withdraw(joid)
        self._take(self._states, joid)

    def _withdraw(self, joid: int) -> None:
        """The job's current version is no longer the current one."""
        old = self._take(self._current, joid)
        if old is None:
            return
        self._take(self._heads, old.job.name)
        self._take(self._members[old.job.box_joid], joid)
        for name in names_in(old.job):
            self._take(self._naming[name], joid)

    def put_first_states(self, states: Mapping[int, JobState]) -> None:
        for joid, state in states.items():
            self._put(self._states, joid, state.copy())

    def machines(self) -> list[Machine]:
        return [_copy_machine(self._machines[name]) for name in sorted(self._machines)]

    def machine(self, name: str) -> Machine | None:
        machine = self._machines.get(name)
        return None if machine is None else _copy_machine(machine)

    def put_machine(self, machine: Machine) -> None:
        self._put(self._machines, machine.name, _copy_machine(machine))

    def delete_machine(self, name: str) -> None:
        self._take(self._machines, name)

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]:
        keys = (key for key in self._objects if key[0] == kind and name in (None, key[1]))
        return [self._objects[key] for key in sorted(keys)]

    def object(self, kind: str, name: str, part: str = "") -> NamedObject | None:
        return self._objects.get((kind, name, part))

    def put_object(self, thing: NamedObject) -> None:
        self._put(self._objects, (thing.kind, thing.name, thing.part), thing)

    def delete_object(self, kind: str, name: str, part: str = "") -> None:
        self._take(self._objects, (kind, name, part))

    # Events

    def add_event(self, event: Event) -> int:
        timer = _timer_key(event) if event.job_ver else None
        if timer in self._timers:
            return self._timers[timer]
        stored = _copy_event(event)
        stored.eoid = eoid = self._draw("eoid")
        self._put(self._events, eoid, stored)
        self._put(self._events_of.setdefault(event.joid, {}), eoid, stored)
        if timer is not None:
            self._put(self._timers, timer, eoid)
        self._agenda.add(stored)
        return eoid

    def add_events(self, events: Sequence[Event]) -> None:
        for event in events:
            self.add_event(event)

    def due_events(self, now: int, limit: int) -> list[Event]:
        return [_copy_event(event) for event in self._agenda.due(now, limit)]

    def next_due(self) -> int | None:
        return self._agenda.next_due()

    def pending_events(self, joid: int) -> list[Event]:
        events = sorted(self._events_of.get(joid, {}).values(), key=attrgetter("due", "eoid"))
        return [_copy_event(event) for event in events]

    def cancel_event(self, code: EventCode, joid: int, due: int | None) -> Event | None:
        matching = [
            event
            for event in self._events_of.get(joid, {}).values()
            if event.code == code and not event.job_ver and (due is None or event.due == due)
        ]
        if not matching:
            return None
        last = max(matching, key=attrgetter("eoid"))
        self._remove_event(last.eoid)
        return _copy_event(last)

    def _remove_event(self, eoid: int) -> None:
        event = self._take(self._events, eoid)
        if event is None:
            raise LostEvent(f"event {eoid} is no longer there; the turn is to be repeated")
        self._take(self._events_of[event.joid], eoid)
        if event.job_ver:
            self._take(self._timers, _timer_key(event))

    # The scheduler

    def load(self) -> WorldRows:
        counters = self._counters
        return WorldRows(
            jobs=[definition.job for definition in self.definitions()],
            states={joid: self._states[joid].copy() for joid in sorted(self._current) if joid in self._states},
            globals={row.name: row.value for row in self.globals()},
            machines=self.machines(),
            open_runs=self.open_runs(),
            effects=[self._effects[number] for number in sorted(self._effects)],
            messages=list(self.messages()),
            notifications=[self._notifications[seq] for seq in sorted(self._notifications)],
            last_seq=counters["seq"],
            last_run_num=counters["run_num"],
            externals=self.externals(),
            instances={name: self._instances[name] for name in sorted(self._instances)},
            counts=self.counts(),
        )

    def write_turn(self, processed: Sequence[int], outcome: Outcome, now: int) -> None:
        for eoid in processed:
            self._remove_event(eoid)
        self._write_past(outcome.facts)
        for joid, state in outcome.states.items():
            self._put(self._states, joid, state.copy() if self._keeps_past else state)
        self._write_runs(outcome.runs)
        if outcome.globals:
            self._write_globals(outcome.globals, now)
        if outcome.machines:
            self._write_machines(outcome.machines)
        if outcome.overrides_used:
            record_uses(self, outcome.overrides_used)
        self._write_told(outcome)
        for count, value in outcome.counts.items():
            self._put(self._counts, count, value)
        for joid in outcome.deleted:
            self.delete_definition(joid)
        if outcome.answered or outcome.effects:
            self._write_orders(outcome)
        self._write_alarms(outcome)
        for event in outcome.events:
            self.add_event(event)
        if outcome.run_num > self._counters["run_num"]:
            self._put(self._counters, "run_num", outcome.run_num)

    def _write_past(self, facts: Sequence[Fact]) -> None:
        last = self._counters["seq"]
        for fact in facts:
            if fact.seq <= last:
                raise StoreError(f"the past already has a row {fact.seq}; another scheduler wrote it")
            last = fact.seq
            if self._keeps_past:
                self._put(self._facts, fact.seq, fact)
                self._put(self._facts_of.setdefault(fact.joid, {}), fact.seq, fact)
        self._put(self._counters, "seq", last)

    def _write_runs(self, runs: dict[RunKey, Run]) -> None:
        for key, run in runs.items():
            tries = self._runs.setdefault(key.joid, {})
            if run.end is None or self._keeps_past:
                self._put(tries, (key.run_num, key.ntry), _copy_run(run) if self._keeps_past else run)
            else:
                self._take(tries, (key.run_num, key.ntry))

    def _write_globals(self, changed: dict[str, str | None], now: int) -> None:
        for name, value in changed.items():
            if value is None:
                self._take(self._globals, name)
            else:
                self._put(self._globals, name, GlobalRow(name, value, now))

    def _write_machines(self, changed: dict[str, Machine | None]) -> None:
        for name, machine in changed.items():
            if machine is None:
                self._take(self._machines, name)
            else:  # its definition is `jil`'s: only whether it is offline is the scheduler's to say
                known = self._machines.get(name, machine)
                self._put(self._machines, name, replace(known, offline=machine.offline))

    def _write_told(self, outcome: Outcome) -> None:
        for name, state in outcome.externals.items():
            self._put(self._externals, name, None if state is None else state.copy())
        for instance, mark in outcome.instances.items():
            if mark is None:
                self._take(self._instances, instance)
            else:
                self._put(self._instances, instance, mark)

    def _write_orders(self, outcome: Outcome) -> None:
        for order in outcome.answered:
            for number in self._take(self._orders_of, order) or ():
                self._take(self._effects, number)
        for effect in outcome.effects:
            self._issued += 1
            self._put(self._effects, self._issued, effect)
            order = (effect.kind, effect.key)
            self._put(self._orders_of, order, {**self._orders_of.get(order, {}), self._issued: None})

    def _write_alarms(self, outcome: Outcome) -> None:
        if self._keeps_past:
            for number, alarm in outcome.alarms.items():
                self._put(self._alarms, number, alarm)
        for number, message in outcome.messages.items():
            self._put(self._messages, number, message)
        for seq, notification in outcome.notifications.items():
            if notification is None:
                self._take(self._notifications, seq)
            else:
                self._put(self._notifications, seq, notification)

    def take_lease(self, holder: str, now: int, valid: int, is_dead: Callable[[str], bool]) -> str | None:
        lease = self.lease()
        if lease is not None:
            other, renewed = lease
            if other != holder and now - renewed <= valid and not is_dead(other):
                return other
        self._put(self._lease, "scheduler", (holder, now))
        return None

    def renew_lease(self, holder: str, now: int) -> bool:
        lease = self.lease()
        if lease is None or lease[0] != holder:
            return False
        self._put(self._lease, "scheduler", (holder, now))
        return True

    def release_lease(self, holder: str) -> None:
        lease = self.lease()
        if lease is not None and lease[0] == holder:
            self._take(self._lease, "scheduler")

    def lease(self) -> tuple[str, int] | None:
        return self._lease.get("scheduler")

    # Reports

    def status(self, joid: int) -> StatusRow | None:
        return next(self.statuses([joid]), None)

    def statuses(self, joids: Sequence[int] | None = None) -> Iterator[StatusRow]:
        for joid in self._in_definition_order(joids):
            state = self._states.get(joid)
            if state is not None:
                yield StatusRow(self._heads[self._current[joid].job.name], state.copy())

    def summary(self, joid: int) -> SummaryRow | None:
        row = self.status(joid)
        return None if row is None else _summary_of(row)

    def summaries(self) -> Iterator[SummaryRow]:
        return map(_summary_of, self.statuses())

    def summaries_in(self, box_joid: int) -> Iterator[SummaryRow]:
        return map(_summary_of, self.statuses([head.joid for head in self.members(box_joid)]))

    def global_value(self, name: str) -> str | None:
        row = self._globals.get(name)
        return None if row is None else row.value

    def globals(self) -> list[GlobalRow]:
        return [self._globals[name] for name in sorted(self._globals)]

    def externals(self) -> dict[str, JobState | None]:
        names = sorted(self._externals, key=lambda name: name.rpartition("^")[::-1])
        states = {name: self._externals[name] for name in names}
        return {name: None if state is None else state.copy() for name, state in states.items()}

    def counts(self) -> dict[CountKey, int]:
        return {key: self._counts[key] for key in sorted(self._counts)}

    def holders(self) -> list[int]:
        return sorted(joid for joid, state in self._states.items() if state.holds)

    def queued(self) -> list[int]:
        return sorted(joid for joid, state in self._states.items() if state.status in QUEUED)

    def open_runs(self) -> list[Run]:
        tries = (run for joid in sorted(self._runs) for run in _tries(self._runs[joid]))
        return [_copy_run(run) for run in tries if run.end is None]

    def run(self, key: RunKey) -> Run | None:
        run = self._runs.get(key.joid, {}).get((key.run_num, key.ntry))
        return None if run is None else _copy_run(run)

    def runs(self, joid: int, limit: int) -> list[Run]:
        newest_first = _tries(self._runs.get(joid, {}))[::-1]
        return [_copy_run(run) for run in newest_first[:limit]]

    def run_tries(self, joid: int, run_num: int) -> list[Run]:
        return [_copy_run(run) for run in _tries(self._runs.get(joid, {})) if run.key.run_num == run_num]

    def run_numbers(self, joid: int, limit: int) -> list[int]:
        numbers = {run_num for run_num, _ in self._runs.get(joid, {})}
        return sorted(numbers, reverse=True)[:limit]

    def next_run_number(self, joid: int, run_num: int) -> int | None:
        return min((number for number, _ in self._runs.get(joid, {}) if number > run_num), default=None)

    def facts(self, joid: int, first_seq: int, last_seq: int | None = None) -> list[Fact]:
        last = self._counters["seq"] if last_seq is None else last_seq
        facts = self._facts_of.get(joid, {})  # not in order where an archive was rolled back
        return [facts[seq] for seq in sorted(facts) if first_seq <= seq <= last]

    def all_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        found: list[Fact] = []
        for seq in range(first_seq, self._counters["seq"] + 1):
            if len(found) == limit:
                break
            if seq in self._facts:
                found.append(self._facts[seq])
        return found

    def facts_by_people(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        later = (fact for seq, fact in self._facts.items() if seq >= first_seq)
        wanted = (fact for fact in later if fact.sent_by or fact.alarm is Alarm.FORCED_PAST_CONDITION)
        return list(islice(wanted, limit))

    def facts_changing(self, joid: int, last_seq: int) -> list[Fact]:
        earlier = (fact for seq, fact in self._facts.items() if seq <= last_seq)
        return [fact for fact in earlier if any(changed == joid for changed, _ in fact.changes)]

    def last_seq(self) -> int:
        return self._counters["seq"]

    def last_run_num(self) -> int:
        return self._counters["run_num"]

    def hashes(self, first_seq: int = 1, limit: int = 1000) -> list[tuple[int, str]]:
        from autosys_py.event_server.chain import BEGINNING, link

        previous = BEGINNING
        linked = []
        for seq, fact in sorted(self._facts.items()):  # computed when asked for: simulations write facts by the million
            previous = link(self._removed.get(seq - 1, previous), fact)
            linked.append((seq, previous))
        return [each for each in linked if each[0] >= first_seq][:limit]

    # Archiving

    def seals(self) -> list[str]:
        return [fact.value for fact in self.facts(0, 1) if fact.code is EventCode.ARCHIVED]

    def audit_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        return [fact for seq, fact in sorted(self._facts.items()) if seq >= first_seq and fact.sent_by][:limit]

    def remove_facts(self, seqs: Sequence[int]) -> int:
        removed = set(seqs)
        for seq, digest in self.hashes(1, len(self._facts)):
            if seq in removed:
                self._put(self._removed, seq, digest)
        taken = [self._take(self._facts, seq) for seq in seqs if seq in self._facts]
        for fact in taken:
            assert fact is not None
            self._take(self._facts_of[fact.joid], fact.seq)
        return len(taken)

    def ended_runs(self, before: int, after: RunKey, limit: int) -> list[Run]:
        tries = (run for joid in sorted(self._runs) for run in _tries(self._runs[joid]))
        found = [run for run in tries if run.end is not None and run.end < before and run.key > after]
        return [_copy_run(run) for run in found[:limit]]

    def remove_runs(self, keys: Sequence[RunKey]) -> int:
        ended = [key for key in keys if (run := self.run(key)) is not None and run.end is not None]
        for key in ended:
            self._take(self._runs[key.joid], (key.run_num, key.ntry))
        return len(ended)

    def notifications(self) -> list[Notification]:
        return [self._notifications[seq] for seq in sorted(self._notifications)]

    def versions(self, after: tuple[int, int], limit: int) -> list[tuple[Definition, bool]]:
        keys = sorted(key for key in self._versions if key > after)[:limit]
        return [(each, self._current.get(each.job.joid) is each) for each in map(self._versions.__getitem__, keys)]

    def remove_versions(self, versions: Sequence[tuple[int, int]]) -> int:
        gone = [key for key in versions if key in self._versions and not self._is_named(*key)]
        for key in gone:
            self._take(self._versions, key)
        return len(gone)

    def _is_named(self, joid: int, job_ver: int) -> bool:
        """Does anything point at the version, or is it the one that keeps its number from being given again?"""
        current = self._current.get(joid)
        if current is not None and current.job.job_ver == job_ver:
            return True
        named: list[Any] = [*self._runs.get(joid, {}).values(), *self._events_of.get(joid, {}).values()]
        named += [effect for effect in self._effects.values() if effect.key.joid == joid]
        named += [order for order in self._notifications.values() if order.joid == joid]
        is_last = not any(key[0] == joid and key[1] > job_ver for key in self._versions)
        return any(each.job_ver == job_ver for each in named) or (
            is_last and (current is not None or bool(self._facts_of.get(joid)))
        )

    def durations(self) -> list[Event]:
        return [_copy_event(each) for _, each in sorted(self._events.items()) if each.code in DURATIONS]

    def waiting_orders(self) -> list[Event]:
        return [_copy_event(self._events[eoid]) for eoid in sorted(self._events) if self._events[eoid].sent_by]

    # Alarms

    def alarm(self, number: int) -> RaisedAlarm | None:
        return self._alarms.get(number)

    def alarms(self, *, every: bool = False) -> Iterator[RaisedAlarm]:
        for number in sorted(self._alarms):
            if every or self._alarms[number].state is AlarmState.OPEN:
                yield self._alarms[number]

    def messages(self, *, every: bool = False) -> Iterator[OperatorMessage]:
        for number in sorted(self._messages):
            if every or not self._messages[number].answer:
                yield self._messages[number]

    # Shared

    def _draw(self, counter: str) -> int:
        number = self._counters[counter] + 1
        self._put(self._counters, counter, number)
        return number

    def _in_definition_order(self, joids: Sequence[int] | None) -> list[int]:
        if joids is None:
            return sorted(self._current)
        return sorted(joid for joid in set(joids) if joid in self._current)


def _summary_of(row: StatusRow) -> SummaryRow:
    head, state = row
    return SummaryRow(
        head.joid, head.job_ver, head.name, head.job_type, head.box_joid, state.status, state.noexec, state.run_num,
        state.ntry, state.last_start, state.last_end, state.exit_code, state.queue_priority, state.machine,
        state.next_start,
    )  # fmt: skip


def _tries(runs: dict[tuple[int, int], Run]) -> list[Run]:
    """Oldest first."""
    return [runs[key] for key in sorted(runs)]


_timer_key = attrgetter("joid", "job_ver", "code", "due", "run_num", "ntry", "value")


def _copier(kind: type[T], without: Sequence[str] = ()) -> Callable[[T], T]:
    """A copy of a dataclass, field by field, three times as fast as `copy.copy`. `without` names last fields."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    values = attrgetter(*names[: len(names) - len(without)])

    def copy(original: T) -> T:
        return kind(*values(original))

    return copy


ATTACHED = ("definition", "override", "state", "machine", "timetable", "alarm", "resource", "fired")
_copy_event = _copier(Event, without=ATTACHED)
_copy_run = _copier(Run)
_copy_machine = _copier(Machine)
