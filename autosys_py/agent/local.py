"""The agent of this machine: starts runners, notices their ends, kills what they run.

How a start happens exactly once is told in `spool.py`; here is what happens round it.

* A runner is made by `posix_spawn`: a fork of a scheduler with a large store in memory takes twenty times as long.
  It gets its own session, every signal at its default, and no descriptor but those of `runner.sh`. Changing the
  user is done by `setpriv` between runner and job; the runner keeps ours, to write the record. The job needs no
  access to the run folder: its output files are handed to it open (and made its own, so that /dev/stderr works).
* The end of a run that this process started comes by SIGCHLD and costs a `waitid`, however many others run. We look
  who ended before we take it, so children of others in this process stay theirs. A run adopted from an earlier
  scheduler is no child of ours: its lock is tried ten times a second, less often if there are very many.
* A killed run is reported when nothing of it is left, not already when its first process is gone. So is a run whose
  runner was killed: its outcome is lost, but while its processes live it has not ended (rule R-10).
* Reports are made from the record alone. The same end can be told again by any later agent until it is
  acknowledged, so acknowledging needs no record of its own: who acknowledged an end does not ask for it again.

An agent is used by one thread.
"""

import heapq
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autosys_py.agent import processes
from autosys_py.agent.account import Account, ForbiddenOwner, UnknownOwner, account_of, own_account
from autosys_py.agent.doorbell import Doorbell
from autosys_py.agent.kill import Kill
from autosys_py.agent.launch import base_environment, plan
from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.agent.record import Record
from autosys_py.agent.space import shortage
from autosys_py.agent.spool import Spool
from autosys_py.agent.trigger import Trigger
from autosys_py.agent.watch import Watch
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey

RUNNER = os.fspath(Path(__file__).with_name("runner.sh"))
SYSTEM_PROFILE = "/etc/auto.profile"

_ADOPTED_PAUSE = 0.1
_ORPHAN_PAUSE = 0.5
_WATCHERS: dict[str, type[Watch] | type[Trigger]] = {"FW": Watch, "FT": Trigger}
_ALL_SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


@dataclass(slots=True)
class _Run:
    key: RunKey
    start: int
    pid: int
    """The runner's; 0 = not known."""
    order: StartOrder | None = None
    """Of an adopted run that may still have to be started: somebody held its lock when we were told to start it."""


