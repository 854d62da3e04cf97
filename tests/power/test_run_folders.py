"""The power fails while jobs run: what a run folder says afterwards is how the run ended, or that nobody knows.

The lines are those of real runs; the agent and the runner write each with one call and sync nothing.
"""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from autosys_py.agent import local
from autosys_py.agent.spool import Spool
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.local import Bench
from tests.agent.orders import order
from tests.power.disk import Create, Disk, Operation, Write

IMAGES = 300
"""For each run."""
ENDS = {"exit 0": 0, "exit 3": 3, "exit 137": 137, "kill -9 $$": -9, "kill -2 $$": 130, "no-such-command": 127}


class Ran:
    """One real run: its true end, its record, and the disk after each line of it."""

    def __init__(self, bench: Bench, command: str) -> None:
        report = bench.run(command)
        self.key = report.key
        self.exit_code = report.exit_code
        self.text = (bench.folder(self.key) / "record").read_bytes()

    def operations(self) -> list[Operation]:
        found: list[Operation] = [Create("record", 1)]
        at = 0
        for line in self.text.splitlines(keepends=True):
            found.append(Write(1, at, line))
            at += len(line)
        return found


@pytest.fixture
def runs(tmp_path: Path) -> list[Ran]:
    with Bench(tmp_path / "first") as bench:
        return [Ran(bench, command) for command in ENDS]


def test_an_exit_code_is_the_true_one_or_lost(runs: list[Ran], tmp_path: Path) -> None:
    spool, chance, kept, lost = Spool(tmp_path / "after"), Random(1), 0, 0
    for run, code in zip(runs, ENDS.values(), strict=True):
        assert run.exit_code == code
        record = Path(spool.folder(run.key)) / "record"
        record.parent.mkdir(parents=True)
        disk = Disk({}, stale=chance.choice([each for each in runs if each is not run]).text)
        for operation in run.operations():
            disk.apply(operation)
            for _ in range(IMAGES // 4):
                image = disk.crash(chance)
                record.unlink(missing_ok=True)
                if "record" in image:
                    record.write_bytes(image["record"])
                found = spool.look(run.key).record
                assert not found.ended or found.exit_code == code, image
                kept, lost = kept + found.ended, lost + (not found.ended)
    assert kept > 50
    assert lost > 50


def test_a_run_whose_record_was_lost_is_not_run_again(
    runs: list[Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without the doubt it would be, which is why there is one."""
    monkeypatch.setattr(local, "boot_id", lambda: "another-boot")
    with Bench(tmp_path / "after") as bench:
        key = RunKey(1, 99, 1)
        bench.agent.start(replace(order("echo twice", key), in_doubt=True))
        assert [report.code for report in bench.agent.collect(0)] == [EventCode.AGENT_LOST]
        bench.start_order(order("echo twice", key))
        assert bench.end_of(key).exit_code == 0
