"""The whole product with real processes: commands as typed, one scheduler, jobs on this machine."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autosys_py.event_server.open import open_store
from autosys_py.scheduler.steps import KEY
from tests.instance import LiveInstance

CONFIG = "RunAsOwner=never\nKillSignalInterval=1\nRestartConstant=0\nRestartFactor=0\n"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[LiveInstance]:
    live = LiveInstance(tmp_path / "instance", CONFIG)
    yield live
    live.close()


def order_of_starts(log: str) -> list[str]:
    return re.findall(r"STATUS: (?:STARTING|RUNNING) +JOB: (\S+)", log)


def test_a_box_at_a_start_time_with_two_members(instance: LiveInstance) -> None:
    """The guide's first listing: job_b waits for job_a inside a box with a start time."""
    instance.jil("""
        insert_job: my_box   job_type: BOX
        date_conditions: 1
        days_of_week: all
        start_times: "23:30"

        insert_job: job_a   job_type: CMD
        box_name: my_box
        command: sleep 0.3
        machine: localhost

        insert_job: job_b   job_type: CMD
        box_name: my_box
        command: true
        machine: localhost
        condition: success(job_a)
        """)
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "my_box")
    instance.wait_for_status("my_box", "SUCCESS")
    starts = order_of_starts(instance.log)
    assert starts.index("my_box") < starts.index("job_a") < starts.index("job_b")


def test_a_master_box_with_etl_and_reporting(instance: LiveInstance) -> None:
    """The guide's second listing: a nested box, and a box that waits for a box."""
    instance.jil("""
        insert_job: master   job_type: BOX
        insert_job: etl   job_type: BOX   box_name: master
        insert_job: extract   box_name: etl   command: sleep 0.2   machine: localhost
        insert_job: load   box_name: etl   command: true   machine: localhost   condition: success(extract)
        insert_job: reporting   job_type: BOX   box_name: master   condition: success(etl)
        insert_job: report   box_name: reporting   command: true   machine: localhost
        """)
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "master")
    instance.wait_for_status("master", "SUCCESS")
    log = instance.log
    starts = list(dict.fromkeys(order_of_starts(log)))
    assert starts == ["master", "etl", "extract", "load", "reporting", "report"]
    ends = [match[1] for match in re.finditer(r"STATUS: SUCCESS +JOB: (\S+)", log)]
    assert ends == ["extract", "load", "etl", "report", "reporting", "master"]


def test_killjob_escalates_and_downstream_waits_for_change_status(instance: LiveInstance) -> None:
    instance.jil("""
        insert_job: stubborn   command: trap '' TERM; while :; do sleep 0.1; done   machine: localhost
        insert_job: after_success   command: true   machine: localhost   condition: success(stubborn)
        insert_job: after_failure   command: true   machine: localhost   condition: failure(stubborn)
        """)
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "stubborn")
    instance.wait_for_status("stubborn", "RUNNING")
    instance.send("-E", "KILLJOB", "-J", "stubborn")
    instance.wait_for_status("stubborn", "TERMINATED")
    assert "Aborted, Signal 9" in instance.log
    assert instance.status("after_success") == "INACTIVE"
    assert instance.status("after_failure") == "INACTIVE"
    instance.send("-E", "CHANGE_STATUS", "-s", "SUCCESS", "-J", "stubborn")
    instance.wait_for_status("after_success", "SUCCESS")
    assert instance.status("after_failure") == "INACTIVE"


