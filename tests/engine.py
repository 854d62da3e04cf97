"""The scheduler on a virtual clock: memory store, simulated agent, real turns. Nothing here waits."""

from datetime import datetime
from zoneinfo import ZoneInfo

from autosys_py.agent.simulated import SimulatedAgent
from autosys_py.cli.timetables import tell_of_zones, timetable_of
from autosys_py.core.codes import Status
from autosys_py.core.configuration import Configuration, parse
from autosys_py.core.model import Event, Fact, NamedObject, Outcome, Readings
from autosys_py.core.times import TimeFormat
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.protocol import EventServer
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.protocol import Delivery
from autosys_py.scheduler.external import Told
from autosys_py.scheduler.mailbag import Mailbag
from autosys_py.sim.driver import Driver
from tests.loading import load_calendars, load_jil

LOCAL = frozenset({"localhost"})


class Letters:
    """A notifier that keeps what it is given, or refuses it as long as it is told to."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.trouble = ""
        self._deliveries: list[Delivery] = []

    def deliver(self, letter: Letter) -> None:
        if not self.trouble:
            self.sent.append(letter)
        self._deliveries.append(Delivery(letter, self.trouble))

    def collect(self) -> list[Delivery]:
        found, self._deliveries = self._deliveries, []
        return found

    def close(self) -> None:
        return


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
        self.letters = Letters()
        self.facts: list[Fact] = []
        self.told: list[Event] = []
        """What other instances tell in the next turn."""
        self.readings: Readings | None = None
        """What the agent measures; None = nobody does."""
        with self.store.transaction():
            self.store.take_lease("test", self.now, 30, lambda holder: True)
        self.restart()

    def restart(self) -> None:
        """Forgets everything that is not in the store and comes up again."""
        self.away = False
        self._driver = Driver(
            self.store, self.agent, lambda: self.now, self.configuration, self._timetable, LOCAL, "test"
        )  # fmt: skip
        self.world, self.turns = self._driver.world, self._driver.turns
        self.turns.tells, self.turns.measure = True, lambda: self.readings
        self._mailbag = Mailbag(self.turns, self.letters, TimeFormat(self.zone), "ACE")
        self._mailbag.fill(self.world.notifications.values())
        self._driver.adopt()

    def _timetable(self) -> Timetable:
        return timetable_of(self.store, self.zone)

    def stop(self) -> None:
        """The scheduler is gone until `restart`; jobs run on, events are stored."""
        self.away = True

    def jil(self, text: str) -> None:
        """Loads JIL now; the scheduler hears of it."""
        load_jil(self.store, text, self.now, self.zone)
        self.run_to(self.now)

    def calendars(self, text: str) -> None:
        """Imports calendars now, as `autocal_asc -F -I` does."""
        load_calendars(self.store, text, self.now)
        self.run_to(self.now)

    def zone_alias(self, alias: str, zone: str) -> None:
        """Gives a zone another name now, as `autotimezone -a` does."""
        entry = NamedObject("timezone", alias, "", (("type", "A"), ("zone", zone)))
        with self.store.transaction():
            self.store.put_object(entry)
            tell_of_zones(self.store, "tester@host", self.now)
        self.run_to(self.now)

    def give_status(self, name: str, status: Status) -> None:
        """The job stands in this status from now on, however it came there."""
        joid = self.world.names[name]
        state = self.world.states[joid].copy()
        state.status, state.since = status, self.now
        outcome = Outcome(states={joid: state})
        self.world.apply(outcome)
        with self.store.transaction():
            self.store.write_turn([], outcome, self.now)

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
        if self.told:
            return self.now
        moments = (self._driver.next_due(), self._mailbag.next_due())
        return min((each for each in moments if each is not None), default=None)

    def _turn(self) -> None:
        self._mailbag.give(self.now)
        self._mailbag.has_news(self.now)
        outcome = self._driver.turn(self._mailbag.news, Told(self.told, {}))
        self._mailbag.news, self.told = [], []
        self._mailbag.fill(order for order in outcome.notifications.values() if order)
        self.facts += outcome.facts


def configured(text: str) -> Configuration:
    """A configuration from `Key=value` lines; an unknown key fails the test."""

    def refuse(warning: str) -> None:
        raise AssertionError(warning)

    return parse(text, refuse)


def moment(text: str, zone: ZoneInfo) -> int:
    """The instant of `MM/DD/YYYY HH:MM[:SS]`."""
    pattern = "%m/%d/%Y %H:%M:%S" if text.count(":") == 2 else "%m/%d/%Y %H:%M"
    return int(datetime.strptime(text, pattern).replace(tzinfo=zone).timestamp())
