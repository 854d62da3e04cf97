"""Plays the run books of this folder; README.md says how they are written."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.protocol import Report
from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import LETTERS, TERMINAL, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.external import REPORT_ONLY
from autosys_py.core.model import Event, JobState, Readings, ResourceKey, RunKey
from autosys_py.core.overrides import RUN_NUM
from autosys_py.core.resources import available
from autosys_py.core.restart import NO_CHAIN
from autosys_py.scheduler.journal import lines
from tests.engine import Engine, configured, moment

FOLDER = Path(__file__).parent
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Scenario(NamedTuple):
    title: str
    source: str
    """File and line."""
    text: list[tuple[int, str]]


def scenarios() -> Iterator[Scenario]:
    for path in sorted(FOLDER.glob("*.txt")):
        present: Scenario | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("==="):
                if present is not None:
                    yield present
                present = Scenario(line.strip("= "), f"{path.name}:{number}", [])
            elif present is not None:
                present.text.append((number, line))
        if present is not None:
            yield present


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda scenario: scenario.title.replace(" ", "_"))
def test_scenario(scenario: Scenario) -> None:
    Player(scenario).play()


class Player:
    """Plays one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.zone = ZoneInfo("UTC")
        self.start = "02/03/2025 00:00"
        self.config: list[str] = []
        self.engine: Engine | None = None
        self.seen = 0
        self.mails_seen = 0
        self.line = 0
        self.refused = ""
        """What `jil` said to this step's definition, if it took it not."""

    def play(self) -> None:
        pending = list(self.scenario.text)
        while pending:
            self.line, line = pending.pop(0)
            statement = line.split("  #")[0].strip()
            if not statement or statement.startswith("#"):
                continue
            if statement in ("jil", "calendars"):
                block = []
                while pending and (not pending[0][1].strip() or pending[0][1].startswith(" ")):
                    block.append(pending.pop(0)[1].strip())
                load = self._engine().jil if statement == "jil" else self._engine().calendars
                load("\n".join(block))
            elif statement.startswith("estate "):
                estate = (FOLDER / f"{statement.split()[1]}.estate").read_text(encoding="utf-8").splitlines()
                pending = [(self.line, each) for each in estate] + pending
            else:
                self._obey(statement)

    def _obey(self, statement: str) -> None:
        word, _, rest = statement.partition(" ")
        match word:
            case "zone":
                self.zone = ZoneInfo(rest)
            case "start":
                self.start = rest
            case "config":
                self.config.append(rest)
            case "run":
                self._plan(rest)
            case "given":
                name, status = rest.split()
                self._engine().give_status(name, Status[status])
            case "host":
                self._measure(rest)
            case _:
                self._step(statement)

    def _engine(self) -> Engine:
        if self.engine is None:
            begin = moment(self.start, self.zone)
            self.engine = Engine(begin, self.zone, configured("\n".join(self.config)))
        return self.engine

    def _measure(self, text: str) -> None:
        """`cpu_count=4 os_type=LINUX`: what the agent measures from now on."""
        readings = self._engine().readings or Readings()
        pairs = [pair.partition("=") for pair in text.split()]
        values = {key: int(value) if value.isdigit() else value for key, _, value in pairs}
        self._engine().readings = readings._replace(**values)  # type: ignore[arg-type]

    def _plan(self, text: str) -> None:
        name, *words = text.split()
        name, _, start = name.partition("#")
        runtime, exit_code, failure, permanent = 60, 0, "", False
        ends: int | None = exit_code
        unreachable = ""
        while words:
            word = words.pop(0)
            if word == "exit":
                ends = int(words.pop(0))
            elif word == "signal":
                ends = -int(words.pop(0))
            elif word in ("missing", "blocked"):
                unreachable = word
            elif word == "lost":
                ends = None
            elif word in ("fail", "never"):
                permanent = word == "never"
                failure, words = " ".join(words), []
            else:
                runtime = seconds(word)
        outcome = SimulatedOutcome(runtime, ends, failure, permanent, unreachable=unreachable)
        self._engine().agent.plan(name, outcome, int(start or 0))

    def _step(self, statement: str) -> None:
        engine = self._engine()
        left, _, expectations = statement.partition("->")
        when, command = self._time(left.strip())
        self.seen = len(engine.facts)
        self.mails_seen = len(engine.letters.sent)
        engine.run_to(when - 1)
        engine.now = max(engine.now, when)
        self._send(command.strip())
        engine.run_to(when)
        for expectation in filter(None, (each.strip() for each in expectations.split(","))):
            self._check(expectation)
        assert not self.refused or "refused " in expectations, self._where(self.refused)

    def _time(self, text: str) -> tuple[int, str]:
        engine = self._engine()
        if text.startswith("+"):
            word, _, rest = text.partition(" ")
            return engine.now + seconds(word[1:]), rest
        found = re.match(r"(?:(\d\d/\d\d/\d{4}) )?(\d\d:\d\d(?::\d\d)?)\s*(.*)", text)
        assert found, self._where(f"no time in '{text}'")
        date = found[1] or self.start.split()[0]
        if found[1]:
            self.start = found[1]
        return moment(f"{date} {found[2]}", self.zone), found[3]

    def _send(self, command: str) -> None:
        engine = self._engine()
        self.refused = ""
        word, _, rest = command.partition(" ")
        if not word:
            return
        if word == "jil":
            try:
                engine.jil(rest)
            except AssertionError as refusal:
                self.refused = str(refusal)
            return
        if word == "zone_alias":
            engine.zone_alias(*rest.split())
            return
        if word == "external":
            engine.told.append(self._told(rest.split()))
            return
        if word in ("stop", "restart"):
            engine.stop() if word == "stop" else engine.restart()
            return
        if word == "report":
            self._report(*rest.split(" ", 2))
            return
        if word == "silent":
            engine.world.unreachable[rest] = None
            return
        if word == "answers":
            engine.world.unreachable.pop(rest)
            engine.send(Event(EventCode.MACHINE_CHANGED, engine.now, name=rest))
            return
        if word == "mailserver":
            engine.letters.trouble = "" if rest == "up" else rest
            return
        rest, _, priority = rest.partition("-P ")
        event = Event(EventCode[word], engine.now, sent_by="operator@host")
        event.priority = int(priority or event.priority)
        if event.code is EventCode.SET_GLOBAL:
            event.name, _, event.value = rest.partition("=")
        elif event.code in (EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE, EventCode.AGENT_REACHABLE):
            event.name = rest
        elif event.code is EventCode.CHANGE_ALARM:
            alarm, job, event.name, *words = rest.split()
            event.value, event.reason = self._number_of(alarm, job), " ".join(words)
        elif rest:
            name, *more = rest.split()
            event.joid = int(name[1:]) if name.startswith("#") else engine.world.names[name]
            if event.code is EventCode.CHANGE_STATUS and more:
                event.status = Status[more[0]]
            elif event.code is EventCode.CHASE:
                state = engine.world.states[event.joid]
                event.run_num, event.ntry = state.run_num, state.ntry
                event.name = "CHASE" if "-A" in more else ""
                event.status = Status.FAILURE if "-E" in more else None
            elif more:
                event.value = more[0]
        engine.send(event)

    def _report(self, code: str, name: str, text: str = "") -> None:
        engine, joid = self._engine(), self._engine().world.names[name]
        state = engine.world.states[joid]
        key = RunKey(joid, state.run_num, state.ntry)
        engine.agent.say(Report(EventCode[code], key, engine.now, text=text))

    def _told(self, words: list[str]) -> Event:
        """What the feed of another instance makes of `INS JOB STATUS [exit N] [at HH:MM] [report]`."""
        engine = self._engine()
        instance, *words = words
        if words[0] in ("away", "back"):
            fault = " ".join(words[1:]) if words[0] == "away" else ""
            return Event(EventCode.REFRESH_EXTINST, engine.now, name=instance, value=fault)
        name, status, *words = words
        event = Event(EventCode.EXTERNAL_DEPENDENCY, engine.now, name=f"{name}^{instance}")
        if status == "gone":
            return event
        state = event.state = JobState(Status[status], since=engine.now)
        before = engine.world.state_named(name, instance)
        if state.status not in (Status.STARTING, Status.RUNNING) and before is not None:
            state.last_end, state.exit_code = before.last_end, before.exit_code
        while words:
            match words.pop(0):
                case "exit":
                    state.exit_code = int(words.pop(0))
                case "at":
                    state.since, _ = self._time(words.pop(0))
                    event.due = state.since
                case "report":
                    event.value = REPORT_ONLY
                case word:
                    raise AssertionError(self._where(f"'{word}' is not understood"))
        if state.status in TERMINAL:
            state.last_end = state.since
        return event

    def _check(self, expectation: str) -> None:
        match expectation.split():
            case ["no", "alarm", alarm, name]:
                assert (alarm, name) not in self._alarms(), self._where(expectation)
            case ["alarm", alarm, name]:
                assert (alarm, name) in self._alarms(), self._where(f"{expectation}; alarms {self._alarms()}")
            case ["alarm", alarm, name, "is", alarm_state]:
                stored = self._engine().store.alarm(int(self._number_of(alarm, name)))
                is_so = stored is not None and stored.state.name == alarm_state
                assert is_so, self._where(f"{expectation}; it is {stored}")
            case ["no", "mail"]:
                assert not self._mails(), self._where(f"mails {self._mails()}")
            case ["mail", to, *subject]:
                mails = self._mails()
                found_mail = any(to in names and " ".join(subject) in title for names, title in mails)
                assert found_mail, self._where(f"{expectation}; mails {mails}")
            case ["mails", count]:
                assert len(self._mails()) == int(count), self._where(f"mails {self._mails()}")
            case ["refused", *_]:
                text = expectation.removeprefix("refused ")
                assert text in self.refused, self._where(f"'{text}' not in '{self.refused}'")
            case ["no", "job", name]:
                assert name not in self._engine().world.names, self._where(f"{name} is still defined")
                assert self._engine().store.head(name) is None, self._where(f"{name} is still stored")
            case ["no", "note", *_]:
                text = expectation.removeprefix("no note ")
                found = [line for line in self._log() if text in line]
                assert not found, self._where(f"'{text}' in\n" + "\n".join(found))
            case ["no", "alarm", alarm]:
                assert alarm not in self._own_alarms(), self._where(expectation)
            case ["alarm", alarm]:
                assert alarm in self._own_alarms(), self._where(f"{expectation}; alarms {self._own_alarms()}")
            case ["note", *_]:
                text = expectation.removeprefix("note ")
                log = self._log()
                assert any(text in line for line in log), self._where(f"'{text}' not in\n" + "\n".join(log))
            case _:
                self._check_job(expectation)

    def _check_job(self, expectation: str) -> None:
        match expectation.split():
            case ["next", name, *when] if when:
                clock = " ".join(when)
                due = self._state(name).next_start
                shown = "none" if due is None else self._clock(due, clock)
                assert shown == clock, self._where(f"next start of {name} is {shown}, not {clock}")
            case [name, "run", run]:
                state = self._state(name)
                assert f"{state.run_num}/{state.ntry}" == run, self._where(
                    f"{name} is at {state.run_num}/{state.ntry}, not {run}"
                )
            case [name, "exit", code]:
                assert str(self._state(name).exit_code) == code, self._where(
                    f"{name} has exit code {self._state(name).exit_code}, not {code}"
                )
            case [name, "started" | "ended" as moment_of, clock]:
                state = self._state(name)
                at = state.last_start if moment_of == "started" else state.last_end
                shown = "never" if at is None else self._clock(at, clock)
                assert shown == clock, self._where(f"{name} {moment_of} {shown}, not {clock}")
            case [name, "killed", "by", *signals]:
                kills = [
                    [*map(str, sent)] for _, key, sent in self._engine().agent.kills if key.joid == self._joid(name)
                ]
                assert kills[-1:] == [signals], self._where(f"the kill orders of {name} are {kills}")
            case [name, "runs", *command]:
                ran = [dict(order.attributes) for _, order in self._engine().agent.starts if order.job_name == name]
                assert ran, self._where(f"{name} was never started")
                assert ran[-1]["command"].split() == command, self._where(f"{name} runs {ran[-1]['command']}")
            case [name, "dated", date]:
                orders = [order for _, order in self._engine().agent.starts if order.job_name == name]
                given = orders[-1].environment.get("AUTO_RUN_DATE") if orders else self._state(name).run_date
                assert (given or "none") == date, self._where(f"the date of {name} is {given}, not {date}")
            case ["override", name, number, used]:
                found = self._engine().store.object("override", name, number)
                shown = "gone" if found is None else found.value(RUN_NUM) or "waits"
                assert shown == used, self._where(f"override {number} of {name}: {shown}, not {used}")
            case [name, "on", machine]:
                assert self._state(name).machine == machine, self._where(f"{name} is on {self._state(name).machine}")
            case ["load", machine, units]:
                load = self._engine().world.loads.get((machine, ""), 0)
                assert load == int(units), self._where(f"the load of {machine} is {load}")
            case ["free", resource, units]:
                there = self._free(resource)
                assert there == int(units), self._where(f"{there} units of {resource} are free")
            case [name, "holds", *held]:
                shown = " ".join(f"{each.units} {each.name}" for each in self._state(name).holds)
                assert shown == ("" if held == ["nothing"] else " ".join(held)), self._where(f"{name} holds {shown}")
            case [name, "starts", count]:
                starts = [order.job_name for _, order in self._engine().agent.starts]
                assert starts.count(name) == int(count), self._where(f"{name} started {starts.count(name)} times")
            case [name, status]:
                assert self._shown(name) == status, self._where(f"{name} is {self._shown(name)}, not {status}")
            case _:
                self._check_restarts(expectation)

    def _check_restarts(self, expectation: str) -> None:
        match expectation.split():
            case ["message", name, run, answer]:
                asked = [each for each in self._engine().store.messages(every=True) if each.job_name == name]
                found = [each.answer or "open" for each in asked if f"{each.run_num}/{each.ntry}" == run]
                assert found == [answer], self._where(f"the message of {name} {run} is {found}, not {answer}")
            case ["no", "message", name]:
                waits = self._engine().world.messages.get(self._joid(name))
                assert not waits, self._where(f"{name} waits for an answer")
            case ["submitted", name, *whens]:
                dues = [self._clock(due, "%H:%M") for due in self._submitted(name)]
                assert dues == ([] if whens == ["none"] else whens), self._where(f"{name} has starts at {dues}")
            case [name, "restarts", run_num]:
                chain = self._state(name).chain or NO_CHAIN
                assert chain.restarts == int(run_num), self._where(f"{name} restarts {chain.restarts}")
            case [name, "counted", count]:
                chain = self._state(name).chain or NO_CHAIN
                assert chain.counted == int(count), self._where(f"{name} was restarted {chain.counted} times")
            case _:
                raise AssertionError(self._where(f"unknown expectation '{expectation}'"))

    def _joid(self, name: str) -> int:
        world = self._engine().world
        assert name in world.names, self._where(f"no job {name}")
        return world.names[name]

    def _state(self, name: str) -> JobState:
        return self._engine().world.states[self._joid(name)]

    def _shown(self, name: str) -> str:
        state = self._state(name)
        return LETTERS[state.status] + ("/NE" if state.noexec else "")

    def _submitted(self, name: str) -> list[int]:
        """Due times of the stored starts that count."""
        job, state = self._engine().world.jobs[self._joid(name)], self._state(name)
        stored = self._engine().store.pending_events(job.joid)
        dues = [each.due for each in stored if each.code is EventCode.STARTJOB and each.job_ver == job.job_ver]
        return [due for due in dues if due == state.next_start or due in state.later_starts]

    def _free(self, resource: str) -> int:
        """Available units of `name` or `name@machine`."""
        name, _, machine = resource.partition("@")
        engine = self._engine()
        found = engine.world.resources[ResourceKey(name, machine)]
        return available(Draft(engine.world, engine.now), found)

    def _alarms(self) -> list[tuple[str, str]]:
        world = self._engine().world
        return [
            (Alarm(fact.alarm).name, world.jobs[fact.joid].name)
            for fact in self._engine().facts[self.seen :]
            if fact.alarm is not None and fact.joid in world.jobs
        ]

    def _mails(self) -> list[tuple[tuple[str, ...], str]]:
        """Recipients and subject of each since the step before."""
        return [(letter.recipients, letter.subject) for letter in self._engine().letters.sent[self.mails_seen :]]

    def _number_of(self, alarm: str, name: str) -> str:
        """The last alarm of the kind that the job raised."""
        alarms = self._engine().store.alarms(every=True)
        found = [each.number for each in alarms if (each.alarm.name, each.job_name) == (alarm, name)]
        assert found, self._where(f"no alarm {alarm} of {name}")
        return str(found[-1])

    def _own_alarms(self) -> list[str]:
        """Alarms that belong to no job."""
        facts = self._engine().facts[self.seen :]
        return [Alarm(fact.alarm).name for fact in facts if fact.alarm is not None and not fact.joid]

    def _log(self) -> list[str]:
        engine = self._engine()

        def name_of(joid: int) -> str:
            return engine.world.jobs[joid].name if joid in engine.world.jobs else str(joid)

        return [line for fact in engine.facts[self.seen :] for line in lines(fact, name_of)]

    def _clock(self, at: int, like: str) -> str:
        """Written as the expectation is: with the day, with seconds, or just `HH:MM`."""
        clock = "%H:%M:%S" if like.count(":") == 2 else "%H:%M"
        return datetime.fromtimestamp(at, self.zone).strftime(f"%m/%d/%Y {clock}" if "/" in like else clock)

    def _where(self, text: str) -> str:
        return f"{self.scenario.source} ({self.scenario.title}), line {self.line}: {text}"


def seconds(text: str) -> int:
    """`90s`, `12m`, `1h30m` in seconds."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))
