"""The agent of this machine: one start, the true end, the right surroundings."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autosys_py.agent.account import own_account
from autosys_py.agent.local import LocalAgent
from autosys_py.agent.protocol import Agent, Report
from autosys_py.agent.spool import Trace
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.local import DEADLINE, Bench, is_alive
from tests.agent.orders import order

SHELLS = [shell for shell in ("/bin/dash", "/bin/bash", "/bin/sh") if Path(shell).exists()]
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_it_is_an_agent(tmp_path: Path) -> None:
    agent: Agent = LocalAgent(tmp_path / "run")
    assert agent.collect(0) == []
    agent.close()


@pytest.mark.parametrize("shell", SHELLS)
def test_true_exit_codes(tmp_path: Path, shell: str) -> None:
    cases = {f"exit {code}": code for code in (0, 1, 2, 77, 121, 127, 128, 129, 130, 137, 141, 143, 254, 255)}
    cases |= {f"kill -{number} $$": -number for number in (1, 3, 6, 9, 10, 11, 14, 15, 40)}
    cases |= {"kill -TERM 0": -15, "kill -HUP 0": -1, "kill -INT 0": 130, "sh -c 'kill -9 $$'; exit 4": 4}
    with Bench(tmp_path / "run", shell=shell) as bench:
        keys = {bench.start(command): code for command, code in cases.items()}
        assert {key: bench.end_of(key).exit_code for key in keys} == keys
        assert not any(report.killed for report in bench.reports)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_killed_by_a_stranger(tmp_path: Path, shell: str, number: signal.Signals) -> None:
    with Bench(tmp_path / "run", shell=shell) as bench:
        key = bench.start("sleep 60")
        name = f"/proc/{bench.agent.pid(key)}/task/{bench.agent.pid(key)}/children"
        while (
            not (children := Path(name).read_text().split())
            or Path(f"/proc/{children[0]}/comm").read_text() != "sleep\n"
        ):
            time.sleep(0.002)
        os.kill(int(children[0]), number)
        report = bench.end_of(key)
        assert (report.exit_code, report.killed) == (-number, False)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_single_program_takes_the_place_of_a_subshell(tmp_path: Path, shell: str) -> None:
    with Bench(tmp_path / "run", shell=shell) as bench:
        own = bench.start("sh -c 'test $AUTOPID = $$'")
        assert bench.end_of(own).exit_code == 0
        missing = bench.start("/no/such/program")
        assert bench.end_of(missing).exit_code == 127
        assert "/no/such/program" in (bench.folder(missing) / "err").read_text()


def test_running_is_reported_before_the_end_and_times_come_from_the_record(bench: Bench) -> None:
    before = int(time.time())
    key = bench.start("true")
    bench.end_of(key)
    running, ended = bench.reports
    assert (running.code, ended.code) == (EventCode.AGENT_RUNNING, EventCode.AGENT_ENDED)
    assert before <= running.time <= ended.time <= time.time()


def test_a_repeated_start_is_the_same_run(bench: Bench, tmp_path: Path) -> None:
    what = order(f"echo once >> {tmp_path}/ran; exit 3")
    bench.agent.start(what)
    bench.agent.start(what)
    key = bench.start_order(what)
    assert bench.end_of(key).exit_code == 3
    bench.reports.clear()
    bench.agent.start(what)
    assert [report.code for report in bench.agent.collect(0)] == [EventCode.AGENT_RUNNING, EventCode.AGENT_ENDED]
    assert (tmp_path / "ran").read_text() == "once\n"


def test_two_agents_one_run(tmp_path: Path) -> None:
    what = order(f"echo once >> {tmp_path}/ran; sleep 0.05; exit 3")
    with Bench(tmp_path / "run") as first, Bench(tmp_path / "run") as second:
        first.start_order(what)
        second.start_order(what)
        assert first.end_of(what.key).exit_code == 3
        assert second.end_of(what.key).exit_code == 3
    assert (tmp_path / "ran").read_text() == "once\n"


def test_a_claim_that_came_to_nothing_is_taken_over(bench: Bench) -> None:
    folder = bench.folder(RunKey(1, 1, 1))
    folder.mkdir(parents=True)
    with (folder / "record").open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        key = bench.start("exit 3")
        assert [report.code for report in bench.agent.collect(0)] == [EventCode.AGENT_RUNNING]
    assert bench.end_of(key).exit_code == 3


SCHEDULER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from autosys_py.agent.local import LocalAgent
    from tests.agent.orders import order
    agent = LocalAgent(Path(sys.argv[1]))
    agent.start(order(sys.argv[2]))
    print("started", flush=True)
    sys.stdin.read()
""")


