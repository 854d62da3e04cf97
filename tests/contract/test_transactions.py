"""All or nothing, at every depth."""

from collections.abc import Callable

import pytest

from autosys_py.core.model import JobState
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import definition, insert_job, send, startjob, tick


class Trouble(Exception):
    pass


def test_what_is_committed_is_seen_by_the_next_connection(connect: Callable[[], EventServer]) -> None:
    send(connect(), startjob(due=100))
    assert connect().next_due() == 100


def test_an_error_rolls_everything_back(store: EventServer) -> None:
    with pytest.raises(Trouble), store.transaction():
        job = store.put_definition(definition("A"))
        store.put_first_states({job.joid: JobState()})
        store.add_event(startjob(due=100))
        store.put_setting("scheduler_zone", "UTC")
        raise Trouble
    assert store.head("A") is None
    assert list(store.statuses()) == []
    assert store.next_due() is None
    assert store.setting("scheduler_zone") is None


def test_a_nested_error_rolls_back_to_its_beginning(store: EventServer) -> None:
    with store.transaction():
        store.add_event(startjob(due=100))
        with pytest.raises(Trouble), store.transaction():
            store.add_event(startjob(due=50))
            with store.transaction():
                store.add_event(startjob(due=40))
            raise Trouble
        with store.transaction():
            store.add_event(startjob(due=200))
    assert [event.due for event in store.due_events(now=999, limit=9)] == [100, 200]


def test_the_outer_error_takes_the_nested_with_it(store: EventServer) -> None:
    with pytest.raises(Trouble), store.transaction():
        with store.transaction():
            store.add_event(startjob(due=100))
        raise Trouble
    assert store.next_due() is None


def test_a_transaction_sees_its_own_writing(store: EventServer) -> None:
    with store.transaction():
        store.add_event(startjob(due=100))
        assert store.next_due() == 100


def test_after_a_rollback_events_come_due_as_before(store: EventServer) -> None:
    first = send(store, startjob(due=100))
    with pytest.raises(Trouble), store.transaction():
        store.cancel_event(startjob(0).code, 0, None)
        store.add_event(startjob(due=20))
        assert [event.due for event in store.due_events(now=999, limit=9)] == [20]
        raise Trouble
    second = send(store, startjob(due=300))
    assert [event.eoid for event in store.due_events(now=999, limit=9)] == [first, second]
    assert store.next_due() == 100


def test_a_timer_that_was_rolled_back_can_be_set(store: EventServer) -> None:
    with pytest.raises(Trouble), store.transaction():
        store.add_event(tick(due=100, joid=1))
        raise Trouble
    send(store, tick(due=100, joid=1))
    assert len(store.due_events(now=100, limit=9)) == 1


def test_a_deletion_that_was_rolled_back_leaves_the_job(store: EventServer) -> None:
    job = insert_job(store, "A")
    with pytest.raises(Trouble), store.transaction():
        store.delete_definition(job.joid)
        raise Trouble
    assert store.status(job.joid) is not None
    assert store.members(0) == store.heads() != []


def test_writing_outside_a_transaction_is_an_error_of_the_program(store: EventServer) -> None:
    with pytest.raises(RuntimeError):
        store.put_setting("scheduler_zone", "UTC")
    with pytest.raises(RuntimeError):
        store.add_event(startjob(due=100))


def test_version_differs_after_the_commit_of_another(connect: Callable[[], EventServer]) -> None:
    mine, other = connect(), connect()
    if isinstance(mine, MemoryStore):
        return  # has one connection only
    before = mine.version()
    assert mine.version() == before
    send(other, startjob(due=100))
    assert mine.version() != before
    assert mine.version() == mine.version()


def test_settings_are_remembered(store: EventServer) -> None:
    with store.transaction():
        store.put_setting("scheduler_zone", "Europe/Zurich")
        store.put_setting("scheduler_zone", "UTC")
    assert store.setting("scheduler_zone") == "UTC"
    assert store.setting("colour") is None
