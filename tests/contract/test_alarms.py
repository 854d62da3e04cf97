"""Alarms and people still to be told, as the scheduler leaves them and reports find them."""

from collections.abc import Callable

import pytest

from autosys_py.core.codes import Alarm, AlarmState
from autosys_py.core.model import Notification, Outcome, RaisedAlarm
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import turn

FAILED = RaisedAlarm(7, Alarm.JOBFAILURE, 1000, 3, "LOAD", 41, 2, "no space \udcff")
BARE = RaisedAlarm(9, Alarm.CHASE, 1001)
CLOSED = FAILED._replace(state=AlarmState.CLOSED, changed_by="op@host", changed=1100, comment="grüße \udcfe")


def test_alarms_are_found_again(connect: Callable[[], EventServer]) -> None:
    turn(connect(), Outcome(alarms={9: BARE, 7: FAILED}))
    store = connect()
    assert store.alarm(7) == FAILED
    assert store.alarm(8) is None
    assert list(store.alarms()) == [FAILED, BARE]


def test_a_changed_alarm_is_no_longer_among_the_open_ones(store: EventServer) -> None:
    turn(store, Outcome(alarms={7: FAILED, 9: BARE}))
    turn(store, Outcome(alarms={7: CLOSED}))
    assert store.alarm(7) == CLOSED
    assert list(store.alarms()) == [BARE]
    assert list(store.alarms(every=True)) == [CLOSED, BARE]


def test_many_alarms_stream(store: EventServer) -> None:
    turn(store, Outcome(alarms={number: BARE._replace(number=number) for number in range(1, 2502)}))
    assert [alarm.number for alarm in store.alarms()] == list(range(1, 2502))


def test_notifications_stay_until_they_are_told(connect: Callable[[], EventServer]) -> None:
    store = connect()
    first, second = Notification(7, 3, 1, 1000, 1000), Notification(9, 3, 1, 1001, 1001)
    turn(store, Outcome(notifications={9: second, 7: first}))
    assert connect().load().notifications == [first, second]
    later = first._replace(due=1060, tries=1)
    turn(store, Outcome(notifications={7: later, 9: None}))
    assert connect().load().notifications == [later]
    turn(store, Outcome(notifications={7: None, 8: None}))
    assert connect().load().notifications == []


class Undone(Exception):
    pass


def test_a_turn_that_is_undone_leaves_neither(store: EventServer) -> None:
    order = Notification(7, 3, 1, 1, 1)
    with pytest.raises(Undone), store.transaction():
        store.write_turn([], Outcome(alarms={7: FAILED}, notifications={7: order}), 1)
        raise Undone
    assert list(store.alarms(every=True)) == []
    assert store.load().notifications == []
