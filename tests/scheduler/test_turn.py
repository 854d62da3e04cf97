"""A turn commits as a whole or not at all, and a step that fails does not stop the others."""

from zoneinfo import ZoneInfo

import pytest

from autosys_py.core import step as step_module
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Definition, Event
from autosys_py.event_server.memory import MemoryStore
from autosys_py.scheduler.turn import LeaseLost, Turns
from tests.engine import Engine
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
NOON = 1_738_584_000


def engine() -> Engine:
    one = Engine(NOON, UTC)
    one.jil("insert_job: a  command: x  machine: localhost\ninsert_job: b  command: x  machine: localhost\n")
    return one


def test_who_lost_the_lease_writes_nothing() -> None:
    """Who lost the lease stops before it writes (rule F-03, which stands in place of the vendor's F-01 and F-02)."""
    one = engine()
    one.send(Event(EventCode.STARTJOB, NOON, joid=one.world.names["a"], sent_by="o@h"))
    with one.store.transaction():
        assert one.store.take_lease("other", NOON, 0, lambda holder: True) is None
    before = one.store.all_facts()
    with pytest.raises(LeaseLost):
        one.run_to(NOON)
    assert one.store.all_facts() == before
    assert one.store.next_due() == NOON


def test_an_event_that_the_core_fails_on_is_put_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    one = engine()

    def broken(draft: Draft, event: Event) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setitem(step_module.INTERNAL, EventCode.CHK_MAX_ALARM, broken)
    complaints: list[Event] = []
    turns = Turns(one.store, one.world, "test", complaints.append)
    one.send(Event(EventCode.CHK_MAX_ALARM, NOON, joid=one.world.names["a"], job_ver=1))
    one.send(Event(EventCode.STARTJOB, NOON, joid=one.world.names["b"], sent_by="o@h"))
    outcome = turns.take(lambda: NOON, [])
    assert [event.code for event in complaints] == [EventCode.CHK_MAX_ALARM]
    assert [fact.alarm for fact in outcome.facts if fact.alarm] == [Alarm.EVENT_HDLR_ERROR]
    assert one.world.states[one.world.names["b"]].status is Status.STARTING
    assert one.store.next_due() is None


def test_ticks_of_one_second_start_outer_boxes_first() -> None:
    one = Engine(NOON, UTC)
    one.jil("""
        insert_job: top  job_type: box  date_conditions: 1  start_times: "12:30"
        insert_job: sub  job_type: box  box_name: top  date_conditions: 1  start_times: "12:30"
        insert_job: leaf  box_name: sub  command: x  machine: localhost  date_conditions: 1  start_times: "12:30"
        """)
    one.run_to(NOON + 1800)
    names = {joid: job.name for joid, job in one.world.jobs.items()}
    started = [names[fact.joid] for fact in one.facts if fact.status in (Status.RUNNING, Status.STARTING)]
    assert list(dict.fromkeys(started)) == ["top", "sub", "leaf"]


def test_a_scheduler_that_comes_up_reads_again_only_what_changed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one second, so that the event of the deletion is none of its own: the one of the insertion waits yet."""
    one = Engine(NOON, UTC)
    load_jil(one.store, "insert_job: a  command: x  machine: localhost  n_retrys: 1", NOON, UTC)
    load_jil(one.store, "update_job: a  n_retrys: 2\ninsert_job: gone  command: x  machine: localhost", NOON, UTC)
    one.restart()
    load_jil(one.store, "update_job: a  n_retrys: 3\ninsert_job: b  command: x  machine: localhost", NOON, UTC)
    load_jil(one.store, "delete_job: gone", NOON, UTC)
    read: list[int] = []
    definition = MemoryStore.definition

    def watched(store: MemoryStore, joid: int, job_ver: int = 0) -> Definition | None:
        read.append(joid)
        return definition(store, joid, job_ver)

    monkeypatch.setattr(MemoryStore, "definition", watched)
    one.run_to(NOON)
    assert [one.world.jobs[one.world.names[name]].n_retrys for name in ("a", "b")] == [3, 0]
    assert "gone" not in one.world.names
    assert read == [one.world.names["a"], one.world.names["b"]]
    assert {fact.code for fact in one.facts} == {EventCode.DEFINITION_CHANGED}


def test_what_the_store_holds_is_what_the_world_is() -> None:
    one = engine()
    for name in ("a", "b"):
        one.send(Event(EventCode.FORCE_STARTJOB, NOON, joid=one.world.names[name], sent_by="o@h"))
    one.run_to(NOON + 60)
    rows = one.store.load()
    assert rows.states == one.world.states
    assert rows.last_seq == one.world.last_seq
    assert rows.last_run_num == one.world.last_run_num == 2
    assert rows.effects == []
    assert rows.open_runs == []


def test_folding_the_past_gives_the_states() -> None:
    one = engine()
    ids = one.world.names
    one.send(Event(EventCode.STARTJOB, NOON, joid=ids["a"], sent_by="o@h"))
    one.send(Event(EventCode.JOB_ON_HOLD, NOON, joid=ids["b"], sent_by="o@h"))
    one.run_to(NOON + 60)
    folded: dict[int, dict[str, object]] = {}
    for fact in one.store.all_facts():
        for joid, changes in fact.changes:
            folded.setdefault(joid, {}).update(changes)
    for joid, changes in folded.items():
        for name, value in changes.items():
            assert getattr(one.world.states[joid], name) == value, f"{name} of {joid}"


def test_a_batch_never_ends_between_a_box_and_its_members() -> None:
    one = Engine(NOON, UTC)
    tick = 'date_conditions: 1  start_times: "12:30"'
    one.jil("insert_job: top  job_type: box")
    one.jil(
        "\n".join(f"insert_job: j{each}  box_name: top  command: x  machine: localhost  {tick}" for each in range(600))
    )
    one.jil(f"update_job: top  {tick}")  # its tick is stored last
    one.run_to(NOON + 1900)
    assert len(one.agent.starts) == 600


def test_a_job_that_is_touched_and_then_deleted_in_one_turn_leaves_no_state() -> None:
    one = Engine(NOON, UTC)
    one.jil("""
        insert_job: top  job_type: box
        insert_job: stuck  box_name: top  command: x  machine: localhost  condition: s(nothing)
        insert_job: after  command: x  machine: localhost  condition: s(top)
        """)
    one.send(Event(EventCode.STARTJOB, NOON, joid=one.world.names["top"], sent_by="o@h"))
    one.run_to(NOON)
    load_jil(one.store, "delete_job: stuck\ndelete_job: after", NOON, UTC)
    outcome = Turns(one.store, one.world, "test", lambda event: None).take(lambda: NOON, [])
    assert [fact.status for fact in outcome.facts if fact.joid == 3 and fact.status] == [Status.STARTING]
    assert list(outcome.states) == [1]


def test_a_run_s_story_begins_with_what_started_it() -> None:
    one = engine()
    joid = one.world.names["a"]
    one.send(Event(EventCode.FORCE_STARTJOB, NOON, joid=joid, sent_by="o@h", reason="why not"))
    one.run_to(NOON + 60)
    (run,) = one.store.runs(joid, 1)
    story = one.store.facts(joid, run.first_seq)
    assert (story[0].code, story[0].reason) == (EventCode.FORCE_STARTJOB, "why not")
    assert story[-1].status is Status.SUCCESS
