"""What must hold whatever happens, after every turn: the laws that no rule may break.

* a run begins at most once, and an unforced start finds its gates open (`watch_starts`);
* members are ACTIVATED only in a box that runs, a box is over when its members are, its tally counts them;
* load and units in use are those of what runs or holds them, and nobody waits who could go on;
* the states in memory are those of the store and those that the past alone gives; so are alarms and overrides;
* who waits for an answer has asked, who waits for a restart has a timer;
* time never goes back, the next start of each job is stored and the one that its schedule says;
* a missed must time is said once, jobs of other instances stand where the past says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from autosys_py.core import starts
from autosys_py.core.admission import admit
from autosys_py.core.codes import DONE_IN_BOX, FAILED, QUEUED, AlarmState, EventCode, Status
from autosys_py.core.condition import UNLIMITED, Atom, Condition, Kind, atom_holds
from autosys_py.core.draft import Draft
from autosys_py.core.exclusions import is_excluded
from autosys_py.core.external import fold
from autosys_py.core.lines import lines_of, priority_of
from autosys_py.core.model import CountKey, Fact, Job, JobState, ResourceKey, RunKey, members_of
from autosys_py.core.overrides import JOB_VER, RUN_NUM
from autosys_py.core.windows import is_inside
from autosys_py.core.world import WAITING, Tally, World, load_keys
from autosys_py.event_server.protocol import EventServer
from autosys_py.scheduler.overrides import pending_overrides
from autosys_py.scheduler.turn import MUST_CHECKS


class Invariants:
    """The laws over one story."""

    def __init__(self, *, keeps_past: bool = True) -> None:
        self._keeps_past = keeps_past
        """Does the store keep what is over? Then its alarms are those of the past."""
        self.folded: dict[int, JobState] = {}
        """The states by the past alone."""
        self.begun: set[RunKey] = set()
        self.activated: set[int] = set()
        """Jobs that an operator set ACTIVATED or STARTING, which is stored and means nothing."""
        self.alarms: dict[int, AlarmState] = {}
        """Alarms by the past alone."""
        self.externals: dict[str, JobState | None] = {}
        """Jobs of other instances by the past alone."""
        self.missed: set[tuple[int, EventCode, str]] = set()
        """Must times that were said to be missed: job, which of the two, scheduled start."""
        self.ordered: set[int] = set()
        """What people were ever to be told of."""
        self._moment = 0
        self._seq = 0

    def meet(self, store: EventServer) -> None:
        """Takes in the first states of jobs not seen before."""
        for row in store.statuses():
            self.folded.setdefault(row.head.joid, row.state)

    def check_turn(self, world: World, facts: Iterable[Fact], now: int) -> None:
        """The laws for what a turn touched."""
        touched: dict[int, None] = {}
        for fact in facts:
            self._check_time(fact, now)
            self._check_start(fact)
            self._fold_alarm(fact)
            self._check_must_time(fact)
            if fact.code is EventCode.EXTERNAL_DEPENDENCY:
                self.externals[fact.name] = fold(self.externals.get(fact.name), fact)
            for joid, changes in fact.changes:
                touched[joid] = None
                for name, value in changes.items():
                    setattr(self.folded[joid], name, value)
        for joid in touched:
            job = world.jobs.get(joid)
            if job is None:
                continue
            assert self.folded[joid] == world.states[joid], f"folding the past of job {joid}"
            for each in (joid, *boxes_around(world, job)):
                self._check_job(world, world.jobs[each], now)

    def check_all(self, world: World, store: EventServer, now: int, *, is_settled: bool) -> None:
        """The laws for everything, and the store against the world: as much work as there are jobs. `is_settled`:
        nothing is due that was not processed, QUE_RECOVERY after a restart among it."""
        for joid, state in world.states.items():
            assert self.folded[joid] == state, f"folding the past of job {joid}"
        rows = store.load()
        assert rows.states == world.states
        assert {run.key: run for run in rows.open_runs} == world.runs
        assert (rows.last_seq, rows.last_run_num) == (world.last_seq, world.last_run_num)
        assert rows.globals == world.globals
        assert rows.externals == world.externals == self.externals
        assert {job.joid: job for job in rows.jobs} == world.jobs | world.definitions
        assert {order.seq: order for order in rows.notifications} == world.notifications
        self.ordered |= set(world.notifications)
        _check_restarts(world, store)
        if self._keeps_past:
            assert {alarm.number: alarm.state for alarm in store.alarms(every=True)} == self.alarms
        _check_overrides(world, store, rows.jobs)
        _check_units(world)
        assert store.counts() == world.counts
        _check_queues(world, now, is_settled=is_settled)
        if is_settled:
            _check_ticks(world, store, now)
        assert set(world.waiting) == {joid for joid, state in world.states.items() if state.status in WAITING}
        for job in world.jobs.values():
            self._check_job(world, job, now)

    def _check_time(self, fact: Fact, now: int) -> None:
        assert self._moment <= fact.processed <= now, f"fact {fact.seq} was processed before the one before it"
        assert fact.time <= fact.processed, f"fact {fact.seq} happened after it was processed"
        assert fact.seq == self._seq + 1 or not self._seq, f"fact {fact.seq} follows {self._seq}"
        self._moment, self._seq = fact.processed, fact.seq

    def _check_start(self, fact: Fact) -> None:
        """A run begins with a fact of its own, once."""
        begins = any("last_start" in changes and "box_ntry" in changes for _, changes in fact.changes)
        if begins:
            key = RunKey(fact.joid, fact.run_num, fact.ntry)
            assert key not in self.begun, f"{key} began twice"
            self.begun.add(key)

    def _check_must_time(self, fact: Fact) -> None:
        if fact.code in MUST_CHECKS:
            missed = (fact.joid, fact.code, fact.value)
            assert missed not in self.missed, f"{missed} is said to be missed twice"
            self.missed.add(missed)

    def _fold_alarm(self, fact: Fact) -> None:
        if fact.alarm is not None:
            self.alarms[fact.seq] = AlarmState.OPEN
        elif fact.code is EventCode.CHANGE_ALARM and int(fact.value) in self.alarms:
            self.alarms[int(fact.value)] = max(self.alarms[int(fact.value)], AlarmState[fact.name])

    def _check_job(self, world: World, job: Job, now: int) -> None:
        if job.is_box:
            _check_box(world, job, now)
        if job.box_joid and world.states[job.joid].status is Status.ACTIVATED:
            around = list(boxes_around(world, job))
            runs = any(world.states[box].status is Status.RUNNING for box in around)
            assert runs or self.activated & {job.joid, *around}, f"{job.name} is ACTIVATED and no box around it runs"


def _check_box(world: World, job: Job, now: int) -> None:
    states = [world.states[joid] for joid in world.members[job.joid]]
    unfinished = sum(state.status not in DONE_IN_BOX for state in states)
    failed = sum(state.status in FAILED for state in states)
    activated = sum(state.status is Status.ACTIVATED for state in states)
    assert world.tallies[job.joid] == Tally(unfinished, failed, activated), f"the tally of {job.name}"
    if world.states[job.joid].status is Status.RUNNING:
        if not unfinished:
            override = job.box_failure if failed else job.box_success
            assert override is not None, f"{job.name} is over and still RUNNING"
        if world.configuration.BoxDeadlock == "FAILURE":
            assert not is_deadlocked(world, job.joid, now), f"{job.name} is deadlocked and still RUNNING"


def _check_overrides(world: World, store: EventServer, jobs: list[Job]) -> None:
    """The world has the overrides of the store, and a run has the one that says so, whichever try it is."""
    laid = pending_overrides(store, jobs)
    assert laid == {joid: world.jobs[joid] for joid in world.definitions}
    used = [each for each in store.objects("override") if each.value(RUN_NUM)]
    for each in used:
        runs = store.runs(world.names[each.name], 100_000)
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


def _check_ticks(world: World, store: EventServer, now: int) -> None:
    """The next start is the one that the schedule says, and will come: no stored start is lost (rule D-04)."""
    for joid, job in world.jobs.items():
        due, chain = world.states[joid].next_start, world.states[joid].chain
        if chain is not None and chain.is_stopped:
            continue  # its starts are withdrawn
        in_this_minute = due is not None and due > now and due - due % 60 == now - now % 60
        assert in_this_minute or due == world.timetable.next_start(job, now), f"{job.name} is to start next at {due}"
        if due is not None:
            stored = {(event.code, event.job_ver, event.due) for event in store.pending_events(joid)}
            assert (EventCode.STARTJOB, job.job_ver, due) in stored, f"nothing will start {job.name} at {due}"


def _check_restarts(world: World, store: EventServer) -> None:
    """Who waits for an answer has asked, who waits for a restart has a timer, and what is submitted is stored."""
    open_messages = {number: each for messages in world.messages.values() for number, each in messages.items()}
    assert {each.number: each for each in store.messages()} == open_messages
    for joid, state in world.states.items():
        job, stored = world.jobs[joid], store.pending_events(joid)
        key = RunKey(joid, state.run_num, state.ntry)
        asked = [each for each in open_messages.values() if each.key == key]
        waits = state.status is Status.WAIT_REPLY
        is_asked = len(asked) == 1 if waits else not asked or job.presubmit_count > 1
        assert is_asked, f"{job.name} is {state.status.name}, asked {asked}"
        if state.status is Status.RESTART:
            wait = str(state.since) if state.is_restart_due else ""
            timers = [each.value for each in stored if each.code is EventCode.CHK_N_START]
            assert wait in timers, f"{job.name} is in RESTART and nothing will start it"
        ticks = {each.due for each in stored if each.code is EventCode.STARTJOB and each.job_ver == job.job_ver}
        assert set(state.later_starts) <= ticks, f"starts of {job.name} that are not stored"
        assert len(state.later_starts) < max(job.presubmit_count, 1)


def _check_units(world: World) -> None:
    """Load is that of open runs, held units are those of states, and nobody holds what a run's end gives back."""
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


