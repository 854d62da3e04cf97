"""A turn: begin, renew the lease, take what is due, decide, write, commit; then, and only then, act.

Everything that a turn decides is one transaction. If it does not commit, nothing was decided: the process ends and
the next one begins with the same events and reports, and a pure core decides the same again. Orders are rows of the
outbox before they are given, so an agent that was told twice finds the run started and adopts it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from autosys_py.agent.protocol import Agent, Report, StartOrder
from autosys_py.core import alarms
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.machines import is_here
from autosys_py.core.model import (
    Definition,
    Effect,
    EffectKind,
    Event,
    Fact,
    Job,
    Notification,
    Outcome,
    Readings,
    RunKey,
    resource_of,
)
from autosys_py.core.secrets import Secrets
from autosys_py.core.step import step
from autosys_py.core.timetable import Timetable
from autosys_py.core.world import World
from autosys_py.event_server.protocol import EventServer
from autosys_py.failpoints import fail_point
from autosys_py.notifier.letter import Letter, compose
from autosys_py.scheduler import steps
from autosys_py.scheduler.external import NOTHING, Told
from autosys_py.scheduler.overrides import pending_override
from autosys_py.scheduler.steps import Shift, Steps, shifted

BATCH = 500
"""Events taken in one turn."""

REPORTS = frozenset(
    {
        EventCode.EXTERNAL_DEPENDENCY,
        EventCode.AGENT_RUNNING,
        EventCode.AGENT_ENDED,
        EventCode.AGENT_START_FAILED,
        EventCode.AGENT_LOST,
        EventCode.AGENT_KILL_FAILED,
        EventCode.AGENT_SILENT,
        EventCode.AGENT_REMARK,
        EventCode.CHECK_HEARTBEAT,
        EventCode.AGENT_UNREACHABLE,
        EventCode.AGENT_REACHABLE,
    }
)

MUST_CHECKS = frozenset({EventCode.CHK_START, EventCode.CHK_COMPLETE})

ATTACHED = frozenset(
    {
        EventCode.DEFINITION_CHANGED,
        EventCode.MACHINE_CHANGED,
        EventCode.CALENDAR_CHANGED,
        EventCode.TIMEZONE_CHANGED,
        EventCode.CHANGE_ALARM,
        EventCode.RESOURCE_CHANGED,
    }
)
"""Events that carry what the store has of the thing they are about."""


class LeaseLost(Exception):
    """Another scheduler acts now; this one must stop before it writes (rule F-03)."""


@dataclass(slots=True)
class Turns:
    """Takes turns on one store and one world."""

    store: EventServer
    world: World
    holder: str
    """Our name in the lease."""
    complain: Callable[[Event], None]
    """Told of an event that the core failed on, inside the handler of the exception."""
    read_timetable: Callable[[], Timetable] | None = None
    """Reads calendars and time zones again; None where they never change."""
    tells: bool = False
    """There is a notifier to give notifications to; without one they are not even stored."""
    untold: int = 0
    """Notifications that nobody is there to take, so far."""
    is_up: bool = False
    """The first turn begins with QUE_RECOVERY, after what `jil` did meanwhile."""
    measure: Callable[[], Readings | None] | None = None
    """Asks the agent what it measures of this host; None in a simulation."""
    steps: Steps | None = None
    """Notices that the clock was set; None where nobody can."""
    has_begun: bool = False
    """The last turn got as far as owning the store."""
    in_doubt: frozenset[RunKey] = frozenset()
    """Runs whose orders may have been given before the machine was restarted, see `reboot.py`."""
    _measured: int = -1

    def take(
        self,
        clock: Callable[[], int],
        reports: Iterable[Report],
        answered: Iterable[Effect] = (),
        news: Iterable[Event] = (),
        told: Told = NOTHING,
    ) -> Outcome:
        """One turn: agents' reports, what other instances told and what is due, by their own time. `answered` are
        orders that need no report, `news` is what became of notifications.
        The clock is read when the store is ours, which may be long after it was asked for.

        Returns everything decided. Raises LeaseLost, and the errors of the store; if `has_begun`, the world is no
        longer to be trusted after them.
        """
        outcomes: list[Outcome] = []
        self.has_begun = False
        with self.store.transaction():
            self.has_begun = True
            fail_point("turn.begun")
            now = clock()
            self._measure(now)
            if not self.store.renew_lease(self.holder, now):
                raise LeaseLost
            due = self._due(now)
            shift = self._look_at_clock(now, due)
            due = shift.due
            came_up = [] if self.is_up else [Event(EventCode.QUE_RECOVERY, now, priority=0)]
            heard = [*self._heard(reports), *news, *told.events]
            for event in heard:
                event.due = min(event.due, now)  # it happened, whatever the clock said then
            for event in in_order(self.world, [*heard, *shift.news, *came_up, *due]):
                if event.code in ATTACHED:
                    self._attach(event, outcomes)
                outcome = self._step(event, now)
                if outcome.notifications:
                    self._keep_silent(outcome)
                self.world.apply(outcome)
                outcomes.append(outcome)
            if told.marks:
                outcomes.append(Outcome(instances=dict(told.marks)))
                self.world.apply(outcomes[-1])
            total = merged(outcomes)
            _forget_checks(total, due)
            if not total.states.keys() <= self.world.states.keys():  # touched, and deleted later in the turn
                total.states = {joid: state for joid, state in total.states.items() if joid in self.world.states}
            total.answered += [(effect.kind, effect.key) for effect in answered]
            total.events += shift.moved
            fail_point("turn.decided")
            self.store.write_turn([*shift.taken, *(event.eoid for event in due)], total, now)
        self.is_up = True
        return total

    def give(self, effect: Effect, agent: Agent, environment: dict[str, str]) -> bool:
        """Gives an order to its agent; True if no report will answer it, so that the next turn has to."""
        if effect.kind is EffectKind.START:
            order = self.start_order(effect, environment)
            if order is not None:
                agent.start(order)
            return False
        signals = [int(number) for number in effect.value.split(",")] if effect.value else []
        if effect.kind is EffectKind.KILL:
            agent.kill(effect.key, signals, self.world.configuration.KillSignalInterval)
        else:
            agent.signal(effect.key, signals)
        return effect.kind is EffectKind.SIGNAL

    def start_order(self, effect: Effect, environment: dict[str, str]) -> StartOrder | None:
        """The order that starts a run, made from the definition version it was decided for."""
        if effect.value:
            environment = {**environment, "AUTO_RUN_DATE": effect.value}
        definition = self.store.definition(effect.key.joid, effect.job_ver)
        if definition is None:
            return None
        return StartOrder(
            effect.key,
            definition.job.name,
            definition.job.job_type,
            self._attributes(definition),
            self.world.globals,
            environment,
            effect.key in self.in_doubt,
        )

    def letter(self, order: Notification, instance: str, time_of: Callable[[int], str]) -> Letter | None:
        """What a notification says, made from the definition version it was decided for; None if that is gone."""
        definition = self.store.definition(order.joid, order.job_ver)
        facts = self.store.facts(order.joid, order.seq, order.seq)
        if definition is None or not facts:
            return None
        name = definition.value("notification_template")
        template = self.store.object("glob", name) if name else None
        text = template.value("blob_input") if template else ""
        shown = Secrets(self.world.configuration.SecretNames).values(self.world.globals)
        identity = f"{order.seq}.{self.store.setting('store_id') or 0}.{instance}"

        def in_zone(moment: int) -> str:
            return f"{time_of(moment)} ({self.world.zone})"

        return compose(identity, facts[0], definition, text, shown, instance, in_zone)

    def _keep_silent(self, outcome: Outcome) -> None:
        """Without a notifier nobody will ever be told: the orders go no further."""
        if not (self.tells and self.world.configuration.notifies):
            new = [seq for seq, order in outcome.notifications.items() if order and seq not in self.world.notifications]
            self.untold += len(new)
            for seq in new:
                del outcome.notifications[seq]

    def _measure(self, now: int) -> None:
        """What the agent measures, at most once a second: decisions of a turn see one state of the host."""
        if self.measure is not None and now != self._measured:
            self._measured = now
            self.world.readings = self.measure()

    def _heard(self, reports: Iterable[Report]) -> Iterator[Event]:
        """The agent knows runs and no machines: that it works again concerns all that are here."""
        for report in reports:
            if report.code is not EventCode.AGENT_REACHABLE:
                yield event_of(report)
                continue
            for key, how in self.world.counts.items():
                if key.kind == "missing" and how and is_here(self.world, key.name):
                    yield Event(report.code, report.time, name=key.name)

    def _look_at_clock(self, now: int, due: list[Event]) -> Shift:
        """What changes if the clock was set: see `core/clock.py`."""
        by = self.steps.look() if self.steps is not None else 0
        if self.steps is not None and (by or self.steps.is_old):
            self.store.put_setting(steps.KEY, self.steps.text)
        return shifted(self.store, by, now, due) if by else Shift(due)

    def _due(self, now: int) -> list[Event]:
        """What is due, oldest first. A batch never ends among ticks, which are put in order by their boxes (M-05)."""
        limit = BATCH
        while len(due := self.store.due_events(now, limit)) == limit and _is_tick(due[-1]):
            limit *= 2
        return due

    def _attributes(self, definition: Definition) -> tuple[tuple[str, str], ...]:
        """What the agent runs: for a type of the site's own the command of the type, a blank, the job's (jil.md §2)."""
        job_type = definition.job.job_type
        if not job_type.isdigit():
            return definition.attributes
        kind = self.store.object("job_type", job_type)
        command = " ".join(filter(None, (kind.value("command") if kind else "", definition.value("command"))))
        return (*(pair for pair in definition.attributes if pair[0] != "command"), ("command", command))

    def _attach(self, event: Event, outcomes: list[Outcome]) -> None:
        """Events about definitions carry what `jil` stored, those about alarms the alarm; the core reads nothing."""
        if event.code is EventCode.DEFINITION_CHANGED:
            if not self._attach_known(event):
                self._attach_stored(event, outcomes)
        elif event.code is EventCode.MACHINE_CHANGED:
            event.machine = self.store.machine(event.name)
        elif event.code in (EventCode.CALENDAR_CHANGED, EventCode.TIMEZONE_CHANGED) and self.read_timetable is not None:
            event.timetable = self.read_timetable()
        elif event.code is EventCode.CHANGE_ALARM and event.value.isdecimal():
            number = int(event.value)
            event.alarm = next((each.alarms[number] for each in reversed(outcomes) if number in each.alarms), None)
            event.alarm = event.alarm or self.store.alarm(number)
        elif event.code is EventCode.RESOURCE_CHANGED:
            thing = self.store.object("resource", event.name, event.value.rpartition(" ")[0])
            event.resource = resource_of(thing) if thing else None

    def _attach_known(self, event: Event) -> bool:
        """True if the world has the stored version: of a hundred thousand jobs that `jil` loaded before the scheduler
        came up none is read twice. What happened to an override alone has an event of its own."""
        world = self.world
        job = world.jobs.get(event.joid)
        definition = world.definitions.get(event.joid, job)
        head = self.store.head(definition.name) if definition is not None and not event.value else None
        if head is None or definition is None or (head.joid, head.job_ver) != (event.joid, definition.job_ver):
            return False
        event.definition = definition
        event.override = job if event.joid in world.definitions else None
        return True

    def _attach_stored(self, event: Event, outcomes: list[Outcome]) -> None:
        definition = self.store.definition(event.joid) if self._is_current(event.joid) else None
        event.definition = definition.job if definition else None
        event.override = self._override(definition.job, outcomes) if definition else None
        if event.definition and event.joid not in self.world.states:
            row = self.store.status(event.joid)
            event.state = row.state if row else None

    def _override(self, job: Job, outcomes: list[Outcome]) -> Job | None:
        """The one that waits; the store still has one that a run of this very turn has used."""
        override = pending_override(self.store, job)
        used = [(use.job.joid, use.job.run_ver) for each in outcomes for use in each.overrides_used]
        return None if override is None or (job.joid, override.run_ver) in used else override

    def _is_current(self, joid: int) -> bool:
        return self.store.status(joid) is not None

    def _step(self, event: Event, now: int) -> Outcome:
        """A step that fails is a bug of ours: the event is put aside with an alarm, the others go on."""
        try:
            return step(self.world, event, now)
        except Exception:
            self.complain(event)
            fact = Fact(self.world.last_seq + 1, EventCode.ALARM, now, now, eoid=event.eoid, joid=event.joid)
            fact.alarm = Alarm.EVENT_HDLR_ERROR
            fact.name = fact.alarm.name
            fact.text = f"{event.code.name} could not be processed"
            job = self.world.jobs.get(event.joid)
            return Outcome(facts=[fact], alarms={fact.seq: alarms.raised(fact, job.name if job else "")})


def _forget_checks(total: Outcome, processed: Iterable[Event]) -> None:
    """A check of a must time that this turn has processed is not stored again by a change or an end that came with it,
    after a downtime; a check still to come is stored once by the store itself."""
    done = {_check_key(event) for event in processed if event.code in MUST_CHECKS}
    if done:
        total.events = [each for each in total.events if each.code not in MUST_CHECKS or _check_key(each) not in done]


def _check_key(event: Event) -> tuple[object, ...]:
    return event.joid, event.job_ver, event.code, event.due, event.value


def event_of(report: Report) -> Event:
    """An agent's report as the event that the core understands."""
    event = Event(report.code, report.time, exit_code=report.exit_code, value=report.text)
    event.joid, event.run_num, event.ntry = report.key
    if report.killed:
        event.status = Status.TERMINATED
    elif report.permanent:
        event.status = Status.FAILURE
    return event


