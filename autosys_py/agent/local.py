"""The agent of this machine: starts runners, notices their ends, kills what they run.

How a start happens exactly once is told in `spool.py`; here is what happens round it.

* A runner is made by `posix_spawn`: a fork of a scheduler with a large store in memory takes twenty times as long.
  It gets its own session, every signal at its default, and no descriptor but those of `runner.sh`. Changing the
  user is done by `setpriv` between runner and job; the runner keeps ours, to write the record. The job needs no
  access to the run folder: its output files are handed to it open (and made its own, so that /dev/stderr works).
* The end of a run that this process started comes by SIGCHLD and costs a `waitid`, however many others run. We look
  who ended before we take it, so children of others in this process stay theirs. A run adopted from an earlier
  scheduler is no child of ours: its lock is tried ten times a second, less often if there are very many.
* What touches a file system that is not the run folders' — watched files, `chk_files` — is asked through `lookout.py`
  and may never be answered. A start that waits for such an answer is told of after a while (alarm AUTO_PING).
* A killed run is reported when nothing of it is left, not already when its first process is gone. So is a run whose
  runner was killed: its outcome is lost, but while its processes live it has not ended (rule R-10).
* Reports are made from the record alone. The same end can be told again by any later agent until it is
  acknowledged, so acknowledging needs no record of its own: who acknowledged an end does not ask for it again.

An agent is used by one thread.
"""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autosys_py.agent import heartbeat, processes
from autosys_py.agent.account import Account, ForbiddenOwner, UnknownOwner, account_of, own_account
from autosys_py.agent.boot import boot_id
from autosys_py.agent.doorbell import Doorbell
from autosys_py.agent.heartbeat import Heartbeat, Hearts
from autosys_py.agent.kill import Kill
from autosys_py.agent.launch import base_environment, plan, replace_globals
from autosys_py.agent.lookout import Lookout
from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.agent.record import Record
from autosys_py.agent.space import first_path, shortage
from autosys_py.agent.spool import Spool
from autosys_py.agent.watch import number
from autosys_py.agent.watchers import Watchers, has_no_process
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from autosys_py.core.secrets import Secrets
from autosys_py.failpoints import fail_point, runner_environment

RUNNER = os.fspath(Path(__file__).with_name("runner.sh"))
SYSTEM_PROFILE = "/etc/auto.profile"

_ADOPTED_PAUSE = 0.1
_ORPHAN_PAUSE = 0.5
_ROOM_PAUSE = 5.0
_NEVER = float("inf")
_SILENCE = 120.0
"""Seconds that a start may wait for its file systems until it is told of."""
_LOOKS_OF_OTHERS, _LOOK_OF_ANOTHER = 100, 0.001
_NO_RECORD = "nothing is recorded: the machine was restarted, or the command was not run"
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


@dataclass(slots=True)
class _Check:
    """A start that waits for `chk_files`."""

    order: StartOrder
    silent_at: float
    """When to say that there is no answer."""


