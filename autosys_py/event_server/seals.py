"""Seals: what stands in the past for rows that were removed from it (cli.md §7.6, archive_events).

`archive_events` removes rows in batches. In the transaction of a batch it sends ARCHIVED, an event of its own, whose
`value` names every stretch of removed rows and the hash of its last one; the scheduler writes it into the past like
any event. There it is a link of the chain like any other, is never removed itself, and says who removed what and when.
The row behind a stretch was hashed over that very hash, so a seal cannot lie about it: the chain holds across the
stretch exactly if the seal is true (`chain.first_broken`). While no scheduler runs the seal waits in the event table,
and counts.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autosys_py.core.codes import EventCode
from autosys_py.event_server.protocol import EventServer


class Stretch(NamedTuple):
    """Rows that follow each other and were removed together."""

    first: int
    last: int
    digest: str
    """Hash of the last one."""


class Seal(NamedTuple):
    """What one batch removed."""

    what: str
    """`events` or `audit`."""
    before: int
    """Everything removed was processed before this moment, UTC seconds."""
    stretches: list[Stretch]

    @property
    def removed(self) -> int:
        return sum(each.last - each.first + 1 for each in self.stretches)

    def text(self) -> str:
        """The form of the event's value; `read` is the inverse."""
        return json.dumps([self.what, self.before, self.stretches], separators=(",", ":"))


def read(text: str) -> Seal | None:
    """A seal from its text, None if it is none: somebody may have written it by hand."""
    try:
        what, before, stretches = json.loads(text)
        read_ones = [Stretch(int(first), int(last), str(digest)) for first, last, digest in stretches]
        return Seal(str(what), int(before), read_ones)
    except (ValueError, TypeError):
        return None


def seal(what: str, before: int, rows: Sequence[tuple[int, str]]) -> Seal:
    """The seal of rows to be removed, given as `seq` and hash in order."""
    stretches: list[Stretch] = []
    for seq, digest in rows:
        if stretches and stretches[-1].last == seq - 1:
            stretches[-1] = Stretch(stretches[-1].first, seq, digest)
        else:
            stretches.append(Stretch(seq, seq, digest))
    return Seal(what, before, stretches)


class Removed:
    """Everything that seals say was removed."""

    def __init__(self, seals: Iterable[Seal]) -> None:
        self._by_first = {each.first: each for one in seals for each in one.stretches}

    @classmethod
    def of(cls, store: EventServer) -> "Removed":
        """From the seals in the past, and those that no scheduler has taken in yet."""
        waiting = [event.value for event in store.pending_events(0) if event.code is EventCode.ARCHIVED]
        found = (read(text) for text in (*waiting, *store.seals()))
        return cls(each for each in found if each is not None)

    def digest_across(self, first: int, last: int) -> str | None:
        """The hash of row `last`, if `first` to `last` are exactly what was removed; else None."""
        seq, digest = first, None
        while seq <= last:
            stretch = self._by_first.get(seq)
            if stretch is None or stretch.last < seq:
                return None
            seq, digest = stretch.last + 1, stretch.digest
        return digest if seq == last + 1 else None
