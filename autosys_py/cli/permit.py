"""What the caller may do in an instance; asked by `jil`, `sendevent` and `chase` (docs/security.md).

Superusers may do everything. They are those whom the keys `EditSuperUser` and `ExecSuperUser` list; a key that is not
set means root and the user to whom the event store's file belongs, who could write it without us anyway. So nothing is
ever refused in an instance that one user has for himself.
"""

import os
from functools import cached_property
from typing import TYPE_CHECKING

from autosys_py.core.permissions import FOR_SUPERUSERS, Caller, Right, is_allowed, is_listed, right_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autosys_py.cli.instance import Instance
    from autosys_py.core.codes import EventCode
    from autosys_py.core.model import Definition
    from autosys_py.event_server.protocol import JobHead

KEYS = {Right.EDIT: "EditSuperUser", Right.EXECUTE: "ExecSuperUser"}


class Permit:
    """The rights of whoever runs this process, by its real user id."""

    def __init__(self, instance: "Instance") -> None:
        self._instance = instance
        self._groups: dict[str, int | None] = {}

    @cached_property
    def caller(self) -> Caller:
        user, _, host = self._instance.user_host.partition("@")
        return Caller(user, host, frozenset((os.getgid(), *os.getgroups())))

    def is_superuser(self, right: Right) -> bool:
        listed = self.superusers(right)
        return is_listed(self.caller, listed) if listed else os.getuid() in (0, _owner_of(self._instance))

    def superusers(self, right: Right) -> str:
        """The list of the key, empty if the key is not set."""
        return str(getattr(self._instance.configuration, KEYS[right]))

    def allows(self, right: Right, definition: "Definition") -> bool:
        """May the caller do it to this job?"""
        if self.is_superuser(right):
            return True
        owner = definition.value("owner")
        return is_allowed(right, self.caller, owner, definition.value("permission"), self._group_of(owner))

    def may_give_to(self, owner: str) -> bool:
        """May the caller make somebody the owner of a job? Anybody's while no EDIT superuser is named (jil.md §3.1)."""
        mine = owner.partition("@")[0] == self.caller.user
        return mine or not self.superusers(Right.EDIT) or self.is_superuser(Right.EDIT)

    def require(self, code: "EventCode", heads: "Sequence[JobHead] | None") -> None:
        """Raises Refused with a line for each job to which the caller must not send the event."""
        from autosys_py.cli.messages import Refused, message, refusal

        if code in FOR_SUPERUSERS and not self.is_superuser(Right.EXECUTE):
            raise refusal(99120, self.caller, code.name, KEYS[Right.EXECUTE])
        right = right_for(code)
        if right is None or not heads or self.is_superuser(right):
            return
        forbidden = [head.name for head in heads if not self._allows_head(right, head)]
        if forbidden:
            raise Refused(*(message(10230, self.caller, right, name) for name in forbidden))

    def _allows_head(self, right: Right, head: "JobHead") -> bool:
        definition = self._instance.store.definition(head.joid)
        return definition is not None and self.allows(right, definition)

    def _group_of(self, owner: str) -> int | None:
        user = owner.partition("@")[0]
        if user not in self._groups:
            import pwd

            try:
                self._groups[user] = pwd.getpwnam(user).pw_gid
            except KeyError:
                self._groups[user] = None
        return self._groups[user]


def _owner_of(instance: "Instance") -> int:
    """To whom the store's file belongs; to whom the instance folder does, where there is no such file."""
    from autosys_py.event_server.open import path_of

    path = path_of(instance.url)
    for place in (path, instance.folder):
        try:
            if place is not None:
                return place.stat().st_uid
        except OSError:
            continue
    return os.getuid()
