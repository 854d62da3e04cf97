"""Machines: checks and messages of jil.md §7, bytes of §10.3."""

import pytest

from autosys_py.core.codes import EventCode
from tests.jil.desk import NOW, Desk

REAL = "insert_machine: m1\ninsert_machine: m2\ntype: n\nmax_load: 50\nfactor: .8\n"
VIRTUAL = "insert_machine: v1\nmachine: m1\nmax_load: 10\nmachine: m2\nfactor: 2\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("insert_machine: m1\n", [10305]),
        ("insert_machine: x%\n", [10308]),
        ("insert_machine: ALL\n", [10357]),
        ("insert_machine: x\ntype: q\n", [50236]),
        ("insert_machine: x\nport: 70000\n", [19067]),
        ("insert_machine: x\nfactor: fast\n", [10000]),
        ("insert_machine: x\ntype: n\nport: 7520\n", [10787]),
        ("insert_machine: x\ntype: a\nmachine: m1\n", [50237]),
        ("insert_machine: x\ntype: v\n", [18984]),
        ("insert_machine: x\nmachine: x\n", [10318]),
        ("insert_machine: x\nmachine: localhost\n", [19021]),
        ("insert_machine: x\nmachine: nowhere\n", [19020]),
        ("insert_machine: x\nmachine: v1\n", [10354]),
        ("insert_machine: x\nfoo: 1\n", [50216]),
        ("update_machine: nowhere\n", [10308]),
        ("update_machine: m1\ntype: n\n", [19016]),
        ("delete_machine: nowhere\n", [10308]),
        ("delete_machine: m1\n", [50327]),
        ("delete_machine: v1\nmachine: m1\n", []),
        ("delete_machine: v1\nmachine: m3\n", [19020]),
        ("delete_machine: v1\nmachine: m1\ndelete_machine: v1\nmachine: m2\n", [50328]),
        ("insert_machine: localhost\nmax_load: 5\n", []),
        ("insert_machine: localhost\ninsert_machine: localhost\n", [10305]),
    ],
)
def test_messages(text: str, codes: list[int]) -> None:
    desk = Desk()
    assert desk.codes(REAL + VIRTUAL) == []
    assert desk.codes(text) == codes


def test_a_machine_that_jobs_name_goes_only_by_force() -> None:
    desk = Desk()
    desk.jil("insert_machine: m\ninsert_job: J\ncommand: x\nmachine: m\n")
    assert desk.codes("delete_machine: m\n") == [50329]
    assert desk.codes("delete_machine: m\nforce: y\n") == []
    assert desk.store.machine("m") is None


def test_a_deleted_machine_leaves_virtual_ones_if_asked() -> None:
    desk = Desk()
    desk.jil(REAL + VIRTUAL)
    assert desk.codes("delete_machine: m1\nremove_references: 1\n") == []
    assert desk.machine("v1")[5:] == ["type: v", "machine: m2", "factor: 2.00"]


def test_bytes_of_a_real_machine() -> None:
    desk = Desk()
    desk.jil('insert_machine: m\nnode_name: "10.0.0.1"\nmax_load: 100\nopsys: LINUX\nkey_to_agent: 0xAB\n')
    assert desk.machine("m") == [
        "",
        "",
        "/* ----------------- m ----------------- */ ",
        "",
        "insert_machine: m",
        "type: a",
        "max_load: 100",
        "factor: 1.00",
        "port: 7520",
        "node_name: 10.0.0.1",
        "agent_name: WA_AGENT",
        "/* key_to_agent: *** masked value ***/",
        "encryption_type: DEFAULT",
        "character_code: ASCII",
        "opsys: linux",
    ]


def test_bytes_of_a_virtual_machine() -> None:
    desk = Desk()
    desk.jil(REAL + VIRTUAL.replace("v1\n", "v1\nmachine_method: JOB_LOAD\ndescription: two\n"))
    assert desk.machine("v1")[5:] == [
        "type: v",
        "machine_method: job_load",
        "machine: m1",
        "max_load: 10",
        "machine: m2",
        "factor: 2.00",
        "description: two",
    ]


def test_update_changes_a_member_in_its_place_and_adds_another() -> None:
    desk = Desk()
    desk.jil(REAL + VIRTUAL + "insert_machine: m3\nupdate_machine: v1\nmachine: m1\nmax_load: 20\nmachine: m3\n")
    assert desk.machine("v1")[5:] == [
        "type: v",
        "machine: m1",
        "max_load: 20",
        "machine: m2",
        "factor: 2.00",
        "machine: m3",
    ]


def test_what_the_scheduler_sees_and_hears() -> None:
    desk = Desk()
    desk.jil(REAL)
    machine = desk.store.machine("m2")
    assert machine is not None
    assert (machine.type, machine.max_load, machine.factor, machine.offline) == ("n", 50, 0.8, False)
    heard = [(event.code, event.name, event.priority) for event in desk.store.due_events(NOW, 10)]
    codes = (EventCode.OBJECT_CHANGED, EventCode.MACHINE_CHANGED)
    assert heard == [(code, name, 0) for name in ("m1", "m2") for code in codes]


def test_printed_and_loaded_again_it_is_the_same() -> None:
    desk, copy = Desk(), Desk()
    desk.jil(REAL + VIRTUAL)
    for name in ("m1", "m2", "v1"):
        text = "\n".join(desk.machine(name))
        assert copy.codes(text) == []
        assert copy.machine(name) == desk.machine(name)
