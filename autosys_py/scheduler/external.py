"""Other instances: a feed for each one that a condition names, asked in every pass of the loop (rule C-06).

What the feeds tell is kept until the turn that took it in has been committed, as an agent's reports are.
"""

from typing import NamedTuple

from autosys_py.core.model import Event, Mark
from autosys_py.core.world import World
from autosys_py.scheduler.feed import Feed, OpenOther


class Told(NamedTuple):
    """News for a turn."""

    events: list[Event]
    marks: dict[str, Mark | None]
    """How far was read, where it differs from what is stored; None = nothing names the instance any more."""


NOTHING = Told([], {})


class External:
    """All other instances of one scheduler."""

    def __init__(self, world: World, open_other: OpenOther) -> None:
        self._open_other = open_other
        self._feeds: dict[str, Feed] = {}
        self.take_up(world)

    def take_up(self, world: World) -> None:
        """Begins, or begins anew with another world: what was not committed is told again."""
        self.close()
        self._world = world
        self._events: list[Event] = []
        self._version = -1
        for instance, names in self._named().items():
            if instance in world.instances:
                states = {
                    name: world.externals[full] for name in names if (full := f"{name}^{instance}") in world.externals
                }
                self._feeds[instance] = Feed(instance, self._open_other, world.instances[instance], states)

    def look(self, now: float) -> Told:
        """What other instances told and no turn has taken in yet. Asks nobody where no condition names one."""
        if self._version != self._world.external_version:
            self._renew()
        for feed in self._feeds.values():
            self._events += feed.look(now)
        return Told(self._events, self._marks())

    def acknowledge(self) -> None:
        """What `look` returned is durable."""
        self._events = []

    def reconnect(self) -> None:
        """The stores may be elsewhere now."""
        for feed in self._feeds.values():
            feed.close()

    def close(self) -> None:
        self.reconnect()
        self._feeds = {}

    def _marks(self) -> dict[str, Mark | None]:
        stored = self._world.instances
        marks: dict[str, Mark | None] = {name: None for name in stored if name not in self._feeds}
        for name, feed in self._feeds.items():
            if feed.mark is not None and feed.mark != stored.get(name):
                marks[name] = feed.mark
        return marks

    def _renew(self) -> None:
        """Definitions have changed: listens to what they name now."""
        self._version = self._world.external_version
        named = self._named()
        for instance in [each for each in self._feeds if each not in named]:
            self._feeds.pop(instance).close()
        for instance, names in named.items():
            if instance not in self._feeds:
                self._feeds[instance] = Feed(instance, self._open_other, None, {})
            self._feeds[instance].listen_to(names)

    def _named(self) -> dict[str, list[str]]:
        """The jobs that conditions name, by instance."""
        named: dict[str, list[str]] = {}
        for full in self._world.external_names():
            name, _, instance = full.rpartition("^")
            named.setdefault(instance, []).append(name)
        return named
