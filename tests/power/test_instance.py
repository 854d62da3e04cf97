"""The power fails while a whole instance works: commands, the scheduler, jobs. Everything is real and watched by
`strace`; then each image is taken up by a scheduler on another boot, which must find

* what was acknowledged: every definition of a `jil` and every event of a `sendevent` that ended with 0;
* a sound store, its past unbroken and equal to its projections (of a sample);
* of each run the true outcome or none: SUCCESS and FAILURE with the exit code that the job had, else it is lost;
* no reason to start a run that had begun.

The same images fail if nothing was ever synced, if no folder was, and if the scheduler does not know that the machine
was restarted: the controls. POWER_INSTANCE_IMAGES says how many.
"""

import os
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent import local
from autosys_py.agent.boot import boot_id
from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import StartOrder
from autosys_py.agent.simulated import SimulatedAgent
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import ExitCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.event_server.errors import StoreError
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.sqlite import SqliteStore
from autosys_py.scheduler.reboot import orders_in_doubt
from autosys_py.sim.driver import Driver
from tests.power.disk import Disk, Image, Mark, Operation, Sync, SyncNames
from tests.power.recovery import NAME, Bench
from tests.power.trace import STRACE, traced

IMAGES = int(os.environ.get("POWER_INSTANCE_IMAGES", "20000"))
SEED = int(os.environ.get("POWER_SEED", "1"))
ROUNDS = 6
"""Boxes of jobs that are defined and started one after the other."""
ENDS = {"good": 0, "bad": 3, "high": 137, "shot": -9}
"""The exit code of each member of a box."""
BIN = Path(sys.executable).parent
UTC = ZoneInfo("UTC")
TURNS = 6

pytestmark = [
    pytest.mark.power,
    pytest.mark.timeout(0),
    pytest.mark.skipif(STRACE is None, reason="strace is not installed"),
]


@pytest.fixture(scope="module")
def operations() -> Iterator[list[Operation]]:
    """What an instance does from its first command on."""
    with tempfile.TemporaryDirectory() as name:
        folder, ledger = Path(name).resolve() / "home", Path(name).resolve() / "ledger"
        folder.mkdir()
        script = Path(name) / "day.sh"
        script.write_text(_script(ledger), encoding="utf-8")
        environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "AUTOUSER": str(folder / "state" / "autosys"),
            "TZ": "UTC",
        }
        yield traced(folder, ledger, ["sh", str(script)], environment)


def _script(ledger: Path) -> str:
    """Each round defines a box, sets a global and starts the box; the scheduler comes up in the middle of the first."""
    said = shlex.quote(str(ledger))
    lines = ["set -e"]
    for number in range(ROUNDS):
        jil = "\n".join([f"insert_job: box{number} job_type: BOX", *_members(number, said)])
        lines.append(f"jil <<'END' >/dev/null 2>&1\n{jil}\nEND\necho defined box{number} >>{said}")
        lines.append(f"sendevent -E SET_GLOBAL -G G{number}={number}\necho set G{number} >>{said}")
        lines.append(f"sendevent -E STARTJOB -J box{number}\necho sent box{number} >>{said}")
        if number == 0:
            lines.append("eventor -q --exit-when-idle 3 &")
    return "\n".join([*lines, "wait"]) + "\n"


def _members(number: int, ledger: str) -> Iterator[str]:
    for name, code in ENDS.items():
        end = "kill -9 $$" if code < 0 else f"exit {code}"
        command = f"echo ran $AUTOSYS_RUN >>{ledger}; {end}"
        yield f"insert_job: {name}{number} job_type: CMD box_name: box{number} machine: localhost\ncommand: {command}"


@dataclass
class Found:
    """What came of the images."""

    built: int = 0
    different: int = 0
    examined: int = 0
    runs: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.built} images, {self.different} different, {self.examined} examined; runs found: "
            f"{dict(self.runs)}; wrong: {dict(self.wrong) or 'none'}"
        )