class LocalAgent:
    """An `Agent` for this machine.

    `root` holds the run folders and belongs to one event store (see `spool.py`). `environment` is what jobs may
    inherit from (see `launch.base_environment`). `run_as_owner` and `append` are the keys RunAsOwner and
    AutoInstWideAppend. `shell` runs the runner: any POSIX shell. `clock` is monotonic seconds, for kills and watchers.
    """

    def __init__(
        self,
        root: Path,
        environment: Mapping[str, str] | None = None,
        run_as_owner: str = "auto",
        append: bool = True,
        shell: str = "/bin/sh",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool = Spool(root)
        self._inherited = dict(os.environ if environment is None else environment)
        self._run_as_owner = run_as_owner
        self._append = append
        self._shell = shell
        self._clock = clock
        self._boot = _boot_id()
        _keep_descriptors()
        self._bell = Doorbell()
        self._bases: dict[Account, dict[str, str]] = {}
        self._runs: dict[RunKey, _Run] = {}
        """Everything under way that has a process."""
        self._children: dict[int, RunKey] = {}
        """Runners that are children of this process, by pid."""
        self._adopted: dict[RunKey, _Run] = {}
        self._next_adopted_look = 0.0
        self._kills: dict[RunKey, Kill] = {}
        self._held_back: dict[RunKey, Report] = {}
        """Ends of runs whose kill is not done."""
        self._orphans: dict[RunKey, tuple[float, Record, str]] = {}
        """Runs whose runner is gone while something of them lives: when to look again, the record, what happened."""
        self._watches: dict[RunKey, Watch | Trigger] = {}
        self._looks: list[tuple[float, RunKey]] = []
        """A heap of the watches' due times; outdated entries are skipped."""
        self._reports: list[Report] = []

    # -- orders ---------------------------------------------------------------------------------------------------

    def start(self, order: StartOrder) -> None:
        """See `Agent`. A run that is known, alive or recorded reports RUNNING again, and then its end."""
        try:
            if order.job_type in _WATCHERS:
                self._start_watch(order)
            elif order.key in self._runs:
                self._report(EventCode.AGENT_RUNNING, order.key, self._runs[order.key].start)
            else:
                self._start_command(order)
        except (UnknownOwner, ForbiddenOwner, ValueError) as error:
            self._start_failed(order.key, str(error), permanent=True)
        except OSError as error:
            self._start_failed(order.key, _reason(error))

    def adopt(self, orders: Iterable[StartOrder]) -> None:
        """See `Agent`."""
        for order in orders:
            if order.job_type in _WATCHERS:
                self._watch(order)
            elif order.key not in self._runs:
                self._adopt(order.key)

    def kill(self, key: RunKey, signals: Sequence[int], interval: float) -> None:
        """See `Agent`. Given again it goes on as it was, with other signals it begins anew. A run that has ended by
        itself reports its end again; of one that was killed or lost the leftovers are hunted down first."""
        if key in self._watches:
            del self._watches[key]
            self._report(EventCode.AGENT_ENDED, key, int(time.time()), exit_code=-signals[0], killed=True)
            return
        if key in self._kills and self._kills[key].signals == tuple(signals):
            return
        record = self._spool.look(key).record
        if not record.ended or record.killed:
            if record.signals != tuple(signals):
                self._spool.note(key, f"killed {','.join(str(int(number)) for number in signals)}")
            self._kills[key] = Kill(self._spool.folder(key), signals, interval, self._clock(), hit=record.killed)
        self._orphans.pop(key, None)
        if key not in self._runs and key not in self._held_back:
            self._adopt(key)

    def signal(self, key: RunKey, signals: Sequence[int]) -> None:
        """See `Agent`. Nothing happens to a run that is not under way, and to file watchers."""
        if key in self._runs:
            found = processes.tree(self._spool.folder(key), self._runs[key].pid)
            for number in signals:
                processes.send(found, number)

    # -- answers --------------------------------------------------------------------------------------------------

    def collect(self, timeout: float) -> list[Report]:
        """See `Agent`. Its cost is that of what happened, not of what runs."""
        deadline = self._clock() + timeout
        while True:
            now = self._clock()
            self._reap()
            self._look_at_adopted(now)
            self._look_at_orphans(now)
            self._advance_kills(now)
            self._look_at_files(now)
            if self._reports or now >= deadline:
                reports, self._reports = self._reports, []
                return reports
            self._bell.wait(max(0.0, min(deadline, self._next_due()) - self._clock()))

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """See `Agent`. Nothing to do: an end is told from its record to whoever asks."""

    def pid(self, key: RunKey) -> int:
        """The pid of the run's runner; 0 = it is not under way, or not known yet."""
        run = self._runs.get(key)
        return run.pid if run is not None else 0

    def prune(self, before: float) -> int:
        """Removes the folders of runs that were over before that time, UTC seconds; how many. For housekeeping: what
        is removed must have been acknowledged, or a repeated start would run it once more."""
        return self._spool.prune(before)

    def close(self) -> None:
        """See `Agent`."""
        self._bell.close()

    # -- starting -------------------------------------------------------------------------------------------------

    def _start_command(self, order: StartOrder) -> None:
        claim = self._spool.claim(order.key)
        if claim is None or self._spool.was_started(claim):
            if claim is not None:
                os.close(claim)
            self._adopt(order.key, order)
            return
        try:
            self._spawn(order, claim)
        finally:
            os.close(claim)

    def _spawn(self, order: StartOrder, claim: int) -> None:
        attributes = dict(order.attributes)
        if missing := shortage(attributes.get("chk_files", "")):
            self._start_failed(order.key, missing)
            return
        owner = attributes.get("owner", "")
        account = account_of(owner, self._run_as_owner)
        other = account if account.uid != own_account().uid else None
        folder = self._spool.folder(order.key)
        profile = SYSTEM_PROFILE if os.access(SYSTEM_PROFILE, os.R_OK) else ""
        argv, environment = plan(order, self._base(account), folder, other, profile, self._append)
        if other is not None:
            _give_output_to(other, folder)
        start = int(time.time())
        pid = os.posix_spawn(
            self._shell,
            [self._shell, RUNNER, f"{_words(order.key)} {self._boot} {start}", *argv],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, claim, 9),
                (os.POSIX_SPAWN_DUP2, claim, 2),
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, f"{folder}/out", _APPEND, 0o600),
                (os.POSIX_SPAWN_OPEN, 8, f"{folder}/err", _APPEND, 0o600),
            ],
            setsid=True,
            setsigmask=(),
            setsigdef=_ALL_SIGNALS,
        )
        self._runs[order.key] = _Run(order.key, start, pid)
        self._children[pid] = order.key
        wanted = owner.partition("@")[0]
        note = "" if wanted in ("", account.name) else f"owner {wanted}, run as {account.name}"
        self._report(EventCode.AGENT_RUNNING, order.key, start, text=note)

    def _base(self, account: Account) -> dict[str, str]:
        if account not in self._bases:
            self._bases[account] = base_environment(account, self._inherited)
        return self._bases[account]

    def _start_watch(self, order: StartOrder) -> None:
        self._watch(order)
        self._report(EventCode.AGENT_RUNNING, order.key, int(time.time()))

    def _watch(self, order: StartOrder) -> None:
        if order.key not in self._watches:
            watch = _WATCHERS[order.job_type](order, self._base(own_account()), self._clock())
            self._watches[order.key] = watch
            heapq.heappush(self._looks, (watch.due, order.key))

    # -- ends -----------------------------------------------------------------------------------------------------

    def _adopt(self, key: RunKey, order: StartOrder | None = None) -> None:
        """Watches the run if it lives, else tells its end. With `order` RUNNING is told first."""
        alive, record, end = self._spool.look(key)
        if order is not None:
            self._report(EventCode.AGENT_RUNNING, key, record.start or int(time.time()))
        if alive:
            run = _Run(key, record.start, record.pid, order)
            self._runs[key] = self._adopted[key] = run
        else:
            self._ended(key, record, end)

    def _reap(self) -> None:
        while self._children:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                ended = None
            if ended is None:
                return
            if ended.si_pid not in self._children:  # somebody else's; it hides ours until he takes it
                self._reap_each()
                return
            self._bury(ended.si_pid, os.waitpid(ended.si_pid, 0)[1])

    def _reap_each(self) -> None:
        for pid in list(self._children):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self._bury(pid, status)

    def _bury(self, pid: int, status: int) -> None:
        key = self._children.pop(pid)
        _, record, end = self._spool.look(key)
        del self._runs[key]
        code = os.waitstatus_to_exitcode(status)
        why = f"the runner was ended by signal {-code}" if code < 0 else f"the runner ended with {code}"
        self._ended(key, record, end, why)

    def _look_at_adopted(self, now: float) -> None:
        if not self._adopted or now < self._next_adopted_look:
            return
        for key, run in list(self._adopted.items()):
            alive, record, end = self._spool.look(key)
            if alive:
                run.pid = record.pid
                continue
            del self._adopted[key], self._runs[key]
            if run.order is not None and not record.started:
                self.start(run.order)  # whoever held the lock let it go without starting anything
            else:
                self._ended(key, record, end)
        took = self._clock() - now
        self._next_adopted_look = now + max(_ADOPTED_PAUSE, 20 * took)

    def _look_at_orphans(self, now: float) -> None:
        for key, (due, record, why) in list(self._orphans.items()):
            if due <= now:
                del self._orphans[key]
                self._ended(key, record, 0, why)

    def _ended(self, key: RunKey, record: Record, end: int, why: str = "") -> None:
        if record.ended:
            report = Report(EventCode.AGENT_ENDED, key, max(end, record.start), record.exit_code, record.killed)
        elif key not in self._kills and self._has_processes(key, record):
            self._orphans[key] = (self._clock() + _ORPHAN_PAUSE, record, why)
            return
        else:
            text = self._last_words(record, why)
            report = Report(EventCode.AGENT_LOST, key, int(time.time()), killed=record.killed, text=text)
        if key in self._kills:
            self._held_back[key] = report
            self._kills[key].due = 0.0
        else:
            self._reports.append(report)

    def _has_processes(self, key: RunKey, record: Record) -> bool:
        """Does anything live of a run whose runner is dead? Nothing outlives a restart of the machine."""
        return record.started and record.boot == self._boot and bool(processes.tree(self._spool.folder(key), 0))

    def _last_words(self, record: Record, why: str) -> str:
        if not record.started:
            return f"the command was not run: {record.message or why or 'nothing is recorded'}"
        if record.boot != self._boot:
            return "no exit record: the machine was restarted"
        return f"no exit record: {why or 'the runner is gone'}"

    # -- kills and watchers ---------------------------------------------------------------------------------------

    def _advance_kills(self, now: float) -> None:
        for key, kill in list(self._kills.items()):
            if kill.due > now:
                continue
            run = self._runs.get(key)
            if run is not None and not run.pid:  # the lock is held, the runner has not signed yet
                run.pid = self._spool.look(key).record.pid
            kill.advance(now, run.pid if run is not None else 0)
            if kill.done:
                self._finish_kill(key, kill)

    def _finish_kill(self, key: RunKey, kill: Kill) -> None:
        del self._kills[key]
        if kill.left:
            self._report(EventCode.AGENT_KILL_FAILED, key, int(time.time()), text=kill.left)
        report = self._held_back.pop(key, None)
        if not kill.hit:
            self._spool.note(key, "spared")
            if report is not None:
                report = report._replace(killed=False)
        if report is not None:
            self._reports.append(report)

    def _look_at_files(self, now: float) -> None:
        while self._looks and self._looks[0][0] <= now:
            _, key = heapq.heappop(self._looks)
            watch = self._watches.get(key)
            if watch is None:
                continue
            code = watch.look(now)
            if code is None:
                heapq.heappush(self._looks, (watch.due, key))
            else:
                del self._watches[key]
                self._report(EventCode.AGENT_ENDED, key, int(time.time()), exit_code=code)

    def _next_due(self) -> float:
        """When something is to be done though no child ended."""
        due = [kill.due for kill in self._kills.values()]
        due += [orphan[0] for orphan in self._orphans.values()]
        if self._adopted:
            due.append(self._next_adopted_look)
        if self._looks:
            due.append(self._looks[0][0])
        return min(due, default=float("inf"))

    # -- reports --------------------------------------------------------------------------------------------------

    def _report(
        self, code: EventCode, key: RunKey, at: int, exit_code: int | None = None, killed: bool = False, text: str = ""
    ) -> None:
        self._reports.append(Report(code, key, at, exit_code, killed, text))

    def _start_failed(self, key: RunKey, text: str, permanent: bool = False) -> None:
        now = int(time.time())
        self._reports.append(Report(EventCode.AGENT_START_FAILED, key, now, text=text, permanent=permanent))


def _words(key: RunKey) -> str:
    return f"{key.joid}.{key.run_num}.{key.ntry}"


def _reason(error: OSError) -> str:
    return f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror or error)


def _give_output_to(account: Account, folder: str) -> None:
    for name in ("out", "err"):
        file = os.open(f"{folder}/{name}", _APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.fchown(file, account.uid, account.gid)
        finally:
            os.close(file)


def _keep_descriptors() -> None:
    """Descriptors that this process inherited itself are not for the jobs either; Python's own never are."""
    with suppress(OSError):
        for name in os.listdir("/dev/fd"):  # noqa: PTH208 - names, not paths
            with suppress(OSError):  # the one the listing was read from
                if int(name) > 2:
                    os.set_inheritable(int(name), False)


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # no Linux: the locks alone tell
        return "-"
