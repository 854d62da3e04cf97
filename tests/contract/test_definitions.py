"""Jobs and machines: versions, names, boxes, conditions."""

from collections.abc import Callable

import pytest

from autosys_py.core.condition import Atom, Condition, Kind
from autosys_py.core.exit_codes import ExitRule
from autosys_py.core.model import Definition, Job, JobState, Machine
from autosys_py.core.schedule import RunWindow, Schedule
from autosys_py.event_server.errors import AlreadyExists
from autosys_py.event_server.protocol import EventServer, JobHead
from tests.contract.samples import after_success_of, definition, insert_job

FULL = Job(
    0,
    0,
    "LOAD",
    "CMD",
    machine="prod1",
    condition=Condition(
        (
            Atom(Kind.SUCCESS, "A", "PRD", 60, text="s(A^PRD,01.00)"),
            Atom(Kind.VALUE, "GO", "", None, "=", "Y", "v(GO) = Y"),
        ),
        (0, 1, -2),
    ),
    schedule=Schedule((0, 1), (600, 720)),
    run_window=RunWindow(1380, 120),
    exit_rule=ExitRule(fail_codes=((3, 5), (9, 9)), max_exit_success=2),
    n_retrys=2,
    box_terminator=True,
    alarm_if_fail=False,
)


def test_a_new_job_is_numbered(store: EventServer) -> None:
    first, second = insert_job(store, "A"), insert_job(store, "B")
    assert (first.joid, first.job_ver) == (1, 1)
    assert (second.joid, second.job_ver) == (2, 1)


def test_a_definition_comes_back_as_written(store: EventServer) -> None:
    attributes = (("command", "echo \udcff\udc80 ü ✓ > /tmp/x"), ("resources", "a"), ("resources", "b"), ("group", "G"))
    with store.transaction():
        job = store.put_definition(Definition(FULL, attributes, "op@host", 1234))
    stored = store.definition(job.joid)
    assert stored == Definition(job, attributes, "op@host", 1234)
    assert list(store.definitions()) == [stored]


def test_the_head_is_found_by_exact_name(store: EventServer) -> None:
    attributes = (("application", "BANK"), ("group", "EOD"))
    with store.transaction():
        store.put_definition(Definition(Job(0, 0, "LOAD", "CMD", 7), attributes))
    assert store.head("LOAD") == JobHead(1, 1, "LOAD", "CMD", 7, "BANK", "EOD")
    assert store.head("load") is None
    assert store.head("LOAD%") is None


def test_names_are_found_by_their_beginning(store: EventServer) -> None:
    for name in ("LOAD_B", "LOAD_A", "load", "LO%", "LOAD\udcff", "MAIL"):
        insert_job(store, name)
    with store.transaction():
        store.delete_definition(6)
    assert store.names("LOAD_", 9) == ["LOAD_A", "LOAD_B"]
    assert store.names("LOAD", 2) == ["LOAD_A", "LOAD_B"]
    assert store.names("LOAD\udcff", 9) == ["LOAD\udcff"]
    assert store.names("LO%", 9) == ["LO%"]
    assert len(store.names("", 9)) == 5
    assert store.names("M", 9) == []


