"""The event table: order, timers, unsending."""

from zoneinfo import ZoneInfo

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Event, Job, JobState, Machine, Outcome
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import send, startjob, tick, turn


def due(store: EventServer, now: int, limit: int = 100) -> list[int]:
    return [event.eoid for event in store.due_events(now, limit)]


def test_events_come_by_priority_then_due_time_then_arrival(store: EventServer) -> None:
    late = send(store, startjob(due=120))
    early = send(store, startjob(due=110))
    same = send(store, startjob(due=110))
    urgent = send(store, startjob(due=130, priority=1))
    future = send(store, startjob(due=131, priority=1))
    assert due(store, now=130) == [urgent, early, same, late]
    assert due(store, now=130, limit=2) == [urgent, early]
    assert due(store, now=109) == []
    assert due(store, now=131) == [urgent, future, early, same, late]
    assert due(store, now=110) == [early, same]


def test_reading_does_not_remove(store: EventServer) -> None:
    eoid = send(store, startjob(due=100))
    assert due(store, now=100) == due(store, now=100) == [eoid]


def test_next_due_is_the_earliest(store: EventServer) -> None:
    assert store.next_due() is None
    send(store, startjob(due=300))
    send(store, startjob(due=100, priority=99))
    assert store.next_due() == 100
    [first] = store.due_events(now=100, limit=1)
    turn(store, Outcome(), processed=(first.eoid,))
    assert store.next_due() == 300


def test_numbers_are_never_given_again(store: EventServer) -> None:
    first = send(store, startjob(due=100))
    turn(store, Outcome(), processed=(first,))
    assert send(store, startjob(due=100)) > first


def test_an_event_comes_back_as_it_was_sent(store: EventServer) -> None:
    event = Event(
        EventCode.CHANGE_STATUS,
        due=100,
        priority=3,
        joid=7,
        job_ver=2,
        run_num=11,
        ntry=4,
        status=Status.FAILURE,
        exit_code=-9,
        name="GO",
        value="naïve ✓ \udcff",
        sent_by="jürgen@host",
        reason="why\nnot",
        sent=99,
    )
    eoid = send(store, event)
    [stored] = store.due_events(now=100, limit=1)
    event.eoid = eoid
    assert stored == event


def test_what_the_shell_attaches_is_not_stored(store: EventServer) -> None:
    event = Event(EventCode.DEFINITION_CHANGED, due=100, joid=1)
    event.definition, event.state, event.machine = Job(1, 1, "A", "CMD"), JobState(), Machine("m")
    event.timetable = Timetable(ZoneInfo("UTC"))
    send(store, event)
    [stored] = store.due_events(now=100, limit=1)
    assert (stored.definition, stored.state, stored.machine, stored.timetable) == (None, None, None, None)


def test_changing_what_was_read_changes_nothing(store: EventServer) -> None:
    send(store, startjob(due=100))
    store.due_events(now=100, limit=1)[0].due = 1
    assert store.due_events(now=100, limit=1)[0].due == 100


def test_an_equal_timer_is_not_stored_again(store: EventServer) -> None:
    first = send(store, tick(due=100, joid=1))
    assert send(store, tick(due=100, joid=1)) == first
    assert send(store, tick(due=160, joid=1)) != first
    assert send(store, tick(due=100, joid=2)) != first
    assert send(store, tick(due=100, joid=1, job_ver=2)) != first
    assert len(due(store, now=100)) == 3


def test_equal_timers_of_a_turn_are_stored_once(store: EventServer) -> None:
    old = send(store, tick(due=100, joid=1))
    turn(store, Outcome(events=[tick(due=100, joid=1), tick(due=160, joid=1), tick(due=160, joid=1)]))
    assert [event.due for event in store.pending_events(1)] == [100, 160]
    turn(store, Outcome(events=[tick(due=100, joid=1)]), processed=(old,))
    assert [event.due for event in store.pending_events(1)] == [100, 160]


def test_equal_events_of_an_operator_are_all_stored(store: EventServer) -> None:
    assert send(store, startjob(due=100, joid=1)) != send(store, startjob(due=100, joid=1))


def test_pending_events_are_those_of_the_job_by_due_time(store: EventServer) -> None:
    later = send(store, startjob(due=200, joid=1))
    sooner = send(store, tick(due=100, joid=1))
    send(store, startjob(due=50, joid=2))
    assert [event.eoid for event in store.pending_events(1)] == [sooner, later]
    assert store.pending_events(9) == []


def test_unsend_takes_the_last_one_out(store: EventServer) -> None:
    first = send(store, startjob(due=200, joid=1))
    second = send(store, startjob(due=100, joid=1))
    with store.transaction():
        taken = store.cancel_event(EventCode.STARTJOB, 1, None)
    assert taken is not None and taken.eoid == second
    assert [event.eoid for event in store.pending_events(1)] == [first]


def test_unsend_matches_event_job_and_time(store: EventServer) -> None:
    eoid = send(store, startjob(due=200, joid=1))
    send(store, startjob(due=300, joid=1))
    with store.transaction():
        assert store.cancel_event(EventCode.KILLJOB, 1, None) is None
        assert store.cancel_event(EventCode.STARTJOB, 2, None) is None
        assert store.cancel_event(EventCode.STARTJOB, 1, 201) is None
        taken = store.cancel_event(EventCode.STARTJOB, 1, 200)
    assert taken is not None and taken.eoid == eoid


def test_unsend_leaves_timers_alone(store: EventServer) -> None:
    send(store, tick(due=200, joid=1))
    with store.transaction():
        assert store.cancel_event(EventCode.STARTJOB, 1, None) is None
    assert store.next_due() == 200
