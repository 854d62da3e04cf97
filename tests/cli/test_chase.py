"""chase: what it prints and sends, with the run folders of a real agent (cli.md §7.6, rule R-11)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autosys_py.agent.local import LocalAgent
from autosys_py.cli.chase import RULE
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Event, JobState, Outcome, Run, RunKey
from autosys_py.event_server.memory import MemoryStore
from tests.agent.orders import order
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate
from tests.instance import LiveInstance

HEAD = f"{RULE}\n\nCAUAJM_I_50154 Running the Chase process.\n"
TAIL = f"CAUAJM_I_50157 Chase is successful.\n{RULE}\n\n"
NOT_STARTED = "its agent has started no process for it"


class Scene:
    """Jobs that the store believes alive, and what an agent has of them."""

    def __init__(self, store: MemoryStore, folder: Path) -> None:
        self.store = store
        self.estate = Estate(store)
        with store.transaction():
            store.put_setting("store_id", "x")
        self.agent = LocalAgent(folder / "run" / "ACE" / "x")

    def job(self, name: str, status: Status, since: int = NOW - 600, job_type: str = "CMD", run: bool = True) -> RunKey:
        """A job in that status, with an open run unless told otherwise."""
        number = 40 + len(self.store.heads())
        told = since if status is Status.RUNNING else None
        state = JobState(status, run_num=number, ntry=1, last_start=told, since=since, machine="localhost")
        key = RunKey(self.estate.job(name, job_type, state=state), number, 1)
        if run:
            self.estate.write(Outcome(runs={key: Run(key, 1, "localhost", since)}))
        return key

    def start(self, key: RunKey, command: str) -> None:
        self.agent.start(order(command, key))

    def sent(self, key: RunKey) -> Event | None:
        """What was sent about the job."""
        events = self.store.pending_events(key.joid)
        assert len(events) <= 1
        return events[0] if events else None


@pytest.fixture
def scene(store: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("CHASE_SLEEP", "0")
    scene = Scene(store, tmp_path)
    yield scene
    scene.agent.close()


def test_nothing_to_chase(scene: Scene, sh: Shell) -> None:
    scene.job("idle", Status.SUCCESS, run=False)
    scene.job("box", Status.RUNNING, job_type="BOX")
    expected = f"{HEAD}CAUAJM_I_50156 There are no jobs in a STARTING or RUNNING state.\n{TAIL}"
    assert sh("chase", "-A", "-E") == (0, expected, "")


def test_all_is_well(scene: Scene, sh: Shell) -> None:
    live, done = scene.job("live", Status.RUNNING), scene.job("done", Status.RUNNING)
    watcher = scene.job("fw", Status.RUNNING, job_type="FW")
    scene.start(live, "exec sleep 60")
    scene.start(done, "exit 1")
    while scene.agent.pid(done):
        scene.agent.collect(0.1)
    assert sh("chase", "-A", "-E") == (0, HEAD + TAIL, "")
    assert [scene.sent(key) for key in (live, done, watcher)] == [None, None, None]
    scene.agent.kill(live, (9,), 0)
    scene.agent.collect(5)


@pytest.mark.parametrize(
    ("options", "sent"),
    [((), None), (("-A",), ("CHASE", None)), (("-E",), ("", Status.FAILURE)), (("-AE",), ("CHASE", Status.FAILURE))],
)
def test_a_running_job_that_left_no_trace(
    scene: Scene, sh: Shell, options: tuple[str, ...], sent: tuple[str, Status | None] | None
) -> None:
    key = scene.job("gone", Status.RUNNING)
    deeds = {None: "Nothing was sent.", "CHASE": "Sent: alarm.", "": "Sent: FAILURE."}
    deed = "Sent: alarm, FAILURE." if options == ("-AE",) else deeds[sent[0] if sent else None]
    line = f"CAUAJM_I_99010 Job <gone> is RUNNING, run 40/1: {NOT_STARTED}. {deed}\n"
    assert sh("chase", *options) == (0, HEAD + line + TAIL, "")
    event = scene.sent(key)
    assert (None if event is None else (event.name, event.status)) == sent
    if event is not None:
        assert (event.code, event.priority, event.due) == (EventCode.CHASE, 1, NOW)
        assert (event.joid, event.run_num, event.ntry) == key
        assert event.value == f"RUNNING: {NOT_STARTED}"
        assert "@" in event.sent_by


def test_a_starting_job_counts_after_a_while_and_is_never_failed(
    scene: Scene, sh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    young = scene.job("young", Status.STARTING, since=NOW - 120)
    old = scene.job("old", Status.STARTING, since=NOW - 121)
    done = sh("chase", "-A", "-E")
    assert "<young>" not in done.out
    assert f"Job <old> is STARTING, run 41/1: {NOT_STARTED}. Sent: alarm.\n" in done.out
    assert scene.sent(young) is None
    event = scene.sent(old)
    assert event is not None
    assert (event.name, event.status) == ("CHASE", None)
    monkeypatch.setenv("CHASE_STARTING_WAIT_INTERVAL", "1")
    assert "<young>" in sh("chase").out


def test_a_status_set_by_hand_has_no_run(scene: Scene, sh: Shell) -> None:
    key = scene.job("hand", Status.RUNNING, run=False)
    assert "no run is under way, the status was set by hand. Sent: FAILURE." in sh("chase", "-E").out
    assert scene.sent(key) is not None


def test_an_agent_elsewhere_is_asked_nothing(scene: Scene, sh: Shell) -> None:
    key = scene.job("far", Status.RUNNING)
    with scene.store.transaction():
        scene.store.put_setting("agent_host", "elsewhere")
    assert "its agent is on elsewhere and cannot be asked from here. Nothing was sent." in sh("chase", "-E").out
    assert scene.sent(key) is None
    assert "its agent is on elsewhere and cannot be asked from here. Sent: alarm." in sh("chase", "-A", "-E").out
    event = scene.sent(key)
    assert event is not None
    assert event.status is None


def test_while_a_scheduler_acts_what_is_found_is_looked_at_again(
    scene: Scene, sh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing, lasting = scene.job("passing", Status.RUNNING), scene.job("lasting", Status.RUNNING)
    with scene.store.transaction():
        scene.store.take_lease("elsewhere/1/1", NOW, 30, lambda holder: False)
    waited: list[float] = []

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        scene.estate.stands("passing", status=Status.SUCCESS)

    monkeypatch.setattr("autosys_py.cli.chase.time.sleep", meanwhile)
    monkeypatch.delenv("CHASE_SLEEP")
    out = sh("chase", "-A", "-E").out
    assert waited == [10]
    assert "<passing>" not in out
    assert "<lasting>" in out
    assert scene.sent(passing) is None
    assert scene.sent(lasting) is not None


@pytest.mark.parametrize(
    ("variable", "value"), [("CHASE_SLEEP", "soon"), ("CHASE_SLEEP", "-1"), ("CHASE_STARTING_WAIT_INTERVAL", "2m")]
)
def test_a_variable_that_is_no_number(
    scene: Scene, sh: Shell, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    scene.job("gone", Status.RUNNING)
    monkeypatch.setenv(variable, value)
    done = sh("chase")
    assert (done.code, done.err) == (1, f"CAUAJM_E_99001 {variable}: '{value}' is no whole number\n")


def test_a_wrong_line(scene: Scene, sh: Shell) -> None:
    for options in (("-a",), ("-J", "x"), ("x",)):
        done = sh("chase", *options)
        assert done.code == 2
        assert done.err.startswith(
            "CAUAJM_E_40003 The specified parameters are not valid.\n\nAutoSys-py Chase Utility\n"
        )


# With a scheduler

CONFIG = "RunAsOwner=never\nRestartConstant=0\nRestartFactor=0\n"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[LiveInstance]:
    live = LiveInstance(tmp_path / "instance", CONFIG, {"CHASE_SLEEP": "0"})
    yield live
    live.close()


def lose(instance: LiveInstance, tmp_path: Path) -> None:
    """A job runs, and scheduler, runner and job are killed."""
    instance.jil(
        f"insert_job: a  command: 'echo $PPID $$ >> {tmp_path}/pids; test -e {tmp_path}/again || exec sleep 60'  "
        "machine: localhost  n_retrys: 1\n".replace("'", "")
    )
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "a")
    pids = tmp_path / "pids"
    instance.wait_for(lambda: pids.exists() and pids.read_text().endswith("\n"), "the job")
    instance.wait_for_status("a", "RUNNING")
    assert "CAUAJM_I_99010" not in instance.run("chase", "-A", "-E").stdout
    instance.kill_scheduler()
    (tmp_path / "again").touch()
    for pid in pids.read_text().split():
        os.kill(int(pid), 9)


def test_what_was_lost_is_failed_and_tried_again(instance: LiveInstance, tmp_path: Path) -> None:
    lose(instance, tmp_path)
    found = instance.run("chase", "-A", "-E").stdout
    assert "Job <a> is RUNNING, run 1/1: " in found
    assert "Sent: alarm, FAILURE." in found
    instance.start_scheduler()
    instance.wait_for_status("a", "SUCCESS")
    assert "ALARM: CHASE" in instance.log
    assert instance.log.count("STATUS: RESTART") == 1


def test_chase_on_startup(instance: LiveInstance, tmp_path: Path) -> None:
    lose(instance, tmp_path)
    (instance.folder / "config.ACE").write_text(f"{CONFIG}ChaseOnStartup=1\n")
    instance.start_scheduler()
    instance.wait_for_status("a", "SUCCESS")


def test_without_chase_a_lost_run_is_not_tried_again(instance: LiveInstance, tmp_path: Path) -> None:
    lose(instance, tmp_path)
    instance.start_scheduler()
    instance.wait_for_status("a", "TERMINATED")
    assert "STATUS: RESTART" not in instance.log
