"""A copy of an instance has what waits: overrides, restarts, questions to operators; and the runs that go on."""

from zoneinfo import ZoneInfo

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.memory import MemoryStore
from autosys_py.sim.copying import copy_store
from tests.engine import Engine, moment
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
BEGIN = moment("02/03/2025 00:00", UTC)
JIL = """
insert_job: gone  command: x  machine: localhost
insert_job: top  job_type: box
insert_job: a  command: /bin/day  machine: localhost  box_name: top
insert_job: b  command: /bin/day  machine: localhost  date_conditions: 1  start_times: "02:00"
"""


def started(engine: Engine, name: str) -> list[str]:
    """The commands that the job ran."""
    return [dict(order.attributes)["command"] for _, order in engine.agent.starts if order.job_name == name]


def copied(engine: Engine) -> Engine:
    target = MemoryStore()
    copy_store(engine.store, target, engine.now, engine.now, lambda store: Timetable(UTC))
    return Engine(engine.now, UTC, Configuration(), target)


def test_overrides_wait_in_the_copy_too() -> None:
    engine = Engine(BEGIN, UTC)
    engine.jil(JIL)
    engine.jil("delete_job: gone")  # numbers differ in the copy
    engine.jil("override_job: a  command: /bin/night")
    engine.jil('override_job: b  command: /bin/night  start_times: "01:00"')
    copy = copied(engine)
    copy.run_to(BEGIN + 3 * 3600)
    assert started(copy, "b") == ["/bin/night", "/bin/day"]
    load_jil(copy.store, 'update_job: top  date_conditions: 1  start_times: "03:30"', copy.now, UTC)
    copy.run_to(BEGIN + 4 * 3600)
    assert started(copy, "a") == ["/bin/night"]
    assert started(engine, "a") == []


def test_a_run_goes_on_with_its_override() -> None:
    engine = Engine(BEGIN, UTC)
    engine.jil(JIL)
    engine.jil('override_job: b  n_retrys: 1  start_times: "00:01"')
    engine.run_to(BEGIN + 60)
    copy = copied(engine)
    joid = copy.world.names["b"]
    assert copy.world.overridden[joid].n_retrys == 1
    assert joid not in copy.world.definitions


def test_restarts_and_questions_wait_in_the_copy_too() -> None:
    engine = Engine(BEGIN, UTC)
    engine.jil("insert_job: gone  command: x  machine: localhost")
    engine.jil("insert_job: a  command: x  machine: localhost  on_error: restart  restart_delay: 1h")
    engine.jil("insert_job: b  command: x  machine: localhost  on_error: request_restart  date_conditions: 1")
    engine.jil("update_job: b  start_mins: 0,20,40  presubmit_count: 3")
    engine.jil("delete_job: gone")
    for name in ("a", "b"):
        engine.agent.plan(name, SimulatedOutcome(60, 1), 1)
        engine.send(Event(EventCode.STARTJOB, engine.now, joid=engine.world.names[name], sent_by="op@host"))
    engine.run_to(BEGIN + 120)
    copy = copied(engine)
    a, b = copy.world.names["a"], copy.world.names["b"]
    assert [(each.joid, each.job_name) for each in copy.store.messages()] == [(b, "b")]
    copy.send(Event(EventCode.REPLY_RESPONSE, copy.now, joid=b, value="ERROR", sent_by="op@host"))
    copy.run_to(BEGIN + 3720)
    assert (copy.world.states[a].status, copy.world.states[b].status) == (Status.SUCCESS, Status.SUCCESS)
    assert (len(started(copy, "a")), len(started(copy, "b"))) == (1, 3)
    assert not list(copy.store.messages())
    assert len(list(engine.store.messages())) == 1
