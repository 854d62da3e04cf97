"""What reports ask of the past."""

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import JobState, Outcome, RunKey
from autosys_py.event_server.protocol import EventServer
from tests.contract.samples import insert_job, past, run, runs, turn


@pytest.fixture
def busy(store: EventServer) -> EventServer:
    """Two jobs; the first ran as 3/1, 5/1, 5/2, 8/1, the second as 5/1."""
    insert_job(store, "A")
    insert_job(store, "B")
    turn(store, runs(run(1, 3, end=10), run(1, 5, 1, end=20), run(2, 5, end=30), run(1, 5, 2, end=40), run(1, 8)))
    turn(store, Outcome(facts=[past(1, 1), past(2, 2), past(3, 1), past(4), past(5, 1)]))
    return store


def test_a_run_by_its_key(busy: EventServer) -> None:
    assert busy.run(RunKey(1, 5, 2)) == run(1, 5, 2, end=40)
    assert busy.run(RunKey(1, 5, 3)) is None
    assert busy.run(RunKey(9, 5, 1)) is None


def test_the_newest_tries_first(busy: EventServer) -> None:
    assert [each.key[1:] for each in busy.runs(1, 3)] == [(8, 1), (5, 2), (5, 1)]
    assert len(busy.runs(1, 99)) == 4
    assert busy.runs(9, 1) == []


def test_the_tries_of_a_run_oldest_first(busy: EventServer) -> None:
    assert [each.key.ntry for each in busy.run_tries(1, 5)] == [1, 2]
    assert busy.run_tries(1, 4) == []


def test_run_numbers_are_distinct_and_newest_first(busy: EventServer) -> None:
    assert busy.run_numbers(1, 99) == [8, 5, 3]
    assert busy.run_numbers(1, 2) == [8, 5]
    assert busy.run_numbers(9, 2) == []


def test_the_past_of_a_job_between_two_positions(busy: EventServer) -> None:
    assert [fact.seq for fact in busy.facts(1, 1)] == [1, 3, 5]
    assert [fact.seq for fact in busy.facts(1, 3)] == [3, 5]
    assert [fact.seq for fact in busy.facts(1, 1, 3)] == [1, 3]
    assert [fact.seq for fact in busy.facts(2, 3)] == []


def test_the_past_of_everything_in_portions(busy: EventServer) -> None:
    assert [fact.seq for fact in busy.all_facts(limit=3)] == [1, 2, 3]
    assert [fact.seq for fact in busy.all_facts(4, limit=3)] == [4, 5]
    assert busy.all_facts(6) == []


def test_a_status_row_is_head_and_state(busy: EventServer) -> None:
    turn(busy, Outcome(states={1: JobState(Status.RUNNING, run_num=8, ntry=1)}))
    row = busy.status(1)
    assert row is not None
    assert (row.head, row.state) == (busy.head("A"), JobState(Status.RUNNING, run_num=8, ntry=1))
    assert busy.status(9) is None
    assert [each.state.status for each in busy.statuses()] == [Status.RUNNING, Status.INACTIVE]


def test_the_next_run_of_a_job(busy: EventServer) -> None:
    assert busy.next_run_number(1, 3) == 5
    assert busy.next_run_number(1, 4) == 5
    assert busy.next_run_number(1, 8) is None
    assert busy.next_run_number(9, 1) is None


def test_a_summary_row_is_what_a_report_shows_of_head_and_state(busy: EventServer) -> None:
    state = JobState(
        Status.RESWAIT, run_num=8, ntry=1, last_start=7, last_end=9, exit_code=-3, queue_priority=5,
        machine="\x00\udcff", noexec=True, next_start=60,
    )  # fmt: skip
    turn(busy, Outcome(states={1: state}))
    row, head = busy.summary(1), busy.head("A")
    assert row is not None
    assert head is not None
    assert row[:5] == (head.joid, head.job_ver, head.name, head.job_type, head.box_joid)
    assert row[5:] == tuple(getattr(state, field) for field in row._fields[5:])
    assert busy.summary(9) is None


def test_summaries_are_in_definition_order_and_by_box(store: EventServer) -> None:
    for name, box in (("OUTER", 0), ("ALONE", 0), ("IN", 1), ("INNER", 1), ("DEEP", 4)):
        insert_job(store, name, box=box)
    assert [row.name for row in store.summaries()] == ["OUTER", "ALONE", "IN", "INNER", "DEEP"]
    assert [row.name for row in store.summaries_in(0)] == ["OUTER", "ALONE"]
    assert [row.name for row in store.summaries_in(1)] == ["IN", "INNER"]
    assert [row.name for row in store.summaries_in(4)] == ["DEEP"]
    assert list(store.summaries_in(5)) == []
