"""What comes back after a power loss: each image is opened by the real driver and held against what was committed.

Every commit leaves one state of the database. It is looked at once, thoroughly: `examine`. An image is recovered
(rolled back, or its log replayed) and must then be, byte for byte, one of these states: not older than the last
commit that had been acknowledged, not newer than the one that had begun. Where only bytes differ that nothing refers
to (pages given back, whose content SQLite does not keep), the contents of all tables are compared instead.
"""

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Fact, JobState
from autosys_py.event_server.chain import first_broken
from autosys_py.event_server.driver import driver
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.protocol import EventServer
from tests.power.disk import Disk, Image, Mark, Operation
from tests.power.recorder import recorded_recovery

NAME = "ACE.db"
SIDES = ("-journal", "-wal", "-shm")
TWICE = 0.02
"""The share of images whose recovery is cut short too."""


class Bench:
    """A folder in memory in which images are opened."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME
        self._descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        self._sides = {side: os.fspath(folder / f"{NAME}{side}") for side in SIDES}

    def install(self, image: Image) -> None:
        """Makes the folder hold the image and nothing else."""
        data = image.get(NAME, b"")
        os.pwrite(self._descriptor, data, 0)
        os.ftruncate(self._descriptor, len(data))
        for side, path in self._sides.items():
            content = image.get(NAME + side)
            if content is None:
                with suppress(FileNotFoundError):
                    os.unlink(path)  # noqa: PTH108 - the hot path
            else:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.write(file, content)
                os.close(file)

    def recover(self, image: Image) -> bytes:
        """The database as SQLite finds it. Raises the driver's errors."""
        self.install(image)
        connection = driver.connect(f"file:{self.file}?mode=rw", uri=True, isolation_level=None)
        try:
            connection.execute("PRAGMA schema_version").fetchone()  # the least that makes it recover
        finally:
            connection.close()  # and write back its log
        if os.path.exists(self._sides["-wal"]):  # noqa: PTH110
            raise driver.DatabaseError("the log was not written back")
        data = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        return data[: int.from_bytes(data[16:18], "big") * int.from_bytes(data[28:32], "big")]

    def recover_recorded(self, image: Image) -> list[Operation]:
        """What SQLite writes while it finds the database in that image."""
        self.install(image)
        return recorded_recovery(self.file)

    def contents(self, data: bytes) -> bytes:
        """A digest of everything in the tables; raises AssertionError for a database that is not sound."""
        self.install({NAME: data})
        connection = driver.connect(f"file:{self.file}?mode=rw", uri=True, isolation_level=None)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            digest = blake2b()
            tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            for name, sql in tables.fetchall():
                rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
                digest.update(repr((name, sql, sorted(map(repr, rows)))).encode())
        except driver.Error as error:
            raise AssertionError(str(error)) from error
        finally:
            connection.close()
        return digest.digest()

    def examine(self, image: Image, *, wal: bool) -> None:
        """Opens it as every command does: sound, its past whole, and folded equal to what is projected from it."""
        self.install(image)
        store = open_sqlite(self.file, wal)
        try:
            assert first_broken(store) is None
            _check_projections(store)
        finally:
            store.close()
        self.contents(os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0))


def _check_projections(store: EventServer) -> None:
    """The past, folded from nothing, gives the states and the globals."""
    states: dict[int, JobState] = {}
    variables: dict[str, str] = {}
    known = set()
    facts = _all_facts(store)
    assert [fact.seq for fact in facts] == list(range(1, store.last_seq() + 1))
    for fact in facts:
        if fact.code is EventCode.DEFINITION_CHANGED:
            known.add(fact.joid)
        if fact.code is EventCode.SET_GLOBAL and not fact.notes:
            variables[fact.name] = fact.value
        for joid, changes in fact.changes:
            for name, value in changes.items():
                setattr(states.setdefault(joid, JobState()), name, value)
    for row in store.statuses():
        if row.head.joid in known:
            assert states.get(row.head.joid, JobState()) == row.state, row.head.name
    assert variables == {row.name: row.value for row in store.globals()}


def _all_facts(store: EventServer) -> list[Fact]:
    facts: list[Fact] = []
    while page := store.all_facts(len(facts) + 1):
        facts += page
    return facts


