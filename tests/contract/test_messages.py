"""Operator messages, and what a state keeps of restarts and submitted starts."""

from collections.abc import Callable

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import JobState, OperatorMessage, Outcome
from autosys_py.core.restart import Chain
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import insert_job, past, turn

ASKED = OperatorMessage(7, 1000, 3, "LOAD", 41, 1, Status.FAILURE, 3, "no space \udcff")
BARE = OperatorMessage(9, 1001, 4, "BOX", 42, 1, Status.SUCCESS)
ANSWERED = ASKED._replace(answer="RESTART", answered_by="op@host", answered=1100, comment="grüße \udcfe")
STATE = JobState(
    Status.RESTART,
    chain=Chain(2, 41, is_due=True, by_hand=True, from_error=True, result=Status.FAILURE, has_tick=True),
    later_starts=(2000, 3000),
    run_date="20250131",
)


def test_open_messages_are_found_again(connect: Callable[[], EventServer]) -> None:
    turn(connect(), Outcome(messages={9: BARE, 7: ASKED}))
    store = connect()
    assert list(store.messages()) == store.load().messages == [ASKED, BARE]


def test_an_answered_message_is_kept_but_no_longer_open(store: EventServer) -> None:
    turn(store, Outcome(messages={7: ASKED, 9: BARE}))
    turn(store, Outcome(messages={7: ANSWERED}))
    assert list(store.messages()) == store.load().messages == [BARE]
    assert list(store.messages(every=True)) == [ANSWERED, BARE]


def test_many_messages_stream(store: EventServer) -> None:
    turn(store, Outcome(messages={number: BARE._replace(number=number) for number in range(1, 2502)}))
    assert [message.number for message in store.messages()] == list(range(1, 2502))


def test_a_chain_and_submitted_starts_are_kept(connect: Callable[[], EventServer]) -> None:
    store = connect()
    joid = insert_job(store, "A").joid
    turn(store, Outcome(states={joid: STATE}))
    row = connect().status(joid)
    assert row is not None
    assert row.state == connect().load().states[joid] == STATE
    turn(store, Outcome(states={joid: JobState()}))
    assert connect().load().states[joid] == JobState()


@pytest.mark.parametrize("chain", [STATE.chain, None])
def test_the_chain_of_the_past_is_told_as_it_was(store: EventServer, chain: Chain | None) -> None:
    joid = insert_job(store, "A").joid
    fact = past(1, joid)
    fact.changes.append((joid, {"chain": chain, "later_starts": STATE.later_starts}))
    turn(store, Outcome(facts=[fact], states={joid: JobState()}))
    changes = store.facts(joid, 1)[0].changes
    assert changes == [(joid, {"chain": chain, "later_starts": STATE.later_starts})]
    told = changes[0][1]["chain"]
    assert told is None or (type(told), type(told.result)) == (Chain, Status)


class Undone(Exception):
    pass


def test_a_turn_that_is_undone_asks_nobody(store: EventServer) -> None:
    with pytest.raises(Undone), store.transaction():
        store.write_turn([], Outcome(messages={7: ASKED}), 1)
        raise Undone
    assert list(store.messages(every=True)) == []
