"""Work for an event server, from one seed: batches of JIL, events, and a scheduler whose jobs run."""

import os
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.cli import clock
from autosys_py.cli.run import run
from autosys_py.cli.sendevent import COMMAND as SENDEVENT
from autosys_py.core.codes import LIVE
from autosys_py.event_server.protocol import EventServer
from tests.engine import Engine
from tests.loading import load_jil

BEGIN = 1_738_584_000
UTC = ZoneInfo("UTC")


class Workload:
    """One instance at work. `sendevent` is the real command on a connection of its own."""

    def __init__(self, chance: Random, store: EventServer, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._chance = chance
        self._jobs = 0
        monkeypatch.setenv("AUTOUSER", os.fspath(file.parent))
        monkeypatch.setenv("AUTOSYS_EVENT_SERVER", f"sqlite:///{file}")
        monkeypatch.delenv("AUTOSERV", raising=False)
        self.engine = Engine(BEGIN, UTC, store=store)
        monkeypatch.setattr(clock, "now", lambda: self.engine.now)

    def work(self, steps: int) -> None:
        self._define()
        for _ in range(steps):
            self._chance.choice((self._define, self._send, self._send, self._send, self._send_file, self._remove))()
            self.engine.run_to(self.engine.now + self._chance.choice((0, 0, 1, 30, 90, 600)))

    def _define(self) -> None:
        """A box of chained jobs."""
        box = f"box{self._jobs}"
        lines = [f"insert_job: {box}  job_type: box"]
        for _ in range(self._chance.choice((1, 3, 8))):
            self._jobs += 1
            name = f"job{self._jobs}"
            condition = f"condition: d(job{self._jobs - 1})" if len(lines) > 1 else ""
            text = "x" * self._chance.choice((10, 100, 450))
            lines.append(
                f"insert_job: {name}  job_type: cmd  machine: localhost  box_name: {box}  {condition}\n"
                f'command: "true"  description: "{text}"'
            )
            code = self._chance.choice((0, 0, 1))
            self.engine.agent.plan(name, SimulatedOutcome(self._chance.choice((0, 1, 60)), code))
        load_jil(self.engine.store, "\n".join(lines), self.engine.now, UTC)

    def _send(self) -> None:
        options = self._event()
        assert run(SENDEVENT, options) in (0, 1), options

    def _send_file(self) -> None:
        """`sendevent -F`: all or none."""
        lines = "\n".join(f"sendevent {' '.join(self._event())}" for _ in range(5))
        path = Path(os.environ["AUTOUSER"]).with_suffix(".events")
        path.write_text(lines, encoding="utf-8")
        assert run(SENDEVENT, ["-F", os.fspath(path)]) in (0, 1)

    def _event(self) -> list[str]:
        chance = self._chance
        job = ["-J", chance.choice(sorted(self.engine.world.names) or ["job1"])]
        return chance.choice(
            (
                ["-E", "STARTJOB", *job],
                ["-E", "FORCE_STARTJOB", *job],
                ["-E", "CHANGE_STATUS", "-s", "FAILURE", *job],
                ["-E", "JOB_ON_HOLD", *job],
                ["-E", "JOB_OFF_HOLD", *job],
                ["-E", "KILLJOB", *job],
                ["-E", "COMMENT", "-C", "why", *job],
                ["-E", "SET_GLOBAL", "-G", f"G{chance.randrange(5)}={chance.randrange(100)}"],
            )
        )

    def _remove(self) -> None:
        world = self.engine.world
        names = sorted(name for name, joid in world.names.items() if world.states[joid].status not in LIVE)
        names = [name for name in names if name.startswith("job")]
        if len(names) > 3:
            load_jil(self.engine.store, f"delete_job: {self._chance.choice(names)}", self.engine.now, UTC)
