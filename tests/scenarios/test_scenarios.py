"""Plays the run books of this folder; README.md says how they are written."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import LETTERS, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Readings, ResourceKey
from autosys_py.core.resources import available
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
        self.line = 0

    def play(self) -> None:
        pending = list(self.scenario.text)
        while pending:
            self.line, line = pending.pop(0)
            statement = line.split("  #")[0].strip()
            if not statement or statement.startswith("#"):
                continue
            if statement == "jil":
                block = []
                while pending and (not pending[0][1].strip() or pending[0][1].startswith(" ")):
                    block.append(pending.pop(0)[1].strip())
                self._engine().jil("\n".join(block))
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
        self._engine().readings = replace(readings, **values)  # type: ignore[arg-type]

    def _plan(self, text: str) -> None:
        name, *words = text.split()
        name, _, start = name.partition("#")
        runtime, exit_code, failure = 60, 0, ""
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
            elif word == "fail":
                failure, words = " ".join(words), []
            else:
                runtime = seconds(word)
        self._engine().agent.plan(
            name, SimulatedOutcome(runtime, ends, failure, unreachable=unreachable), int(start or 0)
        )

    def _step(self, statement: str) -> None:
        engine = self._engine()
        left, _, expectations = statement.partition("->")
        when, command = self._time(left.strip())
        self.seen = len(engine.facts)
        engine.run_to(when - 1)
        engine.now = max(engine.now, when)
        self._send(command.strip())
        engine.run_to(when)
        for expectation in filter(None, (each.strip() for each in expectations.split(","))):
            self._check(expectation)

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
        word, _, rest = command.partition(" ")
        if not word:
            return
        if word == "jil":
            engine.jil(rest)
            return
        if word in ("stop", "restart"):
            engine.stop() if word == "stop" else engine.restart()
            return
        event = Event(EventCode[word], engine.now, sent_by="operator@host")
        if event.code is EventCode.SET_GLOBAL:
            event.name, _, event.value = rest.partition("=")
        elif event.code in (EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE, EventCode.AGENT_REACHABLE):
            event.name = rest
        elif rest:
            name, *more = rest.split()
            event.joid = int(name[1:]) if name.startswith("#") else engine.world.names[name]
            if event.code is EventCode.CHANGE_STATUS and more:
                event.status = Status[more[0]]
            elif more:
                event.value = more[0]
        engine.send(event)

    def _check(self, expectation: str) -> None:
        words = expectation.split()
        match words:
            case ["no", "alarm", alarm, name]:
                assert (alarm, name) not in self._alarms(), self._where(expectation)
            case ["alarm", alarm, name]:
                assert (alarm, name) in self._alarms(), self._where(f"{expectation}; alarms {self._alarms()}")
            case ["note", *_]:
                text = expectation.removeprefix("note ")
                log = self._log()
                assert any(text in line for line in log), self._where(f"'{text}' not in\n" + "\n".join(log))
            case ["next", name, clock]:
                due = self._state(name).next_start
                shown = "none" if due is None else self._clock(due)
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
                raise AssertionError(self._where(f"unknown expectation '{expectation}'"))

    def _state(self, name: str):  # type: ignore[no-untyped-def]
        world = self._engine().world
        assert name in world.names, self._where(f"no job {name}")
        return world.states[world.names[name]]

    def _shown(self, name: str) -> str:
        state = self._state(name)
        return LETTERS[state.status] + ("/NE" if state.noexec else "")

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

    def _log(self) -> list[str]:
        engine = self._engine()

        def name_of(joid: int) -> str:
            return engine.world.jobs[joid].name if joid in engine.world.jobs else str(joid)

        return [line for fact in engine.facts[self.seen :] for line in lines(fact, name_of)]

    def _clock(self, due: int) -> str:
        from datetime import datetime

        return datetime.fromtimestamp(due, self.zone).strftime("%H:%M")

    def _where(self, text: str) -> str:
        return f"{self.scenario.source} ({self.scenario.title}), line {self.line}: {text}"


def seconds(text: str) -> int:
    """`90s`, `12m`, `1h30m` in seconds."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))
