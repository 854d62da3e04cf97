"""A file watcher is done when the file is large enough and keeps its size."""

from pathlib import Path

from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import Report
from autosys_py.agent.watch import Watch
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.orders import order


def watcher(path: object, **attributes: str) -> Watch:
    what = order(job_type="FW", watch_file=str(path), attributes=attributes)
    return Watch(what, {"D": "data"}, 0.0)


def test_it_waits_for_the_size_to_stand_still(tmp_path: Path) -> None:
    file = tmp_path / "f"
    watch = watcher(file, watch_file_min_size="3")
    assert watch.look(0) is None
    assert watch.due == 60
    for now, content in ((60, "1"), (120, "1"), (180, "123"), (240, "1234")):
        file.write_text(content)
        assert watch.look(now) is None
    assert watch.look(300) == 0


def test_a_file_that_vanishes_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "f"
    watch = watcher(file)
    file.touch()
    assert watch.look(0) is None
    file.unlink()
    assert watch.look(60) is None
    file.touch()
    assert watch.look(120) is None
    assert watch.look(180) == 0


def test_wildcards_and_variables(tmp_path: Path) -> None:
    (tmp_path / "[a]data_1.zip").touch()
    watch = watcher(f"{tmp_path}/[a]${{D}}_?.*")
    assert watch.look(0) is None
    assert watch.look(60) == 0
    assert watcher(f"{tmp_path}/[a]$D_?").look(0) is None
    assert watcher("/x/$$DAY/$AUTORUN/%D%").path == "/x/$$DAY/1/data"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_through_the_agent(tmp_path: Path) -> None:
    clock = Clock()
    agent = LocalAgent(tmp_path / "run", clock=clock)
    what = order(job_type="FW", watch_file=f"{tmp_path}/f", watch_interval="5")
    agent.start(what)
    agent.start(what)
    assert [report.code for report in agent.collect(0)] == [EventCode.AGENT_RUNNING] * 2
    (tmp_path / "f").touch()
    for clock.now in (5.0, 9.0):
        assert agent.collect(0) == []
    clock.now = 10.0
    (report,) = agent.collect(0)
    assert report == Report(EventCode.AGENT_ENDED, what.key, report.time, exit_code=0)
    agent.adopt([what])
    assert agent.collect(0) == []
    agent.kill(what.key, (15, 9), 30)
    (report,) = agent.collect(0)
    assert (report.key, report.exit_code, report.killed) == (RunKey(1, 1, 1), -15, True)
    clock.now = 100.0
    assert agent.collect(0) == []
    agent.close()