@dataclass
class Tally:
    """What came of the images."""

    built: int = 0
    opened: int = 0
    """Those that differed from every one before."""
    examined: int = 0
    by_contents: int = 0
    """Whose unused bytes differed."""
    during_recovery: int = 0
    """Of the different ones: cut a second time, while the first cut was recovered from."""
    commits: int = 0
    operations: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        for name in ("built", "opened", "examined", "by_contents", "during_recovery", "commits", "operations"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong

    def __str__(self) -> str:
        return (
            f"{self.built} images of {self.operations} operations and {self.commits} commits: {self.opened} different, "
            f"{self.during_recovery} of them cut again during recovery, {self.by_contents} compared by contents, "
            f"{self.examined} opened as a store; "
            f"wrong: {dict(self.wrong) or 'none'}"
        )


class Judge:
    """Replays a recording, cuts the power again and again, and looks at what is left."""

    def __init__(self, bench: Bench, start: Image, *, wal: bool, chance: Random) -> None:
        self._bench = bench
        self._wal = wal
        self._chance = chance
        self._disk = Disk(start)
        self._states = [bench.recover(start)]
        """The database after each commit, the one before the first commit at 0."""
        self._contents: dict[int, bytes] = {}
        self._acknowledged = self._begun = 0
        self._seen: set[bytes] = set()
        self.tally = Tally()

    def judge(self, operations: Sequence[Operation], per_operation: int, examined: float) -> Tally:
        """`per_operation` images after each operation that leaves something unsynced, one after any other; that share
        of them is `examined`."""
        states = self._all_states(operations)
        for state in self._chance.sample(states, max(1, int(len(states) * min(1, 50 * examined)))):
            self._bench.examine({NAME: state}, wal=self._wal)
        self._states = states
        self.tally.commits, self.tally.operations = len(states) - 1, len(operations)
        for operation in operations:
            self._disk.apply(operation)
            if isinstance(operation, Mark):
                if operation.what == "begun":
                    self._begun = operation.number
                else:
                    self._acknowledged = operation.number
            for _ in range(per_operation if self._disk.unsynced else 1):
                self._crash(examined)
        return self.tally

    def _all_states(self, operations: Sequence[Operation]) -> list[bytes]:
        disk = Disk(self._disk.present())
        states = list(self._states)
        for operation in operations:
            disk.apply(operation)
            if isinstance(operation, Mark) and operation.what == "acknowledged":
                states.append(self._bench.recover(disk.present()))
        return states

    def _crash(self, examined: float) -> None:
        image = self._disk.crash(self._chance)
        if not self._is_new(image):
            return
        wrong = self._fault(image)
        if wrong:
            self.tally.wrong[wrong] += 1
            return
        if self._chance.random() < examined:
            self.tally.examined += 1
            if self._chance.random() < 0.5:  # rubbish in the shared memory of those who are dead
                self._bench.examine({**image, f"{NAME}-shm": self._chance.randbytes(32768)}, wal=self._wal)
            else:
                self._bench.examine(image, wal=self._wal)
        if self._chance.random() < TWICE:
            self._crash_again(image)

    def _crash_again(self, image: Image) -> None:
        """The power fails once more, while what it left is recovered."""
        image = dict(sorted(image.items()))
        disk = Disk(image)
        for operation in self._bench.recover_recorded(image):
            disk.apply(operation)
            again = disk.crash(self._chance)
            if self._is_new(again):
                self.tally.during_recovery += 1
                if wrong := self._fault(again):
                    self.tally.wrong[f"{wrong}, after a second cut"] += 1

    def _is_new(self, image: Image) -> bool:
        self.tally.built += 1
        key = _digest(image, self._acknowledged, self._begun)
        if key in self._seen:
            return False
        self._seen.add(key)
        self.tally.opened += 1
        return True

    def _fault(self, image: Image) -> str:
        if NAME not in image:
            return "no database"
        try:
            found = self._bench.recover(image)
        except driver.Error as error:
            return f"cannot be opened: {error}"
        allowed = range(self._acknowledged, max(self._acknowledged, self._begun) + 1)
        if any(self._states[number] == found for number in allowed if number < len(self._states)):
            return ""
        return self._fault_of_contents(found, allowed)

    def _fault_of_contents(self, found: bytes, allowed: range) -> str:
        if found in self._states:
            return "an acknowledged commit is lost"
        try:
            contents = self._bench.contents(found)
        except AssertionError:
            return "corrupt"
        self.tally.by_contents += 1
        for number, state in enumerate(self._states):
            if number not in self._contents:
                self._contents[number] = self._bench.contents(state)
            if self._contents[number] == contents:
                return "" if number in allowed else "an acknowledged commit is lost"
        return "half a transaction"


def _digest(image: Image, acknowledged: int, begun: int) -> bytes:
    digest = blake2b(f"{acknowledged} {begun}".encode(), digest_size=16)
    for name in sorted(image):
        digest.update(f"\n{name} {len(image[name])}\n".encode())
        digest.update(image[name])
    return digest.digest()
