"""The scheduler on a virtual clock: memory store, simulated agent, real turns. Nothing here waits."""

from datetime import datetime
from zoneinfo import ZoneInfo

from autosys_py.agent.simulated import SimulatedAgent
from autosys_py.core.configuration import Configuration, parse
from autosys_py.core.model import Event, Fact
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.protocol import EventServer
from autosys_py.sim.driver import Driver
from tests.loading import load_jil

LOCAL = frozenset({"localhost"})


class Engine:
    """One instance under test."""

    def __init__(
        self,
        start: int,
        zone: ZoneInfo,
        configuration: Configuration | None = None,
        store: EventServer | None = None,
    ) -> None:
        self.now = start
        self.zone = zone
        self.configuration = configuration or Configuration()
        self.store = store or MemoryStore()
        self.agent = SimulatedAgent(lambda: self.now)
        self.facts: list[Fact] = []
        with self.store.transaction():
            self.store.take_lease("test", self.now, 30, lambda holder: True)
        self.restart()

    def restart(self) -> None:
        """Forgets everything that is not in the store and comes up again."""
        self.away = False
        self._driver = Driver(
            self.store, self.agent, lambda: self.now, self.configuration, self.zone, LOCAL, "test"
        )  # fmt: skip
        self.world = self._driver.world
        self._driver.adopt()

    def stop(self) -> None:
        """The scheduler is gone until `restart`; jobs run on, events are stored."""
        self.away = True

    def jil(self, text: str) -> None:
        """Loads JIL now; the scheduler hears of it."""
        load_jil(self.store, text, self.now, self.zone)
        self.run_to(self.now)

    def send(self, event: Event) -> None:
        """Inserts an event that is due now."""
        with self.store.transaction():
            self.store.add_event(event)

    def run_to(self, moment: int) -> None:
        """Plays everything that is due up to and including `moment`; nothing while the scheduler is away."""
        while not self.away and (due := self._next()) is not None and due <= moment:
            self.now = max(self.now, due)
            self._turn()
        self.now = max(self.now, moment)

    def _next(self) -> int | None:
        return self._driver.next_due()

    def _turn(self) -> None:
        self.facts += self._driver.turn().facts


def configured(text: str) -> Configuration:
    """A configuration from `Key=value` lines; an unknown key fails the test."""

    def refuse(warning: str) -> None:
        raise AssertionError(warning)

    return parse(text, refuse)


def moment(text: str, zone: ZoneInfo) -> int:
    """The instant of `MM/DD/YYYY HH:MM[:SS]`."""
    pattern = "%m/%d/%Y %H:%M:%S" if text.count(":") == 2 else "%m/%d/%Y %H:%M"
    return int(datetime.strptime(text, pattern).replace(tzinfo=zone).timestamp())
