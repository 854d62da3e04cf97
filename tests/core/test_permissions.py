"""Who may do what to a job, as a table (jil.md §3.1)."""

import pytest

from autosys_py.core.codes import OPERATOR_EVENTS, EventCode
from autosys_py.core.permissions import FREE, Caller, Right, is_allowed, is_at, is_listed, right_for

STAFF, OTHERS = 50, 60


@pytest.mark.parametrize(
    ("who", "permission", "may"),
    [
        ("ann@prod", "", "edit execute"),  # the owner
        ("ann@desk", "", "edit execute"),  # wherever she is
        ("bob@prod", "", ""),
        ("bob@prod", "gx", "execute"),  # in her group
        ("bob@prod", "ge,gx", "edit execute"),
        ("joe@prod", "gx,ge", ""),  # in no group of hers
        ("joe@prod", "wx", "execute"),
        ("joe@prod", "we", "edit"),
        ("joe@prod", " WX , we ", "edit execute"),
        ("joe@desk", "wx,we", ""),  # another machine
        ("joe@desk", "wx,we,mx", "execute"),
        ("joe@desk", "mx,me", ""),  # m alone lets nobody in
        ("bob@desk", "gx,mx", "execute"),
    ],
)
def test_owner_group_world_machine(who: str, permission: str, may: str) -> None:
    user, _, host = who.partition("@")
    caller = Caller(user, host, frozenset({STAFF if user in ("ann", "bob") else OTHERS}))
    given = [right.value for right in (Right.EDIT, Right.EXECUTE) if _asks(right, caller, permission)]
    assert " ".join(given) == may


def _asks(right: Right, caller: Caller, permission: str) -> bool:
    return is_allowed(right, caller, "ann@prod", permission, STAFF)


def test_an_owner_without_a_machine_is_everywhere() -> None:
    assert is_allowed(Right.EXECUTE, Caller("joe", "desk"), "ann", "wx", None)


def test_a_group_that_is_not_known_lets_nobody_in() -> None:
    assert not is_allowed(Right.EXECUTE, Caller("joe", "prod", frozenset({0})), "ann@prod", "gx", None)


def test_nobody_owns_a_job_without_owner() -> None:
    assert not is_allowed(Right.EXECUTE, Caller("", "prod"), "", "", None)


@pytest.mark.parametrize(
    ("host", "place", "same"),
    [
        ("prod", "", True),
        ("prod", "PROD", True),
        ("prod.example.com", "prod", True),
        ("prod", "prod.example.com", True),
        ("prod.example.com", "example.com", True),  # user@domain
        ("prod.example.com", "prod.example.org", False),
        ("prod", "prod2", False),
    ],
)
def test_machines(host: str, place: str, same: bool) -> None:
    assert is_at(host, place) is same


def test_lists_of_superusers() -> None:
    assert is_listed(Caller("ann", "prod"), "bob, ann")
    assert is_listed(Caller("ann", "prod"), "ann@prod")
    assert not is_listed(Caller("ann", "desk"), "ann@prod,bob")
    assert not is_listed(Caller("", "prod"), ",")


def test_every_event_of_an_operator_says_what_it_needs() -> None:
    free = {code for code in OPERATOR_EVENTS if right_for(code) is None}
    assert free == FREE
    assert [code for code in OPERATOR_EVENTS if right_for(code) is Right.EDIT] == [EventCode.DELETEJOB]
