"""A renamed job in the world: the old name leads nowhere, so that a delete later leaves nothing behind."""

from zoneinfo import ZoneInfo

from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Job
from autosys_py.core.timetable import Timetable
from autosys_py.core.world import World


def test_the_old_name_is_free() -> None:
    world = World(Configuration(), Timetable(ZoneInfo("UTC")))
    world.define(Job(1, 1, "OLD", "CMD"))
    world.define(Job(1, 2, "NEW", "CMD"))
    assert world.names == {"NEW": 1}
    world.remove(1)
    assert world.state_named("OLD", "") is None
    assert world.state_named("NEW", "") is None


def test_the_old_name_may_be_another_job_by_then() -> None:
    world = World(Configuration(), Timetable(ZoneInfo("UTC")))
    world.define(Job(1, 1, "OLD", "CMD"))
    world.define(Job(2, 1, "OLD", "CMD"))
    world.define(Job(1, 2, "NEW", "CMD"))
    assert world.names == {"OLD": 2, "NEW": 1}
