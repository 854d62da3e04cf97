"""Every fail point once: each is reached by somebody, who dies there, and what follows is as if he had not.

Commands are killed at theirs by `commands.CommandCampaign.once_each`; here are those of the scheduler, the agent and
the runner. One instance has long jobs under way from the beginning; before each death a command starts a family, ends a
long job and begins a watch, so that whoever comes up has something to do at every point.
"""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from autosys_py.failpoints import FAIL_POINTS
from tests.crash.commands import COMMAND_POINTS
from tests.crash.families import Family
from tests.crash.schedulers import SCHEDULER_POINTS, Counts, Round

STOPPED = "eventor.stopped"
PATIENCE = 60.0
"""Seconds in which a scheduler must come by its fail point."""


def not_covered() -> set[str]:
    """Fail points that no part of the campaign goes for."""
    return set(FAIL_POINTS) - {*COMMAND_POINTS, *SCHEDULER_POINTS, STOPPED}


class Points(Round):
    """A round without chance."""

    def __init__(self, folder: Path, counts: Counts) -> None:
        super().__init__(folder, 0, counts, 8 * (len(SCHEDULER_POINTS) + 1))
        text = "".join(each.jil(str(self.ledger)) for each in self._undefined)
        assert self.command("jil", "-q", text=text).wait() == 0, self.said()
        self.defined = self.families
        self._by_kind: dict[str, list[Family]] = {}
        for each in self.families:
            self._by_kind.setdefault(each.kind, []).append(each)
        self._begun = [self._by_kind["long"].pop() for _ in SCHEDULER_POINTS]

    def visit(self) -> None:
        """Each point, until one is not reached."""
        first = self.scheduler()
        self._send([("STARTJOB", each) for each in self._begun])
        self._wait(lambda: self.log.count("connected for") >= len(self._begun))
        first.kill()
        self.counts.random_kills += 1
        for point in (*SCHEDULER_POINTS, STOPPED):
            if self.faults:
                return
            self._die_at(point)

    def _die_at(self, point: str) -> None:
        root = self._by_kind["branch"][-1].root
        orders = [("STARTJOB", self._by_kind[kind].pop()) for kind in ("branch", "watch")]
        if self._begun:  # one that was adopted
            orders.append(("KILLJOB", self._begun.pop()))
        self._send(orders)
        begun, chased = self.log.count("CAUAJM_I_40246"), self._chased()
        scheduler = self.scheduler(fail_point=f"{point}:kill")
        if point.startswith("runner."):
            self.runner_points += 1
            self._wait(lambda: self._has_ended(root) if point == "runner.recorded" else self._chased() > chased)
            is_reached = scheduler.poll() is None
            scheduler.kill()
        else:
            if point == STOPPED:
                self._wait(lambda: self.log.count("CAUAJM_I_40246") > begun)
                scheduler.terminate()
            self._wait(lambda: scheduler.poll() is not None)
            is_reached = scheduler.kill() == -signal.SIGKILL
        if not is_reached:
            self.faults.append(f"{point} is not reached: {scheduler.status} {self.said()}")
        self.counts.at[point] += 1

    def _chased(self) -> int:
        return self.log.count("ALARM: CHASE")

    def _has_ended(self, job: str) -> bool:
        return any(job in line.split() and "EXITCODE:" in line for line in self.log.splitlines())

    def _send(self, orders: list[tuple[str, Family]]) -> None:
        number = self.counts.commands = self.counts.commands + 1
        file = self.folder / f"batch{number}"
        lines = [f"sendevent -E {event} -J {each.root} -C c{number}\n" for event, each in orders]
        file.write_text("".join(lines), encoding="utf-8")
        code = self.command("sendevent", "-F", str(file)).wait()
        assert code == 0, self.said()
        self.acknowledged[number], self.asked[number] = True, [each for _, each in orders]

    def _wait(self, happened: Callable[[], bool]) -> None:
        """Until it happened, or patience is over."""
        deadline = time.monotonic() + PATIENCE
        while not happened() and time.monotonic() < deadline:
            time.sleep(0.01)
