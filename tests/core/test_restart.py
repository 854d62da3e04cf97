"""The policy alone: from an action, an ending and a count to what follows (extensions.md §4)."""

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.restart import CONTINUE, Action, Behaviour, Chain, Decision, Ending, decide

USED_UP = Decision(is_used_up=True)


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize(
    ("action", "decision"),
    [
        (Action.CONTINUE, CONTINUE),
        (Action.STOP, Decision(stops=True)),
        (Action.REQUEST_RESTART, Decision(asks=True)),
        (Action.RESTART, Decision(restarts=True)),
        (Action.RESTART_FROM_ERROR, Decision(restarts=True, from_error=True)),
        (Action.RESTART_NO_RESUBMIT, Decision(restarts=True, stops=True)),
    ],
)
def test_what_an_action_means(action: Action, ending: Ending, decision: Decision) -> None:
    assert decide(action, ending, 2, 3, has_failed_member=True) == decision
    restarts = decision.restarts
    assert decide(action, ending, 3, 3, has_failed_member=True) == (USED_UP if restarts else decision)


@pytest.mark.parametrize("ending", Ending)
def test_from_error_needs_a_failed_member_after_a_success(ending: Ending) -> None:
    decision = decide(Action.RESTART_FROM_ERROR, ending, 0, 3, has_failed_member=False)
    assert decision.restarts is (ending is not Ending.COMPLETED)
    assert not decision.is_used_up


@pytest.mark.parametrize(("max_starts", "alone", "inside"), [(0, 0, 0), (1, 1, 0), (3, 3, 2), (100, 100, 99)])
def test_the_two_ways_of_counting(max_starts: int, alone: int, inside: int) -> None:
    behaviour = Behaviour(max_starts=max_starts)
    assert behaviour.restarts_allowed(is_member=False) == alone
    assert behaviour.restarts_allowed(is_member=True) == inside


def test_a_behaviour_is_stored_and_read() -> None:
    behaviour = Behaviour((Action.STOP, *[Action.RESTART] * 3, Action.CONTINUE), 7, 90)
    assert Behaviour.from_json(behaviour.to_json()) == behaviour
    assert [behaviour.action(ending).value for ending in Ending] == ["stop", *["restart"] * 3, "continue"]


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.ON_ICE, Status.SUCCESS, Status.TERMINATED, Status.ON_HOLD])
def test_who_leaves_restart_drops_it(status: Status) -> None:
    due = Chain(2, 41, is_due=True, by_hand=True, from_error=True, result=Status.FAILURE, is_stopped=True)
    left = due.entering(status, Status.RESTART)
    assert left is not None
    assert not (left.is_due or left.by_hand or left.from_error)
    assert (left.counted, left.is_stopped) == (2, True)
    assert left.result is (Status.FAILURE if status is Status.ON_HOLD else None)


def test_a_queue_keeps_it() -> None:
    due = Chain(2, 41, is_due=True)
    assert due.entering(Status.QUE_WAIT, Status.RESTART) == due
    assert due.entering(Status.ACTIVATED, Status.PEND_MACH) == due
    assert due.started() == Chain(3, 41)
    assert due._replace(by_hand=True, is_stopped=True).started() == Chain(0, 41)
