"""A file watcher is done when the file is large enough and keeps its size (rule R-14)."""

import json
from pathlib import Path

import pytest

from autosys_py.agent.files import files_of
from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import Report
from autosys_py.agent.watch import Watch
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.orders import order


class Desk:
    """A watcher that looks when told to."""

    def __init__(self, path: object, **attributes: str) -> None:
        what = order(job_type="FW", watch_file=str(path), attributes=attributes)
        self.watch = Watch(what, {"D": "data", "HOME": "/home/etl"})

    def look(self, now: float = 0) -> int | None:
        return self.watch.judge(files_of(self.watch.path), now).exit_code


def test_it_waits_for_the_size_to_stand_still(tmp_path: Path) -> None:
    file = tmp_path / "f"
    desk = Desk(file, watch_file_min_size="3")
    assert desk.watch.interval == 60
    assert desk.look() is None
    for content in ("1", "1", "123", "1234"):
        file.write_text(content)
        assert desk.look() is None
    assert desk.look() == 0


def test_a_file_that_is_there_from_the_beginning_needs_two_looks_too(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    desk = Desk(tmp_path / "f", watch_interval="5")
    assert (desk.look(), desk.look(), desk.watch.interval) == (None, 0, 5)


def test_a_file_that_vanishes_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "f"
    desk = Desk(file)
    file.touch()
    assert desk.look() is None
    file.unlink()
    assert desk.look() is None
    file.touch()
    assert desk.look() is None
    assert desk.look() == 0


def test_a_look_that_showed_nothing_proves_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "f")
    (tmp_path / "f").touch()
    assert desk.look() is None
    desk.watch.blind()
    assert desk.look() is None
    assert desk.look() == 0


def test_wildcards_and_variables(tmp_path: Path) -> None:
    (tmp_path / "[a]data_1.zip").touch()
    desk = Desk(f"{tmp_path}/[a]${{D}}_?.*")
    assert (desk.look(), desk.look()) == (None, 0)
    assert Desk(f"{tmp_path}/[a]$D_?").look() is None
    assert Desk("/x/$$DAY/$AUTORUN/%D%").watch.path == "/x/$$DAY/1/data"
    assert Desk("in/f").watch.path == "/home/etl/in/f"
    assert Desk("/x/$Y", envvars="Y=2025").watch.path == "/x/2025"


def test_each_of_many_files_stands_still_for_itself(tmp_path: Path) -> None:
    desk = Desk(f"{tmp_path}/*.csv")
    for content in ("1", "12"):
        (tmp_path / "a.csv").write_text(content)
        assert desk.look() is None
    (tmp_path / "a.csv").write_text("123")
    (tmp_path / "b.csv").write_text("12")
    assert desk.look() is None
    (tmp_path / "a.csv").write_text("1234")
    assert desk.look() == 0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Desktop:
    """An agent whose time stands still between looks."""

    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        self.root = root
        self.agent = LocalAgent(root, clock=self.clock)

    def collect(self, now: float) -> list[Report]:
        """What is reported at that time, once every look has come back."""
        self.clock.now = now
        reports = self.agent.collect(0)
        while self.agent.lookout.is_waiting():
            reports += self.agent.collect(0)
        return reports


@pytest.fixture
def desktop(tmp_path: Path):  # type: ignore[no-untyped-def]
    desktop = Desktop(tmp_path / "run")
    yield desktop
    desktop.agent.close()


def test_through_the_agent(desktop: Desktop, tmp_path: Path) -> None:
    agent = desktop.agent
    what = order(job_type="FW", watch_file=f"{tmp_path}/f", watch_interval="5")
    agent.start(what)
    agent.start(what)
    assert [report.code for report in desktop.collect(0)] == [EventCode.AGENT_RUNNING] * 2
    (tmp_path / "f").touch()
    for now in (5.0, 9.0):
        assert desktop.collect(now) == []
    (report,) = desktop.collect(10)
    assert report == Report(EventCode.AGENT_ENDED, what.key, report.time, exit_code=0)
    assert desktop.collect(100) == []  # once


def test_a_watcher_is_killed_without_a_process(desktop: Desktop, tmp_path: Path) -> None:
    what = order(job_type="FW", watch_file=f"{tmp_path}/f")
    desktop.agent.adopt([what])
    (tmp_path / "f").touch()
    assert desktop.collect(0) == []
    desktop.agent.kill(what.key, (15, 9), 30)
    (report,) = desktop.collect(0)
    assert (report.key, report.exit_code, report.killed) == (RunKey(1, 1, 1), -15, True)
    assert desktop.collect(100) == []


def test_after_a_restart_it_begins_anew_at_the_same_file(desktop: Desktop, tmp_path: Path) -> None:
    (tmp_path / "01").touch()
    what = order(job_type="FW", watch_file=f"{tmp_path}/$$DAY", variables={"DAY": "01"})
    desktop.agent.start(what)
    desktop.collect(0)
    later = Desktop(desktop.root)
    later.agent.adopt([order(job_type="FW", watch_file=f"{tmp_path}/$$DAY", variables={"DAY": "02"})])
    assert later.collect(0) == []
    (report,) = later.collect(60)
    assert report.exit_code == 0
    later.agent.close()


def test_a_memory_that_cannot_be_read_is_none(desktop: Desktop, tmp_path: Path) -> None:
    for broken in ("{", "[]", json.dumps({"path": 1})):
        (tmp_path / "run" / "1" / "1.1").mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / "1" / "1.1" / "memory").write_text(broken)
        watch = Watch(order(job_type="FW", watch_file="/f"), {})
        watch.remember(desktop.agent._spool.recall(RunKey(1, 1, 1)))
        assert watch.path == "/f"


def test_trouble_is_told_once_and_the_watcher_waits(desktop: Desktop, tmp_path: Path) -> None:
    long_name = "n" * 300
    (tmp_path / "f").write_text("")
    desktop.agent.start(order(job_type="FW", watch_file=f"{tmp_path}/{long_name}"))
    assert [report.code for report in desktop.collect(0)] == [EventCode.AGENT_RUNNING]  # a name no file can have
    what = order(key=(2, 2, 1), job_type="FW", watch_file=f"{tmp_path}/f")
    desktop.agent.start(what)
    desktop.collect(0)
    watchers = desktop.agent._watchers
    error = OSError(116, "Stale file handle")
    assert [report.text for report in watchers.take(what.key, error, 0)] == [
        f"watch_file: Stale file handle: {tmp_path}/f"
    ]
    assert watchers.take(what.key, error, 60) == []


def test_housekeeping_spares_what_a_watcher_remembers(desktop: Desktop, tmp_path: Path) -> None:
    what = order(job_type="FW", watch_file=f"{tmp_path}/f")
    desktop.agent.start(what)
    desktop.collect(0)
    assert desktop.agent.prune(2e9) == 0
    desktop.agent.kill(what.key, (9,), 0)
    assert desktop.agent.prune(2e9) == 1
    assert not (tmp_path / "run" / "1" / "1.1").exists()


def test_many_watchers_cost_little(desktop: Desktop, tmp_path: Path) -> None:
    for number in range(100):
        what = order(key=(number, number, 1), job_type="FW", watch_file=f"{tmp_path}/{number}", watch_interval="60")
        desktop.agent.start(what)
    import time

    assert len(desktop.collect(0)) == 100
    assert desktop.collect(60.0) == []
    begin = time.process_time()
    for number in range(100):
        files_of(f"{tmp_path}/{number}")
    assert (
        time.process_time() - begin
    ) / 100 < 0.001  # a thousand watchers: 17 looks a second of some microseconds; loose, for slow machines
