"""Rows of the tables and the nouns of the core, one function each way.

A row is a tuple in the order of the columns in `queries.sql`. Codes travel as plain integers and truth values as
0 and 1, which is what the columns hold and what drivers bind fastest; lists travel as JSON in ASCII.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from autosys_py.core.codes import Alarm, AlarmState, EventCode, Status
from autosys_py.core.model import (
    CountKey,
    Definition,
    Effect,
    EffectKind,
    Event,
    Fact,
    Holding,
    Job,
    JobState,
    Machine,
    Mark,
    NamedObject,
    Notification,
    OperatorMessage,
    RaisedAlarm,
    Run,
    RunKey,
)
from autosys_py.event_server.escapes import escaped, unescaped
from autosys_py.event_server.heads import head_of
from autosys_py.event_server.protocol import GlobalRow, JobHead, SummaryRow

if TYPE_CHECKING:
    from autosys_py.core.restart import Chain

Row: TypeAlias = Sequence[Any]
FactRow: TypeAlias = tuple[Any, ...]

_KNOWN_STATUSES = {int(each): each for each in Status}
_STATUSES: dict[int | None, Status | None] = {None: None, **{int(each): each for each in Status}}
_EVENTS = {int(each): each for each in EventCode}
_ALARMS: dict[int | None, Alarm | None] = {None: None, **{int(each): each for each in Alarm}}
_STATUS_FIELDS = ("status", "before_hold")


@cache
def _encode() -> Callable[[Any], str]:
    from json import JSONEncoder  # not at the top: `sendevent` writes no lists

    return JSONEncoder(separators=(",", ":")).encode


def compact_json(value: Any) -> str:
    """Without blanks, in ASCII."""
    return _encode()(value)


@cache
def _decode() -> Callable[[str], Any]:
    from json import loads

    return loads


def _number(code: int | None) -> int | None:
    return None if code is None else int(code)


# event


def event_row(event: Event) -> tuple[Any, ...]:
    return (
        int(event.code),
        event.due,
        event.priority,
        event.joid,
        event.job_ver,
        event.run_num,
        event.ntry,
        _number(event.status),
        event.exit_code,
        escaped(event.name),
        escaped(event.value),
        escaped(event.sent_by),
        escaped(event.reason),
        event.sent,
    )


def event_of(row: Row) -> Event:
    eoid, code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent = row
    return Event(
        _EVENTS[code],
        due,
        eoid,
        priority,
        joid,
        job_ver,
        run_num,
        ntry,
        _STATUSES[status],
        exit_code,
        unescaped(name),
        unescaped(value),
        unescaped(sent_by),
        unescaped(reason),
        sent,
    )


# proc_event


def fact_row(fact: Fact) -> FactRow:
    return (
        fact.seq,
        int(fact.code),
        fact.time,
        fact.processed,
        fact.cause,
        fact.eoid,
        fact.joid,
        fact.run_num,
        fact.ntry,
        _number(fact.status),
        int(fact.noexec),
        _number(fact.alarm),
        fact.exit_code,
        escaped(fact.machine),
        escaped(fact.name),
        escaped(fact.value),
        escaped(fact.text),
        escaped(fact.sent_by),
        escaped(fact.reason),
        compact_json(fact.notes) if fact.notes else "[]",
        compact_json(fact.changes) if fact.changes else "[]",
    )


def fact_of(row: Row) -> Fact:
    (
        seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code,
        machine, name, value, text, sent_by, reason, notes, changes,
    ) = row  # fmt: skip
    return Fact(
        seq,
        _EVENTS[code],
        time,
        processed,
        cause,
        eoid,
        joid,
        run_num,
        ntry,
        _STATUSES[status],
        bool(noexec),
        _ALARMS[alarm],
        exit_code,
        unescaped(machine),
        unescaped(name),
        unescaped(value),
        unescaped(text),
        unescaped(sent_by),
        unescaped(reason),
        [] if notes == "[]" else _decode()(notes),
        [] if changes == "[]" else [(joid, _change(fields)) for joid, fields in _decode()(changes)],
    )


def _change(fields: dict[str, Any]) -> dict[str, Any]:
    """State fields as JSON has them, statuses made statuses again."""
    for name in _STATUS_FIELDS:
        if name in fields:
            fields[name] = _STATUSES[fields[name]]
    if "holds" in fields:
        fields["holds"] = _holdings(fields["holds"])
    if fields.get("chain") is not None:
        fields["chain"] = _chain(fields["chain"])
    if "later_starts" in fields:
        fields["later_starts"] = tuple(fields["later_starts"])
    return fields


def _holdings(stored: list[Any]) -> tuple[Holding, ...]:
    return tuple(Holding(*each) for each in stored)


# job


def definition_row(definition: Definition) -> tuple[Any, ...]:
    head = head_of(definition)
    return (
        head.joid,
        head.job_ver,
        escaped(head.name),
        head.job_type,
        head.box_joid,
        escaped(head.application),
        escaped(head.group),
        compact_json(definition.attributes),
        compact_json(definition.job.compiled()),
        escaped(definition.sent_by),
        definition.time,
    )


def definition_of(row: Row) -> Definition:
    *of_job, attributes, sent_by, time = row
    return Definition(job_of(of_job), _pairs(attributes), unescaped(sent_by), time)


def job_of(row: Row) -> Job:
    joid, job_ver, name, job_type, box_joid, compiled = row
    return Job.from_compiled(joid, job_ver, unescaped(name), job_type, box_joid, _decode()(compiled))


def head_of_row(row: Row) -> JobHead:
    joid, job_ver, name, job_type, box_joid, application, group = row
    return JobHead(joid, job_ver, unescaped(name), job_type, box_joid, unescaped(application), unescaped(group))


def _pairs(stored: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in _decode()(stored))


# job_status


def state_row(joid: int, state: JobState) -> tuple[Any, ...]:
    return (
        joid,
        int(state.status),
        int(state.noexec),
        state.run_num,
        state.ntry,
        state.last_start,
        state.last_end,
        state.end_seq,
        state.exit_code,
        escaped(state.machine),
        state.since,
        int(state.latched),
        state.next_start,
        state.box_run,
        state.box_ntry,
        int(state.forced),
        int(state.killed),
        state.retries,
        state.system_restarts,
        _number(state.before_hold),
        state.queue_priority,
        state.must_slot,
        escaped(compact_json(state.holds)) if state.holds else "",
        "" if state.chain is None else compact_json(state.chain),
        compact_json(state.later_starts) if state.later_starts else "",
        state.run_date,
    )


def state_of(row: Row) -> JobState:
    (
        status, noexec, run_num, ntry, last_start, last_end, end_seq, exit_code, machine, since, latched, next_start,
        box_run, box_ntry, forced, killed, retries, system_restarts, before_hold, queue_priority, must_slot,
        holds, chain, later_starts, run_date,
    ) = row  # fmt: skip
    return JobState(
        Status(status),
        bool(noexec),
        run_num,
        ntry,
        last_start,
        last_end,
        end_seq,
        exit_code,
        unescaped(machine),
        since,
        bool(latched),
        next_start,
        box_run,
        box_ntry,
        bool(forced),
        bool(killed),
        retries,
        system_restarts,
        _STATUSES[before_hold],
        queue_priority,
        must_slot,
        _holdings(_decode()(holds)) if holds else (),
        _chain(_decode()(chain)) if chain else None,
        tuple(_decode()(later_starts)) if later_starts else (),
        run_date,
    )


def _chain(stored: list[Any]) -> "Chain":
    from autosys_py.core.restart import Chain

    return Chain.from_json(stored)


def summary_of(row: Row) -> SummaryRow:
    (
        joid, job_ver, name, job_type, box_joid, status, noexec, run_num, ntry, last_start, last_end, exit_code,
        queue_priority, machine, next_start,
    ) = row  # fmt: skip
    return SummaryRow(
        joid, job_ver, unescaped(name), job_type, box_joid, _KNOWN_STATUSES[status], noexec == 1, run_num, ntry,
        last_start, last_end, exit_code, queue_priority, unescaped(machine), next_start,
    )  # fmt: skip


# job_runs


def run_row(run: Run) -> tuple[Any, ...]:
    return (
        *run.key,
        run.job_ver,
        escaped(run.machine),
        run.start,
        run.end,
        _number(run.status),
        run.exit_code,
        int(run.forced),
        run.first_seq,
        run.job_load,
        escaped(run.virtual),
        run.run_date,
    )


def run_of(row: Row) -> Run:
    (
        joid, run_num, ntry, job_ver, machine, start, end, status, exit_code, forced, first_seq, job_load, virtual,
        run_date,
    ) = row  # fmt: skip
    key, result = RunKey(joid, run_num, ntry), _STATUSES[status]
    machine, virtual = unescaped(machine), unescaped(virtual)
    return Run(
        key, job_ver, machine, start, end, result, exit_code, bool(forced), first_seq, job_load, virtual, run_date
    )  # fmt: skip


# effect


def effect_row(effect: Effect) -> tuple[Any, ...]:
    return (int(effect.kind), *effect.key, effect.job_ver, escaped(effect.machine), effect.value)


def effect_of(row: Row) -> Effect:
    kind, joid, run_num, ntry, job_ver, machine, value = row
    return Effect(EffectKind(kind), RunKey(joid, run_num, ntry), job_ver, unescaped(machine), value)


# alarm, message, notification


def alarm_row(alarm: RaisedAlarm) -> tuple[Any, ...]:
    return (
        alarm.number,
        int(alarm.alarm),
        alarm.time,
        alarm.joid,
        escaped(alarm.job_name),
        alarm.run_num,
        alarm.ntry,
        escaped(alarm.text),
        int(alarm.state),
        escaped(alarm.changed_by),
        alarm.changed,
        escaped(alarm.comment),
    )


def alarm_of(row: Row) -> RaisedAlarm:
    number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, changed, comment = row
    return RaisedAlarm(
        number,
        Alarm(alarm),
        time,
        joid,
        unescaped(job_name),
        run_num,
        ntry,
        unescaped(text),
        AlarmState(state),
        unescaped(changed_by),
        changed,
        unescaped(comment),
    )


def message_row(message: OperatorMessage) -> tuple[Any, ...]:
    return (
        message.number,
        message.time,
        message.joid,
        escaped(message.job_name),
        message.run_num,
        message.ntry,
        int(message.status),
        message.exit_code,
        escaped(message.text),
        message.answer,
        escaped(message.answered_by),
        message.answered,
        escaped(message.comment),
    )


def message_of(row: Row) -> OperatorMessage:
    (
        number, time, joid, job_name, run_num, ntry, status, exit_code, text, answer, answered_by, answered, comment,
    ) = row  # fmt: skip
    return OperatorMessage(
        number,
        time,
        joid,
        unescaped(job_name),
        run_num,
        ntry,
        Status(status),
        exit_code,
        unescaped(text),
        answer,
        unescaped(answered_by),
        answered,
        unescaped(comment),
    )


def notification_row(order: Notification) -> tuple[Any, ...]:
    return (order.seq, order.joid, order.job_ver, order.since, order.due, order.tries)


def notification_of(row: Row) -> Notification:
    return Notification(*row)


# external_job, external_instance


def external_row(name: str, state: JobState | None) -> tuple[Any, ...]:
    """The row of `job^INS`."""
    job, _, instance = name.rpartition("^")
    if state is None:
        return instance, escaped(job), None, None, None, 0, 0
    return instance, escaped(job), int(state.status), state.exit_code, state.last_end, state.end_seq, state.since


def external_of(row: Row) -> tuple[str, JobState | None]:
    instance, job, status, exit_code, last_end, end_seq, since = row
    name = f"{unescaped(job)}^{instance}"
    if status is None:
        return name, None
    return name, JobState(Status(status), last_end=last_end, end_seq=end_seq, exit_code=exit_code, since=since)


def mark_row(instance: str, mark: Mark) -> tuple[Any, ...]:
    return instance, mark.seq, mark.digest, escaped(mark.fault)


def mark_of(row: Row) -> tuple[str, Mark]:
    instance, seq, digest, fault = row
    return instance, Mark(seq, digest, unescaped(fault))


# machine, global_value


def machine_row(machine: Machine) -> tuple[Any, ...]:
    return (
        escaped(machine.name),
        machine.type,
        escaped(machine.node_name),
        machine.max_load,
        float(machine.factor),
        escaped(machine.opsys),
        int(machine.offline),
        compact_json(machine.attributes),
    )


def machine_of(row: Row) -> Machine:
    name, kind, node_name, max_load, factor, opsys, offline, attributes = row
    name, node_name, opsys = unescaped(name), unescaped(node_name), unescaped(opsys)
    return Machine(name, kind, node_name, max_load, factor, opsys, bool(offline), _pairs(attributes))


def count_row(key: CountKey, value: int) -> tuple[Any, ...]:
    return (key.kind, escaped(key.name), escaped(key.part), value)


def count_of(row: Row) -> tuple[CountKey, int]:
    kind, name, part, value = row
    return CountKey(kind, unescaped(name), unescaped(part)), value


def object_row(thing: NamedObject) -> tuple[Any, ...]:
    return (
        thing.kind,
        escaped(thing.name),
        escaped(thing.part),
        compact_json(thing.attributes),
        escaped(thing.sent_by),
        thing.time,
    )


def object_of(row: Row) -> NamedObject:
    kind, name, part, attributes, sent_by, time = row
    return NamedObject(kind, unescaped(name), unescaped(part), _pairs(attributes), unescaped(sent_by), time)


def global_of(row: Row) -> GlobalRow:
    name, value, last_changed = row
    return GlobalRow(unescaped(name), unescaped(value), last_changed)
