"""`autosys audit`: who did what, when, from where and why (docs/audit.md)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from autosys_py.core.text import pad, visible
from autosys_py.core.times import TimeFormat

KEYS = ("seq", "time", "user", "event", "job", "detail", "reason", "bypassed", "changes", "notes")


class Bypassed(NamedTuple):
    """An atom that a force start went past."""

    atom: str
    holds: bool


class Change(NamedTuple):
    """What became of an attribute; None = it was not there, or is not any more."""

    attribute: str
    before: str | None
    after: str | None


class Entry(NamedTuple):
    """Something that somebody did."""

    seq: int
    """Of its fact; 0 = it waits to be processed."""
    time: int
    user: str
    """`user@host`."""
    event: str
    """An event, or the word of JIL."""
    job: str
    detail: str
    """What was sent beside the job: a status, `NAME=value`, a machine …"""
    reason: str
    bypassed: tuple[Bypassed, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """What the scheduler answered: why it was refused or ignored."""
    is_new: bool = False
    """It made the job, so that `changes` is all of it."""


def lines(entries: Iterable[Entry], times: TimeFormat) -> Iterator[str]:
    """A line for each; below it, further in, what changed in a definition and what the scheduler answered."""
    for entry in entries:
        yield _line(entry, times)
        for change in entry.changes if not entry.is_new else ():
            yield f"    {visible(change.attribute)}: {_value(change.before)} -> {_value(change.after)}"
        for note in entry.notes:
            yield f"    {visible(note)}"


def _line(entry: Entry, times: TimeFormat) -> str:
    user, job = pad(visible(entry.user), 16), pad(visible(entry.job) or "-", 20)
    parts = [times(entry.time), user, pad(entry.event, 14), job]
    if entry.detail:
        parts.append(visible(entry.detail))
    if entry.reason:
        parts.append(f'"{visible(entry.reason)}"')
    if entry.bypassed:
        atoms = "; ".join(f"{visible(each.atom)} {_truth(each.holds)}" for each in entry.bypassed)
        parts.append(f"bypassed: {atoms}")
    if not entry.seq:
        parts.append("(not processed yet)")
    return "  ".join(parts).rstrip()


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _value(value: str | None) -> str:
    return "(none)" if value is None else visible(value) or '""'


def row(entry: Entry, times: TimeFormat, *, nested: bool) -> tuple[Any, ...]:
    """In the order of `KEYS`; `nested`: lists of objects, else their text."""
    bypassed: Any = [{"atom": each.atom, "holds": each.holds} for each in entry.bypassed]
    changes: Any = [each._asdict() for each in entry.changes]
    notes: Any = list(entry.notes)
    if not nested:
        bypassed = "; ".join(f"{each.atom} {_truth(each.holds)}" for each in entry.bypassed) or None
        changes = "; ".join(
            f"{each.attribute}: {_value(each.before)} -> {_value(each.after)}" for each in entry.changes
        )
        notes = "; ".join(entry.notes)
    return (
        entry.seq or None, times.iso(entry.time), entry.user, entry.event, entry.job or None, entry.detail or None,
        entry.reason or None, bypassed, changes or (changes if nested else None), notes or (notes if nested else None),
    )  # fmt: skip
