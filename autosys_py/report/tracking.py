"""The audit trail: who did what, a record each (cli.md §7.6, autotrack).

root@node-a
02/03/2025 06:00:00
CAUAJM_I_50152 Sendevent issued.

  eoid: 12
  job_name: LOAD
  command: sendevent "-E" "STARTJOB" "-J" "LOAD"
:::::::::::::::::::::::::::::::::::::::::::::::::::::
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autosys_py.core.codes import EventCode
from autosys_py.core.messages import message
from autosys_py.core.model import Event, Fact
from autosys_py.core.secrets import MASK
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import Row

SEPARATOR = ":" * 53
_SECRET = re.compile(r"passw|passphrase|secret|key_to_", re.IGNORECASE)
"""Names of attributes whose value nobody is to read."""
_SECRET_ARGUMENT = re.compile(
    r"((?:^|\s)--?(?:password|passwd|pw|pwx)(?:=|\s+))(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE
)
"""In a command or a reason: what follows an option called like a password."""


class Entry(NamedTuple):
    """Something that somebody did."""

    who: str
    time: int
    title: str
    """A line of the catalogue."""
    subject: str
    """What it was done to, as typed: the end of the one line of level 1."""
    details: Sequence[str]
    """Lines, 2 in, of text that is visible already."""


KEYS = ("time", "user", "type", "title", "subject", "details")


def data(entry: Entry, letter: str, times: TimeFormat, *, in_full: bool) -> Row:
    """In the order of `KEYS`; `letter` is the type of `autotrack -t`. Not `in_full`: without the details."""
    code_and_title = entry.title.partition(" ")[2]
    details = [line.removeprefix("  ") for line in entry.details] if in_full else []
    return times.iso(entry.time), entry.who, letter, code_and_title, entry.subject, details


def record(entry: Entry, times: TimeFormat) -> Iterator[str]:
    """The lines of one record, without what parts it from the next."""
    yield visible(entry.who)
    yield times(entry.time)
    yield entry.title
    yield ""
    yield from entry.details


def records(entries: Iterable[Entry], times: TimeFormat) -> Iterator[str]:
    """All records, parted by colons."""
    for number, entry in enumerate(entries):
        if number:
            yield SEPARATOR
        yield from record(entry, times)


def short(entry: Entry, times: TimeFormat) -> str:
    """Level 1: one line."""
    return f"{times(entry.time)} {visible(entry.who)} {entry.title} {visible(entry.subject)}".rstrip()


def sent(event: Event | Fact, job: str, times: TimeFormat, due: int | None = None) -> list[str]:
    """The details of an event that somebody sent; `due` is its -T, if it is known."""
    lines = [f"  eoid: {event.eoid}"]
    if job:
        lines.append(f"  job_name: {visible(job)}")
    words = " ".join(f'"{visible(masked(word))}"' for word in arguments(event, job, times, due))
    return [*lines, f"  command: sendevent {words}"]


def arguments(event: Event | Fact, job: str, times: TimeFormat, due: int | None = None) -> list[str]:
    """The command line of an event, as far as the event remembers it."""
    unsends = event.code is EventCode.UNSEND_EVENT
    words = ["-E", event.name if unsends else event.code.name]
    if job:
        words += ["-J", job]
    match event.code:
        case EventCode.UNSEND_EVENT:
            words += ["-T", times(int(event.value.rpartition(" ")[2])), "-U"]
        case EventCode.CHANGE_STATUS if event.status is not None:
            words += ["-s", event.status.name]
        case EventCode.ALARM:
            words += ["-A", event.value or event.name]
        case EventCode.SET_GLOBAL:
            words += ["-G", f"{event.name}={hidden(event.name, event.value)}"]
        case EventCode.MACH_OFFLINE | EventCode.MACH_ONLINE:
            words += ["-N", event.name]
        case code if code in _LETTERS and event.value:
            words += [_LETTERS[code], event.value]
    if due is not None:
        words += ["-T", times(due)]
    if event.reason:
        words += ["-C", event.reason]
    return words


_LETTERS = {
    EventCode.KILLJOB: "-K",
    EventCode.SEND_SIGNAL: "-K",
    EventCode.CHANGE_PRIORITY: "-q",
    EventCode.STARTJOB: "-q",
    EventCode.FORCE_STARTJOB: "-q",
    EventCode.REPLY_RESPONSE: "-r",
    EventCode.RESTARTJOB: "-o",
}


def definition(
    pairs: Sequence[tuple[str, str]], before: Sequence[tuple[str, str]] | None, *, everything: bool = True
) -> list[str]:
    """The attributes of a definition, those marked `* ` that the one before did not have so; what it had and is gone
    comes last, without a value. `before` None = there was none. Not `everything`: only what changed."""
    old = [] if before is None else list(before)
    lines = []
    for name, value in pairs:
        has_changed = before is not None and (name, value) not in old
        if everything or has_changed:
            lines.append(_attribute(name, value, has_changed=has_changed))
    names = {name for name, _ in pairs}
    gone = dict.fromkeys(name for name, _ in old if name not in names)
    return lines + [_attribute(name, "", has_changed=True) for name in gone]


def _attribute(name: str, value: str, *, has_changed: bool) -> str:
    shown = hidden(name, value)
    mark = "* " if has_changed else "  "
    return f"{mark}{name}: {visible(shown)}".rstrip()


def hidden(name: str, value: str) -> str:
    """The value of an attribute or global, as anybody may read it."""
    return MASK if value and _SECRET.search(name) else masked(value)


def masked(text: str) -> str:
    """A text with what follows `-pw`, `--password` and their like hidden."""
    return _SECRET_ARGUMENT.sub(lambda found: f"{found[1]}{MASK}", text)


def title(code: int, *arguments: object) -> str:
    """A title line of the catalogue."""
    return message(code, *arguments, severity="I")
