"""What must hold whatever happens: small random estates, random operators, random outcomes, random crashes.

A seed is a story. It plays on the real engine, and after every turn the world is held against what no rule may ever
break (`Watched._check`). A seed that fails says so, with the last facts; play it again alone with
`PROPERTY_SEEDS=17:18 pytest tests/core/test_properties.py`, or many with `PROPERTY_SEEDS=200:5000`.
"""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core import starts
from autosys_py.core.admission import admit
from autosys_py.core.codes import DONE_IN_BOX, FAILED, QUEUED, AlarmState, EventCode, Status
from autosys_py.core.condition import UNLIMITED, Atom, Condition, Kind, atom_holds
from autosys_py.core.configuration import Configuration
from autosys_py.core.draft import Draft
from autosys_py.core.lines import lines_of, priority_of
from autosys_py.core.model import CountKey, Event, Fact, Job, JobState, Outcome, ResourceKey, RunKey, members_of
from autosys_py.core.overrides import JOB_VER, RUN_NUM, pending
from autosys_py.core.windows import is_inside
from autosys_py.core.world import WAITING, Tally, load_keys
from autosys_py.scheduler.overrides import pending_overrides
from tests.engine import Engine
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
BEGIN = 1_738_584_000
SHOWN = 20
"""Facts that a failing seed shows."""
TURNS = 150
"""In one stretch; two jobs in ON_NOEXEC mode that start each other would go on every second."""

FIRST, _, LAST = os.environ.get("PROPERTY_SEEDS", "0:200").partition(":")


