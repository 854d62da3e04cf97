"""The loop: wait for something to happen, take a turn, give the orders, and again.

One thread. It sleeps in the agent's `collect`, which wakes at once when a job ends, and otherwise looks twenty
times a second whether another process has committed to the store (microseconds each) or a timer has come due.

Orders are given a few at a time, with a look at the agent between: a box of a thousand members fills the machine
with work after the first handful instead of a second later, and what ends meanwhile is committed in batches.

While the store cannot be written it only listens (see `outage`).
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from autosys_py.agent.protocol import Agent, Report
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Effect, EffectKind
from autosys_py.core.text import visible
from autosys_py.core.world import World
from autosys_py.event_server.errors import StoreBusy, StoreUnavailable
from autosys_py.event_server.protocol import EventServer
from autosys_py.failpoints import fail_point
from autosys_py.notifier.protocol import Notifier
from autosys_py.scheduler.debug import debug_lines
from autosys_py.scheduler.external import NOTHING, External, Told
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.mailbag import Mailbag
from autosys_py.scheduler.outage import RETRY, Outage, Reopen
from autosys_py.scheduler.turn import Turns

POLL = 0.05
"""Seconds between two looks at the store."""

LEASE_RENEWAL = 5
"""Seconds after which an idle scheduler renews its lease."""

MOMENT = 0.003
"""Seconds that the news of a running job may wait for company."""

AT_ONCE = 32
"""Starts given before the agent is asked again."""


class Loop:
    """Drives turns on the clock of its caller."""

    def __init__(
        self,
        turns: Turns,
        agent: Agent,
        journal: Journal,
        clock: Callable[[], float],
        environment: dict[str, str],
        reload: Callable[[], Configuration] | None = None,
        notifier: Notifier | None = None,
        external: External | None = None,
        reopen: Reopen | None = None,
    ) -> None:
        """`reopen` None: a store that cannot be written ends the loop."""
        self._reload = reload
        self._turns = turns
        self._agent = agent
        self._journal = journal
        self._clock = clock
        self._environment = environment
        self._mailbag = Mailbag(turns, notifier, journal.time_of, environment.get("AUTOSERV", ""))
        self._external = external
        self._reopen = reopen
        self._outage: Outage | None = None
        self._orders: deque[Effect] = deque()
        self._delivered: list[Effect] = []
        """Orders that no report answers, given but still in the outbox."""
        self._kept: list[Report] = []
        """Reports that no turn has taken in yet."""
        self._version: int | None = None
        self._next_due: int | None = None
        self._renewed = 0
        self._said_untold = False
        self._last_work = clock()
        self.stopping = False
        """Set by a signal handler or by STOP_DEMON: the loop ends after the present turn."""
        self.reloading = False
        """Set by a signal handler: the configuration is read again before the next pass."""

    @property
    def _store(self) -> EventServer:
        return self._turns.store

    def resume(self, orders: Iterable[Effect], adopted: Iterable[Effect]) -> None:
        """Takes up what a former scheduler left: its unanswered orders, its runs, and people still to be told."""
        self._mailbag.fill(self._turns.world.notifications.values())
        self._orders.extend(orders)
        starts = (self._turns.start_order(effect, self._environment) for effect in adopted)
        self._agent.adopt([order for order in starts if order is not None])

    @property
    def not_given(self) -> Sequence[Effect]:
        """Orders that are in the outbox and no agent has seen."""
        return self._orders

    def run(self, exit_when_idle: float | None = None) -> None:
        """Until told to stop, or until nothing has run or come due for `exit_when_idle` seconds."""
        while not self.stopping:
            self.pass_once()
            if exit_when_idle is not None and self._is_idle() and self._clock() - self._last_work >= exit_when_idle:
                return

    def pass_once(self) -> None:
        """One pass: give some orders, collect reports, take a turn if there is a reason."""
        if self.reloading:
            self._read_configuration()
        if self._outage is not None:
            self._sit_out(self._outage)
            return
        try:
            self._pass()
        except StoreUnavailable as error:
            if self._reopen is None:
                raise
            self._outage = Outage(self._now(), str(error), self._clock() + RETRY)
            self._say_trouble(self._outage)

    def _pass(self) -> None:
        self._deliver()
        reports = self._collect()
        told = self._external.look(self._clock()) if self._external is not None else NOTHING
        now = self._now()
        self._journal.mark(now)
        self._mailbag.give(now)
        has_news = bool(reports or told.events) | self._mailbag.has_news(now)
        if has_news or self._has_due(now) or self._delivered or abs(now - self._renewed) >= LEASE_RENEWAL:
            self._take_turn(reports, told)

    def _read_configuration(self) -> None:
        self.reloading = False
        if self._reload is not None:
            configuration = self._reload()
            self._turns.world.configuration = configuration
            self._journal.configure(configuration)
            if self._external is not None:
                self._external.reconnect()
            self._journal.write(self._now(), ["Configuration read again."])

    def _take_turn(self, reports: list[Report], told: Told) -> None:
        try:
            outcome = self._turns.take(self._now, reports, self._delivered, self._mailbag.news, told)
        except StoreBusy:
            if self._turns.has_begun:
                raise
            # nothing was decided; somebody holds the store, and jobs go on meanwhile
            self._journal.write(self._now(), ["The event store is locked by another process; trying again."])
            return
        fail_point("loop.committed")
        now = self._now()
        self._delivered, self._kept = [], []
        self._renewed = now
        self._version = None  # our own commit changed what is due
        self._agent.acknowledge(reports)
        if self._external is not None:
            self._external.acknowledge()
        fail_point("loop.acknowledged")
        if outcome.facts:
            self._last_work = self._clock()
            self._journal.write_facts(now, outcome.facts, self._name_of)
            fail_point("loop.logged")
        words = self._turns.world.configuration.ISDBGACTIV
        if words != "OFF":
            self._journal.write(now, debug_lines(words, reports, outcome))
        self._orders.extend(outcome.effects)
        self._mailbag.news = []
        self._mailbag.fill(order for order in outcome.notifications.values() if order)
        self._say_once_that_nobody_is_told(now)
        self.stopping = self.stopping or outcome.stop

    def _sit_out(self, outage: Outage) -> None:
        """Listens to the agent, and asks now and then whether the store is well again."""
        self._kept = [*self._kept, *self._agent.collect(POLL)]
        self._journal.mark(self._now())
        if self._clock() < outage.next_try:
            return
        assert self._reopen is not None
        try:
            world, orders = self._reopen(outage)
        except (StoreBusy, StoreUnavailable) as error:
            outage.next_try = self._clock() + RETRY
            if not isinstance(error, StoreBusy) and str(error) != outage.reason:
                outage.reason = str(error)
                self._say_trouble(outage)
            return
        self._outage = None
        self._take_up(world, orders)

    def _take_up(self, world: World, orders: Iterable[Effect]) -> None:
        """From the store, as after a restart; but the agent knows its runs, and what was signalled was."""
        self._turns.world, self._turns.is_up = world, False
        given = [(effect.kind, effect.key) for effect in self._delivered]
        self._orders = deque(effect for effect in orders if (effect.kind, effect.key) not in given)
        self._mailbag.fill(world.notifications.values())
        if self._external is not None:
            self._external.take_up(world)
        self._version = self._next_due = None
        self._journal.write(self._now(), ["The event store can be written again; scheduling goes on."])

    def _say_trouble(self, outage: Outage) -> None:
        self._journal.write(self._now(), [visible(outage.reason), "No new starts until then; running jobs go on."])

    def _say_once_that_nobody_is_told(self, now: int) -> None:
        if self._turns.untold and not self._said_untold:
            self._said_untold = True
            keys = "NotifySMTPServer or NotifyCommand"
            self._journal.write(now, [f"A job asks for notifications and nobody sends them: set {keys}."])

    def _now(self) -> int:
        return int(self._clock())

    def _deliver(self) -> None:
        given = 0
        while self._orders and given < AT_ONCE:
            effect = self._orders.popleft()
            given += effect.kind is EffectKind.START
            fail_point("loop.deliver")
            if self._turns.give(effect, self._agent, self._environment):
                self._delivered.append(effect)
            fail_point("loop.delivered")

    def _collect(self) -> list[Report]:
        """What agents report. That a job runs is no hurry: its end may be a moment away and share the commit."""
        reports = [*self._kept, *self._agent.collect(0 if self._kept else self._patience())]
        if reports and not self._orders and all(report.code is EventCode.AGENT_RUNNING for report in reports):
            reports += self._agent.collect(MOMENT)
        self._kept = reports
        return reports

    def _patience(self) -> float:
        """How long the agent may wait for a report, in seconds."""
        if self._orders or self._delivered:
            return 0
        self._look_at_store()
        if self._next_due is None:
            return POLL
        return max(0.0, min(POLL, self._next_due - self._clock()))

    def _has_due(self, now: int) -> bool:
        self._look_at_store()
        return self._next_due is not None and self._next_due <= now

    def _look_at_store(self) -> None:
        version = self._store.version()
        if version != self._version:
            self._version = version
            self._next_due = self._store.next_due()

    def _is_idle(self) -> bool:
        world = self._turns.world
        if self._outage is not None or self._kept:
            return False
        if self._orders or not self._mailbag.is_empty(self._now()) or self._has_due(self._now()):
            return False
        if any(world.states[joid].status is Status.RESTART for joid in world.waiting):
            return False
        return all(key.joid in world.jobs and world.jobs[key.joid].is_box for key in world.runs)

    def _name_of(self, joid: int) -> str:
        job = self._turns.world.jobs.get(joid)
        return job.name if job is not None else str(joid)