@pytest.mark.parametrize("ends", ["before", "after"])
def test_a_killed_scheduler_changes_nothing(tmp_path: Path, ends: str) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    command = f"echo once >> {tmp_path}/ran; read line < {gate}; exit 42"
    scheduler = subprocess.Popen(
        [sys.executable, "-c", SCHEDULER, str(tmp_path / "run"), command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert scheduler.stdout is not None
    assert scheduler.stdout.readline() == b"started\n"
    scheduler.kill()
    scheduler.communicate()
    if ends == "before":
        gate.write_text("go\n")
    with Bench(tmp_path / "run") as bench:
        bench.agent.adopt([order(command)])
        if ends == "after":
            gate.write_text("go\n")
        assert bench.end_of(RunKey(1, 1, 1)).exit_code == 42
        assert [report.code for report in bench.reports] == [EventCode.AGENT_ENDED]
        bench.agent.start(order(command))
        assert bench.agent.collect(0)[-1].exit_code == 42
    assert (tmp_path / "ran").read_text() == "once\n"


def test_a_killed_runner_is_a_lost_run_once_nothing_of_it_lives(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo $$ $PPID > {tmp_path}/pids; exec sleep 60")
    job, runner = map(int, bench.wait_for_text(tmp_path / "pids").split())
    os.kill(runner, signal.SIGKILL)
    assert [report.code for report in bench.agent.collect(0)] == [EventCode.AGENT_RUNNING]
    assert bench.agent.collect(0.7) == []  # it runs, so it has not ended
    os.kill(job, signal.SIGKILL)
    report = bench.end_of(key)
    assert report.code == EventCode.AGENT_LOST
    assert report.text == "no exit record: the runner was ended by signal 9"


def test_what_a_killed_runner_left_can_be_killed(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"echo $$ $PPID > {tmp_path}/pids; exec sleep 60")
    job, runner = map(int, bench.wait_for_text(tmp_path / "pids").split())
    os.kill(runner, signal.SIGKILL)
    bench.agent.collect(0.1)
    bench.agent.kill(key, (9,), 1)
    assert bench.wait_for(lambda report: report.killed).code == EventCode.AGENT_LOST
    assert not is_alive(job)


def test_what_was_never_started_is_lost_when_adopted(bench: Bench) -> None:
    bench.agent.adopt([order("true")])
    report = bench.end_of(RunKey(1, 1, 1))
    assert report.code == EventCode.AGENT_LOST
    assert report.text == "nothing is recorded: the machine was restarted, or the command was not run"


def test_a_run_of_before_a_power_loss_is_lost(bench: Bench) -> None:
    folder = bench.folder(RunKey(1, 1, 1))
    folder.mkdir(parents=True)
    (folder / "record").write_text("started 1.1.1 another-boot 1700000000 1\n")
    bench.agent.start(order("true"))
    running, lost = bench.agent.collect(0)
    assert running == Report(EventCode.AGENT_RUNNING, RunKey(1, 1, 1), 1700000000)
    assert (lost.code, lost.text) == (EventCode.AGENT_LOST, "no exit record: the machine was restarted")


def test_an_order_in_doubt_is_lost_if_nothing_is_recorded(bench: Bench) -> None:
    bench.agent.start(replace(order("touch ran"), in_doubt=True))
    (lost,) = bench.agent.collect(0)
    assert lost.code == EventCode.AGENT_LOST
    assert not list(bench.folder(RunKey(1, 1, 1)).glob("out"))


def test_an_order_in_doubt_is_judged_by_its_record(bench: Bench) -> None:
    assert bench.run("exit 3").exit_code == 3
    with Bench(bench.root) as after:
        after.agent.start(replace(order("exit 3"), in_doubt=True))
        assert after.end_of(RunKey(1, 1, 1)).exit_code == 3


def test_a_start_that_makes_no_process_is_reported_and_may_be_tried_again(tmp_path: Path) -> None:
    with Bench(tmp_path / "run", shell="/nonexistent/sh") as bench:
        report = bench.run("true")
        assert report.code == EventCode.AGENT_START_FAILED
        assert (report.permanent, report.exit_code) == (False, None)
        assert "No such file" in report.text
    with Bench(tmp_path / "run") as bench:
        assert bench.run("exit 3").exit_code == 3


def test_a_full_filesystem_fails_the_start(bench: Bench) -> None:
    report = bench.run("true", chk_files="/ 99999999999999")
    assert report.code == EventCode.AGENT_START_FAILED
    assert report.text.startswith("chk_files: / has ")
    assert bench.run("true", chk_files="/ 1").exit_code == 0


def test_many_at_once(bench: Bench) -> None:
    keys = [bench.start(f"exit {number}") for number in range(100)]
    assert [bench.end_of(key).exit_code for key in keys] == list(range(100))


def test_children_of_others_stay_theirs(bench: Bench) -> None:
    other = subprocess.Popen(["/bin/sh", "-c", "exit 5"])
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert bench.run("exit 6").exit_code == 6
    assert other.wait() == 5


# -- surroundings ---------------------------------------------------------------------------------------------------


def test_a_job_has_three_descriptors_and_no_ignored_signals(bench: Bench) -> None:
    loose = os.open("/dev/null", os.O_RDONLY)
    try:
        key = bench.start("ls /proc/$$/fd; grep SigIgn /proc/self/status; grep SigBlk /proc/self/status; :")
        assert bench.end_of(key).exit_code == 0
    finally:
        os.close(loose)
    *descriptors, _, ignored, _, blocked = bench.out(key).split()
    assert descriptors == ["0", "1", "2"]
    assert int(ignored, 16) & ~(3 << 31) == 0  # but 32 and 33, which belong to the C library
    assert int(blocked, 16) == 0


def test_a_job_is_told_who_it_is(bench: Bench) -> None:
    environment = {"AUTO_RUN_DATE": "20240102"}
    key = bench.start_order(
        order(
            "echo $AUTORUN $AUTO_JOB_NAME $AUTO_RUN_DATE; test $AUTOPID = $$ && pwd",
            (1, 77, 1),
            environment=environment,
        )
    )
    assert bench.end_of(key).exit_code == 0
    home = own_account().home
    assert bench.out(key) == f"77 job 20240102\n{home if Path(home).is_dir() else '/'}\n"


def test_output_appends_unless_told_otherwise(bench: Bench, tmp_path: Path) -> None:
    for number in (1, 2):
        for mark, name in (("", "added"), (">>", "added2"), (">", "replaced")):
            bench.run(f"echo {number}", std_out_file=f"{mark}{tmp_path}/{name}")
    assert (tmp_path / "added").read_text() == "1\n2\n"
    assert (tmp_path / "added2").read_text() == "1\n2\n"
    assert (tmp_path / "replaced").read_text() == "2\n"


def test_one_file_for_output_and_errors(bench: Bench, tmp_path: Path) -> None:
    both = f">{tmp_path}/both"
    bench.run("echo out; echo err >&2; echo out", std_out_file=both, std_err_file=both)
    assert (tmp_path / "both").read_text() == "out\nerr\nout\n"


@pytest.mark.parametrize(("name", "code"), [("std_in_file", 121), ("std_out_file", 122), ("std_err_file", 123)])
def test_a_file_that_cannot_be_opened(bench: Bench, name: str, code: int) -> None:
    key = bench.start("echo ran", **{name: "/nonexistent/file"})
    assert bench.end_of(key).exit_code == code
    assert bench.out(key) == ""
    assert "/nonexistent/file" in bench.err(key)


def test_profile_variables_reach_file_names_and_command(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "profile").write_text(f"LOG_DIR={tmp_path}\nexport GREETING=hello$SUFFIX\n")
    (tmp_path / "input").write_text("from file\n")
    bench.run(
        "read line; echo $GREETING $line",
        profile=f"{tmp_path}/profile",
        envvars="SUFFIX=_x",
        std_in_file="${LOG_DIR}/input",
        std_out_file="$LOG_DIR/%AUTO_JOB_NAME%.$AUTORUN",
    )
    assert (tmp_path / "job.1").read_text() == "hello_x from file\n"


def test_a_profile_that_is_not_there(bench: Bench) -> None:
    key = bench.start("echo ran", profile="/nonexistent/profile")
    assert bench.end_of(key).exit_code == 127
    assert bench.err(key) == "profile /nonexistent/profile cannot be read\n"


def test_another_shell(bench: Bench) -> None:
    key = bench.start("echo ${BASH_VERSION:+bash} '$$'", shell="/bin/bash")
    assert bench.end_of(key).exit_code == 0
    assert bench.out(key) == "bash $$\n"
    assert bench.run("true", shell="/nonexistent/sh").exit_code == 127


def test_limits(bench: Bench) -> None:
    key = bench.start("ulimit -St; ulimit -Ht", ulimit='t="100,200"')
    bench.end_of(key)
    assert bench.out(key) == "100\n200\n"


def test_the_owner_of_the_scheduler_is_no_switch(bench: Bench) -> None:
    name = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    assert bench.run("true", owner=f"{name}@anywhere").exit_code == 0
    assert bench.reports[0].text == ""


@ROOT_ONLY
def test_a_job_runs_as_its_owner(bench: Bench, open_folder: Path) -> None:
    key = bench.start(
        f"id -un; touch {open_folder}/mine; echo again > /dev/stdout; echo err > /dev/stderr; kill -15 $$",
        owner="daemon@host",
    )
    assert bench.end_of(key).exit_code == -15
    assert bench.out(key) in ("again\n", "daemon\nagain\n")
    assert bench.err(key) == "err\n"
    assert (open_folder / "mine").owner() == "daemon"


@ROOT_ONLY
def test_an_owner_who_does_not_exist(bench: Bench, tmp_path: Path) -> None:
    report = bench.run("true", owner="no_such_user@host")
    assert report.code == EventCode.AGENT_START_FAILED
    assert (report.text, report.permanent) == ("owner no_such_user does not exist", True)
    with Bench(tmp_path / "never", run_as_owner="never") as never:
        assert never.run("true", owner="no_such_user@host").exit_code == 0
        assert never.reports[0].text == "owner no_such_user, run as root"


def test_the_end_is_noticed_at_once(bench: Bench) -> None:
    gate = bench.root / "gate"
    os.mkfifo(gate)
    bench.start(f"read line < {gate}")
    bench.agent.collect(0)
    gate.write_text("go\n")
    before = time.monotonic()
    assert bench.agent.collect(DEADLINE)[0].code == EventCode.AGENT_ENDED
    assert time.monotonic() - before < DEADLINE / 2


def test_pruning_keeps_what_lives(bench: Bench) -> None:
    gate = bench.root / "gate"
    os.mkfifo(gate)
    done, live = bench.start("true"), bench.start(f"read line < {gate}")
    bench.end_of(done)
    assert bench.agent.prune(time.time() + 60) == 1
    assert not bench.folder(done).exists()
    gate.write_text("go\n")
    assert bench.end_of(live).exit_code == 0


def test_a_busy_machine_does_not_put_off_the_next_look_at_adopted_runs(tmp_path: Path) -> None:
    """How often they are looked at goes by what a look costs us, not by how long we had to wait for the processor."""
    what = order("exec sleep 60")
    with Bench(tmp_path / "run") as first:
        first.start_order(what)
        first.wait_for(lambda report: report.code == EventCode.AGENT_RUNNING)
        now = 1000.0
        agent = LocalAgent(tmp_path / "run", clock=lambda: now)
        agent.adopt([what])
        look = agent._spool.look

        def slow_look(key: RunKey) -> Trace:
            nonlocal now
            now += 5
            return look(key)

        agent._spool.look = slow_look  # type: ignore[method-assign]
        agent._look_at_adopted(now)
        assert agent._next_adopted_look < now
        agent.close()
        first.agent.kill(what.key, (9,), 1)
        first.end_of(what.key)
