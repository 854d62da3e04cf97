"""A job with heartbeat_interval that falls silent is told of, once for each silence (rule R-12)."""

import os
import tempfile
from pathlib import Path

import pytest

from autosys_py.agent.heartbeat import Heartbeat, Hearts
from autosys_py.agent.local import LocalAgent
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.local import Bench
from tests.agent.orders import order

BEGUN = 1_000_000
KEY = RunKey(1, 1, 1)


@pytest.fixture
def heart(tmp_path: Path) -> Heartbeat:
    heart = Heartbeat(str(tmp_path / "heartbeat"), 300, BEGUN)
    heart.make(None)
    os.utime(heart.path, (BEGUN, BEGUN))
    return heart


def test_a_silence_longer_than_the_interval_is_told_once(heart: Heartbeat) -> None:
    assert heart.silence(BEGUN + 300) is None
    assert heart.silence(BEGUN + 301) == BEGUN
    assert heart.silence(BEGUN + 900) is None
    os.utime(heart.path, (BEGUN + 1000, BEGUN + 1000))
    assert heart.silence(BEGUN + 1200) is None
    assert heart.silence(BEGUN + 1301) == BEGUN + 1000


def test_a_file_that_was_removed_or_replaced_is_silent(heart: Heartbeat) -> None:
    Path(heart.path).unlink()
    assert heart.silence(BEGUN + 301) == BEGUN
    heart.told = 0
    Path(heart.path).symlink_to("/proc/self/stat")
    assert heart.silence(BEGUN + 302) == BEGUN


def test_a_clock_that_runs_ahead_is_no_silence(heart: Heartbeat) -> None:
    os.utime(heart.path, (BEGUN + 9000, BEGUN + 9000))
    assert heart.silence(BEGUN + 5000) is None


def test_hearts_are_listened_to_together_and_rarely(heart: Heartbeat) -> None:
    hearts = Hearts(120.0)
    assert hearts.due == float("inf")
    hearts.add(KEY, heart, 50.0)
    assert hearts.listen(169.0) == []
    (report,) = hearts.listen(170.0)
    assert (report.code, report.key) == (EventCode.CHECK_HEARTBEAT, KEY)
    assert report.text.startswith("No heartbeat for ")
    assert hearts.due == 290.0
    hearts.drop(KEY)
    assert hearts.listen(290.0) == []
    assert hearts.due == float("inf")


def test_a_job_knows_the_file(bench: Bench) -> None:
    key = bench.start('touch "$AUTO_HEARTBEAT"; echo "$AUTO_HEARTBEAT"', heartbeat_interval="1")
    assert bench.end_of(key).exit_code == 0
    assert bench.out(key).strip() == f"{bench.folder(key)}/heartbeat"
    for value in ("0", ""):
        key = bench.start("echo x$AUTO_HEARTBEAT", heartbeat_interval=value)
        bench.end_of(key)
        assert bench.out(key) == "x\n"


def test_a_silent_job_runs_on_and_a_restart_does_not_repeat_the_news(bench: Bench, tmp_path: Path) -> None:
    what = order("exec sleep 60", heartbeat_interval="1")
    now = [0.0]
    first = LocalAgent(tmp_path / "run", clock=lambda: now[0])
    first.start(what)
    record = tmp_path / "run" / "1" / "1.1" / "record"
    bench.wait_for_text(record)
    assert [report.code for report in first.collect(0)] == [EventCode.AGENT_RUNNING]
    heart = first._hearts._hearts[what.key]
    heart._begun -= 600  # it began ten minutes ago
    os.utime(heart.path, (heart._begun, heart._begun))
    now[0] = 120.0
    (report,) = reports = first.collect(0)
    assert (report.code, report.key) == (EventCode.CHECK_HEARTBEAT, what.key)
    first.acknowledge(reports)
    now[0] = 240.0
    assert first.collect(0) == []

    text = bench.wait_for_text(record).split(" ")
    text[3] = str(heart._begun)  # the start time, as it would be
    record.write_text(" ".join(text) + "\n")
    second = LocalAgent(tmp_path / "run", clock=lambda: now[0])
    second.adopt([what])
    now[0] = 360.0
    assert second.collect(0) == []
    os.utime(heart.path, (heart._begun + 60, heart._begun + 60))  # heard, and silent again
    now[0] = 480.0
    assert [report.code for report in second.collect(0)] == [EventCode.CHECK_HEARTBEAT]
    second.kill(what.key, (9,), 0)
    while not second.collect(0):
        now[0] += 1
    first.close()
    second.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a job as somebody else")
def test_a_job_of_another_user_reaches_its_file_too(bench: Bench) -> None:
    key = bench.start(
        'touch "$AUTO_HEARTBEAT" && echo "$AUTO_HEARTBEAT" && ls -l "$AUTO_HEARTBEAT"',
        heartbeat_interval="1",
        owner="nobody",
    )
    assert bench.end_of(key).exit_code == 0
    path, listing = bench.out(key).splitlines()
    assert str(Path(path).parent) == tempfile.gettempdir()
    assert " nobody " in listing
    assert not Path(path).exists()
