"""Commands killed at random moments and at fail points: what was acknowledged is there once, the rest whole or not.

    python -m tests.crash.commands --kills 100000 --seed 7

Several victims run at a time, so that they also die holding what others wait for. No scheduler runs: what commands
left can be counted. The seed gives the same victims in the same order; when a random kill strikes is up to the
machine.
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autosys_py.core.codes import EventCode
from autosys_py.event_server.driver import driver
from tests.crash.victim import Victim

AT_A_TIME = 3
SENDEVENT_POINTS = (
    "sendevent.checked",
    "turnstile.passed",
    "store.begun",
    "sendevent.stored",
    "store.commit",
    "store.committed",
    "sendevent.durable",
)
JIL_POINTS = (
    "turnstile.passed",
    "store.begun",
    "jil.applied",
    "jil.flushed",
    "store.commit",
    "store.committed",
    "jil.durable",
    "jil.printed",
)
CREATION_POINTS = ("creation.made", "creation.migrated", "creation.renamed")
COMMAND_POINTS = tuple(dict.fromkeys((*SENDEVENT_POINTS, *JIL_POINTS, *CREATION_POINTS)))

STANZAS, LINES, MEMBERS = 6, 5, 5
"""Jobs of a jil victim, lines of a batch, jobs of the group."""

GROUP = "".join(
    f"insert_job: member{number}  command: run  machine: localhost  group: many\n" for number in range(MEMBERS)
)


def environment_of(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "AUTOUSER": str(folder), "AUTOSERV": "ACE", "TZ": "UTC"}


@dataclass(slots=True)
class Sent:
    """A victim and what it was asked for."""

    number: int
    kind: str
    victim: Victim
    output: Path
    die_at: float
    """Monotonic seconds; infinite = by its fail point, or not at all."""
    folder: Path


@dataclass(slots=True)
class Counts:
    victims: int = 0
    random_kills: int = 0
    acknowledged: int = 0
    at: Counter[str] = field(default_factory=Counter)
    """Kills by fail point."""
    kept_without_answer: int = 0
    """Died after their commit: whole, and nobody was told."""

    @property
    def kills(self) -> int:
        return self.random_kills + sum(self.at.values())


class CommandCampaign:
    """Makes victims and counts what they left."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.counts = Counts()
        self.faults: list[str] = []
        self._unchecked: list[Sent] = []
        self._running: list[Sent] = []
        self._typical = {"set": 0.02, "batch": 0.025, "group": 0.025, "jil": 0.05, "create": 0.25}
        """Seconds that one takes which nobody kills, by kind."""
        self._seen_event = self._seen_job = 0
        (folder / "store").mkdir(parents=True)
        (folder / "out").mkdir()
        code = Victim("jil", environment=environment_of(folder / "store"), text=GROUP).wait()
        assert code == 0, "the group could not be loaded"
        self._look_at_store()

    def run(self, kills: int, seconds: float, *, say: bool = False) -> None:
        """Until so many were killed, or so long."""
        deadline = time.monotonic() + seconds
        said = time.monotonic()
        while self.counts.kills < kills and time.monotonic() < deadline and not self.faults:
            self._fill()
            self._attend()
            if len(self._unchecked) >= 400:
                self._drain()
                if say and time.monotonic() - said > 30:
                    said = time.monotonic()
                    print(f"  {self.counts.victims} commands, {self.counts.kills} killed", flush=True)
        self._drain()
        self._check_integrity()

    def once_each(self) -> None:
        """A victim for every fail point of the commands."""
        for point in SENDEVENT_POINTS:
            self._send("batch", point, 2 if point == "sendevent.stored" else 1)
        for point in JIL_POINTS:
            self._send("jil", point, 3 if point == "jil.applied" else 1)
        for point in CREATION_POINTS:
            self._send("create", point, 1)
        while self._running:
            self._attend()
        self._drain()

    # Victims

    def _fill(self) -> None:
        while len(self._running) < AT_A_TIME:
            kind = self.chance.choices(("set", "batch", "group", "jil", "create"), (40, 20, 15, 24, 1))[0]
            points = {"jil": JIL_POINTS, "create": CREATION_POINTS}.get(kind, SENDEVENT_POINTS)
            count = self.chance.randint(1, 5)
            if self.chance.random() < 0.4:
                point = self.chance.choice(points)
                self._send(kind, point, count if point in ("jil.applied", "sendevent.stored") else 1)
            else:
                self._send(kind)

    def _send(self, kind: str, point: str = "", count: int = 1) -> None:
        number = self.counts.victims = self.counts.victims + 1
        line, text = _line_of(kind, number, self.folder)
        folder = self.folder / (f"new{number}" if kind == "create" else "store")
        output = self.folder / "out" / str(number)
        arming = f"{point}:kill:{count}" if point else ""
        victim = Victim(*line, environment=environment_of(folder), text=text, output=output, fail_point=arming)
        span = self.chance.uniform(0, 1.3 * AT_A_TIME * self._typical[kind] / 2)
        die_at = float("inf") if point else time.monotonic() + span
        self._running.append(Sent(number, kind, victim, output, die_at, folder))

    def _attend(self) -> None:
        """Kills whose time has come, notes who has ended."""
        time.sleep(0.0003)
        now = time.monotonic()
        for sent in list(self._running):
            if sent.victim.poll() is None:
                if now >= sent.die_at:
                    sent.victim.kill()
                elif now > sent.die_at + 240:
                    self.faults.append(f"{sent.kind} {sent.number} hangs")
                    sent.victim.kill()
                else:
                    continue
            self._running.remove(sent)
            self._note(sent)

    def _note(self, sent: Sent) -> None:
        status = sent.victim.status
        point = sent.victim.fail_point.partition(":")[0]
        if sent.victim.was_killed and point:
            self.counts.at[point] += 1
        elif sent.victim.was_killed:
            self.counts.random_kills += 1
        elif status == 0:
            self.counts.acknowledged += 1
        else:
            self.faults.append(f"{sent.kind} {sent.number} ended with {status}: {sent.output.read_text()[-800:]}")
        if sent.kind == "create":
            self._check_created(sent)
        else:
            self._unchecked.append(sent)

    def _drain(self) -> None:
        while self._running:
            self._attend()
        if self._unchecked:
            self._check()

    # Checks

    def _check(self) -> None:
        events, jobs = self._look_at_store()
        for sent in self._unchecked:
            acknowledged = sent.victim.status == 0
            if sent.kind == "jil":
                self._check_jil(sent, jobs, events, acknowledged=acknowledged)
            else:
                wanted, key = _EVENTS[sent.kind]
                found = events.pop(f"{key}{sent.number}", [])
                if len(found) not in ((wanted,) if acknowledged else (0, wanted)):
                    self.faults.append(f"{sent.kind} {sent.number}: {len(found)} events, acknowledged {acknowledged}")
                if sent.kind != "group" and any(value != f"value {sent.number}" for _, value in found):
                    self.faults.append(f"{sent.kind} {sent.number}: half an event")
                self.counts.kept_without_answer += bool(found) and not acknowledged
            sent.output.unlink()
        self._unchecked = []
        strange = [key for key in (*events, *jobs) if not re.match(r"j\d+$", key)]
        if strange or jobs:
            self.faults.append(f"nobody asked for {strange[:5]} {list(jobs)[:5]}")

    def _check_jil(
        self, sent: Sent, jobs: dict[str, Any], events: dict[str, list[tuple[int, str]]], *, acknowledged: bool
    ) -> None:
        reported = set(re.findall(r"Inserting/Updating job: (j\d+_\d+)\nCAUAJM_I_50205", sent.output.read_text()))
        names = {f"j{sent.number}_{each}" for each in range(STANZAS)}
        there = {name for name in names if name in jobs}
        first = {f"j{sent.number}_{each}" for each in range(len(there))}  # a slow batch is committed early
        if not reported <= there or (acknowledged and there != names) or there != first:
            self.faults.append(f"jil {sent.number}: reported {sorted(reported)}, there {sorted(there)}")
        for name in there:
            fault = _fault_of(jobs.pop(name), sent.number)
            if fault:
                self.faults.append(f"jil {sent.number}: {name} {fault}")
        events.pop(f"j{sent.number}", None)
        self.counts.kept_without_answer += bool(there) and not acknowledged

    def _check_created(self, sent: Sent) -> None:
        """The next command finds a store or makes one, and both events or one of them."""
        again = self.folder / "out" / f"{sent.number}b"
        line, text = _line_of("set", sent.number, self.folder)
        code = Victim(*line, environment=environment_of(sent.folder), text=text, output=again).wait()
        count = -1
        if code == 0:
            connection = driver.connect(sent.folder / "ACE.db")
            count = connection.execute("select count(*) from event").fetchone()[0]
            connection.close()
        acknowledged = sent.victim.status == 0
        if count not in ((2,) if acknowledged else (1, 2)):
            self.faults.append(
                f"create {sent.number} {sent.victim.fail_point}: exit {code}, {count} events {again.read_text()}"
            )
        left = [each.name for each in sent.folder.iterdir() if ".new" in each.name]
        if left:
            self.faults.append(f"create {sent.number}: left {left}")
        shutil.rmtree(sent.folder, ignore_errors=True)

    def _look_at_store(self) -> tuple[dict[str, list[tuple[int, str]]], dict[str, Any]]:
        """The events since the last look, by the number in their reason; the jobs since, by name."""
        connection = driver.connect(self.folder / "store" / "ACE.db", timeout=30)
        events: dict[str, list[tuple[int, str]]] = {}
        rows = connection.execute(
            "select eoid, code, value, reason from event where eoid > ? and reason <> ''", (self._seen_event,)
        ).fetchall()
        for _, code, value, reason in rows:
            events.setdefault(reason, []).append((code, value))
        query = """
            select j.name, j.joid, j.attributes, s.joid, (select count(*) from event e where e.joid = j.joid
                and e.code = ?), (select count(*) from event e where e.joid = j.joid and e.code = ?),
                (select count(*) from job_cond c where c.joid = j.joid)
            from job j left join job_status s on s.joid = j.joid where j.joid > ?"""
        codes = (EventCode.DEFINITION_CHANGED, EventCode.STARTJOB, self._seen_job)
        jobs = {row[0]: row[1:] for row in connection.execute(query, tuple(map(int, codes)))}
        self._seen_event = connection.execute("select coalesce(max(eoid), 0) from event").fetchone()[0]
        self._seen_job = connection.execute("select coalesce(max(joid), 0) from job").fetchone()[0]
        connection.close()
        return events, jobs

    def _check_integrity(self) -> None:
        connection = driver.connect(self.folder / "store" / "ACE.db")
        verdict = connection.execute("pragma integrity_check").fetchone()[0]
        foreign = connection.execute("pragma foreign_key_check").fetchall()
        connection.close()
        if verdict != "ok" or foreign:
            self.faults.append(f"integrity: {verdict} {foreign[:3]}")

    def report(self) -> str:
        counts = self.counts
        points = ", ".join(f"{name} {number}" for name, number in sorted(counts.at.items()))
        return (
            f"{counts.victims} commands: {counts.kills} killed ({counts.random_kills} at a random moment; {points}), "
            f"{counts.acknowledged} acknowledged, {counts.kept_without_answer} whole without an answer; "
            f"{len(self.faults)} faults"
        )


