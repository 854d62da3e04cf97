"""A simulation: the scheduler's own turns over a store in memory, on a clock that jumps from event to event.

Nothing here decides anything. The clock goes to the next moment at which something is due: a row of the event
table, the end of a simulated run, a line of the script. Then a turn is taken, as in production, until that moment
has nothing left to say. Within one second jobs end first, then the script's commands act in the order they were
written, then ticks fall (extensions.md §6); the turn's own order gives just that.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import EventCode
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event, Fact, Job
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.protocol import EventServer
from autosys_py.sim.driver import Driver
from autosys_py.sim.files import Files
from autosys_py.sim.script import AtLine, RunLine, Script

HOLDER = "simulation"
MINUTE = 60


def usual_outcome(job: Job) -> SimulatedOutcome:
    """Its avg_runtime, else one minute, and exit code 0 (extensions.md §6)."""
    return SimulatedOutcome(job.avg_runtime * MINUTE or MINUTE)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a simulation starts from."""

    begin: int
    zone: ZoneInfo
    timetable_of: Callable[[EventServer, ZoneInfo], Timetable]
    """Reads the calendars and time zones of a store, for a scheduler of that zone."""
    configuration: Configuration
    assume_online: bool
    """Every machine that a job names is online (`--jil`)."""
    local_nodes: frozenset[str]
    usual: Callable[[Job], SimulatedOutcome] = usual_outcome
    """What a job does of which the script says nothing."""

    def timetable(self, store: EventServer) -> Timetable:
        """Calendars and time zones as the store has them now."""
        return self.timetable_of(store, self.zone)


class Simulation(Driver):
    """One run of the engine over a store; `obey` carries out an `at` line at its moment."""

    def __init__(
        self, store: EventServer, settings: Settings, script: Script, obey: Callable[[AtLine, int], None]
    ) -> None:
        self.now = settings.begin
        self._script = script
        self._obey = obey
        self._usual = settings.usual
        self._files = Files(script.files)
        self._runs = {(run.job, run.start): run for run in script.runs}
        with store.transaction():
            store.take_lease(HOLDER, self.now, 0, lambda holder: True)
        clock = self._clock
        agent = SimulatedAgent(clock, decide=self._outcome, keeps_past=False)
        super().__init__(
            store,
            agent,
            clock,
            settings.configuration,
            lambda: settings.timetable(store),
            settings.local_nodes,
            HOLDER,
        )
        self.world.assume_online = settings.assume_online
        self.orders = [*self.adopted, *self.orders]  # this agent has never heard of them: it plays what is left of them
        self._under_way = dict.fromkeys(effect.key for effect in self.orders)
        """Runs that were under way at the beginning: they are no starts of the simulation."""
        self._before = Counter(key.joid for key in self._under_way)
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
            facts = self.turn().facts
            if facts:
                yield self.now, facts
        self.now = until

    # The clock

    def _clock(self) -> int:
        return self.now

    def _next(self) -> int | None:
        """The next moment at which something happens."""
        action = self._actions[0][0] if self._actions else None
        if self._is_down():
            return action  # the end of the downtime is one
        due = self.next_due()
        if due is None or action is None:
            return action if due is None else due
        return min(due, action)

    def _is_down(self) -> bool:
        downs = self._script.downs
        return bool(downs) and any(span.since <= self.now < span.until for span in downs)

    def _timeline(self) -> list[tuple[int, Callable[[], None]]]:
        """The script's actions by time: what machines do before what operators type."""
        actions: list[tuple[int, int, int, Callable[[], None]]] = []
        for span in self._script.offlines:
            if span.until > self.now:
                actions.append((max(span.since, self.now), 0, span.line, self._sever(span.machine)))
                actions.append((span.until, 0, span.line, self._connect(span.machine)))
        for span in self._script.downs:
            if span.until > self.now:
                actions.append((max(span.since, self.now), 1, span.line, _nothing))
                actions.append((span.until, 1, span.line, _nothing))
        for line in self._script.commands:
            if line.moment >= self.now:
                actions.append((line.moment, 2, line.line, self._command(line)))
        return [(when, act) for when, _, _, act in sorted(actions, key=lambda each: each[:3])]

    def _command(self, line: AtLine) -> Callable[[], None]:
        return lambda: self._obey(line, self.now)

    def _sever(self, machine: str) -> Callable[[], None]:
        def act() -> None:
            self.world.unreachable[machine] = None

        return act

    def _connect(self, machine: str) -> Callable[[], None]:
        def act() -> None:
            if any(span.machine == machine and span.since <= self.now < span.until for span in self._script.offlines):
                return  # by another line it still does not answer
            self.world.unreachable.pop(machine, None)
            with self.store.transaction():
                self.store.add_event(Event(EventCode.MACHINE_CHANGED, self.now, priority=0, name=machine))

        return act

    # The agent

    def collect(self) -> Sequence[Report]:
        """Reports of machines that answer; the others' wait, and come by their own time when the machine is back."""
        reports = self.agent.collect(0)
        if not self._held and not self.world.unreachable:
            return reports
        reports = [*self._held, *reports]
        self._held = [report for report in reports if self._is_unreachable(report)]
        return [report for report in reports if report not in self._held] if self._held else reports

    def _is_unreachable(self, report: Report) -> bool:
        run = self.world.runs.get(report.key)
        return run is not None and run.machine in self.world.unreachable

    def _outcome(self, order: StartOrder, count: int) -> SimulatedOutcome:
        """What a start does: its own `run` line, that of all starts, its file, the usual. A run that was under way when
        the simulation began goes on for what is left of it."""
        run = self.world.runs.get(order.key)
        elapsed = self.now - run.start if run is not None else 0
        number = 0 if order.key in self._under_way else count - self._before[order.key.joid]
        line: RunLine | None = self._runs.get((order.job_name, number)) or self._runs.get((order.job_name, 0))
        job = self.world.jobs.get(order.key.joid)
        usual = SimulatedOutcome() if job is None else self._usual(job)
        runtime, exit_code = usual.runtime, usual.exit_code
        if order.job_type in ("FW", "FT") and (ending := self._files.ending_of(order, self.now - elapsed)) is not None:
            runtime, exit_code = ending.runtime, ending.exit_code
        if line is not None:
            runtime, exit_code = runtime if line.runtime is None else line.runtime, line.exit_code
        return SimulatedOutcome(max(0, runtime - elapsed), exit_code)


def _nothing() -> None:
    """A moment that only ends or begins a downtime."""
