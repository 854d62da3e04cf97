"""What must hold whatever happens, after every turn: the laws that no rule may break.

* a run begins at most once, and an unforced start finds its gates open (`watch_starts`);
* members are ACTIVATED only in a box that runs, a box is over when its members are, its tally counts them;
* the states in memory are those of the store and those that the past alone gives;
* time never goes back.
"""

from collections.abc import Iterable, Iterator

import pytest

from autosys_py.core import starts
from autosys_py.core.codes import DONE_IN_BOX, FAILED, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Fact, Job, JobState, RunKey
from autosys_py.core.windows import is_inside
from autosys_py.core.world import WAITING, World
from autosys_py.event_server.protocol import EventServer


class Invariants:
    """The laws over one story."""

    def __init__(self) -> None:
        self.folded: dict[int, JobState] = {}
        """The states by the past alone."""
        self.begun: set[RunKey] = set()
        self.activated: set[int] = set()
        """Jobs that an operator set ACTIVATED or STARTING, which is stored and means nothing."""
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
                self._check_job(world, world.jobs[each])

    def check_all(self, world: World, store: EventServer) -> None:
        """The laws for everything, and the store against the world: as much work as there are jobs."""
        for joid, state in world.states.items():
            assert self.folded[joid] == state, f"folding the past of job {joid}"
        rows = store.load()
        assert rows.states == world.states
        assert {run.key: run for run in rows.open_runs} == world.runs
        assert (rows.last_seq, rows.last_run_num) == (world.last_seq, world.last_run_num)
        assert rows.globals == world.globals
        assert {job.joid: job for job in rows.jobs} == world.jobs
        assert set(world.waiting) == {joid for joid, state in world.states.items() if state.status in WAITING}
        for job in world.jobs.values():
            self._check_job(world, job)

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

    def _check_job(self, world: World, job: Job) -> None:
        if job.is_box:
            self._check_box(world, job)
        if job.box_joid and world.states[job.joid].status is Status.ACTIVATED:
            around = list(boxes_around(world, job))
            runs = any(world.states[box].status is Status.RUNNING for box in around)
            assert runs or self.activated & {job.joid, *around}, f"{job.name} is ACTIVATED and no box around it runs"

    def _check_box(self, world: World, job: Job) -> None:
        states = [world.states[joid] for joid in world.members[job.joid]]
        unfinished = sum(state.status not in DONE_IN_BOX for state in states)
        failed = sum(state.status in FAILED for state in states)
        assert world.tallies[job.joid] == (unfinished, failed), f"the tally of {job.name}"
        if world.states[job.joid].status is Status.RUNNING and not unfinished:
            override = job.box_failure if failed else job.box_success
            assert override is not None, f"{job.name} is over and still RUNNING"


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
        start_job(draft, job, state, forced=forced, same_run=same_run)

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


QUEUE_RELEASES = frozenset({EventCode.MACH_ONLINE, EventCode.MACHINE_CHANGED, EventCode.DEFINITION_CHANGED})


def check_gates(draft: Draft, job: Job, *, again: bool) -> None:
    state, box = draft.state(job.joid), draft.box_state(job)
    event = draft.outcome.facts[0]
    by_hand = event.joid == job.joid and bool(event.sent_by)
    released = event.code in QUEUE_RELEASES
    retried = by_hand and event.code is EventCode.RESTART
    moved = again and state.was_idle_run  # its run began outside
    if box is not None and not moved:
        assert box.status is Status.RUNNING, f"{job.name} starts in a box that does not run"
        if not (again or retried):
            assert not starts.started_in_this_run(state, box), f"{job.name} starts twice in one box run"
            assert by_hand or state.status is Status.ACTIVATED, f"{job.name} starts from {state.status.name}"
    unseen = released and draft.world.configuration.EvaluateQueuedJobStarts == "0"
    if again or unseen:
        return
    assert job.condition is None or draft.holds(job.condition, job.joid), f"{job.name} starts with a false condition"
    assert job.schedule is None or state.latched or by_hand or released, f"{job.name} starts before its time"
    assert retried or is_inside(draft, job), f"{job.name} starts outside its run window"