_EVENTS = {"set": (1, "s"), "batch": (LINES, "b"), "group": (MEMBERS, "g")}
"""By kind: how many events it makes, and the letter of its reason."""


def _line_of(kind: str, number: int, folder: Path) -> tuple[tuple[str, ...], str]:
    """Command line and standard input."""
    if kind == "jil":
        return ("jil",), "".join(_stanza(number, each) for each in range(STANZAS))
    if kind == "group":
        return ("sendevent", "-E", "JOB_ON_HOLD", "-B", "many", "-C", f"g{number}"), ""
    if kind == "batch":
        lines = (
            f'sendevent -E SET_GLOBAL -G "G{number}_{each}=value {number}" -C b{number}\n' for each in range(LINES)
        )
        file = folder / "out" / f"batch{number % 100}.{os.getpid()}"
        file.write_text("".join(lines), encoding="utf-8")
        return ("sendevent", "-F", str(file)), ""
    return ("sendevent", "-E", "SET_GLOBAL", "-G", f"G{number}=value {number}", "-C", f"s{number}"), ""


def _stanza(number: int, each: int) -> str:
    return (
        f"insert_job: j{number}_{each}  command: run {number}  machine: localhost  days_of_week: all\n"
        f'date_conditions: 1  start_mins: 5  description: "{number}"\n'
        f"condition: s(j{number}_{(each + 1) % STANZAS}) | s(x{number})\n"
    )


def _fault_of(row: tuple[Any, ...], number: int) -> str:
    """What a job lacks that has to be written with it."""
    _, attributes, status, definitions, starts, conditions = row
    if attributes.count(f'"run {number}"') != 1 or f'"{number}"' not in attributes:
        return f"is not what was typed: {attributes}"
    if status is None:
        return "has no status"
    if definitions != 1:
        return f"was told of {definitions} times"
    if starts != 1:
        return f"has {starts} starts"
    return "" if conditions == 2 else f"has {conditions} rows of its condition"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="autosys-commands-"))
    print(f"seed {given.seed}, folder {folder}", flush=True)
    campaign = CommandCampaign(folder, given.seed)
    campaign.run(given.kills, given.seconds, say=True)
    print(campaign.report())
    for fault in campaign.faults[:20]:
        print(fault)
    if not campaign.faults:
        shutil.rmtree(folder)
    return bool(campaign.faults)


if __name__ == "__main__":
    sys.exit(main())
