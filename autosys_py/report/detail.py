"""The event rows of `autorep -d` (cli.md §3.4): columns 2, 18, 39, 44, 48 and 70.

A status stands bare, any other event in brackets, an alarm on two lines, an event's text in `< >` below it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Fact
from autosys_py.core.text import pad, visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.colours import painted
from autosys_py.report.data import Row

KEYS = (
    "name", "run_num", "ntry", "event", "status", "alarm", "time", "event_state", "process_time", "machine",
    "exit_code", "text", "reason", "sent_by",
)  # fmt: skip

BLANK = " "
"""The line below a row and between two jobs: one blank character."""

HEADING = (
    "  Status/[Event]  Time                 Ntry ES  ProcessTime           Machine",
    "  --------------  --------------------- --  --  --------------------- ----------------",
)

FIRST_INTERNAL = EventCode.DEFINITION_CHANGED
"""From here on events are the machine's own talk: changed definitions and reports of agents."""

PROCESSED = "PD"
UNPROCESSED = "UP"
UNSENT = "US"


class Times(NamedTuple):
    """The zones of the two time columns."""

    happened: TimeFormat
    """The client's, or with `-t` the job's."""
    processed: TimeFormat
    """The scheduler's."""


def event_lines(
    facts: Iterable[Fact], pending: Iterable[Event], times: Times, *, colours: bool = False
) -> Iterator[str]:
    """The heading, then a row for each fact and each event that still waits, in time order."""
    yield from HEADING
    for fact in facts:
        if _is_shown(fact.code):
            yield from _fact_lines(fact, times, colours=colours)
    for event in pending:
        if _is_shown(event.code):
            yield _row(f"[{event.code.name}]", times.happened(event.due), 0, UNPROCESSED, "", "")


def _is_shown(code: EventCode) -> bool:
    """What operators do about an alarm is the list of alarms' to tell (`autosys alarms`)."""
    return code < FIRST_INTERNAL and code is not EventCode.CHANGE_ALARM


def event_rows(name: str, facts: Iterable[Fact], pending: Iterable[Event], times: Times) -> Iterator[Row]:
    """The same events as data, in the order of `KEYS`; `name` is the job's."""
    for fact in facts:
        if _is_shown(fact.code):
            yield fact_row(name, fact, times)
    for event in pending:
        if _is_shown(event.code):
            due = times.happened.iso(event.due)
            said = (event.value if event.code is EventCode.COMMENT else "") or None
            status = event.status.name if event.status is not None else None
            yield (
                name, None, None, event.code.name, status, None, due, "UNPROCESSED", None, None, event.exit_code, said,
                event.reason or None, event.sent_by or None,
            )  # fmt: skip


def fact_row(name: str | None, fact: Fact, times: Times) -> Row:
    """One event of the past, in the order of `KEYS`."""
    code, time, state = fact.code.name, fact.time, "PROCESSED"
    if fact.code is EventCode.UNSEND_EVENT:
        code, time, state = fact.name, int(fact.value.rpartition(" ")[2]), "UNSENT"
    of_run = fact.run_num > 0
    return (
        name,
        fact.run_num if of_run else None,
        fact.ntry if of_run else None,
        code,
        fact.status.name if fact.status is not None else None,
        _alarm(fact) if fact.code is EventCode.ALARM else None,
        times.happened.iso(time),
        state,
        times.processed.iso(fact.processed),
        fact.machine or (fact.name if fact.code in (EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE) else "") or None,
        fact.exit_code,
        _said(fact) or None,
        fact.reason or None,
        fact.sent_by or None,
    )


def _said(fact: Fact) -> str:
    if fact.code is EventCode.SET_GLOBAL:
        return f"{fact.name}={fact.value}"
    return fact.text or (fact.value if fact.code is EventCode.COMMENT else "")


def _alarm(fact: Fact) -> str:
    return fact.alarm.name if fact.alarm is not None else fact.name or fact.value


def _fact_lines(fact: Fact, times: Times, *, colours: bool) -> Iterator[str]:
    happened, processed = times.happened(fact.time), times.processed(fact.processed)
    machine = visible(fact.machine)
    if fact.code is EventCode.ALARM:
        yield "  [*** ALARM ***]"
        yield _row(f"  {pad(visible(_alarm(fact)), 12)}", happened, fact.ntry, PROCESSED, processed, machine)
    elif is_status(fact):
        assert fact.status is not None
        word = fact.status.name
        if colours:
            word = painted(word.ljust(14), fact.status)
        yield _row(word, happened, fact.ntry, PROCESSED, processed, machine)
    elif fact.code is EventCode.UNSEND_EVENT:
        due = fact.value.rpartition(" ")[2]
        yield _row(f"[{visible(fact.name)}]", times.happened(int(due)), 0, UNSENT, processed, machine)
    else:
        yield _row(f"[{fact.code.name}]", happened, 0, PROCESSED, processed, machine)
    for text in _texts(fact):
        yield f"    <{visible(text)}>"


def is_status(fact: Fact) -> bool:
    """Did the job enter a status here? A CHANGE_STATUS that was refused changed nothing."""
    return fact.code is EventCode.CHANGE_STATUS and fact.status is not None and (bool(fact.changes) or not fact.eoid)


def _texts(fact: Fact) -> list[str]:
    """What was said with the event: its text, a comment, the reason of whoever sent it; nothing twice."""
    comment = fact.value if fact.code is EventCode.COMMENT else ""
    return list(dict.fromkeys(text for text in (fact.text, comment, fact.reason) if text))


def _row(word: str, time: str, ntry: int, state: str, processed: str, machine: str) -> str:
    return f"  {word:<14}  {time:<19}  {ntry:>3}  {state:<2}  {processed:<19}   {machine}"
