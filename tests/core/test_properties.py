"""What must hold whatever happens: small random estates, random operators, random outcomes, random crashes.

A seed is a story. It plays on the real engine, and after every turn the world is held against what no rule may ever
break (`Watched._check`). A seed that fails says so, with the last facts; play it again alone with
`PROPERTY_SEEDS=17:18 pytest tests/core/test_properties.py`, or many with `PROPERTY_SEEDS=200:5000`.
"""

import os
from collections.abc import Iterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event, Fact, Outcome
from autosys_py.core.overrides import pending
from tests.core.surroundings import INSTANCE, Surroundings
from tests.engine import Engine
from tests.invariants import Invariants, watch_starts
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
        self.invariants = Invariants()
        self._seen = 0

    def load(self, text: str) -> None:
        load_jil(self.store, text, self.now, self.zone)
        self.invariants.meet(self.store)

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
        self.invariants.check_turn(self.world, facts, self.now)
        due = self.store.next_due()
        is_settled = self.turns.is_up and (due is None or due > self.now)
        self.invariants.check_all(self.world, self.store, self.now, is_settled=is_settled)
        given = [order.key for _, order in self.agent.starts]
        assert len(given) == len(set(given)), "a run was started twice"


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
        self.habits = Random(seed + 3)
        """So has restart behaviour, which half of the stories have."""
        self.has_habits = self.habits.random() < 0.5
        self.engine = Watched(Random(seed + 1), Configuration(**keys))  # type: ignore[arg-type]
        self.around = Surroundings(Random(seed + 3), self.engine)
        self.names: list[str] = []
        self.boxes: dict[str, int] = {}
        """Name and depth."""
        self.jil = ""

    def play(self) -> None:
        self.around.put_calendars()
        self.jil = "\n".join([*self._machines(), *self._resources(), INSTANCE, *self._estate()])
        self.engine.load(self.jil)
        for name in self.names:
            for start in range(4):
                self.engine.agent.plan(name, self._outcome(), start)
        for _ in range(self.chance.randint(10, 30)):
            self._act()
            self._look_after_alarms()
            self.around.act()
            self._answer()
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
            assert self.engine.invariants.ordered - set(self.engine.world.notifications) <= told

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
        parts += self.around.attributes("  ".join(parts))
        if self.people.random() < 0.5:
            parts += [f"send_notification: {self.people.choice('yf')}", "notification_alarm_types: JOBFAILURE, CHASE"]
            parts.append("notification_emailaddress: ops@example.com")
        return "  ".join(parts + self._behaviour())

    def _behaviour(self) -> list[str]:
        """What follows the end of a run."""
        chance = self.habits
        if not self.has_habits or chance.random() < 0.3:
            return []
        parts = [
            f"on_{ending}: {chance.choice(ACTIONS)}"
            for ending, likelihood in (("completed", 0.2), ("error", 0.8), ("killed", 0.6), ("canceled", 0.5),
                                       ("unknown", 0.6))
            if chance.random() < likelihood
        ]  # fmt: skip
        parts += [
            f"max_starts: {chance.choice([0, 1, 2, 4])}",
            f"restart_delay: {chance.choice(['0', '1', '30s', '5m'])}",
        ]
        if chance.random() < 0.3:
            parts.append(f"presubmit_count: {chance.choice([1, 2, 3])}")
        return parts

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
        return self.around.atom() or f"{chance.choice('sssfddtn')}({name}{lookback})"

    def _outcome(self) -> SimulatedOutcome:
        chance = self.chance
        away = self.around.outcome()
        if away is not None:
            return away
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
                    self.engine.invariants.activated |= {event.joid}
            case EventCode.SET_GLOBAL:
                event.joid, event.name, event.value = 0, "G", chance.choice(["Y", "N", "DELETE"])
            case EventCode.MACH_OFFLINE | EventCode.MACH_ONLINE:
                event.joid, event.name = 0, chance.choice(["m", "m", "m2", "localhost", "v", "nowhere", ""])
            case EventCode.CHANGE_PRIORITY:
                event.value = chance.choice(["0", "1", "2", "9", "x"])
            case _:
                event.value = chance.choice(["", "", "", "15,9", "abc", "-1"])
        if event.code is EventCode.REPLY_RESPONSE and self.has_habits:
            event.value = self.habits.choice(REPLIES)
        self.engine.send(event)

    def _look_after_alarms(self) -> None:
        chance, engine = self.people, self.engine
        engine.letters.trouble = chance.choice(["", "", "refused"])
        if engine.invariants.alarms and chance.random() < 0.3:
            number = chance.choice([*engine.invariants.alarms, 0])
            event = Event(EventCode.CHANGE_ALARM, engine.now, sent_by="operator@host", value=str(number))
            event.name = chance.choice(["ACKNOWLEDGED", "CLOSED"])
            engine.send(event)

    def _answer(self) -> None:
        """Somebody answers, retries or looks after a job that an operator message is about."""
        chance, engine = self.habits, self.engine
        waiting = [*engine.world.messages, *(joid for joid, state in engine.world.states.items() if state.chain)]
        if self.has_habits and waiting and chance.random() < 0.4:
            code = chance.choice([*[EventCode.REPLY_RESPONSE] * 4, EventCode.RESTART, *AFTER_ENDS])
            event = Event(code, engine.now, joid=chance.choice(waiting), sent_by="operator@host")
            event.value = chance.choice(REPLIES) if code is EventCode.REPLY_RESPONSE else ""
            event.status = chance.choice(STATUSES) if code is EventCode.CHANGE_STATUS else None
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
                change = chance.choice([f"condition: {self._condition()}", "max_run_alarm: 1", self.around.change()])
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
        definition = self.engine.store.definition(self.engine.world.names[name])
        must_times = [definition.value(f"must_{each}_times") for each in ("start", "complete")] if definition else []
        if not any(":" in each for each in must_times):  # each of those belongs to a start time
            values += self._some(0.3, chance.choice([f"date_conditions: 1  {times}5,10", "date_conditions: 0"]))
        values += self._some(0.2, chance.choice(['run_window: "12:20-13:30"', "run_window: NULL"]))
        values += self._some(0.2, "n_retrys: 1") + self._some(0.1, "auto_hold: 1") + self._some(0.2, "term_run_time: 2")
        values += self.around.override()
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

ACTIONS = ["stop", "request_restart", *["restart"] * 2, *["restart_from_error"] * 2, "restart_no_resubmit"]
REPLIES = ["RESTART", "ERROR", "COMPLETED", "RESTART", "maybe"]
AFTER_ENDS = [
    EventCode.FORCE_STARTJOB, EventCode.STARTJOB, EventCode.KILLJOB, EventCode.JOB_ON_HOLD, EventCode.CHANGE_STATUS,
]  # fmt: skip

STATUSES: list[Any] = [Status.SUCCESS, Status.FAILURE, Status.TERMINATED, Status.INACTIVE, Status.RUNNING]
