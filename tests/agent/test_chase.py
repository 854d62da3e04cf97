"""What the run folders say of a run that is believed alive (rule R-11)."""

import os
import signal
from pathlib import Path

import pytest

from autosys_py.agent.chase import State, trace_of
from autosys_py.core.model import RunKey
from tests.agent.local import Bench
from tests.agent.orders import order


def kill_runner(bench: Bench, key: RunKey) -> None:
    pid = bench.agent.pid(key)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    bench.agent._children.clear()  # the scheduler of before is gone too


def test_a_live_run_and_one_with_an_exit_code_are_well(bench: Bench) -> None:
    key = bench.start("exec sleep 60")
    assert trace_of(bench.root, key).state is State.WELL
    bench.agent.kill(key, (9,), 0)
    bench.end_of(key)
    assert trace_of(bench.root, key).state is State.WELL


def test_a_run_without_its_runner_is_orphaned_while_anything_of_it_lives(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    pid = int(bench.wait_for_text(tmp_path / "pid"))
    kill_runner(bench, key)
    trace = trace_of(bench.root, key)
    assert (trace.state, trace.text) == (
        State.ORPHANED,
        f"its runner is gone, processes of it still run: {pid} sleep",
    )
    os.kill(pid, signal.SIGKILL)
    while trace_of(bench.root, key).state is State.ORPHANED:
        pass
    assert trace_of(bench.root, key).state is State.GONE


def test_a_restart_of_the_machine_leaves_nothing(bench: Bench) -> None:
    folder = bench.root / "7" / "1.1"
    folder.mkdir(parents=True)
    (folder / "record").write_text("started 1.7.1 another-boot 1700000000 1\n")
    assert trace_of(bench.root, RunKey(1, 7, 1)) == (State.GONE, "the machine was restarted while it ran")


def test_a_run_that_left_no_trace_was_not_started(bench: Bench) -> None:
    assert trace_of(bench.root, RunKey(1, 8, 1)).text == "its agent has started no process for it"


def test_folders_that_are_not_here_say_nothing(tmp_path: Path) -> None:
    assert trace_of(tmp_path / "missing", RunKey(1, 8, 1)).state is State.UNKNOWN
    assert not (tmp_path / "missing").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_are_closed_say_nothing(bench: Bench) -> None:
    (bench.root / "9").mkdir(mode=0)
    assert trace_of(bench.root, RunKey(1, 9, 1)).state is State.UNKNOWN


def test_who_only_looks_keeps_nobody_from_starting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look holds the lock for a moment. A start that meets it then must not take the run for another's."""
    import fcntl

    what = order("exit 3", (5, 5, 1))
    folder = bench.folder(what.key)
    folder.mkdir(parents=True)
    record = os.open(folder / "record", os.O_RDWR | os.O_CREAT)
    fcntl.flock(record, fcntl.LOCK_SH)
    claim = bench.agent._spool.claim

    def claim_later(key: RunKey) -> int | None:
        claimed = claim(key)
        fcntl.flock(record, fcntl.LOCK_UN)  # the look is over
        return claimed

    monkeypatch.setattr(bench.agent._spool, "claim", claim_later)
    bench.agent.start(what)
    assert bench.end_of(what.key).exit_code == 3
    os.close(record)
