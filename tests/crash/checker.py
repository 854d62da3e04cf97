"""The judge of a round: what happened (ledger), what is recorded (store) and what had to happen (families) must agree.

* no run key began twice, none began that the store does not know, none is recorded that did not begin;
* every exit code is the one that the job returned; a run is reported lost only if its runner was killed, with alarm;
* a command that was acknowledged is one event of the past, one that was killed is whole or not there;
* each family has exactly the tries that follow from it; the clock's starts have no gap and none is there twice;
* the past is a whole chain, and folded it gives the states, alarms and runs that the store shows;
* no order is open, no event overdue, no process of a job left.
"""

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import parse
from autosys_py.core.model import Fact, JobState, Run, RunKey
from autosys_py.event_server.chain import first_broken
from autosys_py.event_server.driver import driver
from autosys_py.event_server.open import open_store
from autosys_py.event_server.protocol import EventServer
from autosys_py.scheduler.recover import recover
from tests.crash.families import expected
from tests.crash.ledger import Ledger, left_of, read_ledger
from tests.crash.schedulers import CONFIGURATION, MINUTELY, Round
from tests.invariants import Invariants

LOST = -657
BY_HAND = (-15, -9)
STARTS = (EventCode.STARTJOB, EventCode.FORCE_STARTJOB)


def judge(under: Round) -> list[str]:
    """What is wrong with a round that is over; nothing of it may run any more."""
    store = open_store(f"sqlite:///{under.store}")
    try:
        return [*_Judge(under, store).faults(), *_integrity(under)]
    finally:
        store.close()


