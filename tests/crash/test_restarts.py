"""Two hundred jobs run while the scheduler is restarted, killed or upgraded: two hundred true exit codes."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.event_server.driver import driver
from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

JOBS = 200
LONGEST = 8.0
"""Seconds that the longest job takes after all are running."""

REPOSITORY = Path(__file__).parents[2]
MAIN = "import sys; sys.path.insert(0, {!r}); from autosys_py.cli.eventor import main; sys.exit(main())"


class Installation:
    """A copy of the program, and a scheduler that runs from it."""

    def __init__(self, folder: Path, instance: LiveInstance) -> None:
        self.folder = folder
        self.instance = instance
        for name in ("autosys_py", "migrations"):
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def start(self) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-c", MAIN.format(str(self.folder)), "-q"]
        self.instance.scheduler = subprocess.Popen(line, env=self.instance.environment)
        return self.instance.scheduler

    def upgrade(self) -> None:
        """A new version over the old one, some files in place and some as new ones."""
        for path in self.folder.rglob("*"):
            if path.suffix == ".py":
                path.write_text(path.read_text(encoding="utf-8") + "\n# the next version\n", encoding="utf-8")
            elif path.suffix == ".sh":  # in place: the shells that read it are still running
                path.write_text("#!/bin/sh\n# the next version\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def restart(installed: Installation) -> None:
    """`systemctl restart` with KillMode=process: SIGTERM for the scheduler, nothing for the jobs."""
    assert installed.instance.stop_scheduler() == 0
    installed.start()


def kill(installed: Installation) -> None:
    installed.instance.kill_scheduler()
    installed.start()


def upgrade(installed: Installation) -> None:
    """The old scheduler runs on while its files are replaced, then the new one takes over."""
    installed.upgrade()
    time.sleep(0.3)
    restart(installed)


def away(installed: Installation) -> None:
    """Nobody is there for a while, and jobs end meanwhile."""
    installed.instance.kill_scheduler()
    time.sleep(LONGEST / 2)
    installed.start()


@pytest.mark.parametrize("happens", [restart, kill, upgrade, away])
def test_two_hundred_true_exit_codes(tmp_path: Path, happens: Callable[[Installation], None]) -> None:
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    installed = Installation(tmp_path / "program", instance)
    go = tmp_path / "go"
    stanzas = []
    for number in range(JOBS):
        wait = f"while [ ! -e {go} ]; do sleep 0.5; done; sleep {LONGEST * number / JOBS:.2f}; exit {number}"
        stanzas.append(f"insert_job: job{number}  group: all  machine: localhost\ncommand: {wait}\n")
    instance.jil("".join(stanzas))
    instance.send("-E", "STARTJOB", "-B", "all")
    try:
        installed.start()
        instance.wait_for(lambda: instance.log.count("connected for") == JOBS, "all to run", 60)
        go.touch()
        time.sleep(0.2 * LONGEST)
        happens(installed)
        begun, seen = time.monotonic(), instance.log.count("CAUAJM_I_40246")
        instance.wait_for(lambda: instance.log.count("CAUAJM_I_40246") > seen, "the next one to come up")
        up = time.monotonic() - begun
        instance.wait_for(lambda: len(ended(instance)) == JOBS, "all to end", 60)
        assert instance.stop_scheduler() == 0
    finally:
        instance.close()
    runs = ended(instance)
    wrong = [(name, code) for name, code in runs if name != f"job{code}"]
    print(f"\n{happens.__name__}: up after {up:.2f} s; {len(runs)} runs, wrong exit codes {wrong}")
    assert not wrong
    assert len(runs) == len(set(runs)) == JOBS


def ended(instance: LiveInstance) -> list[tuple[str, int]]:
    """Job and exit code of every run that is over. The log would not do: what a scheduler had committed when it was
    killed it may not have logged."""
    connection = driver.connect(instance.folder / "ACE.db", timeout=30)
    query = "select j.name, r.exit_code from job_runs r join job j on j.joid = r.joid where r.end_time is not null"
    rows = connection.execute(query).fetchall()
    connection.close()
    return [(name, code) for name, code in rows]
