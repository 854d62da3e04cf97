"""Everything that JIL defines beside jobs and machines."""

import pytest

from autosys_py.core.model import Definition, Job, NamedObject
from autosys_py.event_server.protocol import EventServer

PRINTER = NamedObject("resource", "printer", "host001", (("res_type", "R"), ("amount", "3")), "u@h", 7)
GLOBAL = NamedObject("resource", "printer", "", (("res_type", "R"),), "u@h", 8)
HOLIDAYS = NamedObject("calendar", "holidays", "", (("date", "01/01/2025"), ("date", "12/25/2025")), "u@h", 9)


def put(store: EventServer, *things: NamedObject) -> None:
    with store.transaction():
        for thing in things:
            store.put_object(thing)


def test_objects_are_found_by_kind_name_and_part(store: EventServer) -> None:
    put(store, PRINTER, GLOBAL, HOLIDAYS)
    assert store.object("resource", "printer", "host001") == PRINTER
    assert store.object("resource", "printer") == GLOBAL
    assert store.object("calendar", "printer") is None
    assert store.objects("resource") == [GLOBAL, PRINTER]
    assert store.objects("resource", "printer") == [GLOBAL, PRINTER]
    assert store.objects("resource", "plotter") == []
    assert store.objects("calendar")[0].values("date") == ["01/01/2025", "12/25/2025"]


def test_an_object_replaces_the_one_of_its_key(store: EventServer) -> None:
    put(store, PRINTER)
    changed = NamedObject("resource", "printer", "host001", (("amount", "4"),), "v@h", 10)
    put(store, changed)
    assert store.objects("resource") == [changed]
    with store.transaction():
        store.delete_object("resource", "printer", "host001")
    assert store.objects("resource") == []


def test_a_rollback_takes_them_back(store: EventServer) -> None:
    put(store, PRINTER)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.delete_object("resource", "printer", "host001")
        store.put_object(HOLIDAYS)
        raise ZeroDivisionError
    assert store.objects("resource") == [PRINTER]
    assert store.objects("calendar") == []


def test_bytes_that_are_not_utf_8_survive(store: EventServer) -> None:
    blob = NamedObject("blob", "JOB", "1", (("blob_input", "caf\udce9\n"),))
    put(store, blob)
    assert store.object("blob", "JOB", "1") == blob


def test_what_belongs_to_a_job_goes_with_it(store: EventServer) -> None:
    blob, other = NamedObject("blob", "J", "1"), NamedObject("blob", "K", "1")
    override, glob = NamedObject("override", "J", "1"), NamedObject("glob", "J")
    put(store, blob, other, override, glob)
    with store.transaction():
        job = store.put_definition(Definition(Job(0, 0, "J", "CMD"), ()))
        store.delete_definition(job.joid)
    assert store.objects("blob") == [other]
    assert store.objects("override") == []
    assert store.objects("glob") == [glob]
