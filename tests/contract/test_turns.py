"""What the scheduler writes in a turn, and who may be the scheduler."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import CountKey, Effect, EffectKind, Fact, Holding, JobState, Machine, Outcome, RunKey
from autosys_py.event_server.chain import first_broken
from autosys_py.event_server.errors import LostEvent, StoreError
from autosys_py.event_server.protocol import EventServer, GlobalRow
from tests.contract.samples import insert_job, past, run, runs, send, startjob, tick, turn

STATE = JobState(
    Status.ON_HOLD, True, 12, 3, 100, 200, 17, -9, "prod1", 300, True, 400, 11, 2, True, True, 1, 2, Status.SUCCESS, 5,
    500, (Holding("printer", "", 2, "Y"), Holding("t\u00e4pe", "prod1", 1, "D")),
)  # fmt: skip


def start(joid: int, run_num: int) -> Effect:
    return Effect(EffectKind.START, RunKey(joid, run_num, 1), 1, "localhost")


def test_a_turn_is_written_and_loaded_again(connect: Callable[[], EventServer]) -> None:
    store = connect()
    job = insert_job(store, "A")
    eoid = send(store, startjob(due=100, joid=job.joid))
    outcome = Outcome(
        facts=[past(1, job.joid)],
        states={job.joid: STATE},
        runs={RunKey(job.joid, 12, 3): run(job.joid, 12, 3)},
        globals={"GO": "Y"},
        machines={"prod1": Machine("prod1", offline=True)},
        events=[tick(due=400, joid=job.joid)],
        effects=[start(job.joid, 12)],
        run_num=12,
    )
    turn(store, outcome, processed=(eoid,))
    rows = connect().load()
    assert rows.jobs == [job]
    assert rows.states == {job.joid: STATE}
    assert rows.globals == {"GO": "Y"}
    assert rows.machines == [Machine("prod1", offline=True)]
    assert rows.open_runs == [run(job.joid, 12, 3)]
    assert rows.effects == [start(job.joid, 12)]
    assert (rows.last_seq, rows.last_run_num) == (1, 12)
    assert [event.due for event in store.due_events(now=999, limit=9)] == [400]


def test_an_empty_store_loads(store: EventServer) -> None:
    rows = store.load()
    assert (rows.jobs, rows.states, rows.open_runs, rows.effects) == ([], {}, [], [])
    assert (rows.last_seq, rows.last_run_num) == (0, 0)


def test_a_lost_event_undoes_the_turn(store: EventServer) -> None:
    job = insert_job(store, "A")
    kept, unsent = send(store, startjob(due=100)), send(store, startjob(due=110))
    with store.transaction():
        store.cancel_event(EventCode.STARTJOB, 0, 110)
    with pytest.raises(LostEvent):
        turn(store, Outcome(facts=[past(1)], states={job.joid: STATE}, run_num=5), processed=(kept, unsent))
    assert [event.eoid for event in store.due_events(now=999, limit=9)] == [kept]
    assert store.all_facts() == []
    assert store.load().last_run_num == 0
    status = store.status(job.joid)
    assert status is not None and status.state == JobState()


def test_numbers_never_go_down(store: EventServer) -> None:
    turn(store, Outcome(run_num=9))
    turn(store, Outcome(run_num=4))
    turn(store, Outcome())
    assert store.load().last_run_num == 9


def test_the_past_is_never_overwritten(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(1), past(2)]))
    with pytest.raises(StoreError):
        turn(store, Outcome(facts=[past(2)]))
    assert len(store.all_facts()) == 2


def test_later_states_and_runs_replace_earlier_ones(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    turn(store, Outcome(states={joid: STATE}, runs={RunKey(joid, 1, 1): run(joid, 1)}))
    turn(store, Outcome(states={joid: JobState()}, runs={RunKey(joid, 1, 1): run(joid, 1, end=4600)}))
    rows = store.load()
    assert rows.states == {joid: JobState()}
    assert rows.open_runs == []
    assert store.run(RunKey(joid, 1, 1)) == run(joid, 1, end=4600)


def test_counts_are_kept_and_raised(store: EventServer) -> None:
    consumed, missing = CountKey("consumed", "t\u00e4pe", "m"), CountKey("missing", "m")
    turn(store, Outcome(counts={missing: 1, consumed: 3}))
    turn(store, Outcome(counts={consumed: 5}))
    assert store.counts() == store.load().counts == {consumed: 5, missing: 1}


def test_the_load_and_the_date_of_a_run_are_kept(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    loaded = replace(run(joid, 1), job_load=30, virtual="cloud", run_date="20250131")
    turn(store, Outcome(runs={loaded.key: loaded}))
    assert store.open_runs() == store.load().open_runs == [loaded]
    turn(store, Outcome(runs={loaded.key: replace(loaded, end=4600)}))
    assert store.open_runs() == []
    assert store.run(loaded.key) == replace(loaded, end=4600)


def test_who_holds_units_is_found(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    other = insert_job(store, "B").joid
    turn(store, Outcome(states={joid: STATE, other: JobState()}))
    assert store.holders() == [joid]
    turn(store, Outcome(states={joid: JobState()}))
    assert store.holders() == []


def test_the_holdings_of_the_past_are_told_as_they_were(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    fact = past(1, joid)
    fact.changes.append((joid, {"holds": STATE.holds}))
    turn(store, Outcome(facts=[fact], states={joid: JobState()}))
    assert store.facts(joid, 1)[0].changes == [(joid, {"holds": STATE.holds})]


def test_changing_an_outcome_after_the_turn_changes_nothing(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    outcome = Outcome(states={joid: JobState()}, runs={RunKey(joid, 1, 1): run(joid, 1)})
    turn(store, outcome)
    outcome.states[joid].run_num = 99
    outcome.runs[RunKey(joid, 1, 1)].end = 1
    rows = store.load()
    assert rows.states[joid].run_num == 0
    assert rows.open_runs == [run(joid, 1)]


def test_a_turn_deletes_jobs_last(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    turn(store, Outcome(facts=[past(1, joid)], states={joid: STATE}, deleted=[joid]))
    assert store.head("A") is None
    assert store.status(joid) is None
    assert len(store.facts(joid, 1)) == 1


def test_the_state_of_a_job_deleted_meanwhile_is_not_shown(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    with store.transaction():
        store.delete_definition(joid)
    turn(store, Outcome(states={joid: STATE}))
    assert store.status(joid) is None
    assert list(store.statuses()) == []
    assert store.load().states == {}


def test_globals_are_set_and_deleted(store: EventServer) -> None:
    turn(store, Outcome(globals={"B": "1", "A": "\udcff"}), now=100)
    turn(store, Outcome(globals={"B": "2"}), now=200)
    assert store.globals() == [GlobalRow("A", "\udcff", 100), GlobalRow("B", "2", 200)]
    assert store.global_value("B") == "2"
    turn(store, Outcome(globals={"B": None, "NONE": None}))
    assert store.global_value("B") is None
    assert [row.name for row in store.globals()] == ["A"]


def test_a_turn_changes_nothing_of_a_machine_but_whether_it_is_offline(store: EventServer) -> None:
    with store.transaction():
        store.put_machine(Machine("prod1", max_load=200))
    turn(store, Outcome(machines={"prod1": Machine("prod1", max_load=100, offline=True)}))
    assert store.machine("prod1") == Machine("prod1", max_load=200, offline=True)
    turn(store, Outcome(machines={"prod1": None}))
    assert store.machine("prod1") is None


def test_orders_stay_until_they_are_answered(store: EventServer) -> None:
    for name in "AB":
        insert_job(store, name)
    kill = Effect(EffectKind.KILL, RunKey(1, 5, 1), 1, "localhost", "15,9")
    turn(store, Outcome(effects=[start(2, 6), start(1, 5)]))
    turn(store, Outcome(effects=[kill, kill]))
    assert store.load().effects == [start(2, 6), start(1, 5), kill, kill]
    turn(store, Outcome(answered=[(EffectKind.START, RunKey(1, 5, 1)), (EffectKind.START, RunKey(9, 9, 9))]))
    assert store.load().effects == [start(2, 6), kill, kill]
    turn(store, Outcome(answered=[(EffectKind.KILL, RunKey(1, 5, 1))]))
    assert store.load().effects == [start(2, 6)]


def test_an_order_given_again_when_answered_stays(store: EventServer) -> None:
    insert_job(store, "A")
    signal = Effect(EffectKind.SIGNAL, RunKey(1, 5, 1), 1, "localhost", "1")
    turn(store, Outcome(effects=[signal]))
    turn(store, Outcome(effects=[signal], answered=[(EffectKind.SIGNAL, RunKey(1, 5, 1))]))
    assert store.load().effects == [signal]


def test_a_fact_comes_back_as_written(store: EventServer) -> None:
    fact = Fact(
        1, EventCode.ALARM, 100, 101, 0, 7, 3, 12, 2, Status.FAILURE, True, Alarm.JOBFAILURE, -657,
        "prod1", "GO", "Y", "text \udcff ✓", "op@host", "why",
        ["CAUAJM_I_40245 refused", "naïve"],
        [(3, {"status": Status.FAILURE, "before_hold": None, "last_end": 100}), (4, {"status": Status.ON_HOLD})],
    )  # fmt: skip
    turn(store, Outcome(facts=[fact]))
    assert store.all_facts() == [fact]
    [(_, changes), _] = store.all_facts()[0].changes
    assert type(changes["status"]) is Status


def test_the_past_is_chained_across_turns_and_connections(connect: Callable[[], EventServer]) -> None:
    store = connect()
    turn(store, Outcome(facts=[past(1), past(2)]))
    turn(connect(), Outcome(facts=[past(3)]))
    hashes = store.hashes()
    assert [seq for seq, _ in hashes] == [1, 2, 3]
    assert len({digest for _, digest in hashes}) == 3
    assert store.hashes(2, 1) == hashes[1:2]
    assert first_broken(store) is None


def test_the_chain_is_the_same_in_every_store(store: EventServer) -> None:
    turn(store, Outcome(facts=[past(1)]))
    assert store.hashes() == [(1, "e7cb309d783775aaeb63955239a28e089b89e03f752cf4b5c889a2980304c42a")]


def test_one_scheduler_at_a_time(store: EventServer) -> None:
    def nobody_is_dead(holder: str) -> bool:
        return False

    assert store.lease() is None
    with store.transaction():
        assert store.take_lease("first", 100, 30, nobody_is_dead) is None
        assert store.take_lease("second", 130, 30, nobody_is_dead) == "first"
        assert store.take_lease("first", 110, 30, nobody_is_dead) is None
    assert store.lease() == ("first", 110)
    with store.transaction():
        assert store.renew_lease("first", 120)
        assert not store.renew_lease("second", 125)
    assert store.lease() == ("first", 120)


def test_a_stale_lease_is_taken_over_and_its_holder_learns_it(store: EventServer) -> None:
    with store.transaction():
        store.take_lease("first", 100, 30, lambda holder: False)
        assert store.take_lease("second", 131, 30, lambda holder: False) is None
        assert not store.renew_lease("first", 132)
        store.release_lease("first")
    assert store.lease() == ("second", 131)


def test_the_lease_of_the_dead_is_taken_at_once(store: EventServer) -> None:
    with store.transaction():
        store.take_lease("first", 100, 30, lambda holder: False)
        assert store.take_lease("second", 101, 30, lambda holder: holder == "first") is None


def test_a_released_lease_is_free(store: EventServer) -> None:
    with store.transaction():
        store.take_lease("first", 100, 30, lambda holder: False)
        store.release_lease("first")
    assert store.lease() is None
    with store.transaction():
        assert not store.renew_lease("first", 101)
        assert store.take_lease("second", 101, 30, lambda holder: False) is None


def test_runs_of_a_turn(store: EventServer) -> None:
    insert_job(store, "A")
    turn(store, runs(run(1, 1), run(1, 2)))
    assert len(store.load().open_runs) == 2