def _check_queues(world: World, now: int, *, is_settled: bool) -> None:
    """Everybody stands in the lines of his status, and nobody waits who could go on."""
    for joid, state in world.states.items():
        job = world.jobs[joid]
        wanted = set(lines_of(world.job_to_start(joid), state.status))
        assert {line for line, place in world.lines.everybody() if place.joid == joid} == wanted, job.name
        if state.status in QUEUED and is_settled:
            draft = Draft(world, now)
            forced = (
                state.forced and state.status is not Status.PEND_MACH
            )  # it was tried; now one must be online (L-17)
            verdict = admit(draft, draft.job_to_start(joid), forced=forced)
            goes_on = verdict.status is not Status.STARTING and state.status is not Status.PEND_MACH
            waits = verdict.status is state.status or (goes_on and verdict.status is not Status.RESWAIT)
            assert waits, f"{job.name} waits in {state.status.name}, but {verdict}"


def is_deadlocked(world: World, box: int, now: int) -> bool:
    """Rule B-31 from scratch: everything that can still start is found, round by round, and nothing was.

    Look-back makes an atom false by the mere passing of time, at which nobody looks: here it is taken as still true.
    """
    inside = {joid for joid, job in world.jobs.items() if box in boxes_around(world, job)}
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
        return atom_holds(atom, world, world.states[asker], now)

    def may_start(joid: int) -> bool:
        job, state = world.jobs[joid], world.states[joid]
        if job.schedule is not None and not state.latched:
            return state.next_start is not None
        if job.condition is None:
            return True
        truths = iter([may_be(atom, joid) for atom in job.condition.atoms])
        constants = tuple(Atom(Kind.VALUE, "on" if next(truths) else "off", comparison="=", operand=1) for _ in
                          job.condition.atoms)  # fmt: skip
        return Condition(constants, job.condition.program).holds(Constants(), world.states[joid], now)

    while more := {joid for joid in waiting if joid not in startable and may_start(joid)}:
        startable |= more
        startable |= {joid for joid in inside if more & set(boxes_around(world, world.jobs[joid]))}
    return not startable


