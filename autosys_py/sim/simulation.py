"""A simulation: the scheduler's own turns over a store in memory, on a clock that jumps from event to event.

Nothing here decides anything. The clock goes to the next moment at which something is due: a row of the event
table, the end of a simulated run, a line of the script. Then a turn is taken, as in production, until that moment
has nothing left to say. Within one second jobs end first, then the script's commands act in the order they were
written, then ticks fall (extensions.md §6); the turn's own order gives just that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import EventCode
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, Event, Fact
from autosys_py.event_server.protocol import EventServer
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns
from autosys_py.sim.files import Files
from autosys_py.sim.script import AtLine, RunLine, Script

HOLDER = "simulation"
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """What a simulation starts from."""

    begin: int
    zone: ZoneInfo
    configuration: Configuration
    assume_online: bool
    """Every machine that a job names is online (`--jil`)."""
    local_nodes: frozenset[str]


class Simulation:
    """One run of the engine over a store; `obey` carries out an `at` line at its moment."""

    def __init__(
        self, store: EventServer, settings: Settings, script: Script, obey: Callable[[AtLine, int], None]
    ) -> None:
        self.now = settings.begin
        self._store = store
        self._script = script
        self._obey = obey
        self._files = Files(script.files)
        self._runs = {(run.job, run.start): run for run in script.runs}
        self.agent = SimulatedAgent(lambda: self.now, decide=self._outcome, keeps_past=False)
        with store.transaction():
            store.take_lease(HOLDER, self.now, 0, lambda holder: True)
        self.world, orders, adopted = recover(store, settings.configuration, settings.zone, settings.local_nodes)
        self.world.assume_online = settings.assume_online
        self._turns = Turns(store, self.world, HOLDER, _raise)
        self._orders: list[Effect] = [*adopted, *orders]
        self._delivered: list[Effect] = []
        self._held: list[Report] = []
        """Reports from machines that do not answer."""
        self._actions = self._timeline()

    def run(self, until: int) -> Iterator[tuple[int, list[Fact]]]:
        """Plays up to and including `until`; gives each moment's facts in order."""
        while (due := self._next()) is not None and due <= until:
            self.now = max(self.now, due)
            while self._actions and self._actions[0][0] <= self.now:
                self._actions.pop(0)[1]()
            if self._is_down():
                continue
            facts = self._turn()
            if facts:
                yield self.now, facts
        self.now = until

    # The clock

    def _next(self) -> int | None:
        """The next moment at which something happens."""
        action = self._actions[0][0] if self._actions else None
        if self._is_down():
            return action  # the end of the downtime is one
        if self._orders or self._delivered:
            return self.now
        moments = (self._store.next_due(), self.agent.next_report_at(), action)
        return min((each for each in moments if each is not None), default=None)

    def _is_down(self) -> bool:
        return any(span.since <= self.now < span.until for span in self._script.downs)

    def _timeline(self) -> list[tuple[int, Callable[[], None]]]:
        """The script's actions by time: what machines do before what operators type."""
        actions: list[tuple[int, int, int, Callable[[], None]]] = []
        for span in self._script.offlines:
            actions.append((span.since, 0, span.line, self._sever(span.machine)))
            actions.append((span.until, 0, span.line, self._connect(span.machine)))
        for span in self._script.downs:
            actions.append((span.since, 1, span.line, _nothing))
            actions.append((span.until, 1, span.line, _nothing))
        for line in self._script.commands:
            actions.append((line.moment, 2, line.line, self._command(line)))
        return [(when, act) for when, _, _, act in sorted(actions, key=lambda each: each[:3]) if when >= self.now]

    def _command(self, line: AtLine) -> Callable[[], None]:
        return lambda: self._obey(line, self.now)

    def _sever(self, machine: str) -> Callable[[], None]:
        def act() -> None:
            self.world.unreachable[machine] = None

        return act

    def _connect(self, machine: str) -> Callable[[], None]:
        def act() -> None:
            self.world.unreachable.pop(machine, None)
            with self._store.transaction():
                self._store.add_event(Event(EventCode.MACHINE_CHANGED, self.now, priority=0, name=machine))

        return act

    # Turns

    def _turn(self) -> list[Fact]:
        self._deliver()
        reports = self._collect()
        outcome = self._turns.take(lambda: self.now, reports, self._delivered)
        self._delivered = []
        self.agent.acknowledge(reports)
        self._orders += outcome.effects
        return outcome.facts

    def _deliver(self) -> None:
        orders, self._orders = self._orders, []
        self._delivered += [effect for effect in orders if self._turns.give(effect, self.agent, {})]

    def _collect(self) -> list[Report]:
        """Reports of machines that answer; the others' wait, and come by their own time when the machine is back."""
        reports = [*self._held, *self.agent.collect(0)]
        self._held = [report for report in reports if self._is_unreachable(report)]
        return [report for report in reports if report not in self._held] if self._held else reports

    def _is_unreachable(self, report: Report) -> bool:
        run = self.world.runs.get(report.key)
        return run is not None and run.machine in self.world.unreachable

    def _outcome(self, order: StartOrder, count: int) -> SimulatedOutcome:
        """What a start does: its own `run` line, that of all starts, its file, its average, a minute."""
        line: RunLine | None = self._runs.get((order.job_name, count)) or self._runs.get((order.job_name, 0))
        runtime = line.runtime if line is not None else None
        if runtime is None and order.job_type == "FW":
            runtime = self._files.runtime_of(order, self.now)
        if runtime is None:
            job = self.world.jobs.get(order.key.joid)
            runtime = (job.avg_runtime if job is not None else 0) * MINUTE or MINUTE
        return SimulatedOutcome(runtime, line.exit_code if line is not None else 0)


def _nothing() -> None:
    """A moment that only ends or begins a downtime."""


def _raise(event: Event) -> None:
    """A simulation does not go on after an error of ours; called inside the handler of the exception."""
    raise  # noqa: PLE0704
