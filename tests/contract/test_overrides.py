"""Overrides in every store: versions beside the current one, and what becomes of an override when a run uses it."""

from dataclasses import replace

from autosys_py.core.model import Definition, Job, JobState, NamedObject, Outcome, Run, RunKey, Use
from autosys_py.core.overrides import JOB_VER, RUN_NUM, STARTED
from autosys_py.event_server.protocol import EventServer
from autosys_py.scheduler.overrides import override_of_run, pending_override, pending_overrides
from tests.contract.samples import definition, insert_job, turn


def lay(store: EventServer, job: Job, number: str = "1", **values: str) -> int:
    """What `jil` does for `override_job`."""
    with store.transaction():
        laid = definition(job.name, joid=job.joid, command=values.get("command", "true"))
        version = store.put_version(Definition(replace(laid.job, n_retrys=5), laid.attributes, "op@host", 1100))
        store.put_object(NamedObject("override", job.name, number, (*values.items(), (JOB_VER, str(version)))))
        return version


def test_a_version_beside_the_current_one(store: EventServer) -> None:
    job = insert_job(store, "A")
    assert lay(store, job, command="night") == 2
    laid = store.definition(job.joid, 2)
    assert laid is not None
    assert (laid.job.job_ver, laid.job.n_retrys, laid.value("command")) == (2, 5, "night")
    current = store.definition(job.joid)
    assert current is not None
    assert (current.job, current.value("command")) == (job, "true")
    assert [head.job_ver for head in store.heads()] == [1]
    assert store.load().jobs == [job]


def test_numbers_of_versions_go_on_behind_it(store: EventServer) -> None:
    job = insert_job(store, "A")
    lay(store, job)
    with store.transaction():
        assert store.put_definition(definition("A", joid=job.joid)).job_ver == 3
    assert lay(store, job, "2") == 4


def test_it_goes_with_its_transaction(store: EventServer) -> None:
    job = insert_job(store, "A")
    try:
        with store.transaction():
            store.put_version(definition("A", joid=job.joid))
            raise KeyError
    except KeyError:
        pass
    assert store.definition(job.joid, 2) is None
    assert lay(store, job) == 2


def test_what_waits_for_the_next_run(store: EventServer) -> None:
    job, other = insert_job(store, "A"), insert_job(store, "B")
    assert pending_override(store, job) is None
    lay(store, job, command="night")
    laid = pending_override(store, job)
    assert laid is not None
    assert (laid.job_ver, laid.override_ver, laid.run_ver) == (1, 2, 2), "timers of the definition stay its own"
    assert pending_overrides(store, [job, other]) == {job.joid: laid}
    lay(store, other, start_times="02:00")
    timed = pending_override(store, other)
    assert timed is not None
    assert (timed.job_ver, timed.override_ver) == (2, 2)


def test_a_turn_says_which_run_used_it(store: EventServer) -> None:
    job = insert_job(store, "A")
    lay(store, job, command="night")
    laid = pending_override(store, job)
    assert laid is not None
    run = Run(RunKey(job.joid, 7, 1), 2, "localhost", 4000)
    outcome = Outcome(overrides_used=[Use(laid, 7, 4000)], runs={run.key: run}, states={job.joid: JobState(run_num=7)})
    turn(store, outcome)
    override = store.object("override", "A", "1")
    assert override is not None
    assert (override.value("command"), override.value(RUN_NUM), override.value(STARTED)) == ("night", "7", "4000")
    assert pending_override(store, job) is None
    assert override_of_run(store, job, run) == replace(laid, job_ver=2)
    assert override_of_run(store, job, replace(run, job_ver=1)) is None
    turn(store, Outcome(overrides_used=[Use(laid, 8, 4100)]))
    assert store.object("override", "A", "1") == override, "used once"


def test_an_override_that_was_taken_away_meanwhile_stays_away(store: EventServer) -> None:
    job = insert_job(store, "A")
    lay(store, job, command="night")
    laid = pending_override(store, job)
    assert laid is not None
    with store.transaction():
        store.delete_object("override", "A", "1")
    turn(store, Outcome(overrides_used=[Use(laid, 7, 4000)]))
    assert store.objects("override") == []


def test_a_job_renamed_meanwhile_is_found_by_its_number(store: EventServer) -> None:
    job = insert_job(store, "A")
    lay(store, job, command="night")
    laid = pending_override(store, job)
    override = store.object("override", "A", "1")
    assert laid is not None
    assert override is not None
    with store.transaction():
        store.put_definition(definition("Z", joid=job.joid))
        store.delete_object("override", "A", "1")
        store.put_object(replace(override, name="Z"))
    turn(store, Outcome(overrides_used=[Use(laid, 7, 4000)]))
    renamed = store.object("override", "Z", "1")
    assert renamed is not None
    assert renamed.value(RUN_NUM) == "7"