class Constants:
    """A view with one global that is 1 and one that is 0."""

    def state_named(self, name: str, instance: str) -> None:
        return None

    def global_value(self, name: str) -> str:
        return "1" if name == "on" else "0"


def boxes_around(world: World, job: Job) -> Iterator[int]:
    while job.box_joid in world.jobs:
        yield job.box_joid
        job = world.jobs[job.box_joid]


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
        EventCode.AGENT_REACHABLE,
        EventCode.AGENT_UNREACHABLE,
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
    restarts = state.is_restart_due  # asks no condition; a new run in place of the one that has ended
    moved = (again or restarts) and state.was_idle_run  # its run began outside
    if box is not None and not moved:
        by_hand_only = (again or restarts) and box.status is Status.STARTING  # stored and means nothing
        assert box.status is Status.RUNNING or by_hand_only, f"{job.name} starts in a box that does not run"
        if not (again or retried or restarts):
            assert not starts.started_in_this_run(state, box), f"{job.name} starts twice in one box run"
            assert by_hand or state.status in (Status.ACTIVATED, *QUEUED), f"{job.name} starts from {state.status.name}"
    released = released or state.status in QUEUED
    unseen = released and draft.world.configuration.EvaluateQueuedJobStarts == "0"
    if again or unseen or restarts:
        return
    assert job.condition is None or draft.holds(job.condition, job.joid), f"{job.name} starts with a false condition"
    assert job.schedule is None or state.latched or by_hand or released, f"{job.name} starts before its time"
    assert retried or is_inside(draft, job), f"{job.name} starts outside its run window"
    assert retried or not is_excluded(draft, job), f"{job.name} starts on an excluded day"
