"""The power fails at any moment while the event store works: what was acknowledged is there, nothing is half done.

The settings that the store ships with pass; those known to lose something fail the same test, which shows that it can
fail. `make power` opens POWER_IMAGES different images for each journal (POWER_SEED says which).
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from autosys_py.event_server.open import open_sqlite
from tests.power.disk import Image
from tests.power.recorder import recorded
from tests.power.recovery import NAME, Bench, Judge, Tally
from tests.power.workload import Workload

IMAGES = int(os.environ.get("POWER_IMAGES", "1000000"))
PROGRESS = 100_000
SEED = int(os.environ.get("POWER_SEED", "1"))


class Setting(NamedTuple):
    wal: bool
    statements: Mapping[str, str] = {}


def _journal(mode: str) -> Mapping[str, str]:
    return {"PRAGMA journal_mode=TRUNCATE": f"PRAGMA journal_mode={mode}"}


def _synchronous(level: str) -> Mapping[str, str]:
    return {"PRAGMA synchronous=FULL": f"PRAGMA synchronous={level}"}


SHIPPED: dict[str, Setting] = {"WAL": Setting(True), "TRUNCATE": Setting(False)}
SOUND: dict[str, Setting] = {
    "PERSIST": Setting(False, _journal("PERSIST")),
    "DELETE, synchronous=EXTRA": Setting(False, {**_journal("DELETE"), **_synchronous("EXTRA")}),
}
CAREFUL = {**SHIPPED, **SOUND}
UNSAFE: dict[str, Setting] = {
    "WAL, synchronous=NORMAL": Setting(True, _synchronous("NORMAL")),
    "WAL, synchronous=OFF": Setting(True, _synchronous("OFF")),
    "TRUNCATE, synchronous=NORMAL": Setting(False, _synchronous("NORMAL")),
    "TRUNCATE, synchronous=OFF": Setting(False, _synchronous("OFF")),
    "DELETE": Setting(False, _journal("DELETE")),
}
SMALL = ("PRAGMA wal_autocheckpoint=20", "PRAGMA cache_size=16")
"""The log is written back, and pages leave the cache before the commit, within a hundred commits instead of 100,000."""


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder on a file system in memory, where there is one."""
    there = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=there if os.access(there, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def new_stores(memory: Path) -> dict[bool, bytes]:
    """An empty store, with a log and without."""
    stores = {}
    for wal in (True, False):
        path = memory / f"new{wal}" / NAME
        open_sqlite(path, wal).close()
        stores[wal] = path.read_bytes()
    return stores


class Campaign:
    """Episodes of work, each recorded once and cut short many times."""

    def __init__(self, memory: Path, new: bytes, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
        self._memory = memory
        self._new = new
        self._setting = setting
        self._monkeypatch = monkeypatch

    def run(
        self,
        seed: int,
        images: int,
        steps: int,
        per_operation: int,
        examined: float,
        *,
        until_wrong: bool = False,
    ) -> Tally:
        total = Tally()
        while total.opened < images and not (until_wrong and total.wrong):
            before = total.opened
            total.add(self._episode(seed, steps, per_operation, examined))
            seed += 1
            if total.opened // PROGRESS > before // PROGRESS:
                print(f"\n{total}", flush=True)
        return total

    def _episode(self, seed: int, steps: int, per_operation: int, examined: float) -> Tally:
        chance = Random(seed)
        with tempfile.TemporaryDirectory(dir=self._memory) as name, tempfile.TemporaryDirectory(dir=self._memory) as at:
            file = Path(name) / NAME
            file.write_bytes(self._new)
            start: Image = {NAME: self._new}
            small = SMALL if chance.random() < 0.75 else ()
            with recorded(name, self._monkeypatch, self._setting.statements, small) as recording:
                store = open_sqlite(file, self._setting.wal)
                Workload(chance, store, file, self._monkeypatch).work(steps)
                if chance.random() < 0.5:
                    store.close()
            judge = Judge(Bench(Path(at)), start, wal=self._setting.wal, chance=chance)
            return judge.judge(recording.operations, per_operation, examined)


def campaign(
    memory: Path, new_stores: dict[bool, bytes], setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> Campaign:  # fmt: skip
    return Campaign(memory, new_stores[setting.wal], setting, monkeypatch)


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(
    name: str, memory: Path, new_stores: dict[bool, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = campaign(memory, new_stores, SHIPPED[name], monkeypatch).run(SEED, 500, 3, 4, 0.005)
    assert tally.opened >= 500
    assert not tally.wrong, f"{name}: {tally}"


@pytest.mark.parametrize("name", UNSAFE)
def test_settings_that_lose_something_are_found_out(
    name: str, memory: Path, new_stores: dict[bool, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = campaign(memory, new_stores, UNSAFE[name], monkeypatch).run(SEED, 500, 2, 2, 0, until_wrong=True)
    assert tally.wrong, f"{name}: {tally}"


@pytest.mark.power
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", CAREFUL)
def test_a_million_power_cuts(
    name: str, memory: Path, new_stores: dict[bool, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = CAREFUL[name]
    tally = campaign(memory, new_stores, setting, monkeypatch).run(SEED, IMAGES, 25, 30, 0.001)
    print(f"\n{name}: {tally}")
    assert not tally.wrong


@pytest.mark.power
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", UNSAFE)
def test_controls(
    name: str, memory: Path, new_stores: dict[bool, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    tally = campaign(memory, new_stores, UNSAFE[name], monkeypatch).run(SEED, IMAGES // 50, 25, 30, 0)
    print(f"\n{name}: {tally}")
    assert tally.wrong