def test_one_scheduler_per_store(instance: LiveInstance) -> None:
    instance.start_scheduler()
    second = instance.run("eventor", "-q", check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert re.fullmatch(
        r"CAUAJM_E_00165 The ACE primary scheduler is already running on machine: \S+\. Startup aborted\.\n",
        second.stderr,
    )
    assert instance.stop_scheduler() == 0
    instance.start_scheduler("--exit-when-idle", "0.1")


@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT", "STOP_DEMON", "kill -9"])
def test_jobs_go_on_while_the_scheduler_is_away(instance: LiveInstance, way: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    instance.jil(f"""
        insert_job: long   command: while test ! -e {go}; do sleep 0.05; done; exit 7   machine: localhost
        insert_job: after   command: true   machine: localhost   condition: exitcode(long) = 7
        """)
    scheduler = instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "long")
    instance.wait_for_status("long", "RUNNING")
    if way == "STOP_DEMON":
        instance.send("-E", "STOP_DEMON")
    elif way == "kill -9":
        scheduler.kill()
    else:
        scheduler.send_signal(signal.Signals[way])
    code = scheduler.wait(timeout=10)
    assert code == (-9 if way == "kill -9" else 0)
    assert instance.status("long") == "RUNNING"
    go.touch()
    instance.send("-E", "COMMENT", "-J", "long", "-C", "accepted while no scheduler runs")
    instance.start_scheduler()
    instance.wait_for_status("after", "SUCCESS")
    assert instance.status("long") == "FAILURE"
    assert "JOB: long MACHINE: localhost       EXITCODE:  7" in instance.log


def test_std_files_append_and_overwrite(instance: LiveInstance, tmp_path: Path) -> None:
    instance.jil(f"""
        insert_job: add   command: echo $AUTO_JOB_NAME   machine: localhost   std_out_file: "{tmp_path}/add.log"
        insert_job: new   command: echo $AUTORUN   machine: localhost   std_out_file: "> {tmp_path}/new.log"
        """)
    instance.start_scheduler()
    for _ in range(2):
        for job in ("add", "new"):
            instance.send("-E", "STARTJOB", "-J", job)
            instance.wait_for_status(job, "SUCCESS")
            instance.send("-E", "CHANGE_STATUS", "-s", "INACTIVE", "-J", job)
            instance.wait_for_status(job, "INACTIVE")
    assert (tmp_path / "add.log").read_text() == "add\nadd\n"
    assert (tmp_path / "new.log").read_text() == "4\n"


def test_the_log_can_be_cut_into_words(instance: LiveInstance) -> None:
    instance.jil("insert_job: fails   command: exit 3   machine: localhost\n")
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "fails")
    instance.wait_for_status("fails", "FAILURE")
    instance.wait_for(lambda: "ALARM: JOBFAILURE" in instance.log, "the alarm in the log")
    awk = "/EVENT: STARTJOB/ {print $7} /EVENT: (CHANGE_STATUS|ALARM)/ {print $9}"
    words = subprocess.run(["awk", awk], input=instance.log, capture_output=True, text=True, check=True).stdout
    assert words.split() == ["fails"] * 5
    failure = next(line for line in instance.log.splitlines() if "STATUS: FAILURE" in line)
    assert failure.index("CAUAJM_I_40245") == 27
    assert failure.index("CHANGE_STATUS") == 49
    assert failure.index("STATUS:") == 66
    assert failure.index("JOB:") == 90
    assert failure.endswith("EXITCODE:  3")


def test_bad_configuration_is_one_line(instance: LiveInstance) -> None:
    (instance.folder / "config.ACE").write_text("KillSignals=KILL\n", encoding="utf-8")
    done = instance.run("eventor", check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "config.ACE" in done.stderr
    assert "KillSignals=KILL is not a list of signal numbers like 15,9" in done.stderr


def test_a_scheduler_whose_output_nobody_takes_goes_on(instance: LiveInstance) -> None:
    instance.jil("insert_job: a   command: true   machine: localhost\n")
    instance.send("-E", "STARTJOB", "-J", "a")
    for output in ("/dev/full", "&-"):
        done = instance.run("sh", "-c", f"eventor --exit-when-idle 0.2 >{output}")
        assert "Traceback" not in done.stderr
    assert instance.status("a") == "SUCCESS"


def test_a_job_of_a_type_of_the_site_s_own(instance: LiveInstance, tmp_path: Path) -> None:
    instance.jil(f"""
        insert_job_type: 4
        command: echo from the type >> {tmp_path}/seen; echo
        description: "says where it comes from"
        insert_job: a   job_type: 4   command: "its own"   machine: localhost   std_out_file: "{tmp_path}/out"
        """)
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "a")
    instance.wait_for_status("a", "SUCCESS")
    assert (tmp_path / "seen").read_text() == "from the type\n"
    assert (tmp_path / "out").read_text() == "its own\n"


def test_a_clock_that_was_set_is_noticed_by_the_next_scheduler(instance: LiveInstance) -> None:
    instance.start_scheduler("--exit-when-idle", "0", wait=False).wait(timeout=30)
    store = open_store(f"sqlite:///{instance.folder}/ACE.db")
    boot, _, ahead = (store.setting(KEY) or "").partition(" ")
    with store.transaction():
        store.put_setting(KEY, f"{boot} {float(ahead) + 3600}")
    store.close()
    instance.start_scheduler("--exit-when-idle", "0", wait=False).wait(timeout=30)
    instance.start_scheduler("--exit-when-idle", "0", wait=False).wait(timeout=30)
    assert instance.log.count("The clock was set 3600 seconds back.") == 1
