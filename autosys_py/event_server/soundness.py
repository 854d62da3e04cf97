"""Is a store what it should be? For whoever has reason to ask: `doctor`, `backup`, `restore`, and a command that met
something that cannot be.

SQLite notices damage in the pages it reads and no other; what was changed inside a row it does not notice at all. So
every page is looked at, every row is read as its reader would, and what the columns cannot promise is counted: that a
current job has a status. Of the past the hashes tell the rest (`chain`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from autosys_py.event_server.errors import damaged
from autosys_py.event_server.protocol import EventServer

NONSENSE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError)
"""What a reader raises over a row that cannot be: a code that nothing has, a list that is no list."""

_ALL = 2**62


def require_sound(store: EventServer, place: str) -> None:
    """Reads everything. Raises `StoreDamaged` with one line that says what is wrong and what to do, and the other
    errors of `errors.py`."""
    fault = fault_of(store)
    if fault is not None:
        raise damaged(place, fault)


def fault_of(store: EventServer) -> str | None:
    """What is wrong in a few words, None if nothing is. Raises errors of `errors.py`, a damaged file among them."""
    check = getattr(store, "check_file", None)
    fault = check() if check is not None else None
    if fault is not None:
        return str(fault)
    for what, read in _READERS.items():
        try:
            for _ in read(store):
                pass
        except NONSENSE as error:
            return f"{what}: {type(error).__name__} {error}".replace("\n", " ")
    return _fault_of_jobs(store)


def _fault_of_jobs(store: EventServer) -> str | None:
    known = {row.head.joid for row in store.statuses()}
    for head in store.heads():
        if head.joid not in known:
            return f"job {head.joid} has no status"
    return None


def _past(store: EventServer) -> Iterator[object]:
    after = 0
    while facts := store.all_facts(after + 1, 1000):
        yield from facts
        if facts[-1].seq <= after:
            raise ValueError(f"entry {facts[-1].seq} stands behind {after}")
        after = facts[-1].seq


def _versions(store: EventServer) -> Iterator[object]:
    after = (0, 0)
    while found := store.versions(after, 1000):
        yield from found
        last = found[-1][0].job
        if (last.joid, last.job_ver) <= after:
            raise ValueError(f"job {last.joid} stands behind {after[0]}")
        after = (last.joid, last.job_ver)


def _runs(store: EventServer) -> Iterator[object]:
    from autosys_py.core.model import RunKey

    after = RunKey(0, 0, 0)
    while found := store.ended_runs(_ALL, after, 1000):
        yield from found
        if found[-1].key <= after:
            raise ValueError(f"run {found[-1].key} stands behind {after}")
        after = found[-1].key


_KINDS = (
    "resource", "calendar", "extended_calendar", "cycle", "timezone", "glob", "blob", "job_type", "monbro",
    "connectionprofile", "xinst", "override",
)  # fmt: skip

_READERS: dict[str, Callable[[EventServer], Any]] = {
    "what the scheduler reads": lambda store: [store.load()],
    "the past": _past,
    "definitions": _versions,
    "statuses": lambda store: store.statuses(),
    "runs": _runs,
    "events": lambda store: store.due_events(_ALL, _ALL),
    "alarms": lambda store: store.alarms(every=True),
    "messages": lambda store: store.messages(every=True),
    "globals": lambda store: store.globals(),
    "objects": lambda store: [thing for kind in _KINDS for thing in store.objects(kind)],
    "the lease": lambda store: [store.lease()],
}
