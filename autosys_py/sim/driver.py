"""The scheduler's turns on a virtual clock: give the orders of the last turn, collect what the agent says, decide.

What production does in `scheduler.loop` with waiting between, without the waiting.
"""

from collections.abc import Callable, Iterable, Sequence

from autosys_py.agent.protocol import Report
from autosys_py.agent.simulated import SimulatedAgent
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, Event, Outcome
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.protocol import EventServer
from autosys_py.scheduler.external import NOTHING, Told
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns


class Driver:
    """A scheduler that came up on a store whose lease `holder` has. `clock` gives the time in UTC seconds."""

    def __init__(
        self,
        store: EventServer,
        agent: SimulatedAgent,
        clock: Callable[[], int],
        configuration: Configuration,
        read_timetable: Callable[[], Timetable],
        local_nodes: frozenset[str],
        holder: str,
    ) -> None:
        self.store = store
        self.agent = agent
        self.clock = clock
        self.world, self.orders, self.adopted = recover(store, configuration, read_timetable(), local_nodes)
        """`orders` are given in the next turn; `adopted` are runs under way, for whoever knows them to adopt."""
        self.turns = Turns(store, self.world, holder, _raise, read_timetable)
        self._delivered: list[Effect] = []

    def adopt(self) -> None:
        """The agent knows the runs that were under way."""
        starts = [self.turns.start_order(effect, {}) for effect in self.adopted]
        self.agent.adopt([order for order in starts if order is not None])

    def next_due(self) -> int | None:
        """The next moment at which a turn has something to do; None if nothing is ever due."""
        if self.orders or self._delivered:
            return self.clock()
        stored, reported = self.store.next_due(), self.agent.next_report_at()
        if stored is None or reported is None:
            return reported if stored is None else stored
        return min(stored, reported)

    def turn(self, news: Iterable[Event] = (), told: Told = NOTHING) -> Outcome:
        """Takes one turn; returns what it decided. See `Turns.take` for the arguments."""
        orders, self.orders = self.orders, []
        self._delivered += [effect for effect in orders if self.turns.give(effect, self.agent, {})]
        reports = self.collect()
        outcome = self.turns.take(self.clock, reports, self._delivered, news, told)
        self._delivered = []
        self.agent.acknowledge(reports)
        self.orders += outcome.effects
        return outcome

    def collect(self) -> Sequence[Report]:
        """The reports of the next turn."""
        return self.agent.collect(0)


def _raise(event: Event) -> None:
    """Nothing goes on after an error of ours; called inside the handler of the exception."""
    raise  # noqa: PLE0704