class LocalAgent:
    """An `Agent` for this machine.

    `root` holds the run folders and belongs to one event store (see `spool.py`). `environment` is what jobs may
    inherit from (see `launch.base_environment`). `run_as_owner`, `append`, `tells_attributes` and `check_heartbeat`
    (minutes) are the keys RunAsOwner, AutoInstWideAppend, SetJobAttributeEnvironmentals and Check_Heartbeat.
    `shell` runs the runner: any POSIX shell. `clock` is
    monotonic seconds, for kills and watchers. `secrets` are not seen in the list of processes.
    """

    def __init__(
        self,
        root: Path,
        environment: Mapping[str, str] | None = None,
        run_as_owner: str = "auto",
        append: bool = True,
        tells_attributes: bool = False,
        check_heartbeat: int = 2,
        shell: str = "/bin/sh",
        clock: Callable[[], float] = time.monotonic,
        secrets: Secrets | None = None,
    ) -> None:
        self._spool = Spool(root)
        self._inherited = dict(os.environ if environment is None else environment)
        self._run_as_owner = run_as_owner
        self._append = append
        self._tells_attributes = tells_attributes
        self._shell = shell
        self._secrets = secrets
        self._clock = clock
        self._boot = boot_id()
        _keep_descriptors()
        self._bell = Doorbell()
        self.lookout = Lookout(self._bell.ring, clock)
        self._bases: dict[Account, dict[str, str]] = {}
        self._runs: dict[RunKey, _Run] = {}
        """Everything under way that has a process."""
        self._children: dict[int, RunKey] = {}
        """Runners that are children of this process, by pid."""
        self._adopted: dict[RunKey, _Run] = {}
        self._next_adopted_look = 0.0
        self._next_room_look = _NEVER
        """When to see whether runs can be recorded again."""
        self._kills: dict[RunKey, Kill] = {}
        self._held_back: dict[RunKey, Report] = {}
        """Ends of runs whose kill is not done."""
        self._orphans: dict[RunKey, tuple[float, Record, str]] = {}
        """Runs whose runner is gone while something of them lives: when to look again, the record, what happened."""
        self._checks: dict[RunKey, _Check] = {}
        self._hearts = Hearts(60.0 * check_heartbeat)
        self._watchers = Watchers(self._spool, self.lookout)
        self._reports: list[Report] = []

    # -- orders ---------------------------------------------------------------------------------------------------

    def start(self, order: StartOrder) -> None:
        """See `Agent`. A run that is known, alive or recorded reports RUNNING again, and then its end."""
        try:
            if has_no_process(order.job_type):
                self._start_watch(order)
            elif order.key in self._runs:
                self._report(EventCode.AGENT_RUNNING, order.key, self._runs[order.key].start)
            elif order.key not in self._checks:
                self._start_command(order)
        except (UnknownOwner, ForbiddenOwner, ValueError) as error:
            self._start_failed(order.key, str(error), permanent=True)
        except OSError as error:
            self._start_failed_by(order.key, error)

    def adopt(self, orders: Iterable[StartOrder]) -> None:
        """See `Agent`."""
        for order in orders:
            if has_no_process(order.job_type):
                self._watchers.add(order, self._base(self._adopted_account(order)), self._clock())
            elif order.key not in self._runs:
                self._adopt(order.key)
                self._listen_again(order)

    def kill(self, key: RunKey, signals: Sequence[int], interval: float) -> None:
        """See `Agent`. Given again it goes on as it was, with other signals it begins anew. A run that has ended by
        itself reports its end again; of one that was killed or lost the leftovers are hunted down first."""
        if key in self._watchers or key in self._checks:  # there is no process
            self._watchers.drop(key)
            self._checks.pop(key, None)
            self._report(EventCode.AGENT_ENDED, key, int(time.time()), exit_code=-signals[0], killed=True)
            return
        if key in self._kills and self._kills[key].signals == tuple(signals):
            return
        record = self._spool.look(key).record
        if not record.ended or record.killed:
            if record.signals != tuple(signals):
                self._spool.note(key, f"killed {','.join(str(int(number)) for number in signals)}")
            self._kills[key] = Kill(self._spool.folder(key), signals, interval, self._clock(), hit=record.killed)
        fail_point("agent.noted")
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
            self._look_for_room(now)
            self._watchers.ask(now)
            self._take_answers(now)
            self._complain_of_silence(now)
            self._reports += self._hearts.listen(now)
            if self._reports or now >= deadline:
                reports, self._reports = self._reports, []
                return reports
            self._bell.wait(max(0.0, min(deadline, self._next_due()) - self._clock()))

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """See `Agent`. Ends need nothing, they are told from their records to whoever asks. That a silence was told of
        is written down, or every restart of the scheduler would tell of it again."""
        for report in reports:
            if report.code is EventCode.CHECK_HEARTBEAT:
                self._spool.note(report.key, f"silent {self._hearts.told(report.key)}")

    def pid(self, key: RunKey) -> int:
        """The pid of the run's runner; 0 = it is not under way, or not known yet."""
        run = self._runs.get(key)
        return run.pid if run is not None else 0

    def prune(self, before: float) -> int:
        """Removes the folders of runs that were over before that time, UTC seconds; how many. For housekeeping: what
        is removed must have been acknowledged, or a repeated start would run it once more."""
        return self._spool.prune(before, self._watchers)

    def doubt(self, pause: float = 0.0) -> None:
        """Runs could not be recorded: looks after `pause` seconds whether they can, and reports AGENT_REACHABLE."""
        self._next_room_look = min(self._next_room_look, self._clock() + pause)

    def close(self) -> None:
        """See `Agent`."""
        self.lookout.close()
        self._bell.close()

    # -- starting -------------------------------------------------------------------------------------------------

    def _start_command(self, order: StartOrder, has_space: bool = False) -> None:
        """Starts the run, or adopts it; without `has_space` its file systems are asked first if it names any."""
        claim = self._claim(order.key)
        if claim is not None and order.in_doubt and not self._spool.was_started(claim):
            os.close(claim)
            self._report(EventCode.AGENT_LOST, order.key, int(time.time()), text=_NO_RECORD)
            return
        if claim is None or self._spool.was_started(claim):
            if claim is not None:
                os.close(claim)
            self._adopt(order.key, order)
            return
        try:
            fail_point("agent.claimed")
            attributes = dict(order.attributes)
            if not has_space and "chk_files" in attributes:
                self._ask_for_space(order, replace_globals(attributes["chk_files"], order.globals))
            else:
                self._spawn(order, attributes, claim)
        finally:
            os.close(claim)

    def _claim(self, key: RunKey) -> int | None:
        """The run's claim; None if it is alive. Who only looks (`chase`) holds the lock for a moment too, and of an
        empty record: then there is nothing to adopt. Raises OSError if the moment does not end."""
        for _ in range(_LOOKS_OF_OTHERS):
            claim = self._spool.claim(key)
            if claim is not None:
                return claim
            alive, record, _ = self._spool.look(key)
            if alive or record.started:
                return None
            time.sleep(_LOOK_OF_ANOTHER)
        raise BlockingIOError(errno.EAGAIN, "somebody keeps looking at the record", self._spool.folder(key))

    def _ask_for_space(self, order: StartOrder, chk_files: str) -> None:
        self._checks[order.key] = _Check(order, self._clock() + _SILENCE)
        self.lookout.ask(order.key, first_path(chk_files), lambda: shortage(chk_files))

    def _has_asked(self, key: RunKey, answer: object) -> None:
        """The file systems of a start have answered."""
        check = self._checks.pop(key, None)
        if check is None:
            return  # killed meanwhile
        if answer:
            self._start_failed(key, str(answer))
            return
        try:
            self._start_command(check.order, has_space=True)
        except (UnknownOwner, ForbiddenOwner, ValueError) as error:
            self._start_failed(key, str(error), permanent=True)
        except OSError as error:
            self._start_failed_by(key, error)

    def _complain_of_silence(self, now: float) -> None:
        for key, check in self._checks.items():
            if check.silent_at <= now:
                check.silent_at = float("inf")
                self._report(EventCode.AGENT_SILENT, key, int(time.time()), text="COMM_ERR_14 chk_files: no answer yet")

    def _spawn(self, order: StartOrder, attributes: Mapping[str, str], claim: int) -> None:
        owner = attributes.get("owner", "")
        account = account_of(owner, self._run_as_owner)
        other = account if account.uid != own_account().uid else None
        folder = self._spool.folder(order.key)
        profile = SYSTEM_PROFILE if os.access(SYSTEM_PROFILE, os.R_OK) else ""
        argv, environment = plan(
            order, self._base(account), folder, other, profile, self._append, self._tells_attributes, self._secrets
        )
        if other is not None:
            _give_output_to(other, folder)
        start = int(time.time())
        if "heartbeat_interval" in attributes:
            self._give_heart(order, start, other, environment)
        environment |= runner_environment()
        fail_point("agent.spawn")
        processes.put_on_tag(folder)
        try:
            pid = os.posix_spawn(
                self._shell,
                [self._shell, RUNNER, f"{order.key.name} {self._boot} {start}", *argv],
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
        finally:
            processes.take_off_tag()
        fail_point("agent.spawned")
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
        account = account_of(dict(order.attributes).get("owner", ""), self._run_as_owner)
        self._watchers.add(order, self._base(account), self._clock())
        self._report(EventCode.AGENT_RUNNING, order.key, int(time.time()))

    def _adopted_account(self, order: StartOrder) -> Account:
        """Whose home and name a watcher that was started before goes by, even if the owner is gone."""
        try:
            return account_of(dict(order.attributes).get("owner", ""), self._run_as_owner)
        except (UnknownOwner, ForbiddenOwner):
            return own_account()

    # -- heartbeats -----------------------------------------------------------------------------------------------

    def _give_heart(self, order: StartOrder, start: int, other: Account | None, environment: dict[str, str]) -> None:
        heart = self._heart_of(order, start, other)
        if heart is not None:
            heart.make(other)
            environment[heartbeat.VARIABLE] = heart.path
            self._hearts.add(order.key, heart, self._clock())

    def _heart_of(self, order: StartOrder, begun: int, other: Account | None) -> Heartbeat | None:
        """None if the job need not give heartbeats."""
        minutes = number(dict(order.attributes).get("heartbeat_interval", ""), 0)
        folder = self._spool.folder(order.key)
        path = heartbeat.path_of(folder, processes.tag_of(folder), other)
        return Heartbeat(path, 60 * minutes, begun) if minutes else None

    def _listen_again(self, order: StartOrder) -> None:
        """To a run that was adopted and lives."""
        if order.key in self._runs and "heartbeat_interval" in dict(order.attributes):
            record = self._spool.look(order.key).record
            account = self._adopted_account(order)
            other = account if account.uid != own_account().uid else None
            heart = self._heart_of(order, record.start, other)
            if heart is not None:
                heart.told = record.silence
                self._hearts.add(order.key, heart, self._clock())

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
        fail_point("agent.adopted")

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
        fail_point("agent.reaped")
        _, record, end = self._spool.look(key)
        del self._runs[key]
        code = os.waitstatus_to_exitcode(status)
        if not record.started and key not in self._kills and not self._spool.has_room():
            self._hearts.drop(key)
            self._refuse(key, "its start could not be recorded")  # so nothing was started
            return
        why = f"the runner was ended by signal {-code}" if code < 0 else f"the runner ended with {code}"
        self._ended(key, record, end, why)

    def _look_at_adopted(self, now: float) -> None:
        if not self._adopted or now < self._next_adopted_look:
            return
        begun = time.thread_time()
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
        took = time.thread_time() - begun  # of ours: who had the machine meanwhile must not make us late again
        self._next_adopted_look = now + max(_ADOPTED_PAUSE, 20 * took)

    def _look_at_orphans(self, now: float) -> None:
        for key, (due, record, why) in list(self._orphans.items()):
            if due <= now:
                del self._orphans[key]
                self._ended(key, record, 0, why)

    def _ended(self, key: RunKey, record: Record, end: int, why: str = "") -> None:
        self._hearts.drop(key)
        if record.ended:
            at = record.start if 0 < record.start - end <= 1 else end  # a file's time lags; a clock may be set back
            report = Report(EventCode.AGENT_ENDED, key, at, record.exit_code, record.killed)
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
            return f"the command was not run: {record.message or why}" if record.message or why else _NO_RECORD
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
        fail_point("agent.killed")
        if kill.left:
            self._report(EventCode.AGENT_KILL_FAILED, key, int(time.time()), text=kill.left)
        report = self._held_back.pop(key, None)
        if not kill.hit:
            self._spool.note(key, "spared")
            if report is not None:
                report = report._replace(killed=False)
        if report is not None:
            self._reports.append(report)

    def _take_answers(self, now: float) -> None:
        for name, answer in self.lookout.answers():
            assert isinstance(name, RunKey)
            if name in self._watchers:
                self._reports += self._watchers.take(name, answer, now)
            else:
                self._has_asked(name, answer)

    def _next_due(self) -> float:
        """When something is to be done though no child ended."""
        due = [kill.due for kill in self._kills.values()]
        due += [orphan[0] for orphan in self._orphans.values()]
        if self._adopted:
            due.append(self._next_adopted_look)
        due.append(self._next_room_look)
        due += [check.silent_at for check in self._checks.values()]
        return min([*due, self._watchers.due(), self._hearts.due, self.lookout.due()])

    # -- reports --------------------------------------------------------------------------------------------------

    def _report(
        self, code: EventCode, key: RunKey, at: int, exit_code: int | None = None, killed: bool = False, text: str = ""
    ) -> None:
        self._reports.append(Report(code, key, at, exit_code, killed, text))

    def _start_failed_by(self, key: RunKey, error: OSError) -> None:
        """It may be the job's own trouble, or that of all: then it waits with its machine for better times."""
        if self._spool.has_room():
            self._start_failed(key, _reason(error))
        else:
            self._refuse(key, _reason(error))

    def _refuse(self, key: RunKey, why: str) -> None:
        """No run can be recorded, and none is started without its record. The machine counts as Missing meanwhile."""
        self._report(EventCode.AGENT_UNREACHABLE, key, int(time.time()), text=f"run folder: {why}")
        self.doubt(_ROOM_PAUSE)

    def _look_for_room(self, now: float) -> None:
        if self._next_room_look <= now:
            self._next_room_look = now + _ROOM_PAUSE
            if self._spool.has_room():
                self._next_room_look = _NEVER
                self._report(EventCode.AGENT_REACHABLE, RunKey(0, 0, 0), int(time.time()))

    def _start_failed(self, key: RunKey, text: str, permanent: bool = False) -> None:
        now = int(time.time())
        self._reports.append(Report(EventCode.AGENT_START_FAILED, key, now, text=text, permanent=permanent))


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
