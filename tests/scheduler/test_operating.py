"""What an operator types at night, line by line, on a real instance: one scheduler, real commands, real processes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instance import LiveInstance

JIL = """
insert_machine: away   node_name: localhost

insert_job: extract_transactions   command: exit 3   machine: localhost
insert_job: validate_ledger   command: true   machine: localhost
insert_job: report_daily   command: echo the report   machine: localhost   std_out_file: "{folder}/report"
   condition: success(validate_ledger) AND success(extract_transactions)
insert_job: mail_desk   command: true   machine: localhost   condition: success(report_daily)

insert_job: hung   command: sleep 100   machine: localhost
insert_job: after_hung   command: true   machine: localhost   condition: s(hung)
insert_job: after_that   command: true   machine: localhost   condition: s(after_hung)
insert_job: hung_too   command: test -e {folder}/mended || sleep 100   machine: localhost
insert_job: after_hung_too   command: true   machine: localhost   condition: s(hung_too)

insert_job: load_east   command: test -e {folder}/database   machine: localhost
insert_job: LOADS   job_type: box
insert_job: load_west   box_name: LOADS   command: test -e {folder}/database   machine: localhost
insert_job: load_done   command: true   machine: localhost   condition: s(load_east) & s(LOADS)

insert_job: BATCH   job_type: box
insert_job: BATCH2   job_type: box
insert_job: by_condition   box_name: BATCH   command: true   machine: localhost   condition: s(validate_ledger)
insert_job: by_time   box_name: BATCH   command: true   machine: localhost
   date_conditions: 1   days_of_week: all   start_times: "{later}"
insert_job: by_hold   box_name: BATCH   command: true   machine: localhost   status: on_hold
insert_job: by_ice   box_name: BATCH   command: true   machine: localhost   status: on_ice
insert_job: by_machine   box_name: BATCH   command: true   machine: away
insert_job: by_name   box_name: BATCH2   command: true   machine: localhost
"""


class Desk(LiveInstance):
    """Where the operator sits."""

    def sh(self, line: str, code: int = 0) -> list[str]:
        """A command line as typed; what it prints."""
        done = self.run("sh", "-c", line, check=False)
        assert done.returncode == code, f"{line}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout.splitlines()

    def logged(self, pattern: str) -> None:
        """Waits for a line of the scheduler's log."""
        self.wait_for(lambda: re.search(pattern, self.log), f"{pattern} in the log")

    def ends(self, job: str, status: str) -> None:
        """Waits until the job is in a status that it enters once."""
        self.logged(rf"STATUS: {status} +JOB: {job}\b")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("operating")
    desk = Desk(folder / "instance", "RunAsOwner=never\nKillSignalInterval=1\n")
    later = desk.sh("date -d '+2 hours' +%H:%M")[0]
    desk.jil(JIL.replace("\n   ", "   ").format(folder=folder, later=later))
    desk.start_scheduler()
    yield desk
    desk.close()


@pytest.fixture
def folder(desk: Desk) -> Path:
    return desk.folder.parent


def test_the_report_does_not_start_and_its_output_is_needed_now(desk: Desk, folder: Path) -> None:
    """Both conditions are false; whoever forces it past them sees that before, and everybody can see it after."""
    desk.sh("sendevent -E STARTJOB -J extract_transactions")
    desk.ends("extract_transactions", "FAILURE")
    first = desk.sh("autosys why report_daily")[0]
    assert "success(validate_ledger) is false, validate_ledger is INACTIVE" in first
    assert "success(extract_transactions) is false, extract_transactions is FAILURE" in first
    assert "(run 1/1, exit code 3)" in first
    preview = desk.sh("sendevent -E FORCE_STARTJOB -J report_daily --preview")
    assert [re.sub(r"since .*", "since", line) for line in preview] == [
        "success(validate_ledger)  false  INACTIVE  since",
        "success(extract_transactions)  false  FAILURE  since",
        "would release: mail_desk",
    ]
    assert not (folder / "report").exists()

    assert desk.sh('sendevent -E FORCE_STARTJOB -J report_daily -C "the desk needs it now"') == []
    desk.ends("mail_desk", "SUCCESS")
    assert (folder / "report").read_text(encoding="utf-8") == "the report\n"
    both = "success(validate_ledger) false; success(extract_transactions) false"
    assert re.search(rf"ALARM: FORCED_PAST_CONDITION JOB: report_daily.*\n.*<{re.escape(both)}>", desk.log)
    alarms = json.loads("\n".join(desk.sh("autosys alarms -A FORCED_PAST_CONDITION --format json")))
    assert [(each["job"], each["text"]) for each in alarms] == [("report_daily", both)]
    entry = json.loads("\n".join(desk.sh("autosys audit --bypassed --format json")))[0]
    assert (entry["event"], entry["job"], entry["reason"]) == (
        "FORCE_STARTJOB",
        "report_daily",
        "the desk needs it now",
    )
    assert entry["bypassed"] == [
        {"atom": "success(validate_ledger)", "holds": False},
        {"atom": "success(extract_transactions)", "holds": False},
    ]
    assert desk.sh("autosys audit --bypassed")[0].endswith(f'"the desk needs it now"  bypassed: {both}')
    desk.sh("autosys audit verify")


