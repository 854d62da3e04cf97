"""A draft: the world as it would be, and the record of how it came to be so.

A rule reads through the draft and writes to it; nothing reaches the world before `World.apply`. Every write lands
in two places at once, in the state that later rules of the same step see and in the fact that caused it, so what
is not in the past cannot have happened. A draft that is thrown away is a preview.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from autosys_py.core.codes import DONE_IN_BOX, FAILED, LIVE, TERMINAL, Alarm, EventCode, Status
from autosys_py.core.condition import Asker, Condition
from autosys_py.core.model import Effect, EffectKind, Event, Fact, Job, JobState, Outcome, Run, RunKey
from autosys_py.core.world import Tally, World


class Changed(NamedTuple):
    """A status change whose consequences are still to be drawn (rule C-30)."""

    joid: int
    seq: int
    votes_idle: bool
    """It may change a box that is not running (rules B-15, B-34)."""


class Draft:
    """One step in the making."""

    def __init__(self, world: World, now: int) -> None:
        self.world = world
        self.now = now
        self.outcome = Outcome()
        self.changed: deque[Changed] = deque()
        self.begun: dict[int, None] = {}
        """Jobs started in this step: none starts twice, so that jobs which end at once cannot chase each other."""
        self.cause = 0
        self._tallies: dict[int, Tally] = {}
        self._drafted, self._settled = self.outcome.states, world.states

    # Reading

    def job(self, joid: int) -> Job:
        return self.world.jobs[joid]

    def state(self, joid: int) -> JobState:
        state = self._drafted.get(joid)
        return self._settled[joid] if state is None else state

    def box_state(self, job: Job) -> JobState | None:
        """The state of the direct box; None without one (a box that is gone counts as none)."""
        return self.state(job.box_joid) if job.box_joid in self.world.states else None

    def members(self, box: int) -> list[int]:
        members = self.world.members.get(box, [])
        deleted = self.outcome.deleted
        return [joid for joid in members if joid not in deleted] if deleted else members

    def descendants(self, box: int, *, into_live: bool = True) -> Iterator[int]:
        """Everything inside, each box before its members, in definition order; `into_live=False` leaves out what is
        inside a running sub-box."""
        stack = list(reversed(self.members(box)))
        while stack:
            joid = stack.pop()
            yield joid
            if joid in self.world.members and (into_live or self.state(joid).status not in LIVE):
                stack.extend(reversed(self.members(joid)))

    def boxes_around(self, job: Job) -> Iterator[int]:
        """The boxes that contain a job, the direct one first."""
        box = job.box_joid
        while box in self.world.jobs:
            yield box
            box = self.world.jobs[box].box_joid

    def top_box(self, job: Job) -> int:
        """The outermost box around a job; 0 = none."""
        top = 0
        for box in self.boxes_around(job):
            top = box
        return top

    def tally(self, box: int) -> Tally:
        tally = self._tallies.get(box)
        return self.world.tallies[box] if tally is None else tally

    def run(self, key: RunKey) -> Run | None:
        """An open run, or one that ended in this step."""
        return self.outcome.runs.get(key) or self.world.runs.get(key)

    def has_open_run(self, joid: int) -> bool:
        """Is a run of the job's current number still without an end?"""
        state = self.state(joid)
        run = self.run(RunKey(joid, state.run_num, state.ntry))
        return run is not None and run.end is None

    def asker(self, joid: int) -> Asker:
        state = self.state(joid)
        return Asker(state.last_end, state.end_seq)

    def holds(self, condition: Condition, joid: int) -> bool:
        """The truth now of a condition of job `joid`."""
        return condition.holds(self, self.asker(joid), self.now)

    def state_named(self, name: str, instance: str) -> JobState | None:
        """See `condition.View`."""
        if instance:
            return None
        joid = self.world.names.get(name)
        return None if joid is None else self.state(joid)

    def global_value(self, name: str) -> str | None:
        """See `condition.View`."""
        if name in self.outcome.globals:
            return self.outcome.globals[name]
        return self.world.globals.get(name)

    # Writing

    @contextmanager
    def caused_by(self, fact: Fact) -> Iterator[None]:
        """What is recorded inside has `fact` as its cause."""
        cause, self.cause = self.cause, fact.seq
        yield
        self.cause = cause

    def record(self, code: EventCode, joid: int = 0, time: int | None = None, **details: Any) -> Fact:
        """A new row of the past, caused by the present cause; `time` is when it happened, if not now."""
        facts = self.outcome.facts
        seq = self.world.last_seq + len(facts) + 1
        fact = Fact(seq, code, self.now if time is None else time, self.now, self.cause, 0, joid, **details)
        facts.append(fact)
        return fact

    def record_event(self, event: Event) -> Fact:
        """The row of the event being processed; what follows is caused by it."""
        state = self.state(event.joid) if event.joid in self.world.states else None
        fact = self.record(
            event.code,
            event.joid,
            event.due,
            run_num=event.run_num or (state.run_num if state else 0),
            ntry=event.ntry or (state.ntry if state else 0),
            status=event.status,
            exit_code=event.exit_code,
            name=event.name,
            value=event.value,
            sent_by=event.sent_by,
            reason=event.reason,
        )
        fact.eoid = event.eoid
        self.cause = fact.seq
        return fact

    def change(self, fact: Fact, joid: int, **changes: Any) -> JobState:
        """Sets fields of a state other than the status, as part of `fact`."""
        state = self._edit(joid)
        self._set(fact, joid, state, changes)
        return state

    def set_status(
        self,
        joid: int,
        status: Status,
        *,
        fact: Fact | None = None,
        time: int | None = None,
        text: str = "",
        votes_idle: bool = False,
        silent: bool = False,
        **changes: Any,
    ) -> Fact:
        """Enters a status: a CHANGE_STATUS row, or `fact` where the event itself is that row.

        `time` is when it happened; `silent` draws no consequences (EvaluateOnChangeStatus).
        """
        state, job, has_ended = self._edit(joid), self.world.jobs[joid], status in TERMINAL
        when = self.now if time is None else time
        changes["status"] = status
        if state.status is not status:
            self._recount(job, state.status, status)
            changes["since"] = when
        if fact is None:
            fact = self.record(EventCode.CHANGE_STATUS, joid, when)
        if has_ended:
            changes["last_end"] = when
            changes["end_seq"] = fact.seq
        self._set(fact, joid, state, changes)
        fact.status = status
        fact.noexec = state.noexec
        fact.run_num = state.run_num
        fact.ntry = state.ntry
        if text:
            fact.text = text
        if not job.is_box:
            if has_ended or status in LIVE:
                fact.machine = state.machine
            if has_ended:
                fact.exit_code = state.exit_code
        if not silent:
            self.changed.append(Changed(joid, fact.seq, votes_idle))
        return fact

    def delete(self, joid: int) -> None:
        """The definition goes with this step; its box no longer counts it."""
        self._recount(self.job(joid), self.state(joid).status, Status.INACTIVE)
        self.outcome.deleted.append(joid)

    def alarm(self, joid: int, alarm: Alarm, text: str = "") -> Fact:
        """Raises an alarm: a row of the past."""
        state = self.state(joid)
        return self.record(
            EventCode.ALARM,
            joid,
            alarm=alarm,
            name=alarm.name,
            run_num=state.run_num,
            ntry=state.ntry,
            exit_code=state.exit_code if state.status in TERMINAL else None,
            machine="" if self.job(joid).is_box else state.machine,
            text=text,
        )

    def schedule(self, code: EventCode, due: int, joid: int, *, for_run: bool = True, value: str = "") -> None:
        """Stores a timer; bound to the present run unless `for_run` is False (rule E-01)."""
        state = self.state(joid)
        run_num, ntry = (state.run_num, state.ntry) if for_run else (0, 0)
        timer = Event(code, due, joid=joid, job_ver=self.job(joid).job_ver, value=value, sent=self.now)
        timer.run_num, timer.ntry = run_num, ntry
        self.outcome.events.append(timer)

    def order(self, kind: EffectKind, joid: int, value: str = "") -> None:
        """Gives the agent an order for the job's current run."""
        state = self.state(joid)
        key = RunKey(joid, state.run_num, state.ntry)
        self.outcome.effects.append(Effect(kind, key, self.job(joid).job_ver, state.machine, value))

    def draw_run_num(self) -> int:
        """The next number of the instance's one rising counter (rule M-06)."""
        self.outcome.run_num = max(self.outcome.run_num, self.world.last_run_num) + 1
        return self.outcome.run_num

    def open_run(self, joid: int, fact: Fact, machine: str) -> Run:
        """The record of a try that is started by `fact`; its story begins with what this step first did to the job."""
        state = self.state(joid)
        first = next(each for each in self.outcome.facts if each.joid == joid)
        run = Run(
            RunKey(joid, state.run_num, state.ntry),
            self.job(joid).job_ver,
            machine,
            fact.time,
            forced=state.forced,
            first_seq=first.seq,
        )
        self.outcome.runs[run.key] = run
        return run

    def close_run(self, key: RunKey, status: Status, end: int, exit_code: int | None) -> Run | None:
        """Writes a try's true result; None if the run is not open."""
        run = self.run(key)
        if run is None or run.end is not None:
            return None
        closed = Run(
            key, run.job_ver, run.machine, run.start, end, status, exit_code, run.forced, run.first_seq
        )  # fmt: skip
        self.outcome.runs[key] = closed
        return closed

    # Inside

    def _edit(self, joid: int) -> JobState:
        state = self.outcome.states.get(joid)
        if state is None:
            state = self.world.states[joid].copy()
            self.outcome.states[joid] = state
        return state

    @staticmethod
    def _set(fact: Fact, joid: int, state: JobState, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            setattr(state, name, value)
        fact.changes.append((joid, changes))

    def _recount(self, job: Job, before: Status, after: Status) -> None:
        box = job.box_joid
        if box not in self.world.tallies or before is after:
            return
        unfinished, failed = self.tally(box)
        self._tallies[box] = (
            unfinished - (before not in DONE_IN_BOX) + (after not in DONE_IN_BOX),
            failed - (before in FAILED) + (after in FAILED),
        )
