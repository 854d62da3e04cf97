"""A draft: the world as it would be, and the record of how it came to be so.

A rule reads through the draft and writes to it; nothing reaches the world before `World.apply`. Every write lands
in two places at once, in the state that later rules of the same step see and in the fact that caused it, so what
is not in the past cannot have happened. A draft that is thrown away is a preview.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from autosys_py.core import notes
from autosys_py.core.codes import LIVE, QUEUED, TERMINAL, Alarm, EventCode, Status
from autosys_py.core.condition import Condition, external_name
from autosys_py.core.lines import Line, Lines, lines_on_machine
from autosys_py.core.model import (
    CountKey,
    Effect,
    EffectKind,
    Event,
    Fact,
    Holding,
    Job,
    JobState,
    OperatorMessage,
    Outcome,
    ResourceKey,
    Run,
    RunKey,
    Use,
)
from autosys_py.core.world import LoadKey, Tally, World, load_keys


class Changed(NamedTuple):
    """A status change whose consequences are still to be drawn (rule C-30)."""

    joid: int
    seq: int
    votes_idle: bool
    """It may change a box that is not running (rules B-15, B-34)."""
    by_box: bool = False
    """A start of its box made it ACTIVATED, as it did all members, and looks at them all afterwards."""


class CausedBy:
    """A stretch of a step in which everything has one cause."""

    __slots__ = ("_before", "_cause", "_draft")

    def __init__(self, draft: "Draft", cause: int) -> None:
        self._draft, self._cause = draft, cause

    def __enter__(self) -> None:
        self._before, self._draft.cause = self._draft.cause, self._cause

    def __exit__(self, *_: object) -> None:
        self._draft.cause = self._before


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
        self.opened: dict[Line, None] = {}
        """Lines in which somebody may now get what he waits for (rule C-34)."""
        self.released = 0
        """Jobs that left PEND_MACH in this step."""
        self._first_seqs: dict[int, int] = {}
        """By job, where its story in this step begins."""
        self._tallies: dict[int, Tally] = {}
        self._definitions: dict[int, Job] = {}
        """Of jobs whose override was used in this step."""
        self._loads: dict[LoadKey, int] = {}
        self._held: dict[ResourceKey, int] = {}
        self._drafted, self._settled = self.outcome.states, world.states

    @cached_property
    def lines(self) -> Lines:
        """Who waits in which line; few steps ask."""
        return Lines(self.world.lines)

    # Reading

    def job(self, joid: int) -> Job:
        """The job as its next start finds it: with an override, until a run has started with it."""
        if joid in self._definitions:
            return self._definitions[joid]
        return self.world.jobs[joid]

    def job_of_run(self, joid: int) -> Job:
        """The job as its present run was decided for, with the override of that run, without that of the next."""
        changed = self.outcome.overridden
        overridden = changed[joid] if joid in changed else self.world.overridden.get(joid)
        return overridden or self.world.definitions.get(joid) or self.world.jobs[joid]

    def job_to_start(self, joid: int) -> Job:
        """The one of the two that a start by the scheduler would run now; in a queue it stands in the lines of that."""
        return self.job_of_run(joid) if self.state(joid).is_between_tries else self.job(joid)

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

    def boxes_around(self, job: Job) -> list[int]:
        """The boxes that contain a job, the direct one first."""
        jobs, boxes, box = self.world.jobs, [], job.box_joid
        while box in jobs:
            boxes.append(box)
            box = jobs[box].box_joid
        return boxes

    def top_box(self, job: Job) -> int:
        """The outermost box around a job; 0 = none."""
        boxes = self.boxes_around(job)
        return boxes[-1] if boxes else 0

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

    def load(self, machine: str, virtual: str = "") -> int:
        """Units that open runs put on a machine, or on it by way of a virtual one (see `world.LoadKey`)."""
        key = (machine, virtual)
        return self.world.loads.get(key, 0) + self._loads.get(key, 0)

    def held(self, key: ResourceKey) -> int:
        """Units of a renewable resource that jobs hold."""
        return self.world.held.get(key, 0) + self._held.get(key, 0)

    def count(self, key: CountKey) -> int:
        """One of the scheduler's own counts."""
        count = self.outcome.counts.get(key)
        return self.world.counts.get(key, 0) if count is None else count

    def open_messages(self, joid: int) -> list[OperatorMessage]:
        """Questions about runs of the job that nobody has answered, oldest first."""
        found = dict(self.world.messages.get(joid, {}))
        found |= {number: each for number, each in self.outcome.messages.items() if each.joid == joid}
        return [found[number] for number in sorted(found) if not found[number].answer]

    def holds(self, condition: Condition, joid: int) -> bool:
        """The truth now of a condition of job `joid`."""
        return condition.holds(self, self.state(joid), self.now)

    def state_named(self, name: str, instance: str) -> JobState | None:
        """See `condition.View`."""
        if instance:
            told = self.outcome.externals
            key = external_name(name, instance)
            return told[key] if key in told else self.world.state_named(name, instance)
        joid = self.world.names.get(name)
        return None if joid is None else self.state(joid)

    def global_value(self, name: str) -> str | None:
        """See `condition.View`."""
        if name in self.outcome.globals:
            return self.outcome.globals[name]
        return self.world.globals.get(name)

    # Writing

    def caused_by(self, fact: Fact) -> "CausedBy":
        """What is recorded inside has `fact` as its cause."""
        return CausedBy(self, fact.seq)

    def record(self, code: EventCode, joid: int = 0, time: int | None = None, **details: Any) -> Fact:
        """A new row of the past, caused by the present cause; `time` is when it happened, if not now."""
        facts = self.outcome.facts
        seq = self.world.last_seq + len(facts) + 1
        fact = Fact(seq, code, self.now if time is None else time, self.now, self.cause, 0, joid, **details)
        facts.append(fact)
        if joid not in self._first_seqs:
            self._first_seqs[joid] = seq
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
        by_box: bool = False,
        silent: bool = False,
        **changes: Any,
    ) -> Fact:
        """Enters a status: a CHANGE_STATUS row, or `fact` where the event itself is that row.

        `time` is when it happened; `votes_idle` and `by_box` as in `Changed`; `silent` draws no consequences
        (EvaluateOnChangeStatus).
        """
        state, job, has_ended = self._edit(joid), self.world.jobs[joid], status in TERMINAL
        before, when = state.status, self.now if time is None else time
        changes["status"] = status
        if before is not status:
            if (before in QUEUED or status in QUEUED) and Status.RESWAIT in (before, status):
                self.record(EventCode.STATE_CHANGE, joid, run_num=state.run_num, ntry=state.ntry)
            self._recount(job, before, status)
            changes["since"] = when
        if fact is None:
            fact = self.record(EventCode.CHANGE_STATUS, joid, when)
        if has_ended:
            changes["last_end"] = when
            changes["end_seq"] = fact.seq
        if state.chain is not None and "chain" not in changes:
            changes["chain"] = state.chain.entering(status, before)
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
            self.changed.append(Changed(joid, fact.seq, votes_idle, by_box))
        return fact

    def delete(self, joid: int) -> None:
        """The definition goes with this step; its box no longer counts it."""
        state = self.state(joid)
        self._recount(self.job(joid), state.status, Status.INACTIVE)
        self._leave_line(joid, reopen=True)
        self._move_units(state.holds, ())
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

    def take_override(self, joid: int, fact: Fact) -> None:
        """A run is about to start that is no further try: it has the override that waits for one, or none."""
        job = self.job(joid)
        if job.override_ver:
            self.outcome.overrides_used.append(Use(job, self.state(joid).run_num, self.now))
            self.outcome.overridden[joid] = job
            self._definitions[joid] = self.world.definitions[joid]
            fact.notes.append(notes.overridden(job.name))
        elif joid in self.world.overridden or joid in self.outcome.overridden:
            self.outcome.overridden[joid] = None

    def order(self, kind: EffectKind, joid: int, value: str = "") -> None:
        """Gives the agent an order for the job's current run."""
        state = self.state(joid)
        key = RunKey(joid, state.run_num, state.ntry)
        self.outcome.effects.append(Effect(kind, key, self.job_of_run(joid).run_ver, state.machine, value))

    def draw_run_num(self) -> int:
        """The next number of the instance's one rising counter (rule M-06)."""
        self.outcome.run_num = max(self.outcome.run_num, self.world.last_run_num) + 1
        return self.outcome.run_num

    def open_run(self, joid: int, fact: Fact, machine: str, *, job_load: int = 0, virtual: str = "") -> Run:
        """The record of a try that is started by `fact`; its story begins with what this step first did to the job.
        It puts `job_load` units on its machine, chosen by way of `virtual`."""
        state = self.state(joid)
        run = Run(
            RunKey(joid, state.run_num, state.ntry),
            self.job_of_run(joid).run_ver,
            machine,
            fact.time,
            forced=state.forced,
            first_seq=self._first_seqs[joid],
            job_load=job_load,
            virtual=virtual,
            run_date=state.run_date,
        )
        self.outcome.runs[run.key] = run
        self._put_load(run, 1)
        return run

    def close_run(self, key: RunKey, status: Status, end: int, exit_code: int | None) -> Run | None:
        """Writes a try's true result; None if the run is not open."""
        run = self.run(key)
        if run is None or run.end is not None:
            return None
        closed = Run(
            key, run.job_ver, run.machine, min(run.start, end), end, status, exit_code, run.forced, run.first_seq,
            run.job_load, run.virtual, run.run_date,
        )  # fmt: skip
        self.outcome.runs[key] = closed
        if run.job_load:
            self._put_load(run, -1)
            self.open_load(run.machine)
        return closed

    def move_run(self, key: RunKey, by: int) -> None:
        """An open run began that many seconds later, by the clock as it was set meanwhile."""
        run = self.run(key)
        if run is not None and run.end is None:
            self.outcome.runs[key] = replace(run, start=run.start + by)

    def open_load(self, machine: str) -> None:
        """Who waits for load on that machine is to be looked at."""
        names = [machine, *self.world.virtuals.get(machine, ())]
        for value in dict.fromkeys(value for name in names for value in self.lines.values_naming(name)):
            self.opened |= dict.fromkeys(lines_on_machine(value))

    # Inside

    def _put_load(self, run: Run, by: int) -> None:
        if run.job_load:
            for key in load_keys(run):
                self._loads[key] = self._loads.get(key, 0) + by * run.job_load

    def _leave_line(self, joid: int, *, reopen: bool) -> None:
        """Out of its line; with `reopen` those that it kept waiting are to be looked at (rules L-03, L-05)."""
        left = self.lines.leave(joid)
        if reopen:
            self.opened |= dict.fromkeys(left)

    def _move_units(self, before: tuple[Holding, ...], after: tuple[Holding, ...]) -> None:
        for holdings, by in ((before, -1), (after, 1)):
            for holding in holdings:
                if holding.free != "D":
                    key = ResourceKey(holding.name, holding.machine)
                    self._held[key] = self._held.get(key, 0) + by * holding.units
                    if by < 0:
                        self.opened[Line(Status.RESWAIT, holding.name)] = None

    def _edit(self, joid: int) -> JobState:
        state = self._drafted.get(joid)
        if state is None:
            state = self._drafted[joid] = self._settled[joid].copy()
        return state

    def _set(self, fact: Fact, joid: int, state: JobState, changes: dict[str, Any]) -> None:
        waits = state.status in QUEUED or changes.get("status") in QUEUED
        if waits:
            self._leave_line(joid, reopen="queue_priority" in changes or "status" in changes)
        if "holds" in changes and changes["holds"] != state.holds:
            self._move_units(state.holds, changes["holds"])
        for name, value in changes.items():
            setattr(state, name, value)
        if waits:
            self.lines.join(self.job_to_start(joid), state)
        fact.changes.append((joid, changes))

    def _recount(self, job: Job, before: Status, after: Status) -> None:
        box = job.box_joid
        if box in self.world.tallies and before is not after:
            self._tallies[box] = self.tally(box).moved(before, after)
