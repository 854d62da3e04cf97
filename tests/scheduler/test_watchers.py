"""File watchers, triggers and heartbeats with a real scheduler (rules R-12, R-14)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instance import LiveInstance


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[LiveInstance]:
    live = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    yield live
    live.close()


def test_a_watcher_is_satisfied_once_across_a_restart(instance: LiveInstance, tmp_path: Path) -> None:
    instance.jil(f"""
        insert_job: fw   job_type: FW   machine: localhost   watch_interval: 1
        watch_file: "{tmp_path}/$$DAY/in_?.csv"   watch_file_min_size: 3
        insert_job: load   command: echo $AUTORUN >> {tmp_path}/loaded   machine: localhost   condition: s(fw)
        """)
    (tmp_path / "03").mkdir()
    instance.start_scheduler()
    instance.send("-E", "SET_GLOBAL", "-G", "DAY=03")
    instance.send("-E", "STARTJOB", "-J", "fw")
    instance.wait_for_status("fw", "RUNNING")
    instance.kill_scheduler()
    (tmp_path / "03" / "in_1.csv").write_text("123")
    instance.start_scheduler()
    instance.wait_for_status("load", "SUCCESS")
    instance.stop_scheduler()
    instance.start_scheduler("--exit-when-idle", "0.2")
    assert instance.scheduler is not None
    assert instance.scheduler.wait(timeout=30) == 0
    assert (tmp_path / "loaded").read_text().count("\n") == 1


def test_a_continuous_trigger_writes_a_line_and_runs_until_it_is_killed(instance: LiveInstance, tmp_path: Path) -> None:
    instance.jil(f"""
        insert_job: ft   job_type: FT   machine: localhost   continuous: y   watch_file_recursive: yes
        watch_file: "{tmp_path}/in/*.csv"   watch_file_type: create
        """)
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "in" / "a" / "1.csv").touch()
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "ft")
    line = f"<ft> File trigger CREATE: {tmp_path}/in/a/1.csv"
    instance.wait_for(lambda: line in instance.log, line)
    assert instance.status("ft") == "RUNNING"
    instance.send("-E", "KILLJOB", "-J", "ft")
    instance.wait_for_status("ft", "TERMINATED")


def test_a_job_is_told_where_its_heart_is(instance: LiveInstance, tmp_path: Path) -> None:
    instance.jil('insert_job: a   command: touch "$AUTO_HEARTBEAT"   machine: localhost   heartbeat_interval: 5\n')
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "a")
    instance.wait_for_status("a", "SUCCESS")