class Survivor(LocalAgent):
    """An agent after the crash: what it would run is noted and not run."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, {}, run_as_owner="never")
        self.began: list[str] = []

    def _spawn(self, order: StartOrder, attributes: object, claim: int) -> None:
        self.began.append(f"{order.key.run_num}/{order.key.joid}.{order.key.ntry}")


class Campaign:
    def __init__(self, operations: Sequence[Operation], images: int, seed: int, boot: Callable[[], str]) -> None:
        self._operations = operations
        self._images = images
        self._chance = Random(seed)
        self._boot = boot
        self._marks: list[str] = []
        self._seen: set[int] = set()
        self._found = Found()

    def run(self) -> Found:
        disk = Disk({})
        share = self._images / len(self._operations)
        for operation in self._operations:
            disk.apply(operation)
            if isinstance(operation, Mark):
                self._marks.append(operation.what)
            times = int(share) + (self._chance.random() < share % 1)
            for _ in range(times):
                self._crash(disk)
        return self._found

    def _crash(self, disk: Disk) -> None:
        self._found.built += 1
        image = disk.crash(self._chance)
        key = hash((frozenset(image.items()), len(self._marks)))
        if key in self._seen:
            return
        self._seen.add(key)
        self._found.different += 1
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
            try:
                wrong = self._fault(Path(name), image)
            except StoreError as error:
                wrong = f"cannot be opened: {type(error).__name__}"
            except AssertionError as error:
                wrong = f"corrupt: {str(error)[:60]}"
        if wrong:
            self._found.wrong[wrong] += 1

    def _fault(self, root: Path, image: Image) -> str:
        for name, data in image.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        file = root / "state" / "autosys" / "ACE.db"
        if not file.exists():
            return "the store is gone" if self._marks else ""
        store = open_sqlite(file)
        try:
            wrong = self._fault_of(store, file)
        finally:
            store.close()
        if not wrong and self._chance.random() < 0.02:
            self._found.examined += 1
            Bench(file.parent).examine({NAME: file.read_bytes()}, wal=True)
        return wrong

    def _fault_of(self, store: SqliteStore, file: Path) -> str:
        agent = self._take_up(store, file.parent)
        twice = set(agent.began) & {_run(mark) for mark in self._marks if mark.startswith("ran ")}
        if twice or len(set(agent.began)) < len(agent.began):
            return "a run is started twice"
        heads = {head.name: head for head in store.heads()}
        variables = {row.name for row in store.globals()}
        for mark in self._marks:
            verb, what = mark.split()
            if verb == "defined" and what not in heads:
                return "a definition is lost"
            if verb == "set" and what not in variables:
                return "an event is lost"
            if verb == "sent" and not store.runs(heads[what].joid, 1):
                return "a start is lost"
        faults = (self._fault_of_runs(store, head.name, head.joid, agent.began) for head in heads.values())
        return next(filter(None, faults), "")

    def _take_up(self, store: SqliteStore, folder: Path) -> Survivor:
        """A scheduler comes up and takes its first turns."""
        with store.transaction():
            store.take_lease("survivor", _now(store), 30, lambda _holder: True)
        agent = Survivor(folder / "run" / "ACE" / (store.setting("store_id") or "new"))
        try:
            driver = Driver(
                store, cast(SimulatedAgent, agent), lambda: _now(store), Configuration(),
                lambda: timetable_of(store, UTC), frozenset({"localhost"}), "survivor",
            )  # fmt: skip
            driver.turns.in_doubt = orders_in_doubt(store, self._boot(), driver.orders)
            driver.adopt()
            for _ in range(TURNS):
                driver.turn()
        finally:
            agent.close()
        return agent

    def _fault_of_runs(self, store: SqliteStore, name: str, joid: int, began: Sequence[str]) -> str:
        code = ENDS.get(name.rstrip("0123456789"))
        for run in store.runs(joid, 10) if code is not None else ():
            if run.status is None:
                self._found.runs["begun afterwards"] += 1
                if f"{run.key.run_num}/{run.key.joid}.{run.key.ntry}" not in began:
                    return "nobody knows of a run's end"
            elif run.status is Status.TERMINATED and run.exit_code == ExitCode.LOST:
                self._found.runs["lost"] += 1
            elif run.exit_code == code:
                self._found.runs["true"] += 1
            else:
                return "a wrong exit code"
        return ""


def _run(mark: str) -> str:
    """`RUN_NUM/JOID.NTRY`, from the run's folder."""
    return "/".join(mark.split()[1].split("/")[-2:])


def _now(store: SqliteStore) -> int:
    """After everything that is due."""
    due = store.next_due() or 0
    return max(2_000_000_000, due)


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The machine was restarted."""
    monkeypatch.setattr(local, "boot_id", lambda: "another-boot")
    return lambda: "another-boot"


def test_a_whole_instance(operations: list[Operation], boot: Callable[[], str]) -> None:
    found = Campaign(operations, IMAGES, SEED, boot).run()
    print(f"\n{len(operations)} operations: {found}")
    assert not found.wrong
    assert found.runs["true"]
    assert found.runs["lost"]


@pytest.mark.parametrize("spoilt", ["nothing is synced", "no folder is synced", "the restart is not noticed"])
def test_controls(operations: list[Operation], boot: Callable[[], str], spoilt: str) -> None:
    unsynced = {"nothing is synced": (Sync, SyncNames), "no folder is synced": (SyncNames,)}.get(spoilt, ())
    left = [each for each in operations if not isinstance(each, unsynced)]
    found = Campaign(left, max(1000, IMAGES // 20), SEED, boot if unsynced else boot_id).run()
    print(f"\n{spoilt}: {found}")
    assert found.wrong
