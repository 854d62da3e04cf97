"""`chk_files`: no start without room for the output (rule R-12)."""

import threading
from pathlib import Path

import pytest

from autosys_py.agent import local
from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import Report
from autosys_py.agent.space import first_path, shortage
from autosys_py.core.codes import EventCode
from tests.agent.local import Bench
from tests.agent.orders import order

TOO_MUCH = 10**15


def test_room_on_every_file_system(tmp_path: Path) -> None:
    assert shortage("") == ""
    assert shortage(f'"{tmp_path} 1 / 1"') == ""


def test_each_shortage_is_named(tmp_path: Path) -> None:
    text = shortage(f"{tmp_path} {TOO_MUCH} / 1 /missing 1")
    assert text.startswith(f"chk_files: {tmp_path} has ")
    assert text.endswith(f" kB free, {TOO_MUCH} kB are wanted; /missing: No such file or directory")


@pytest.mark.parametrize("sizes", ["/ $$SIZE", "/ 1 /", "/ ²"])
def test_a_size_that_is_none_is_no_room(sizes: str) -> None:
    assert "is no number of kB" in shortage(sizes)


def test_a_colon_may_be_escaped() -> None:
    assert first_path('"C\\: 100 D\\: 120"') == "C:"


def test_a_start_without_room_fails_and_may_be_tried_again(bench: Bench, tmp_path: Path) -> None:
    failed = bench.run(f"touch {tmp_path}/ran", chk_files=f"{tmp_path} {TOO_MUCH}")
    assert failed.code is EventCode.AGENT_START_FAILED
    assert not failed.permanent
    assert not (tmp_path / "ran").exists()
    assert bench.run(f"touch {tmp_path}/ran", chk_files=f"{tmp_path} 1").exit_code == 0


def test_globals_in_it(bench: Bench) -> None:
    key = bench.start_order(order("true", chk_files="$$FS 1", variables={"FS": "/"}))
    assert bench.end_of(key).exit_code == 0
    key = bench.start_order(order("true", (2, 9, 1), chk_files="$$FS 1"))
    assert bench.end_of(key).text == "chk_files: $$FS: No such file or directory"


class Held:
    """A file system that does not answer, and the clock of the agent that asks it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.now = 0.0
        self.gate = threading.Event()
        monkeypatch.setattr(local, "shortage", self.wait)
        self.agent = LocalAgent(root, clock=lambda: self.now)

    def wait(self, _text: str) -> str:
        assert self.gate.wait(10)
        return ""

    def codes(self) -> list[EventCode]:
        return [report.code for report in self.agent.collect(0)]

    def release(self) -> list[Report]:
        """What is reported once it has answered."""
        self.gate.set()
        reports: list[Report] = []
        while self.agent.lookout.is_waiting():
            reports += self.agent.collect(0)
        return reports


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    held = Held(monkeypatch, tmp_path / "run")
    yield held
    held.gate.set()
    held.agent.close()


def test_a_start_that_waits_for_an_answer_is_told_of_and_comes_late(held: Held, tmp_path: Path) -> None:
    what = order(f"touch {tmp_path}/ran", chk_files="/ 1")
    held.agent.start(what)
    held.agent.start(what)
    other = order("true", (2, 2, 1))
    held.agent.start(other)
    assert held.codes()[0] is EventCode.AGENT_RUNNING  # the other one: nobody waits
    held.now = 119.0
    assert EventCode.AGENT_SILENT not in held.codes()
    held.now = 120.0
    assert EventCode.AGENT_SILENT in held.codes()
    assert held.codes() == []  # once
    assert (EventCode.AGENT_RUNNING, what.key) in [(report.code, report.key) for report in held.release()]


def test_a_start_that_waits_can_be_killed(held: Held, tmp_path: Path) -> None:
    what = order(f"touch {tmp_path}/ran", chk_files="/ 1")
    held.agent.start(what)
    held.agent.kill(what.key, (15, 9), 30)
    (report,) = held.agent.collect(0)
    assert (report.code, report.exit_code, report.killed) == (EventCode.AGENT_ENDED, -15, True)
    assert held.release() == []
    assert not (tmp_path / "ran").exists()
