"""What reports ask of the past beyond a job's own: `autosys why` and `autosys audit`."""

import pytest

from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import Definition, Fact, Job, JobState, Outcome
from autosys_py.event_server.protocol import EventServer


def fact(seq: int, code: EventCode = EventCode.CHANGE_STATUS, joid: int = 1, **details: object) -> Fact:
    return Fact(seq, code, 100, 100 + seq, joid=joid, **details)  # type: ignore[arg-type]


@pytest.fixture
def past(store: EventServer) -> EventServer:
    facts = [
        fact(1, EventCode.FORCE_STARTJOB, sent_by="op@host", changes=[(1, {"run_num": 7})]),
        fact(2, EventCode.ALARM, alarm=Alarm.FORCED_PAST_CONDITION, cause=1),
        fact(3, joid=11, changes=[(11, {"status": Status.SUCCESS}), (1, {"latched": False})]),
        fact(4, joid=11, changes=[(11, {"status": Status.FAILURE})]),
        fact(5, EventCode.ALARM, alarm=Alarm.JOBFAILURE),
        fact(6, EventCode.COMMENT, joid=0, sent_by="op@host", value="[1,{ is no change"),
        fact(7, changes=[(1, {"run_num": 8})]),
    ]
    with store.transaction():
        store.write_turn([], Outcome(facts=facts), 100)
    return store


def test_what_people_sent_and_what_force_starts_went_past(past: EventServer) -> None:
    assert [each.seq for each in past.facts_by_people()] == [1, 2, 6]
    assert [each.seq for each in past.facts_by_people(2)] == [2, 6]
    assert [each.seq for each in past.facts_by_people(1, 1)] == [1]
    assert past.facts_by_people(7) == []


def test_every_fact_that_changed_a_job(past: EventServer) -> None:
    assert [each.seq for each in past.facts_changing(1, 7)] == [1, 3, 7]
    assert [each.seq for each in past.facts_changing(1, 6)] == [1, 3]
    assert [each.seq for each in past.facts_changing(11, 7)] == [3, 4]
    assert past.facts_changing(111, 7) == []


def test_the_last_number(store: EventServer) -> None:
    assert store.last_seq() == 0
    with store.transaction():
        store.write_turn([], Outcome(facts=[fact(1), fact(2)]), 100)
    assert store.last_seq() == 2


def test_who_stands_in_a_queue(store: EventServer) -> None:
    queued = (Status.QUE_WAIT, Status.RUNNING, Status.PEND_MACH, Status.INACTIVE, Status.RESWAIT)
    with store.transaction():
        jobs = [store.put_definition(Definition(Job(0, 0, f"j{each}", "CMD"), ())) for each in queued]
        store.put_first_states({job.joid: JobState(each) for job, each in zip(jobs, queued, strict=True)})
    assert store.queued() == [jobs[0].joid, jobs[2].joid, jobs[4].joid]
