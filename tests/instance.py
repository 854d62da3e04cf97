"""A real instance for tests with processes: its own folder, the installed commands, one scheduler at a time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

BIN = Path(sys.executable).parent


class LiveInstance:
    """Commands run as a user would run them."""

    def __init__(self, folder: Path, config: str = "", environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "config.ACE").write_text(config, encoding="utf-8")
        self.environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "AUTOUSER": str(folder),
            "AUTOSERV": "ACE",
            "TZ": "UTC",
            **(environment or {}),
        }
        self.scheduler: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """The scheduler log so far."""
        path = self.folder / "out" / "event_demon.ACE"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def run(self, *command: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        done = subprocess.run(
            command, input=text, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def jil(self, text: str) -> str:
        return self.run("jil", text=text).stdout

    def send(self, *options: str) -> None:
        self.run("sendevent", *options)

    def status(self, job: str) -> str:
        return self.run("autostatus", "-J", job).stdout.strip()

    def start_scheduler(self, *options: str, wait: bool = True) -> subprocess.Popen[bytes]:
        """Starts `eventor`; with `wait` until it has written its startup line."""
        seen = self.log.count("CAUAJM_I_40246")
        self.scheduler = subprocess.Popen(["eventor", "-q", *options], env=self.environment)
        if wait:
            self.wait_for(lambda: self.log.count("CAUAJM_I_40246") > seen, "the scheduler to start")
        return self.scheduler

    def kill_scheduler(self) -> None:
        """kill -9."""
        assert self.scheduler is not None
        self.scheduler.kill()
        self.scheduler.wait()

    def stop_scheduler(self) -> int:
        """SIGTERM; the exit code."""
        assert self.scheduler is not None
        self.scheduler.send_signal(signal.SIGTERM)
        return self.scheduler.wait(timeout=30)

    def wait_for_status(self, job: str, status: str, seconds: float = 30) -> None:
        self.wait_for(lambda: self.status(job) == status, f"{job} to become {status}", seconds)

    def wait_for(self, happened, what: str, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
        """Looks until it happened; fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s for {what}\n{self.log[-3000:]}")
            time.sleep(0.02)

    def close(self) -> None:
        if self.scheduler is not None and self.scheduler.poll() is None:
            self.scheduler.kill()
            self.scheduler.wait()
