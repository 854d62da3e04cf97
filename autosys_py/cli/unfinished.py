"""What keeps a running box from its end: the members that are not done (rules B-04 to B-06)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.selection import CHUNK
from autosys_py.core.codes import DONE_IN_BOX

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer, StatusRow


def unfinished(store: "EventServer", box: int) -> "Iterator[StatusRow]":
    """The direct members that are not done, in definition order."""
    members = [head.joid for head in store.members(box)]
    for start in range(0, len(members), CHUNK):
        for row in store.statuses(members[start : start + CHUNK]):
            if row.state.status not in DONE_IN_BOX:
                yield row
