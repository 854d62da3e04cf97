"""What became of a definition that has no versions, of anything but a job: told to the past as it is written.

The event OBJECT_CHANGED belongs to the transaction that writes the definition and does nothing but enter the past,
where `autosys audit` and `autotrack` find it: who, when, and what was different before. `name` is the object's; `value`
is JSON.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Fact
from autosys_py.report.tracking import hidden

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

Pairs = Sequence[tuple[str, str]]
LONGEST = 500
"""Characters of a value that are kept: a blob may be a whole file."""


class ObjectChange(NamedTuple):
    """A change of an object; attributes as pairs, one that collects values more than once."""

    verb: str
    """`insert`, `update` or `delete`."""
    kind: str
    part: str
    before: Pairs
    """What it had and has no more; of a delete everything."""
    after: Pairs
    """What it has and had not; of an insert everything."""


def tell_of_change(
    store: "EventServer", kind: str, name: str, part: str, before: Pairs | None, after: Pairs | None,
    user_host: str, now: int,
) -> None:  # fmt: skip
    """Inside a transaction. `before` None = it was not there, `after` None = it is not any more."""
    old, new = before or (), after or ()
    verb = "insert" if before is None else "delete" if after is None else "update"
    change = ObjectChange(verb, kind, part, _without(old, new), _without(new, old))
    event = Event(EventCode.OBJECT_CHANGED, now, priority=0, name=name, value=json.dumps(change))
    event.sent_by, event.sent = user_host, now
    store.add_event(event)


def _without(pairs: Pairs, others: Pairs) -> Pairs:
    there = set(others)
    return [(name, _shortened(hidden(name, value))) for name, value in pairs if (name, value) not in there]


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}... ({len(value)} characters)"


def change_of(told: Event | Fact) -> ObjectChange:
    """What an OBJECT_CHANGED says."""
    verb, kind, part, before, after = json.loads(told.value)
    return ObjectChange(verb, kind, part, [(n, v) for n, v in before], [(n, v) for n, v in after])