def test_a_job_hangs_is_killed_and_downstream_goes_on(desk: Desk) -> None:
    desk.sh("sendevent -E STARTJOB -J hung")
    desk.ends("hung", "RUNNING")
    assert desk.sh("sendevent -E LIST_DEPENDENTS -J hung") == [
        "after_hung: waiting on s(hung) -> condition false",
        "  after_that: waiting on s(after_hung) -> condition false",
    ]
    desk.sh('sendevent -E KILLJOB -J hung -C "no progress for an hour"')
    desk.ends("hung", "TERMINATED")
    desk.logged("<hung> was killed. Waiting for it now: after_hung.\n")
    desk.logged("Two ways on: sendevent -E RESTART -J hung .* sendevent -E CHANGE_STATUS -s SUCCESS -J hung ")
    why = desk.sh("autosys why after_hung")
    assert "KILLJOB by" in why[0] and ': "no progress for an hour")' in why[0]
    assert why[0].endswith("Two ways on: RESTART of hung, or CHANGE_STATUS to go on without it.")
    assert "  sendevent -E CHANGE_STATUS -s SUCCESS -J hung" in why
    assert "Waiting for it: after_hung" in desk.sh("autosys why hung")
    assert desk.status("after_hung") == "INACTIVE"

    desk.sh('sendevent -E CHANGE_STATUS -s SUCCESS -J hung -C "done by hand"')
    desk.ends("after_that", "SUCCESS")
    assert desk.sh("sendevent -E LIST_DEPENDENTS -J hung")[0].endswith("condition true")


def test_or_it_is_restarted(desk: Desk, folder: Path) -> None:
    desk.sh("sendevent -E STARTJOB -J hung_too")
    desk.ends("hung_too", "RUNNING")
    desk.sh("sendevent -E KILLJOB -J hung_too")
    desk.ends("hung_too", "TERMINATED")
    (folder / "mended").touch()
    desk.sh("sendevent -E RESTART -J hung_too")
    desk.ends("after_hung_too", "SUCCESS")


def test_every_failed_job_is_restarted_after_a_passing_fault(desk: Desk, folder: Path) -> None:
    desk.sh("sendevent -E STARTJOB -J load_east; sendevent -E STARTJOB -J LOADS")
    desk.ends("load_east", "FAILURE")
    desk.ends("LOADS", "FAILURE")
    desk.sh("sendevent -E CHANGE_STATUS -s INACTIVE -J extract_transactions")
    desk.logged("STATUS: INACTIVE +JOB: extract_transactions")
    (folder / "database").touch()
    desk.sh(
        "for job in $(autorep -J % -s FA | awk '{print $1}'); do "
        'sendevent -E RESTART -J "$job" -C "the database is back"; done; true'
    )  # a box and its member are both listed: the box takes the member along
    desk.ends("load_done", "SUCCESS")
    assert desk.sh("autorep -J % -s FA") == []
    assert desk.log.count("STATUS: STARTING        JOB: load_west ") == 2
    audit = json.loads("\n".join(desk.sh("autosys audit -E RESTART -J load_east --format json")))
    assert [each["reason"] for each in audit] == ["the database is back"]


