"""A kill reaches everything a job started, and says what it could not end."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autosys_py.agent.kill import GRACE, Kill
from autosys_py.agent.spool import Spool
from autosys_py.core.codes import EventCode
from tests.agent.local import DEADLINE, Bench, is_alive
from tests.agent.orders import order

SOON = 0.1


def test_the_first_signal_is_enough_for_a_good_job(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo x > {tmp_path}/up; sleep 60")
    bench.wait_for_text(tmp_path / "up")
    before = time.monotonic()
    bench.agent.kill(key, (15, 9), 30)
    report = bench.end_of(key)
    assert (report.code, report.exit_code, report.killed) == (EventCode.AGENT_ENDED, -15, True)
    assert time.monotonic() - before < DEADLINE / 2


def test_a_job_killed_before_it_is_up(bench: Bench) -> None:
    key = bench.start("sleep 60")
    bench.agent.kill(key, (15, 9), 30)
    report = bench.end_of(key)
    assert (report.exit_code, report.killed) == (-15, True)


def test_interrupt_is_told_from_exit_130(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo x > {tmp_path}/up; exec sleep 60")
    bench.wait_for_text(tmp_path / "up")
    bench.agent.kill(key, (2, 9), 30)
    assert bench.end_of(key).exit_code == -2


def test_a_job_that_tidies_up_keeps_its_own_code(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"trap 'exit 7' TERM; echo x > {tmp_path}/up; while :; do sleep 0.01; done")
    bench.wait_for_text(tmp_path / "up")
    bench.agent.kill(key, (15, 9), 30)
    report = bench.end_of(key)
    assert (report.exit_code, report.killed) == (7, True)


def test_what_ignores_the_first_gets_the_second(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"trap '' TERM; echo x > {tmp_path}/up; while :; do sleep 0.01; done")
    bench.wait_for_text(tmp_path / "up")
    bench.agent.kill(key, (15, 9), SOON)
    bench.agent.kill(key, (15, 9), SOON)  # given again it does not begin anew
    report = bench.end_of(key)
    assert (report.exit_code, report.killed) == (-9, True)


def test_a_stopped_job_is_woken_to_die(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    pid = int(bench.wait_for_text(tmp_path / "pid"))
    bench.agent.signal(key, (signal.SIGSTOP,))
    assert Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] in "TRS"
    bench.agent.kill(key, (15, 9), 30)
    assert bench.end_of(key).exit_code == -15


@pytest.mark.parametrize(
    "stray",
    [
        "sleep 61 &",
        "setsid sleep 61 &",
        "(setsid sh -c 'sleep 61 & echo $! > PID; wait' &) ;",
        "setsid env -i sleep 61 &",
        "(env -i setsid sh -c 'echo $$ > PID; exec sleep 61' >/dev/null 2>&1 </dev/null &) ; : ;",
        "(env -i setsid -f sh -c 'cd /; (sleep 61 & echo $! > PID)' &) ; : ;",
    ],
)
def test_strays_die_too(bench: Bench, tmp_path: Path, stray: str) -> None:
    note = tmp_path / "pid"
    command = stray.replace("PID", str(note)) if "PID" in stray else f"{stray} echo $! > {note};"
    key = bench.start(f"{command} sleep 60")
    pid = int(bench.wait_for_text(note))
    assert is_alive(pid)
    bench.agent.kill(key, (15, 9), 1)
    assert bench.end_of(key).killed
    assert not is_alive(pid)


def test_the_end_is_held_back_until_the_last_stray_is_gone(bench: Bench, tmp_path: Path) -> None:
    deaf = "trap '' TERM; echo $$ > PID; while :; do sleep 0.01; done".replace("PID", str(tmp_path / "pid"))
    key = bench.start(f'setsid sh -c "{deaf.replace("$", chr(92) + "$")}" & exec sleep 60')
    pid = int(bench.wait_for_text(tmp_path / "pid"))
    bench.agent.kill(key, (15, 9), SOON)
    report = bench.end_of(key)
    assert (report.exit_code, report.killed) == (-15, True)
    assert not is_alive(pid)


def test_what_ended_before_is_judged_by_its_own_code(bench: Bench) -> None:
    key = bench.start("exit 5")
    bench.end_of(key)
    bench.reports.clear()
    bench.agent.kill(key, (15, 9), 30)
    report = bench.end_of(key)
    assert (report.exit_code, report.killed) == (5, False)


def test_a_kill_given_again_after_a_crash_knows_that_it_killed(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo x > {tmp_path}/up; exec sleep 60")
    bench.wait_for_text(tmp_path / "up")
    bench.agent.kill(key, (15, 9), 30)
    bench.end_of(key)
    with Bench(bench.root) as later:
        later.agent.kill(key, (15, 9), 30)
        report = later.end_of(key)
    assert (report.exit_code, report.killed) == (-15, True)


def test_an_adopted_run_can_be_killed(tmp_path: Path) -> None:
    what = order(f"echo x > {tmp_path}/up; exec sleep 60")
    with Bench(tmp_path / "run") as first:
        first.start_order(what)
        first.wait_for_text(tmp_path / "up")
    with Bench(tmp_path / "run") as second:
        second.agent.adopt([what])
        second.agent.kill(what.key, (15, 9), 30)
        report = second.end_of(what.key)
        assert (report.exit_code, report.killed) == (-15, True)


def test_an_unknown_run_is_lost(bench: Bench) -> None:
    bench.agent.kill(order().key, (15, 9), 30)
    assert bench.end_of(order().key).code == EventCode.AGENT_LOST


@contextmanager
def deaf_process(marker: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' TERM; echo x; exec sleep 60"],
        env={"AUTOSYS_RUN": marker, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    while Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8") != "sleep\n":
        pass  # while one program takes the place of another, neither's environment can be read
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_outlives_the_last_signal_is_named(tmp_path: Path) -> None:
    marker = Spool(tmp_path).folder(order().key)
    with deaf_process(marker) as process:
        kill = Kill(marker, (15,), 1.0, now=0.0)
        kill.advance(0.0, runner=0)
        assert (kill.hit, kill.done) == (True, False)
        kill.advance(GRACE - 0.1, runner=0)
        assert not kill.done
        kill.advance(GRACE, runner=0)
        assert kill.done
        assert kill.left == f"{process.pid} sleep"
