"""A local agent in a test: starts, waits for reports with a deadline, and leaves nothing behind."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.orders import order

DEADLINE = 10.0
FINAL = (EventCode.AGENT_ENDED, EventCode.AGENT_LOST, EventCode.AGENT_START_FAILED)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Bench:
    """An agent on a folder, and what it reported so far."""

    def __init__(self, root: Path, shell: str = "/bin/sh", run_as_owner: str = "auto") -> None:
        self.root = root
        self.agent = LocalAgent(root, shell=shell, run_as_owner=run_as_owner)
        self.reports: list[Report] = []
        self._run_num = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.agent.close()

    def start(self, command: str, **attributes: str) -> RunKey:
        """Starts a new run of the command."""
        self._run_num += 1
        return self.start_order(order(command, (1, self._run_num, 1), attributes=attributes))

    def start_order(self, what: StartOrder) -> RunKey:
        self.agent.start(what)
        return what.key

    def run(self, command: str, **attributes: str) -> Report:
        """Starts a new run and waits for its end."""
        return self.end_of(self.start(command, **attributes))

    def end_of(self, key: RunKey) -> Report:
        """The final report of the run, from those given or still to come."""
        return self.wait_for(lambda report: report.key == key and report.code in FINAL)

    def wait_for(self, wanted: Callable[[Report], bool]) -> Report:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            for report in self.reports:
                if wanted(report):
                    return report
            self.reports += self.agent.collect(0.5)
        raise AssertionError(f"not reported within {DEADLINE} s; only {self.reports}")

    def folder(self, key: RunKey) -> Path:
        return self.root / str(key.run_num) / f"{key.joid}.{key.ntry}"

    def out(self, key: RunKey) -> str:
        return (self.folder(key) / "out").read_text()

    def err(self, key: RunKey) -> str:
        return (self.folder(key) / "err").read_text()

    def wait_for_text(self, path: Path) -> str:
        """The first line of a file that a job writes."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if path.exists() and (text := path.read_text()).endswith("\n"):
                return text.strip()
            time.sleep(0.002)
        raise AssertionError(f"{path} was not written within {DEADLINE} s")
