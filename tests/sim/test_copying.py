"""A copy of an instance has the overrides that wait, and the runs that go on with one."""

from zoneinfo import ZoneInfo

from autosys_py.core.configuration import Configuration
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
