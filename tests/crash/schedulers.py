"""Schedulers, runners and commands killed while jobs run: afterwards what happened is held against what had to happen.

A round is one instance: families of jobs (`families.py`) are started by commands that may be killed, under schedulers
that live for a second at most. A scheduler dies by `kill -9` at a random moment or at a fail point; the next one must
have dealt with everything that was waiting for it within five seconds. In the end one scheduler may live until all is
done, and the checker (`checker.py`) compares. Everything that is drawn comes from the seed of the round; when a random
kill strikes is up to the machine.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autosys_py.agent.spool import Spool
from autosys_py.core.model import RunKey
from autosys_py.event_server.driver import driver
from tests.crash.families import Family, family
from tests.crash.ledger import left_of, runners
from tests.crash.victim import Victim

CONFIGURATION = "RunAsOwner=never\nRestartConstant=1\nRestartFactor=0\nKillSignalInterval=1\nBoxDeadlock=FAILURE\n"
SCHEDULER_POINTS = (
    "eventor.leased", "eventor.prepared", "eventor.recovered", "eventor.resumed",
    "turnstile.passed", "store.begun", "store.commit", "store.committed",
    "turn.begun", "turn.decided", "turn.taken", "turn.past", "turn.projected", "turn.ordered",
    "loop.committed", "loop.acknowledged", "loop.logged", "loop.deliver", "loop.delivered",
    "agent.made", "agent.claimed", "agent.spawn", "agent.spawned", "agent.reaped", "agent.adopted",
    "agent.noted", "agent.signalled", "agent.killed", "agent.remembered",
    "runner.begun", "runner.started", "runner.finished", "runner.recorded",
)  # fmt: skip
"""Those that a scheduler under load comes by; `eventor.stopped` is reached by who is told to stop."""

CONVERGED, LOOKS = 5.0, 120
"""Seconds from a restart until nothing is left of what waited for it. A machine that has too much to do is late with
everything, our own looks among it: five seconds are over only when so many looks were possible."""

MINUTELY = "minutely"
"""A job that starts every minute, by the clock."""


@dataclass(slots=True)
class Counts:
    """What a campaign did."""

    rounds: int = 0
    schedulers: int = 0
    random_kills: int = 0
    """Of schedulers."""
    runner_kills: int = 0
    command_kills: int = 0
    commands: int = 0
    armed_runners: int = 0
    """Schedulers whose n-th runner was to die at a fail point, if they came to start so many: no kills counted."""
    at: Counter[str] = field(default_factory=Counter)
    """Deaths at fail points, by point."""
    runs: int = 0
    lost: int = 0
    ticks: int = 0
    recoveries: list[float] = field(default_factory=list)
    """Seconds that schedulers took to converge."""

    @property
    def kills(self) -> int:
        return self.random_kills + self.runner_kills + self.command_kills + sum(self.at.values())

    def report(self) -> str:
        points = ", ".join(f"{name} {number}" for name, number in sorted(self.at.items()))
        slowest = max(self.recoveries, default=0.0)
        return (
            f"{self.rounds} rounds, {self.schedulers} schedulers: {self.kills} killed ({self.random_kills} schedulers "
            f"and {self.runner_kills} runners at a random moment, {self.command_kills} commands; {points}), "
            f"{self.armed_runners} runners armed; "
            f"{self.runs} runs, {self.lost} reported lost, {self.ticks} starts by the clock; "
            f"{len(self.recoveries)} times converged, the slowest in {slowest:.2f} s"
        )


class Round:
    """One instance under fire."""

    def __init__(self, folder: Path, seed: int, counts: Counts, families: int) -> None:
        self.folder = folder
        self.ledger = folder / "ledger"
        self.seed = seed
        self.counts = counts
        self.faults: list[str] = []
        self.chance = random.Random(seed)
        self.families = [family(number, lambda: self.chance.choice((0, 0, 0.05, 0.3))) for number in range(families)]
        self.acknowledged: dict[int, bool] = {}
        """By number of a command: families that were asked for."""
        self.asked: dict[int, list[Family]] = {}
        self.killed_runners: set[RunKey] = set()
        self.runner_points = 0
        """Runners killed at fail points; which, is told by nobody."""
        self._fresh = self.families[: len(self.families) // 2]
        self._undefined = self.families[len(self.families) // 2 :]
        self.defined = list(self._fresh)
        """What `jil` has acknowledged."""
        self._defining: dict[int, list[Family]] = {}
        self._commands: list[tuple[int, Victim, float]] = []
        self._longs: list[Family] = []
        self._scheduler: Victim | None = None
        self._output = folder / "schedulers.log"
        (folder / "home").mkdir(parents=True)
        (folder / "home" / "config.ACE").write_text(CONFIGURATION, encoding="utf-8")
        self.ledger.touch()
        clock = (
            f'insert_job: {MINUTELY}  machine: localhost\ncommand: echo "s $AUTOSYS_RUN {MINUTELY}" >> {self.ledger}\n'
        )
        clock += f'date_conditions: 1\ndays_of_week: all\nstart_mins: "{",".join(map(str, range(60)))}"\n'
        text = clock + "".join(each.jil(str(self.ledger)) for each in self._fresh)
        code = self.command("jil", "-q", text=text).wait()
        assert code == 0, f"the jobs could not be loaded: {code} {self.said()}"

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.folder / "home")
        return {"PATH": os.environ["PATH"], "HOME": home, "AUTOUSER": home, "AUTOSERV": "ACE", "TZ": "UTC"}

    @property
    def store(self) -> Path:
        return self.folder / "home" / "ACE.db"

    @property
    def log(self) -> str:
        path = self.folder / "home" / "out" / "event_demon.ACE"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def said(self) -> str:
        """The last that schedulers and commands wrote."""
        return self._output.read_text(encoding="utf-8")[-2000:] if self._output.exists() else ""

    # Processes

    def command(self, *line: str, text: str = "", fail_point: str = "") -> Victim:
        return Victim(*line, environment=self.environment, text=text, output=self._output, fail_point=fail_point)

    def scheduler(self, *options: str, fail_point: str = "") -> Victim:
        self.counts.schedulers += 1
        self._scheduler = self.command("eventor", "-q", *options, fail_point=fail_point)
        return self._scheduler

    # Storm

    def storm(self, seconds: float) -> None:
        """Lives and deaths until the time is over, or something is wrong."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.faults:
            if self.chance.random() < 0.55:
                self.live_until_fail_point()
            else:
                self.live_until_killed()

    def live_until_fail_point(self) -> None:
        point = self.chance.choice(SCHEDULER_POINTS)
        action = "raise" if not point.startswith("runner.") and self.chance.random() < 0.2 else "kill"
        count = 1 if point.startswith("eventor") else self.chance.choice((1, 1, 2, 3, 5, 9, 20))
        scheduler = self.scheduler(fail_point=f"{point}:{action}:{count}")
        self.runner_points += point.startswith("runner.")
        until = time.monotonic() + self.chance.uniform(0.2, 1.2)
        while scheduler.poll() is None and time.monotonic() < until:
            self._trouble()
        self.note_end(scheduler, point, action)

    def note_end(self, scheduler: Victim, point: str, action: str) -> None:
        """Counts a scheduler that came to its fail point, or kills it."""
        self.counts.armed_runners += point.startswith("runner.")
        if scheduler.poll() is None:
            scheduler.kill()
            self.counts.random_kills += 1
        elif scheduler.was_killed or (action == "raise" and f"FailPoint: {point}" in self.said()):
            self.counts.at[point] += 1
        else:
            self.faults.append(f"a scheduler ended with {scheduler.status}: {self.said()}")

    def live_until_killed(self) -> None:
        waiting = self.what_waits()
        scheduler = self.scheduler()
        begun = time.monotonic()
        if self.chance.random() < 0.7:
            self.converge(scheduler, waiting, begun)
        until = time.monotonic() + self.chance.expovariate(3)
        while scheduler.poll() is None and time.monotonic() < until:
            self._trouble()
        if scheduler.poll() is None:
            scheduler.kill()
            self.counts.random_kills += 1
        else:
            self.faults.append(f"a scheduler ended by itself with {scheduler.status}: {self.said()}")

    def converge(self, scheduler: Victim, waiting: "Waiting", begun: float) -> None:
        """Waits until the scheduler has dealt with what waited for it when it was started."""
        looks = 0
        while left := waiting & self.what_waits():
            looks += 1
            if scheduler.poll() is not None or (time.monotonic() - begun > CONVERGED and looks > LOOKS):
                self.faults.append(f"not converged after {CONVERGED} s: {sorted(left)[:5]}; ended {scheduler.status}")
                return
            time.sleep(0.02)
        self.counts.recoveries.append(time.monotonic() - begun)

    def what_waits(self) -> "Waiting":
        """Orders that nobody answered, events that are due, runs that have ended and that the store believes alive."""
        connection = driver.connect(self.store, timeout=30)
        try:
            orders = connection.execute("select kind, joid, run_num, ntry from effect").fetchall()
            events = connection.execute("select eoid from event where due <= ?", (int(time.time()),)).fetchall()
            open_runs = connection.execute("select joid, run_num, ntry from job_runs where end_time is null").fetchall()
        finally:
            connection.close()
        spools = [Spool(each) for each in self.run_roots()]
        ended = [key for key in open_runs if any(spool.look(RunKey(*key)).record.ended for spool in spools)]
        return {("order", *each) for each in orders} | {("event", *each) for each in events} | {
            ("run", *each) for each in ended
        }  # fmt: skip

    def run_roots(self) -> list[Path]:
        return list((self.folder / "home" / "run" / "ACE").glob("*"))

    def _trouble(self) -> None:
        """A moment of a life: commands, some of them killed, and perhaps the death of a runner."""
        now = time.monotonic()
        for each in list(self._commands):
            number, victim, die_at = each
            if victim.poll() is None and now >= die_at:
                victim.kill()
            if victim.status is not None:
                self._commands.remove(each)
                self._note_command(number, victim)
        if len(self._commands) < 2 and self.chance.random() < 0.3:
            self._ask()
        if self.chance.random() < 0.015:
            self._kill_a_runner()
        time.sleep(0.005)

    def _ask(self) -> None:
        """A command that starts a family, or two in one transaction, or ends a long job."""
        number = self.counts.commands = self.counts.commands + 1
        if self._undefined and (not self._fresh or self.chance.random() < 0.2):
            self._define(number)
            return
        if self._longs and self.chance.random() < 0.3:
            wanted, event = [self._longs.pop(self.chance.randrange(len(self._longs)))], "KILLJOB"
        elif self._fresh:
            wanted = [self._fresh.pop() for _ in range(min(len(self._fresh), self.chance.choice((1, 1, 2))))]
            event = ""
            self.asked[number] = wanted
            self._longs += [each for each in wanted if each.kind == "long"]
        else:
            return
        lines = [f"sendevent -E {event or each.event} -J {each.root} -C c{number}" for each in wanted]
        if len(lines) == 1:
            line: tuple[str, ...] = tuple(lines[0].split())
        else:
            file = self.folder / f"batch{number}"
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            line = ("sendevent", "-F", str(file))
        dies = self.chance.random() < 0.3
        die_at = time.monotonic() + self.chance.uniform(0, 0.04) if dies else float("inf")
        self._commands.append((number, self.command(*line), die_at))

    def _define(self, number: int) -> None:
        """Four families more. Those of a `jil` that is killed are typed again, and what is there already is refused."""
        self._defining[number] = [self._undefined.pop() for _ in range(min(4, len(self._undefined)))]
        text = "".join(each.jil(str(self.ledger)) for each in self._defining[number])
        dies = self.chance.random() < 0.3
        die_at = time.monotonic() + self.chance.uniform(0, 0.1) if dies else float("inf")
        self._commands.append((number, self.command("jil", "-q", text=text), die_at))

    def _note_definition(self, number: int, victim: Victim) -> None:
        wanted = self._defining.pop(number)
        self.counts.command_kills += victim.was_killed
        if victim.was_killed:
            again = self.command("jil", "-q", text="".join(each.jil(str(self.ledger)) for each in wanted)).wait()
            if again not in (0, 1):
                self.faults.append(f"jil {number} again ended with {again}: {self.said()}")
        elif victim.status:
            self.faults.append(f"jil {number} ended with {victim.status}: {self.said()}")
        self.defined += wanted
        self._fresh += wanted

    def _note_command(self, number: int, victim: Victim) -> None:
        if number in self._defining:
            self._note_definition(number, victim)
            return
        self.acknowledged[number] = victim.status == 0
        self.counts.command_kills += victim.was_killed
        if victim.status not in (0, -signal.SIGKILL):
            self.faults.append(f"command {number} ended with {victim.status}: {self.said()}")

    def _kill_a_runner(self) -> None:
        found = runners(self.folder / "home")
        if found:
            pid = self.chance.choice(sorted(found))
            self.killed_runners.add(found[pid])
            self.counts.runner_kills += 1
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # The end

    def finish(self) -> None:
        """One scheduler lives until all is done; long jobs are killed."""
        for number, victim, _ in self._commands:
            victim.wait()
            self._note_command(number, victim)
        self._commands = []
        waiting = self.what_waits()
        begun = time.monotonic()
        scheduler = self.scheduler("--exit-when-idle", "1")
        self.converge(scheduler, waiting, begun)
        longs = [f"sendevent -E KILLJOB -J {each.root}\n" for each in self.defined if each.kind == "long"]
        file = self.folder / "longs"
        file.write_text("".join(longs), encoding="utf-8")
        if longs:
            assert self.command("sendevent", "-F", str(file)).wait() == 0
        try:
            status = scheduler.wait(240)
            if status:
                self.faults.append(f"the last scheduler ended with {status}: {self.said()}")
        except AssertionError as error:
            self.faults.append(str(error))

    def close(self) -> None:
        """Leaves no process behind, however the round ended."""
        if self._scheduler is not None:
            self._scheduler.kill()
        for pid in left_of(self.folder / "home"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


Waiting = set[tuple[str | int, ...]]