class _Judge:
    def __init__(self, under: Round, store: EventServer) -> None:
        self.under = under
        self.store = store
        self.ledger: Ledger = read_ledger(under.ledger)
        self.past = _past(store)
        self.now = max((fact.processed for fact in self.past), default=0)
        """When the last scheduler was last heard of: what came due later nobody could process."""
        self.names = {row.head.joid: row.head.name for row in store.statuses()}
        self.runs: dict[str, dict[RunKey, Run]] = {
            name: {run.key: run for run in store.runs(joid, 100_000)} for joid, name in self.names.items()
        }
        self.processes = {each.name for made in under.families for each in made.members.values() if each.kind == "cmd"}
        self.said: list[str] = []

    def faults(self) -> list[str]:
        self._check_begun()
        self._check_ends()
        self._check_commands()
        self._check_families()
        self._check_clock()
        self._check_rest()
        self._check_past()
        return self.said

    def _say(self, text: str) -> None:
        self.said.append(text)

    # What was started

    def _check_begun(self) -> None:
        known = {key for runs in self.runs.values() for key in runs}
        for key, count in self.ledger.starts.items():
            if count > 1:
                self._say(f"doubled: {self.ledger.names[key]} {key} began {count} times")
            if key not in known:
                self._say(f"extra: {self.ledger.names[key]} {key} began, the store does not know it")

    def _check_ends(self) -> None:
        chased = {
            RunKey(each.joid, each.run_num, each.ntry)
            for each in self.store.alarms(every=True)
            if each.alarm is Alarm.CHASE
        }
        unnamed = 0
        codes = {name: each for made in self.under.families for name, each in made.members.items()}
        for name, runs in self.runs.items():
            self.under.counts.runs += len(runs)
            for key, run in runs.items():
                if run.end is None:
                    self._say(f"open: {name} {key} is not over")
                elif run.exit_code == LOST:
                    self.under.counts.lost += 1
                    unnamed += key not in self.under.killed_runners
                    if key not in chased or run.status is not Status.TERMINATED:
                        self._say(f"lost: {name} {key} is {run.status} without an alarm")
                elif name in self.processes:
                    if not self.ledger.starts[key]:
                        self._say(f"missed: {name} {key} is recorded as {run.status} and never began")
                    elif run.exit_code not in BY_HAND or codes[name].sleep < 100:
                        self._check_code(name, run, codes[name].code(key.ntry))
        if unnamed > self.under.runner_points:
            self._say(
                f"lost: {unnamed} runs whose runner nobody killed, {self.under.runner_points} died at fail points"
            )

    def _check_code(self, name: str, run: Run, code: int) -> None:
        status = Status.FAILURE if code else Status.SUCCESS
        if (run.exit_code, run.status, self.ledger.codes.get(run.key)) != (code, status, code):
            self._say(f"wrong: {name} {run.key} is {run.status} {run.exit_code}, returned {code}")

    # What had to be

    def _check_commands(self) -> None:
        """Commands that were acknowledged, by the number in their reason."""
        found: defaultdict[str, list[Fact]] = defaultdict(list)
        for fact in self.past:
            if fact.reason.startswith("c"):
                found[fact.reason].append(fact)
        for number, acknowledged in self.under.acknowledged.items():
            wanted = len(self.under.asked.get(number, [None]))
            count = len(found[f"c{number}"])
            if count not in ((wanted,) if acknowledged else (0, wanted)):
                self._say(f"command {number}: {count} of {wanted} events, acknowledged {acknowledged}")

    def _check_families(self) -> None:
        started = Counter(self.names.get(fact.joid, "") for fact in self.past if fact.code in STARTS and fact.reason)
        for made in self.under.defined:
            missing = made.members.keys() - self.names.values()
            if missing:
                self._say(f"not there: {sorted(missing)}, which jil has acknowledged")
                continue
            count = started[made.root]
            if count > 1:
                self._say(f"doubled: the command for {made.root} was processed {count} times")
            wanted = expected(made, self._end) if count else {}
            for name in made.members:
                tries = sorted(key.ntry for key in self.runs[name])
                if tries != list(range(1, wanted.get(name, 0) + 1)):
                    ends = {each: self._end(each, 1) for each in made.members}
                    self._say(f"{made.kind}: {name} has tries {tries}, wanted {wanted.get(name, 0)}; {ends}")

    def _end(self, name: str, ntry: int) -> Status | None:
        return next((run.status for key, run in self.runs[name].items() if key.ntry == ntry), None)

    def _check_clock(self) -> None:
        joid = next(joid for joid, name in self.names.items() if name == MINUTELY)
        ticks = [fact.time for fact in self.past if fact.code is EventCode.STARTJOB and fact.joid == joid]
        self.under.counts.ticks += len(ticks)
        if ticks != [ticks[0] + 60 * number for number in range(len(ticks))] if ticks else False:
            self._say(f"the clock's starts have gaps or doubles: {ticks}")
        if len(self.runs[MINUTELY]) != len(ticks):
            self._say(f"{len(ticks)} ticks, {len(self.runs[MINUTELY])} runs")

    # What is left

    def _check_rest(self) -> None:
        rows = self.store.load()
        if rows.effects:
            self._say(f"orders nobody answered: {rows.effects[:3]}")
        overdue = self.store.due_events(self.now, 10)
        if overdue:
            self._say(f"overdue: {overdue[:3]}")
        left = left_of(self.under.folder / "home")
        if left:
            self._say(f"processes left: {left}")

    def _check_past(self) -> None:
        broken = first_broken(self.store)
        if broken is not None:
            self._say(f"the past is broken at {broken}")
        world, _, _ = recover(
            self.store, parse(CONFIGURATION, print), timetable_of(self.store, ZoneInfo("UTC")), frozenset({"localhost"})
        )
        laws = Invariants()
        laws.folded = {joid: JobState() for joid in self.names}
        try:
            laws.check_turn(world, self.past, self.now)
            laws.check_all(world, self.store, self.now, is_settled=True)
        except AssertionError as error:
            self._say(f"the past and what it made differ: {error}")


def _past(store: EventServer) -> list[Fact]:
    found: list[Fact] = []
    while page := store.all_facts(len(found) + 1, 1000):
        found += page
    return found


def _integrity(under: Round) -> list[str]:
    connection = driver.connect(under.store)
    verdict = connection.execute("pragma integrity_check").fetchone()[0]
    foreign = connection.execute("pragma foreign_key_check").fetchall()
    connection.close()
    return [] if verdict == "ok" and not foreign else [f"integrity: {verdict} {foreign[:3]}"]