@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST)))
def test_nothing_that_must_hold_is_ever_broken(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    watch_starts(monkeypatch)
    play(seed)


def play(seed: int) -> list[Fact]:
    """The story of one seed; returns its past."""
    story = Story(seed)
    try:
        story.play()
    except Exception as error:
        last = "\n".join(map(told, story.engine.facts[-SHOWN:]))
        again = f"PROPERTY_SEEDS={seed}:{seed + 1} pytest tests/core/test_properties.py"
        raise AssertionError(f"seed {seed}: {error!r}\n{again}\n{story.jil}\n{last}") from error
    return story.engine.facts


def told(fact: Fact) -> str:
    """A fact without what is empty; behind the arrow the fact that caused it."""
    shown = {name: getattr(fact, name) for name in ("joid", "run_num", "ntry", "name", "value", "sent_by", "notes")}
    details = " ".join(f"{name}={value}" for name, value in shown.items() if value)
    status = fact.status.name if fact.status else ""
    return f"{fact.seq:4} <- {fact.cause:4} +{fact.time - BEGIN:5} {fact.code.name} {status} {details} {fact.changes}"


class Crash(Exception):
    """The scheduler dies inside a turn."""


class Watched(Engine):
    """An engine that crashes now and then and is looked at after every turn."""

    def __init__(self, chance: Random, configuration: Configuration) -> None:
        super().__init__(BEGIN, UTC, configuration)
        self.chance = chance
        self.folded: dict[int, JobState] = {}
        """The states by the past alone."""
        self.begun: set[RunKey] = set()
        self.alarms: dict[int, AlarmState] = {}
        """Alarms by the past alone."""
        self.ordered: set[int] = set()
        """What people were ever to be told of."""
        self.activated: set[int] = set()
        """Jobs that an operator set ACTIVATED or STARTING, which is stored and means nothing."""
        self._seen = 0

    def load(self, text: str) -> None:
        load_jil(self.store, text, self.now, self.zone)
        for row in self.store.statuses():
            self.folded.setdefault(row.head.joid, row.state)

    @property
    def is_behind(self) -> bool:
        """Was the last stretch too busy to be played out?"""
        due = self._next()
        return due is not None and due <= self.now

    def run_for(self, seconds: int) -> None:
        moment = self.now + seconds
        for _ in range(TURNS):
            due = self._next()
            if due is None or due > moment:
                break
            self.now = max(self.now, due)
            self._turn()
        self.now = moment

    def _turn(self) -> None:
        fate = self.chance.random()
        if fate < 0.03:
            self._crash_inside()
            return
        super()._turn()
        self._check(self.facts[self._seen :])
        self._seen = len(self.facts)
        if fate < 0.06:
            self.restart()  # committed, not delivered
            self._check([])

    def _crash_inside(self) -> None:
        def die(processed: object, outcome: Outcome, now: int) -> None:
            raise Crash

        self.store.write_turn = die  # type: ignore[method-assign]
        with pytest.raises(Crash):
            super()._turn()
        del self.store.write_turn
        self.restart()

    def _check(self, facts: list[Fact]) -> None:
        world = self.world
        for fact in facts:
            for joid, changes in fact.changes:
                for name, value in changes.items():
                    setattr(self.folded[joid], name, value)
        for joid, state in world.states.items():
            assert self.folded[joid] == state, f"folding the past of job {joid}"
        rows = self.store.load()
        assert rows.states == world.states
        assert {run.key: run for run in rows.open_runs} == world.runs
        assert (rows.last_seq, rows.last_run_num) == (world.last_seq, world.last_run_num)
        assert rows.globals == world.globals
        assert {order.seq: order for order in rows.notifications} == world.notifications
        self.ordered |= set(world.notifications)
        self._fold_alarms(facts)
        assert {job.joid: job for job in rows.jobs} == world.jobs | world.definitions
        self._check_overrides(rows.jobs)
        assert set(world.waiting) == {joid for joid, state in world.states.items() if state.status in WAITING}
        self._check_units()
        self._check_queues()
        for fact in facts:
            self._check_start(fact)
        for joid, job in world.jobs.items():
            if job.is_box:
                self._check_box(job)
            if job.box_joid and world.states[joid].status is Status.ACTIVATED:
                around = list(boxes_around(self, job))
                runs = any(world.states[box].status is Status.RUNNING for box in around)
                assert runs or self.activated & {joid, *around}, f"{job.name} is ACTIVATED and no box around it runs"
        given = [order.key for _, order in self.agent.starts]
        assert len(given) == len(set(given)), "a run was started twice"

    def _fold_alarms(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.alarm is not None:
                self.alarms[fact.seq] = AlarmState.OPEN
            elif fact.code is EventCode.CHANGE_ALARM and int(fact.value) in self.alarms:
                self.alarms[int(fact.value)] = max(self.alarms[int(fact.value)], AlarmState[fact.name])
        assert {alarm.number: alarm.state for alarm in self.store.alarms(every=True)} == self.alarms

    def _check_overrides(self, jobs: list[Job]) -> None:
        """The world has the overrides of the store, and a run has the one that says so, whichever try it is."""
        world = self.world
        laid = pending_overrides(self.store, jobs)
        assert laid == {joid: world.jobs[joid] for joid in world.definitions}
        used = [each for each in self.store.objects("override") if each.value(RUN_NUM)]
        for each in used:
            runs = self.store.runs(world.names[each.name], 100_000)
            of_override = {str(run.key.run_num) for run in runs if str(run.job_ver) == each.value(JOB_VER)}
            assert of_override == {each.value(RUN_NUM)}, f"override {each.part} of {each.name} is not of one run"
        for run in world.runs.values():
            if run.key.joid in world.jobs:
                name = world.jobs[run.key.joid].name
                of_run = [each for each in used if each.name == name and each.value(JOB_VER) == str(run.job_ver)]
                assert all(each.value(RUN_NUM) == str(run.key.run_num) for each in of_run)
                is_latest = world.states[run.key.joid].run_num == run.key.run_num
                if of_run and is_latest and world.states[run.key.joid].ntry == run.key.ntry:
                    assert world.overridden[run.key.joid].override_ver == run.job_ver

    def _check_units(self) -> None:
        """Load is that of open runs, held units are those of states, and nobody holds what a run's end gives back."""
        world = self.world
        loads: Counter[tuple[str, str]] = Counter()
        for run in world.runs.values():
            for key in load_keys(run):
                loads[key] += run.job_load
        assert {key: units for key, units in world.loads.items() if units} == {k: v for k, v in loads.items() if v}
        held: Counter[ResourceKey] = Counter()
        for joid, state in world.states.items():
            for each in state.holds:
                if each.free != "D":
                    held[ResourceKey(each.name, each.machine)] += each.units
            if not any(run.key.joid == joid for run in world.runs.values()):
                assert all(each.free in "YN" for each in state.holds), f"job {joid} still holds {state.holds}"
        assert {key: units for key, units in world.held.items() if units} == dict(held)
        for key, resource in world.resources.items():
            assert held[key] <= resource.amount, f"{held[key]} units of {key} are held"
            assert 0 <= world.counts.get(CountKey("consumed", *key), 0) <= resource.amount
        assert self.store.counts() == world.counts

    def _check_queues(self) -> None:
        """Everybody stands in the lines of his status, and nobody waits who could go on."""
        world = self.world
        for joid, state in world.states.items():
            job = world.jobs[joid]
            wanted = set(lines_of(job, state.status))
            assert {line for line, place in world.lines.everybody() if place.joid == joid} == wanted, job.name
            if state.status in QUEUED and not self.behind():
                draft = Draft(world, self.now)
                verdict = admit(draft, draft.job_to_start(joid), forced=state.forced)
                goes_on = verdict.status is not Status.STARTING and state.status is not Status.PEND_MACH
                waits = verdict.status is state.status or (goes_on and verdict.status is not Status.RESWAIT)
                assert waits, f"{job.name} waits in {state.status.name}, but {verdict}"

    def behind(self) -> bool:
        """Is something due that has not been processed, QUE_RECOVERY after a restart among it?"""
        due = self.store.next_due()
        return not self._turns.is_up or (due is not None and due <= self.now)

    def _check_start(self, fact: Fact) -> None:
        """A run begins with a fact of its own, once."""
        begins = any("last_start" in changes and "box_ntry" in changes for _, changes in fact.changes)
        if begins:
            key = RunKey(fact.joid, fact.run_num, fact.ntry)
            assert key not in self.begun, f"{key} began twice"
            self.begun.add(key)

    def _check_box(self, job: Job) -> None:
        states = [self.world.states[joid] for joid in self.world.members[job.joid]]
        unfinished = sum(state.status not in DONE_IN_BOX for state in states)
        failed = sum(state.status in FAILED for state in states)
        activated = sum(state.status is Status.ACTIVATED for state in states)
        assert self.world.tallies[job.joid] == Tally(unfinished, failed, activated), f"the tally of {job.name}"
        if self.world.states[job.joid].status is Status.RUNNING and not unfinished:
            override = job.box_failure if failed else job.box_success
            assert override is not None, f"{job.name} is over and still RUNNING"
        if self.configuration.BoxDeadlock == "FAILURE" and self.world.states[job.joid].status is Status.RUNNING:
            assert not is_deadlocked(self, job.joid), f"{job.name} is deadlocked and still RUNNING"


def is_deadlocked(engine: Engine, box: int) -> bool:
    """Rule B-31 from scratch: everything that can still start is found, round by round, and nothing was.

    Look-back makes an atom false by the mere passing of time, at which nobody looks: here it is taken as still true.
    """
    world = engine.world
    inside = {joid for joid, job in world.jobs.items() if box in boxes_around(engine, job)}
    members = [joid for joid in world.jobs if world.jobs[joid].box_joid == box]
    unfinished = [joid for joid in members if world.states[joid].status not in DONE_IN_BOX]
    waiting = [joid for joid in unfinished if world.states[joid].status is Status.ACTIVATED]
    if not waiting or waiting != unfinished:
        return False
    startable: set[int] = set()

    def may_be(atom: Atom, asker: int) -> bool:
        named = world.names.get(atom.name) if atom.kind is not Kind.VALUE else None
        if named is None or named not in inside or named in startable:
            return True
        if world.states[named].is_live or world.states[named].status in WAITING:
            return True
        if atom.lookback:
            atom = atom._replace(lookback=UNLIMITED)
        return atom_holds(atom, world, world.asker(asker), engine.now)

    def may_start(joid: int) -> bool:
        job, state = world.jobs[joid], world.states[joid]
        if job.schedule is not None and not state.latched:
            return state.next_start is not None
        if job.condition is None:
            return True
        truths = iter([may_be(atom, joid) for atom in job.condition.atoms])
        constants = tuple(Atom(Kind.VALUE, "on" if next(truths) else "off", comparison="=", operand=1) for _ in
                          job.condition.atoms)  # fmt: skip
        return Condition(constants, job.condition.program).holds(Constants(), world.asker(joid), engine.now)

    while more := {joid for joid in waiting if joid not in startable and may_start(joid)}:
        startable |= more
        startable |= {joid for joid in inside if more & set(boxes_around(engine, world.jobs[joid]))}
    return not startable


class Constants:
    """A view with one global that is 1 and one that is 0."""

    def state_named(self, name: str, instance: str) -> None:
        return None

    def global_value(self, name: str) -> str:
        return "1" if name == "on" else "0"


def boxes_around(engine: Engine, job: Job) -> Iterator[int]:
    while job.box_joid in engine.world.jobs:
        yield job.box_joid
        job = engine.world.jobs[job.box_joid]


def watch_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at every start at its very moment: an unforced one must find its gates open."""
    start_job, start_box, bypass = starts._start_job, starts.start_box, starts.bypass

    def watched_job(draft: Draft, job: Job, state: JobState, *, forced: bool, same_run: bool) -> None:
        if not forced:
            check_gates(draft, job, again=same_run)
        priority = priority_of(job, state) if state.status in QUEUED else job.priority
        start_job(draft, job, state, forced=forced, same_run=same_run)
        check_load(draft, job, is_tested=not forced and priority > 0)

    def watched_box(draft: Draft, box: int, *, forced: bool = False) -> None:
        if not forced:
            check_gates(draft, draft.job(box), again=False)
        start_box(draft, box, forced=forced)

    def watched_bypass(draft: Draft, joid: int, *, forced: bool = False) -> None:
        if not forced:
            check_gates(draft, draft.job(joid), again=False)
        bypass(draft, joid, forced=forced)

    monkeypatch.setattr(starts, "_start_job", watched_job)
    monkeypatch.setattr(starts, "start_box", watched_box)
    monkeypatch.setattr(starts, "bypass", watched_bypass)


def check_load(draft: Draft, job: Job, *, is_tested: bool) -> None:
    """What was tested fits: on the machine, and in its share of the virtual one (rule L-01)."""
    state = draft.state(job.joid)
    if state.status is not Status.STARTING or not (is_tested and job.job_load):
        return
    machine = draft.world.machines.get(state.machine)
    if machine is not None and machine.max_load is not None:
        assert draft.load(state.machine) <= machine.max_load, f"{job.name} overloads {state.machine}"
    for virtual in draft.world.virtuals.get(state.machine, {}):
        for member in members_of(draft.world.machines[virtual]):
            if job.machine == virtual and member.name == state.machine and member.max_load is not None:
                assert draft.load(state.machine, virtual) <= member.max_load, f"{job.name} overloads {virtual}"


QUEUE_RELEASES = frozenset(
    {
        EventCode.MACH_ONLINE,
        EventCode.MACHINE_CHANGED,
        EventCode.DEFINITION_CHANGED,
        EventCode.RESOURCE_CHANGED,
        EventCode.PEND_MACH_RELEASE,
        EventCode.QUE_RECOVERY,
    }
)


def check_gates(draft: Draft, job: Job, *, again: bool) -> None:
    state, box = draft.state(job.joid), draft.box_state(job)
    event = draft.outcome.facts[0]
    by_hand = event.joid == job.joid and bool(event.sent_by)
    released = event.code in QUEUE_RELEASES
    retried = by_hand and event.code is EventCode.RESTART
    moved = again and state.was_idle_run  # its run began outside
    if box is not None and not moved:
        by_hand_only = again and box.status is Status.STARTING  # stored and means nothing
        assert box.status is Status.RUNNING or by_hand_only, f"{job.name} starts in a box that does not run"
        if not (again or retried):
            assert not starts.started_in_this_run(state, box), f"{job.name} starts twice in one box run"
            assert by_hand or state.status in (Status.ACTIVATED, *QUEUED), f"{job.name} starts from {state.status.name}"
    released = released or state.status in QUEUED
    unseen = released and draft.world.configuration.EvaluateQueuedJobStarts == "0"
    if again or unseen:
        return
    assert job.condition is None or draft.holds(job.condition, job.joid), f"{job.name} starts with a false condition"
    assert job.schedule is None or state.latched or by_hand or released, f"{job.name} starts before its time"
    assert retried or is_inside(draft, job), f"{job.name} starts outside its run window"


class Story:
    """An estate and what happens to it, all from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        keys = {
            "RestrictForceStart": self.chance.choice("0111"),
            "MissedMemberTick": self.chance.choice(["lost", "latched"]),
            "MaxRestartTrys": 2,
            "EvaluateQueuedJobStarts": self.chance.choice("0112"),
            "NotifySMTPServer": "mail.example",
            "BoxDeadlock": self.chance.choice(["RUNNING", "FAILURE"]),
            "GlobalAutoHold": self.chance.choice("00000000000000000001"),
            "MachineMethod": self.chance.choice(["vmstat", "job_load", "roundrobin", "roundrobin_jobload"]),
            "GlobalPendMachStatus": self.chance.choice(["PEND_MACH"] * 6 + ["INACTIVE", "FAILURE", "ON_ICE"]),
            "GlobalPendMachDelay": self.chance.choice([0, 90]),
        }
        self.people = Random(seed + 2)
        """What concerns alarms and mails has its own chance, so that the rest of a story is the same without it."""
        self.engine = Watched(Random(seed + 1), Configuration(**keys))  # type: ignore[arg-type]
        self.names: list[str] = []
        self.boxes: dict[str, int] = {}
        """Name and depth."""
        self.jil = ""

    def play(self) -> None:
        self.jil = "\n".join([*self._machines(), *self._resources(), *self._estate()])
        self.engine.load(self.jil)
        for name in self.names:
            for start in range(4):
                self.engine.agent.plan(name, self._outcome(), start)
        for _ in range(self.chance.randint(10, 30)):
            self._act()
            self._look_after_alarms()
            self.engine.run_for(self.chance.choice([0, 0, 1, 30, 60, 300, 1200]))
        self.engine.run_for(3600)
        if self.engine.is_behind:
            return
        for run in self.engine.world.runs.values():
            job = self.engine.world.jobs.get(run.key.joid)
            assert job is None or job.is_box or run.start > self.engine.now - 1800, f"{run} was forgotten"
        self.engine.letters.trouble = ""
        self.engine.run_for(2 * 3600)
        if not self.engine.is_behind:
            assert not [order for order in self.engine.world.notifications.values() if order.tries]
            told = {letter.seq for letter in self.engine.letters.sent}
            assert self.engine.ordered - set(self.engine.world.notifications) <= told

    # The estate

    def _machines(self) -> Iterator[str]:
        for name in MACHINES:
            yield f"insert_machine: {name}  node_name: localhost  {self._limit(0.8)}"
        yield f"insert_machine: v  machine: m  {self._limit(0.3)}  machine: m2  {self._limit(0.3)}"

    def _limit(self, likelihood: float) -> str:
        return f"max_load: {self.chance.choice([10, 10, 15, 20])}" if self.chance.random() < likelihood else ""

    def _resources(self) -> Iterator[str]:
        yield f"insert_resource: r  res_type: R  amount: {self.chance.randint(1, 3)}"
        yield f"insert_resource: r  res_type: R  amount: {self.chance.randint(1, 3)}  machine: m2"
        yield f"insert_resource: d  res_type: D  amount: {self.chance.randint(2, 8)}"
        yield f"insert_resource: t  res_type: T  amount: {self.chance.randint(1, 2)}"

    def _demands(self, *, is_box: bool) -> str:
        chance = self.chance
        amount = chance.choice(["1", "1", "2", "ALL"])
        groups = [
            f"(r, QUANTITY={amount}, FREE={chance.choice('YYNA')})",
            f"(d, QUANTITY={chance.choice(['1', '2'])})",
            f"(t, QUANTITY={chance.choice(['1', '2'])})",
        ]
        if not is_box:
            groups.append("(SYSTEM_CPU_COUNT, VALUEOP=GT, VALUE=1)")
        return " AND ".join(chance.sample(groups, chance.choice([1, 1, 2])))

    def _estate(self) -> Iterator[str]:
        for number in range(self.chance.randint(3, 9)):
            yield self._job(f"j{number}")

    def _job(self, name: str) -> str:
        chance = self.chance
        is_box = chance.random() < 0.35
        parts = [f"insert_job: {name}", "job_type: box" if is_box else "job_type: cmd  command: x"]
        there = self.engine.world.names if self.jil else self.names
        inside = [box for box, depth in self.boxes.items() if depth < 3 and box in there]
        depth = 1
        if inside and chance.random() < 0.8:
            box = chance.choice(inside)
            depth = self.boxes[box] + 1
            parts += [f"box_name: {box}", *self._some(0.15, "box_terminator: 1"), *self._some(0.2, "job_terminator: 1")]
            parts += self._some(0.1, "auto_hold: 1")
        self.names.append(name)
        if is_box:
            self.boxes[name] = depth
            for override in ("box_success", "box_failure"):
                parts += self._some(0.15, f"{override}: {self._condition()}")
        else:
            parts += [f"machine: {chance.choice(VALUES)}", *self._some(0.3, "n_retrys: 2")]
            parts += self._some(0.8, f"job_load: {chance.choice([5, 10, 10, 15])}")
            parts += self._some(0.8, f"priority: {chance.choice([1, 1, 2, 3])}")
        parts += self._some(0.25, f"resources: {self._demands(is_box=is_box)}")
        parts += self._some(0.4, f"condition: {self._condition()}")
        parts += self._some(0.15, f"term_run_time: {chance.randint(1, 5)}")
        parts += self._some(0.1, "max_run_alarm: 2  min_run_alarm: 1")
        parts += self._some(0.25, f"date_conditions: 1  {self._dates()}")
        if self.people.random() < 0.5:
            parts += [f"send_notification: {self.people.choice('yf')}", "notification_alarm_types: JOBFAILURE, CHASE"]
            parts.append("notification_emailaddress: ops@example.com")
        return "  ".join(parts)

    def _some(self, likelihood: float, text: str) -> list[str]:
        return [text] if self.chance.random() < likelihood else []

    def _dates(self) -> str:
        return self.chance.choice(
            [
                "start_mins: 5,25,45",
                'start_times: "12:10,12:50,14:00"',
                'run_window: "12:10-12:40"',
                'start_mins: 0,20,40  run_window: "12:05-12:50"',
            ]
        )

    def _condition(self) -> str:
        text = self._atom()
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            text = f"({text}) {self.chance.choice('&|')} {self._atom()}"
        return text

    def _atom(self) -> str:
        chance = self.chance
        name = f"j{chance.randint(0, 8)}"
        if chance.random() < 0.1:
            return f'v(G) = "{chance.choice("YN")}"'
        if chance.random() < 0.1:
            return f"e({name}) > 1"
        lookback = chance.choice(["", "", "", ",0", ",00.30"])
        return f"{chance.choice('sssfddtn')}({name}{lookback})"

    def _outcome(self) -> SimulatedOutcome:
        chance = self.chance
        if chance.random() < 0.08:
            return SimulatedOutcome(0, start_failure="no memory", permanent=chance.random() < 0.3)
        return SimulatedOutcome(chance.choice([0, 1, 60, 90, 600]), chance.choice([0, 0, 0, 0, 1, 3, -9, None]))

    # What happens

    def _act(self) -> None:
        chance, world = self.chance, self.engine.world
        if chance.random() < 0.12:
            self._define()
            return
        if chance.random() < 0.06 and world.names:
            self.engine.run_for(0)
            self._override(chance.choice(sorted(self.engine.world.names)))
            return
        if chance.random() < 0.06:
            self.engine.restart()
        if chance.random() < 0.15:
            self._rush()
            return
        event = Event(chance.choice(EVENTS), self.engine.now, sent_by="operator@host")
        event.joid = chance.choice([*world.jobs, *world.jobs, 99])
        match event.code:
            case EventCode.CHANGE_STATUS:
                event.status = chance.choice([*STATUSES, *STATUSES, *Status, None])
                if event.status in (Status.ACTIVATED, Status.STARTING):
                    self.engine.activated |= {event.joid}
            case EventCode.SET_GLOBAL:
                event.joid, event.name, event.value = 0, "G", chance.choice(["Y", "N", "DELETE"])
            case EventCode.MACH_OFFLINE | EventCode.MACH_ONLINE:
                event.joid, event.name = 0, chance.choice(["m", "m", "m2", "localhost", "v", "nowhere", ""])
            case EventCode.CHANGE_PRIORITY:
                event.value = chance.choice(["0", "1", "2", "9", "x"])
            case _:
                event.value = chance.choice(["", "", "", "15,9", "abc", "-1"])
        self.engine.send(event)

    def _look_after_alarms(self) -> None:
        chance, engine = self.people, self.engine
        engine.letters.trouble = chance.choice(["", "", "refused"])
        if engine.alarms and chance.random() < 0.3:
            number = chance.choice([*engine.alarms, 0])
            event = Event(EventCode.CHANGE_ALARM, engine.now, sent_by="operator@host", value=str(number))
            event.name = chance.choice(["ACKNOWLEDGED", "CLOSED"])
            engine.send(event)

    def _rush(self) -> None:
        """Everything is to start at once."""
        code = self.chance.choice([EventCode.STARTJOB] * 3 + [EventCode.FORCE_STARTJOB])
        for joid in self.chance.sample(sorted(self.engine.world.jobs), len(self.engine.world.jobs)):
            self.engine.send(Event(code, self.engine.now, joid=joid, sent_by="operator@host"))

    def _define(self) -> None:
        chance, world = self.chance, self.engine.world
        self.engine.run_for(0)
        names = sorted(world.names)
        if chance.random() < 0.3:
            self.engine.load(self._other_definition())
        elif chance.random() < 0.4 and len(self.names) < 14:
            self.engine.load(self._job(f"j{len(self.names)}"))
        elif names:
            name = chance.choice(names)
            joid = world.names[name]
            boxes = [box for box in self.boxes if box in world.names]
            is_command = name not in self.boxes
            if chance.random() < 0.2 and is_command and not world.states[joid].is_live:
                self.engine.load(f"delete_job: {name}")
            elif chance.random() < 0.4:
                self._override(name)
            elif world.states[joid].status is not Status.STARTING and not world.states[joid].holds:
                change = chance.choice([f"condition: {self._condition()}", "max_run_alarm: 1"])
                if is_command and chance.random() < 0.4:
                    change = chance.choice(
                        [
                            "job_load: 5  priority: 1",
                            "priority: 0",
                            f"machine: {chance.choice(VALUES)}",
                            f"resources: {self._demands(is_box=False)}",
                            "resources:",
                        ]
                    )
                is_iced = world.states[joid].status is Status.ON_ICE
                if boxes and is_command and not is_iced and chance.random() < 0.4:
                    change = f"box_name: {chance.choice(boxes)}"
                self.engine.load(f"update_job: {name}  {change}")

    def _override(self, name: str) -> None:
        """Values for the next run, or none any more; such as do not fit the job are left out."""
        chance = self.chance
        waiting = pending(self.engine.store.objects("override", name))
        if waiting is not None and chance.random() < 0.3:
            self.engine.load(f"override_job: {name} delete")
            return
        values = [f"command: /bin/o{len(self.engine.facts)}"] if name not in self.boxes else ["max_run_alarm: 1"]
        values += self._some(0.4, chance.choice([f"condition: {self._condition()}", "condition: NULL"]))
        times = "start_times: NULL  start_mins: "
        values += self._some(0.3, chance.choice([f"date_conditions: 1  {times}5,10", "date_conditions: 0"]))
        values += self._some(0.2, chance.choice(['run_window: "12:20-13:30"', "run_window: NULL"]))
        values += self._some(0.2, "n_retrys: 1") + self._some(0.1, "auto_hold: 1") + self._some(0.2, "term_run_time: 2")
        if name not in self.boxes:
            values += self._some(0.3, f"machine: {chance.choice(['localhost', 'm'])}")
        self.engine.load(f"override_job: {name}  {'  '.join(values)}")

    def _other_definition(self) -> str:
        """A machine or a resource changes; never to less than what is in use."""
        chance = self.chance
        return chance.choice(
            [
                f"update_machine: {chance.choice(MACHINES)}  max_load: {chance.choice([10, 20, 40])}",
                "update_resource: r  amount: +1",
                "update_resource: r  amount: +1  machine: m2",
                "update_resource: d  amount: +2",
                "update_resource: d  amount: 9",
                "update_resource: t  amount: 2",
            ]
        )


MACHINES = ("m", "m2")
VALUES = ("localhost", "m", "m", "m2", "v", "m,m2")

EVENTS = [
    *[EventCode.STARTJOB] * 8,
    *[EventCode.FORCE_STARTJOB] * 4,
    *[EventCode.KILLJOB] * 3,
    *[EventCode.CHANGE_STATUS] * 5,
    *[EventCode.SET_GLOBAL] * 2,
    *[EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE] * 2,
    *[EventCode.JOB_ON_HOLD, EventCode.JOB_OFF_HOLD] * 2,
    *[EventCode.JOB_ON_ICE, EventCode.JOB_OFF_ICE, EventCode.JOB_ON_NOEXEC, EventCode.JOB_OFF_NOEXEC],
    *[EventCode.RESTART, EventCode.JOB_STATUS_CHANGED, EventCode.SEND_SIGNAL, *[EventCode.CHANGE_PRIORITY] * 3],
    *[EventCode.RELEASE_RESOURCE] * 2,
    *[EventCode.DELETEJOB, EventCode.REPLY_RESPONSE, EventCode.COMMENT, EventCode.ALARM, EventCode.CHK_BOX_TERM],
]

STATUSES: list[Any] = [Status.SUCCESS, Status.FAILURE, Status.TERMINATED, Status.INACTIVE, Status.RUNNING]
