"""Which jobs a report shows, in which order and how deep: boxes before their members (cli.md §3.1, §3.3)."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_pattern, is_speakable, matcher

if TYPE_CHECKING:
    from autosys_py.core.model import Definition
    from autosys_py.event_server.protocol import EventServer, JobHead

CHUNK = 500
"""Jobs asked of the store at once."""

MANY = 5000


class Placed(NamedTuple):
    """A job and its place in the report."""

    head: "JobHead"
    depth: int
    """How many boxes of this report it stands in."""


class Selection(NamedTuple):
    jobs: list[Placed]
    """In the order of the report: definition order, members below their box."""
    explicit: bool
    """One job was asked for by its name; its row is the first."""
    most: bool
    """So many of the instance's jobs that the store is better read from end to end."""


def select_jobs(store: "EventServer", name: str, levels: int | None, missing: int = 50027) -> Selection:
    """The jobs of `-J`: a name or pattern, each box with its members down to `levels` (None = all).

    Raises Refused (`missing`) for a name that no job has.
    """
    if not is_pattern(name):
        head = store.head(name) if is_speakable(name) else None
        if head is not None:
            jobs = list(_walk([head], store.members, levels))
            return Selection(jobs, explicit=True, most=len(jobs) > MANY)
    matches = matcher(name)
    heads = store.heads() if is_pattern(name) or "_" in name else []
    chosen = {head.joid: head for head in heads if matches(head.name)}
    if not chosen and not is_pattern(name):
        raise refusal(missing, name)
    boxes = {head.joid: head.box_joid for head in heads}
    roots = [head for head in chosen.values() if not _stands_in(chosen, head.box_joid, boxes)]
    jobs = list(_walk(roots, _members(heads), levels))
    return Selection(jobs, explicit=False, most=len(jobs) * 10 > len(heads))


def select_grouped(store: "EventServer", group: str | None, application: str | None, levels: int | None) -> Selection:
    """The jobs of `-B` and `-I`, both together where both are given; members below their box if that is among them."""
    in_group = matcher(group) if group is not None else _any
    in_application = matcher(application) if application is not None else _any
    heads = store.heads()
    chosen = [head for head in heads if in_group(head.group) and in_application(head.application)]
    joids = {head.joid for head in chosen}
    roots = [head for head in chosen if head.box_joid not in joids]
    jobs = list(_walk(roots, _members(chosen), levels))
    return Selection(jobs, explicit=False, most=len(jobs) * 10 > len(heads))


def with_definitions(store: "EventServer", jobs: Iterable[Placed]) -> "Iterator[tuple[Placed, Definition]]":
    """Each of these jobs with its definition, without holding the definitions of all of them."""
    remaining = iter(jobs)
    while chunk := list(islice(remaining, CHUNK)):
        found = {each.job.joid: each for each in store.definitions([placed.head.joid for placed in chunk])}
        for placed in chunk:
            if placed.head.joid in found:
                yield placed, found[placed.head.joid]


def _any(_name: str) -> bool:
    return True


def _stands_in(chosen: "dict[int, JobHead]", box: int, boxes: dict[int, int]) -> bool:
    """Is a box around the job chosen? Then it comes with that box."""
    while box in boxes:
        if box in chosen:
            return True
        box = boxes[box]
    return False


def _members(heads: "list[JobHead]") -> "Callable[[int], list[JobHead]]":
    members: dict[int, list[JobHead]] = {}
    for head in heads:
        if head.box_joid:
            members.setdefault(head.box_joid, []).append(head)
    return lambda box: members.get(box, [])


def _walk(roots: "list[JobHead]", members: "Callable[[int], list[JobHead]]", levels: int | None) -> Iterator[Placed]:
    stack = [Placed(head, 0) for head in reversed(roots)]
    while stack:
        placed = stack.pop()
        yield placed
        head, depth = placed
        if head.job_type == "BOX" and (levels is None or depth < levels):
            stack.extend(Placed(member, depth + 1) for member in reversed(members(head.joid)))
