"""The world that a picture is drawn of: the event store as it is, JIL as it is defined, or a simulation of either."""

import gc
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse
from autosys_py.cli.zone import local_zone


@dataclass(frozen=True)
class Play:
    """What was typed of a simulation (extensions.md §6); without `end` nothing is played."""

    files: tuple[Path, ...] = ()
    script: Path | None = None
    begin: str | None = None
    end: str | None = None
    tz: str | None = None


@dataclass(frozen=True)
class World:
    """An instance to look at."""

    instance: Instance
    now: int
    """The moment that it shows, UTC seconds."""
    title: str
    """Behind the name of what is drawn."""


@contextmanager
def world_of(play: Play) -> Iterator[World]:
    """Raises Refused for what cannot be understood, with file and line."""
    if play.end is None and (play.script is not None or play.begin is not None):
        raise misuse(99000, "--script and --from belong to a simulation: type --from TIME and --to TIME.")
    if play.end is not None and play.begin is None and play.files:
        raise misuse(99000, "--to belongs to a simulation: of JIL type --from TIME too.")
    with open_instance() as real:
        if play.end is not None:
            yield _simulated(real, play)
        elif play.files:
            yield World(_as_defined(real, play.files), clock.now(), "as defined")
        else:
            now = clock.now()
            yield World(real, now, f"on {real.autoserv} at {_time(real, now)}")


def _time(instance: Instance, moment: int) -> str:
    from autosys_py.core.times import TimeFormat

    return TimeFormat(local_zone(), instance.configuration.DateFormat)(moment)


def _as_defined(real: Instance, files: tuple[Path, ...]) -> Instance:
    """An instance in memory that holds what the files define."""
    from autosys_py.cli.nodes import local_nodes
    from autosys_py.cli.simulate import loaded
    from autosys_py.cli.timetables import timetable_of
    from autosys_py.sim.simulation import Settings

    settings = Settings(clock.now(), local_zone(), timetable_of, real.configuration, True, local_nodes())
    return loaded(real, files, settings)


def _simulated(real: Instance, play: Play) -> World:
    from autosys_py.cli.averages import average_of
    from autosys_py.cli.simulate import prepare
    from autosys_py.sim.forecast import usual_success
    from autosys_py.sim.simulation import usual_outcome

    usual = usual_outcome if play.files else usual_success(lambda name: average_of(real.store, name))
    begin, end = play.begin or clock.now(), play.end or ""
    staged = prepare(real, play.files, play.script, begin, end, play.tz, usual=usual, keeps_past=True)
    gc.disable()  # nothing here is cyclic
    deque(staged.simulation.run(staged.until), maxlen=0)
    return World(staged.instance, staged.until, f"simulated up to {_time(real, staged.until)}")