def test_an_update_is_a_new_version_and_the_old_one_stays(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    with store.transaction():
        job = store.put_definition(definition("A", joid, command="false"))
    assert job.job_ver == 2
    newest, oldest = store.definition(joid), store.definition(joid, 1)
    assert newest is not None and newest.value("command") == "false"
    assert oldest is not None and oldest.value("command") == "true"
    assert store.definition(joid, 3) is None
    assert [head.job_ver for head in store.heads()] == [2]


def test_a_name_belongs_to_one_job(store: EventServer) -> None:
    insert_job(store, "A")
    other = insert_job(store, "B").joid
    with pytest.raises(AlreadyExists), store.transaction():
        store.put_definition(definition("A"))
    with pytest.raises(AlreadyExists), store.transaction():
        store.put_definition(definition("A", other))
    assert [head.name for head in store.heads()] == ["A", "B"]


def test_a_renamed_job_is_found_by_its_new_name_only(store: EventServer) -> None:
    joid = insert_job(store, "A").joid
    with store.transaction():
        store.put_definition(definition("B", joid))
    assert store.head("A") is None
    head = store.head("B")
    assert head is not None and head.joid == joid


def test_a_deleted_job_leaves_its_versions(store: EventServer) -> None:
    job = insert_job(store, "A")
    with store.transaction():
        store.delete_definition(job.joid)
    assert store.head("A") is None
    assert store.definition(job.joid) is None
    assert store.status(job.joid) is None
    assert store.definition(job.joid, 1) is not None
    assert store.load().jobs == []


def test_a_name_can_be_used_again_after_a_delete(store: EventServer) -> None:
    old = insert_job(store, "A")
    with store.transaction():
        store.delete_definition(old.joid)
        store.delete_definition(old.joid)
    new = insert_job(store, "A")
    assert new.joid > old.joid
    assert [head.joid for head in store.heads()] == [new.joid]


def test_members_and_heads_come_in_definition_order(store: EventServer) -> None:
    box = insert_job(store, "BOX").joid
    for name in "ZAM":
        insert_job(store, name, box=box)
    assert [head.name for head in store.members(box)] == ["Z", "A", "M"]
    assert [head.name for head in store.heads()] == ["BOX", "Z", "A", "M"]
    with store.transaction():
        store.put_definition(definition("Z", 2, box=0))
    assert [head.name for head in store.members(box)] == ["A", "M"]
    assert [head.name for head in store.members(0)] == ["BOX", "Z"]


def test_definitions_of_given_jobs_come_in_definition_order(store: EventServer) -> None:
    for name in "ABC":
        insert_job(store, name)
    assert [each.job.name for each in store.definitions([3, 1, 3, 99])] == ["A", "C"]
    assert [each.head.name for each in store.statuses([3, 1, 3, 99])] == ["A", "C"]
    assert list(store.definitions([])) == []


def test_more_jobs_than_one_page(store: EventServer) -> None:
    with store.transaction():
        for number in range(2500):
            job = store.put_definition(definition(f"JOB_{number}"))
            store.put_first_states({job.joid: JobState()})
    everything = range(1, 2501)
    assert [each.job.joid for each in store.definitions()] == list(everything)
    assert [each.head.joid for each in store.statuses()] == list(everything)
    assert [each.head.joid for each in store.statuses(everything[::-2])] == list(everything[1::2])
    assert [each.job.joid for each in store.definitions(everything[1:])] == list(everything[1:])
    assert len(store.load().states) == 2500


def test_a_slow_reader_locks_nobody_out(connect: Callable[[], EventServer]) -> None:
    reader, writer = connect(), connect()
    for name in "ABC":
        insert_job(writer, name)
    rows = reader.statuses()
    next(rows)
    insert_job(writer, "D")
    rest = [row.head.name for row in rows]
    assert rest[:2] == ["B", "C"]


def test_jobs_naming_follows_the_current_conditions(store: EventServer) -> None:
    insert_job(store, "C", condition=after_success_of("A", "B"))
    insert_job(store, "D", condition=after_success_of("A", "A"))
    assert store.jobs_naming("A") == [1, 2]
    assert store.jobs_naming("B") == [1]
    with store.transaction():
        store.put_definition(definition("C", 1, condition=after_success_of("B")))
        store.delete_definition(2)
    assert store.jobs_naming("A") == []
    assert store.jobs_naming("B") == [1]


def test_box_overrides_name_jobs_and_globals_do_not(store: EventServer) -> None:
    value = Condition((Atom(Kind.VALUE, "GO", "", None, "=", "Y"),), (0,))
    elsewhere = Condition((Atom(Kind.SUCCESS, "X", "PRD"),), (0,))
    job = Job(0, 0, "BOX", "BOX", condition=value, box_success=after_success_of("A"), box_failure=elsewhere)
    with store.transaction():
        store.put_definition(Definition(job, ()))
    assert store.jobs_naming("A") == [1]
    assert store.jobs_naming("GO") == store.jobs_naming("X") == []


def test_machines_come_by_name(store: EventServer) -> None:
    small = Machine("b", "v", "node", 100, 0.5, "linux", True, (("max_load", "100"), ("character", "\udce9")))
    with store.transaction():
        store.put_machine(small)
        store.put_machine(Machine("a"))
    assert store.machines() == [Machine("a"), small]
    assert store.machine("b") == small
    with store.transaction():
        store.put_machine(Machine("b"))
        store.delete_machine("a")
        store.delete_machine("nowhere")
    assert store.machines() == [Machine("b")]
    assert store.machine("a") is None