def in_order(world: World, events: list[Event]) -> list[Event]:
    """By priority, due time, arrival; within a second reports, of agents and other instances, before the rest (D-31),
    ticks behind it: outer boxes, inner boxes, jobs (M-05); last the checks of must times, which a start in the same
    second satisfies."""
    if len(events) < 2:
        return events
    return sorted(events, key=lambda event: (event.priority, event.due, *_rank(world, event), event.eoid))


def _rank(world: World, event: Event) -> tuple[int, int]:
    if event.code in REPORTS:
        return -1, 0
    if event.code in MUST_CHECKS:
        return 3, 0
    if not _is_tick(event):
        return 0, 0
    job = world.jobs.get(event.joid)
    if job is None or not job.is_box:
        return 2, 0
    depth = 0
    while job is not None and job.box_joid:
        depth += 1
        job = world.jobs.get(job.box_joid)
    return 1, depth


def _is_tick(event: Event) -> bool:
    return event.code is EventCode.STARTJOB and event.job_ver > 0


def merged(outcomes: list[Outcome]) -> Outcome:
    """What a turn decided: the outcomes of its steps in one, which is the first of them."""
    total, *others = outcomes or [Outcome()]
    for each in others:
        _add(total, each)
    return total


def _add(total: Outcome, part: Outcome) -> None:
    total.facts += part.facts
    total.states |= part.states
    total.runs |= part.runs
    total.events += part.events
    if part.answered and total.effects:  # an order of this very turn that is answered already is no order any more
        total.effects = [effect for effect in total.effects if (effect.kind, effect.key) not in part.answered]
    total.effects += part.effects
    total.answered += part.answered
    total.run_num = max(total.run_num, part.run_num)
    total.globals |= part.globals
    total.machines |= part.machines
    total.externals |= part.externals
    total.instances |= part.instances
    total.counts |= part.counts
    total.pending_from = total.pending_from if part.pending_from is None else part.pending_from
    total.alarms |= part.alarms
    total.messages |= part.messages
    total.notifications |= part.notifications
    total.overrides_used += part.overrides_used
    total.deleted += part.deleted
    total.stop = total.stop or part.stop
