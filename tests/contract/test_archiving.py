"""What archiving takes away, and that the chain of the past holds without it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from autosys_py.core.codes import DURATIONS, EventCode, Status
from autosys_py.core.model import Effect, EffectKind, Event, Fact, Notification, Outcome, RunKey
from autosys_py.event_server.chain import first_broken
from autosys_py.event_server.protocol import EventServer
from autosys_py.event_server.seals import Removed, Seal, Stretch, read, seal
from tests.contract.samples import definition, insert_job, past, run, runs, send, startjob, tick, turn


def sent(seq: int, joid: int = 0) -> Fact:
    return replace(past(seq, joid), code=EventCode.STARTJOB, status=None, sent_by="op@host")


def remove(store: EventServer, *seqs: int) -> None:
    """What `archive_events` does with a batch."""
    digests = dict(store.hashes(1, 10_000))
    text = seal("events", 9999, [(seq, digests[seq]) for seq in seqs]).text()
    with store.transaction():
        assert store.remove_facts(seqs) == len(seqs)
        store.add_event(Event(EventCode.ARCHIVED, 5000, value=text, sent_by="op@host", sent=5000))


def take_in(store: EventServer) -> None:
    """What the scheduler does with seals: into the past."""
    events = [event for event in store.pending_events(0) if event.code is EventCode.ARCHIVED]
    begin = store.last_seq() + 1
    facts = [
        Fact(seq, event.code, event.due, 5001, eoid=event.eoid, value=event.value, sent_by=event.sent_by)
        for seq, event in enumerate(events, start=begin)
    ]
    turn(store, Outcome(facts=facts), tuple(event.eoid for event in events))


def test_a_seal_is_read_as_it_was_written() -> None:
    rows = [(1, "a"), (2, "b"), (5, "c")]
    made = seal("audit", 77, rows)
    assert made == Seal("audit", 77, [Stretch(1, 2, "b"), Stretch(5, 5, "c")])
    assert made.removed == 3
    assert read(made.text()) == made


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "[1,2,3]", '["events",1,[[1,2]]]', '["events",1,[["a",2,"x"]]]', "null"]
)
def test_what_is_no_seal_seals_nothing(text: str) -> None:
    assert read(text) is None


def test_stretches_bridge_exactly_what_they_cover() -> None:
    removed = Removed(
        [Seal("events", 1, [Stretch(1, 4, "d"), Stretch(8, 9, "i")]), Seal("audit", 1, [Stretch(5, 5, "e")])]
    )
    assert removed.digest_across(1, 5) == "e"
    assert removed.digest_across(8, 9) == "i"
    assert [removed.digest_across(*each) for each in ((1, 3), (1, 6), (2, 4), (8, 10), (6, 7))] == [None] * 5


def test_the_chain_holds_across_what_was_removed(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(seq) for seq in range(1, 21)]))
    remove(store, 1, 2, 3, 7, 9)
    assert [fact.seq for fact in store.all_facts()][:6] == [4, 5, 6, 8, 10, 11]
    assert first_broken(store) is None  # the seal waits
    take_in(store)
    assert first_broken(store) is None
    remove(store, 4, 5, 6, 8, *range(10, 20))
    take_in(store)
    assert [fact.seq for fact in store.all_facts()] == [20, 21, 22]
    assert first_broken(store) is None
    turn(store, Outcome(facts=[past(23)]))
    assert first_broken(store) is None
    assert [read(text) is not None for text in store.seals()] == [True, True]


def test_a_row_removed_without_a_seal_is_found(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(seq) for seq in range(1, 11)]))
    remove(store, 2, 3)
    with store.transaction():
        store.remove_facts([4])
    assert first_broken(store) == 5


def test_a_seal_that_lies_is_found(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(seq) for seq in range(1, 11)]))
    text = seal("events", 9999, [(4, "0" * 64)]).text()
    with store.transaction():
        store.remove_facts([4])
        store.add_event(Event(EventCode.ARCHIVED, 5000, value=text))
    assert first_broken(store) == 5


def test_removing_is_undone_with_its_transaction(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(seq, 1) for seq in range(1, 4)]))
    with pytest.raises(RuntimeError), store.transaction():
        store.remove_facts([1, 2])
        raise RuntimeError
    assert [fact.seq for fact in store.facts(1, 1)] == [1, 2, 3]
    assert first_broken(store) is None


def test_what_is_gone_is_not_removed_twice(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(1), past(2)]))
    with store.transaction():
        assert store.remove_facts([1]) == 1
        assert store.remove_facts([1]) == 0


def test_audit_facts_are_those_that_somebody_sent(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(1), sent(2), past(3), sent(4), sent(5)]))
    assert [fact.seq for fact in store.audit_facts()] == [2, 4, 5]
    assert [fact.seq for fact in store.audit_facts(3, 1)] == [4]
    assert store.last_seq() == 5


def test_waiting_orders_are_those_that_somebody_sent(store: EventServer) -> None:
    send(store, tick(100, 1))
    eoid = send(store, startjob(200))
    assert [event.eoid for event in store.waiting_orders()] == [eoid]


def test_ended_runs(store: EventServer) -> None:
    for name in ("a", "b"):
        insert_job(store, name)
    turn(
        store, runs(run(1, 1, end=4100), run(1, 2, 1, end=4200), run(1, 2, 2, end=4300), run(1, 3), run(2, 4, end=4100))
    )
    first = RunKey(0, 0, 0)
    assert [each.key for each in store.ended_runs(4300, first, 10)] == [(1, 1, 1), (1, 2, 1), (2, 4, 1)]
    assert [each.key for each in store.ended_runs(9999, RunKey(1, 2, 1), 2)] == [(1, 2, 2), (2, 4, 1)]
    with store.transaction():
        assert store.remove_runs([RunKey(1, 1, 1), RunKey(1, 3, 1)]) == 1
    assert [each.key.run_num for each in store.runs(1, 10)] == [3, 2, 2]


def update(store: EventServer, joid: int, name: str) -> None:
    with store.transaction():
        store.put_definition(definition(name, joid))


def gone(store: EventServer, joid: int) -> list[int]:
    """Versions that may go."""
    found = [version.job.job_ver for version, _ in store.versions((0, 0), 100) if version.job.joid == joid]
    with store.transaction():
        return [version for version in found if store.remove_versions([(joid, version)])]


def test_versions_are_all_there_ever_were(store: EventServer) -> None:
    insert_job(store, "a")
    update(store, 1, "a")
    insert_job(store, "b")
    assert [(each.job.name, each.job.job_ver, now) for each, now in store.versions((0, 0), 9)] == [
        ("a", 1, False), ("a", 2, True), ("b", 1, True)
    ]  # fmt: skip
    assert [each.job.joid for each, _ in store.versions((1, 2), 1)] == [2]


def test_an_old_version_goes_unless_something_names_it(store: EventServer) -> None:
    insert_job(store, "a")
    for _ in range(5):
        update(store, 1, "a")
    send(store, tick(100, 1, 2))
    key = RunKey(1, 1, 1)
    turn(store, replace(runs(run(1, 1, end=4100)), effects=[Effect(EffectKind.START, RunKey(1, 2, 1), 3, "localhost")]))
    turn(store, Outcome(notifications={1: Notification(1, 1, 4, 100, 100)}))
    assert store.run(key) is not None
    assert gone(store, 1) == [5]
    assert store.definition(1) is not None


def test_the_number_of_the_newest_version_is_not_given_again(store: EventServer) -> None:
    insert_job(store, "a")
    with store.transaction():
        assert store.put_version(definition("a", 1)) == 2
    assert gone(store, 1) == []
    with store.transaction():
        assert store.put_version(definition("a", 1)) == 3


def test_a_deleted_job_goes_with_its_past(store: EventServer) -> None:
    insert_job(store, "a")
    update(store, 1, "a")
    turn(store, Outcome(facts=[past(1, 1)]))
    with store.transaction():
        store.delete_definition(1)
    assert gone(store, 1) == [1]
    with store.transaction():
        store.remove_facts([1])
    assert gone(store, 1) == [2]


def test_notifications_are_readable_alone(connect: Callable[[], EventServer]) -> None:
    store = connect()
    insert_job(store, "a")
    turn(store, Outcome(notifications={7: Notification(7, 1, 1, 100, 100)}))
    assert [order.seq for order in connect().notifications()] == [7]


def test_a_status_of_the_present_is_untouched(store: EventServer) -> None:
    job = insert_job(store, "a")
    with store.transaction():
        store.remove_versions([(job.joid, 1)])
    row = store.status(job.joid)
    assert row is not None
    assert row.state.status is Status.INACTIVE


def test_durations_are_the_timers_that_wait_for_so_many_seconds(store: EventServer) -> None:
    """The codes stand in `queries.sql` too."""
    sent = {code: send(store, Event(code, 100, joid=1, job_ver=1)) for code in (*DURATIONS, EventCode.CHK_START)}
    del sent[EventCode.CHK_START]
    assert [event.eoid for event in store.durations()] == sorted(sent.values())
