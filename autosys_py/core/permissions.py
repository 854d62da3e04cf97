"""Who may do what to a job: its owner, whom `permission` lets in, superusers (jil.md §3.1, docs/security.md). Pure.

`permission` is a list of two letters each: whom (g = the owner's primary group, w = everybody, m = those two from any
machine) and what (x = execute, e = edit). Without m, group and world are those on the owner's machine: an owner
`user@host` has one, a plain `user` is everywhere. The owner himself may always do everything, wherever he is.
"""

from enum import StrEnum
from typing import NamedTuple

from autosys_py.core.codes import EventCode


class Right(StrEnum):
    """What a caller wants to do; the value is the word of message 10230."""

    EXECUTE = "execute"
    EDIT = "edit"

    @property
    def letter(self) -> str:
        """In `permission`: x or e."""
        return self.value[1] if self is Right.EXECUTE else self.value[0]


class Caller(NamedTuple):
    """Who asks."""

    user: str
    host: str
    groups: frozenset[int] = frozenset()
    """Numbers of all groups the caller is in."""

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


FREE = frozenset(
    {
        EventCode.SET_GLOBAL,
        EventCode.COMMENT,
        EventCode.AGGREGATE,
        EventCode.LIST_DEPENDENTS,
    }
)
"""Events that anybody may send."""
FOR_SUPERUSERS = frozenset({EventCode.STOP_DEMON, EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE})
"""Events that concern everybody's jobs."""


def right_for(code: EventCode) -> Right | None:
    """What an event needs on the job that it names; None = nothing (cli.md §2.2)."""
    if code in FREE:
        return None
    return Right.EDIT if code is EventCode.DELETEJOB else Right.EXECUTE


def is_allowed(right: Right, caller: Caller, owner: str, permission: str, owners_group: int | None) -> bool:
    """Do owner and permission of a job give `caller` the right? `owner` is `user[@host]` as stored, `owners_group` the
    number of that user's primary group, None = unknown."""
    user, _, machine = owner.partition("@")
    if user == caller.user:
        return bool(user)
    granted = {token.strip().lower() for token in permission.split(",")}
    in_group = owners_group is not None and owners_group in caller.groups
    is_meant = f"w{right.letter}" in granted or (in_group and f"g{right.letter}" in granted)
    return is_meant and (f"m{right.letter}" in granted or is_at(caller.host, machine))


def is_at(host: str, place: str) -> bool:
    """Is `host` the machine, or in the domain, that an owner names? A name without a domain is the same with any."""
    host, place = host.lower(), place.lower()
    if not place or host == place or host.endswith(f".{place}"):
        return True
    return ("." not in host or "." not in place) and host.partition(".")[0] == place.partition(".")[0]


def is_listed(caller: Caller, users: str) -> bool:
    """Does a comma list of `user` and `user@host` name the caller? The keys of superusers are such lists."""
    for entry in users.split(","):
        user, _, host = entry.strip().partition("@")
        if user and user == caller.user and is_at(caller.host, host):
            return True
    return False