def test_the_box_runs_and_a_member_does_not(desk: Desk) -> None:
    """Each time the first line names the cause."""
    desk.sh('sendevent -E MACH_OFFLINE -N away -C "new disks"')
    desk.sh("sendevent -E STARTJOB -J BATCH")
    desk.ends("by_machine", "PEND_MACH")
    causes = {
        "by_condition": "waits for its condition: s(validate_ledger) is false, validate_ledger is INACTIVE",
        "by_time": "waits for its start time, ",
        "by_hold": "is ON_HOLD since ",
        "by_ice": "is ON_ICE since ",
        "by_machine": "waits for its machine away, which is offline (MACH_OFFLINE by ",
        "by_name": "waits for its box BATCH2, which is INACTIVE",
    }
    for job, cause in causes.items():
        first = desk.sh(f"autosys why {job}")[0]
        assert first.startswith(f"{job} {cause}"), first
        if job == "by_name":
            assert "A box BATCH does run: is box_name misspelt?" in first


RESTARTS = """
insert_job: r_again   command: test -e {folder}/r_again || {{ touch {folder}/r_again; exit 3; }}   machine: localhost
   on_error: restart   restart_delay: 0
insert_job: r_twice   command: exit 3   machine: localhost   on_error: restart   restart_delay: 0   max_starts: 2
insert_job: r_once   command: true   machine: localhost   on_completed: restart   restart_delay: 0   max_starts: 1
insert_job: r_code   command: exit 42   machine: localhost   returncode_map_to_completed: 40-90
   on_completed: request_restart
insert_job: r_killed   command: sleep 100   machine: localhost   on_killed: request_restart
insert_job: r_lost   command: kill -9 $PPID; sleep 0.1   machine: localhost   on_unknown: request_restart
insert_job: r_stop   command: exit 1   machine: localhost   on_error: stop
   date_conditions: 1   days_of_week: all   start_times: "{later}"
insert_job: r_box   job_type: box   on_error: restart_from_error   restart_delay: 0
insert_job: r_done   box_name: r_box   command: echo done >> {folder}/r_done   machine: localhost
insert_job: r_part   box_name: r_box   command: test -e {folder}/r_part || {{ touch {folder}/r_part; exit 3; }}
   machine: localhost   condition: s(r_done)
"""


def test_what_follows_the_end_of_a_run(desk: Desk, folder: Path) -> None:
    """The actions of extensions.md §4 on real processes: an exit code, a kill, a lost outcome, a box."""
    later = desk.sh("date -d '+2 hours' +%H:%M")[0]
    desk.jil(RESTARTS.replace("\n   ", "   ").format(folder=folder, later=later))
    desk.sh(
        "for job in r_again r_twice r_once r_code r_killed r_lost r_stop r_box; do sendevent -E STARTJOB -J $job; done"
    )
    desk.ends("r_killed", "RUNNING")
    desk.sh("sendevent -E KILLJOB -J r_killed")
    for job, status in (("r_again", "SUCCESS"), ("r_twice", "FAILURE"), ("r_once", "SUCCESS"), ("r_box", "SUCCESS")):
        desk.ends(job, status)
    for job in ("r_code", "r_killed", "r_lost"):
        desk.ends(job, "WAIT_REPLY")
    rows = {row["name"]: row for row in json.loads("\n".join(desk.sh("autorep -J r_% --format json")))}
    starts = {name: desk.log.count(f"STATUS: STARTING        JOB: {name} ") for name in rows}
    assert [starts[name] for name in ("r_again", "r_twice", "r_once", "r_done", "r_part")] == [2, 3, 2, 1, 2]
    assert (folder / "r_done").read_text(encoding="utf-8") == "done\n"
    assert "Future starts of <r_stop> are withdrawn until it is restarted or redefined." in desk.log
    asked = json.loads("\n".join(desk.sh("autosys messages --format json")))
    assert {each["job"]: (each["ended"], each["exit_code"]) for each in asked} == {
        "r_code": ("SUCCESS", 42),
        "r_killed": ("TERMINATED", -15),
        "r_lost": ("TERMINATED", -657),
    }
    desk.sh("sendevent -E REPLY_RESPONSE -J r_code -r COMPLETED; sendevent -E REPLY_RESPONSE -J r_lost -r ERROR")
    desk.ends("r_code", "SUCCESS")
    desk.ends("r_lost", "FAILURE")
    desk.sh("sendevent -E REPLY_RESPONSE -J r_killed -r ERROR")
    desk.ends("r_killed", "FAILURE")
    assert json.loads("\n".join(desk.sh("autosys messages --format json"))) == []
