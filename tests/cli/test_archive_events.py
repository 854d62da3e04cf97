"""archive_events and archive_jobs: what goes, what stays, and the files (cli.md §7.6)."""

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from autosys_py.cli.needed import Needed
from autosys_py.core.codes import Alarm, AlarmState, EventCode, Status
from autosys_py.core.model import JobState, Notification, Outcome, RaisedAlarm
from autosys_py.event_server.chain import first_broken
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_store
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate, moment
from tests.instance import LiveInstance

USAGE = "\nAutoSys-py Archive Events Utility\n"
DAY = 86400
STAMP = "ACE.02.03.2025.06.00.00"


def seqs(store: MemoryStore) -> list[int]:
    return [fact.seq for fact in store.all_facts() if fact.code is not EventCode.ARCHIVED]


class Past:
    """A job `a` with three runs, of which the last is its current one, and what an operator did between them."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.estate = Estate(store)
        state = JobState(Status.SUCCESS, run_num=3, ntry=1, since=moment("01/20/2025 10:00:05"))
        self.joid = self.estate.job("a", state=state)
        facts = []
        runs = []
        for number, day in enumerate(("01/01/2025", "01/10/2025", "01/20/2025"), start=1):
            by_hand: dict[str, Any] = {"sent_by": "op@host", "run_num": number - 1}
            asked = self.estate.fact(EventCode.STARTJOB, self.joid, moment(f"{day} 10:00:00"), **by_hand)
            begun = self.estate.status(self.joid, Status.STARTING, f"{day} 10:00:00", number, cause=asked.seq)
            ended = self.estate.status(self.joid, Status.SUCCESS, f"{day} 10:00:05", number, exit_code=0)
            facts += [asked, begun, ended]
            runs.append(
                self.estate.run(self.joid, number, f"{day} 10:00:00", f"{day} 10:00:05", Status.SUCCESS, 0, begun)
            )
        facts.append(self.estate.fact(EventCode.COMMENT, 0, NOW, value="now", sent_by="op@host"))
        self.estate.past(facts, runs)


@pytest.fixture
def past(store: MemoryStore) -> Past:
    """Facts 1 to 9, three a run, the first of them an operator's; 10 is of this very second."""
    return Past(store)


def test_old_events_go_and_the_audit_trail_stays(past: Past, store: MemoryStore, sh: Shell) -> None:
    expected = "CAUAJM_I_60007 Archiving Events...\nCAUAJM_I_60013 Number of Events Deleted: 4\n"
    assert sh("archive_events", "-n", "7") == (0, expected, "")
    assert seqs(store) == [1, 4, 7, 8, 9, 10]
    assert first_broken(store) is None


def test_the_age_counts(past: Past, store: MemoryStore, sh: Shell) -> None:
    assert "Deleted: 2\n" in sh("archive_events", "-n", "28").out
    assert seqs(store) == [1, 4, 5, 6, 7, 8, 9, 10]
    assert "Deleted: 0\n" in sh("archive_events", "-n", "28").out


def test_audit_entries_go_with_their_option(past: Past, store: MemoryStore, sh: Shell) -> None:
    expected = "CAUAJM_I_60018 Archiving Audit Info...\nCAUAJM_I_60021 Number of Audit Infos Deleted: 2\n"
    assert sh("archive_events", "-l", "7") == (0, expected, "")
    assert seqs(store) == [2, 3, 5, 6, 7, 8, 9, 10]
    assert first_broken(store) is None


def test_runs_go_but_for_the_latest(past: Past, store: MemoryStore, sh: Shell) -> None:
    expected = "CAUAJM_I_60014 Archiving Job Runs...\nCAUAJM_I_60017 Number of job runs deleted: 2\n"
    assert sh("archive_events", "-j", "0") == (0, expected, "")
    assert [run.key.run_num for run in store.runs(past.joid, 9)] == [3]


def test_everything_at_once(past: Past, store: MemoryStore, sh: Shell) -> None:
    done = sh("archive_events", "-r", "1", "-m", "1", "-l0", "-j0", "-n0", "-D", "db")
    codes = (60007, 60013, 60014, 60017, 60018, 60021)
    assert [line.split()[0] for line in done.out.splitlines()] == [f"CAUAJM_I_{code}" for code in codes]
    assert seqs(store) == [7, 8, 9, 10]  # the current run, what caused it, the newest row
    assert first_broken(store) is None


def test_the_report_on_the_current_run_is_the_same_afterwards(past: Past, sh: Shell) -> None:
    before = sh("autorep", "-J", "a", "-d")
    sh("archive_events", "-n", "0", "-l", "0", "-j", "0")
    assert sh("autorep", "-J", "a", "-d") == before
    assert sh("autorep", "-J", "a", "-r", "-1").code == 1


def test_small_batches(past: Past, store: MemoryStore, sh: Shell) -> None:
    assert "Deleted: 4\n" in sh("archive_events", "-n", "7", "-B", "1").out
    assert len(store.pending_events(0)) == 4
    assert first_broken(store) is None


def test_who_archived_what_is_an_event(past: Past, store: MemoryStore, sh: Shell) -> None:
    sh("archive_events", "-n", "7")
    [event] = store.pending_events(0)
    assert (event.code, event.name, event.due) == (EventCode.ARCHIVED, "events", NOW)
    assert "@" in event.sent_by


# What must stay


def test_an_open_run_stays_whole(past: Past, store: MemoryStore, sh: Shell) -> None:
    open_run = past.estate.run(past.joid, 1, "01/01/2025 10:00:00", None, None, None, store.all_facts(2, 1)[0])
    past.estate.write(Outcome(runs={open_run.key: open_run}))
    assert "Deleted: 0\n" in sh("archive_events", "-n", "7").out
    sh("archive_events", "-j", "0")
    assert [run.key.run_num for run in store.runs(past.joid, 9)] == [3, 1]


def test_what_a_deleted_job_still_runs_stays(past: Past, store: MemoryStore, sh: Shell) -> None:
    with store.transaction():
        store.delete_definition(past.joid)
    assert "Deleted: 6\n" in sh("archive_events", "-n", "7").out
    sh("archive_events", "-j", "0")
    assert store.runs(past.joid, 9) == []


def test_what_an_alarm_speaks_of_stays_until_it_is_closed(past: Past, store: MemoryStore, sh: Shell) -> None:
    alarms = {number: RaisedAlarm(number, Alarm.JOBFAILURE, 1) for number in (2, 3)}
    past.estate.write(Outcome(alarms=alarms))
    sh("archive_events", "-n", "20")
    assert seqs(store)[:3] == [1, 2, 3]
    past.estate.write(Outcome(alarms={2: RaisedAlarm(2, Alarm.JOBFAILURE, 1, state=AlarmState.CLOSED)}))
    sh("archive_events", "-n", "20")
    assert seqs(store)[:3] == [1, 3, 4]
    assert [alarm.number for alarm in store.alarms(every=True)] == [2, 3]


def test_what_people_are_still_to_be_told_stays(past: Past, store: MemoryStore, sh: Shell) -> None:
    past.estate.write(Outcome(notifications={3: Notification(3, past.joid, 1, 1, 1)}))
    sh("archive_events", "-n", "20")
    assert seqs(store)[:3] == [1, 3, 4]


def test_what_put_a_job_into_its_status_stays(past: Past, store: MemoryStore, sh: Shell) -> None:
    past.estate.stands("a", since=moment("01/01/2025 10:00:05"))
    sh("archive_events", "-n", "20")
    assert seqs(store)[:3] == [1, 3, 4]


def test_a_member_that_waits_keeps_what_its_box_run_did_to_it(store: MemoryStore) -> None:
    estate = Estate(store)
    joid = estate.job("m", state=JobState(Status.ACTIVATED, run_num=9, since=1))
    fact = estate.status(joid, Status.ACTIVATED, "01/01/2025 10:00:00", 9, 0)
    estate.past([fact, estate.fact(EventCode.COMMENT, 0, NOW)])
    assert Needed(store)(fact)


def test_the_newest_row_and_the_seals_stay(store: MemoryStore, sh: Shell) -> None:
    estate = Estate(store)
    seal = estate.fact(EventCode.ARCHIVED, 0, 100, sent_by="op@host")
    old = [estate.fact(EventCode.COMMENT, 0, 100, sent_by="op@host") for _ in range(3)]
    estate.past([seal, *old])
    assert "Deleted: 2\n" in sh("archive_events", "-l", "1").out
    assert [fact.seq for fact in store.all_facts()] == [1, 4]


def test_an_empty_past(store: MemoryStore, sh: Shell) -> None:
    assert "Deleted: 0\n" in sh("archive_events", "-n", "0").out


# Files


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_files_hold_what_was_removed(past: Past, sh: Shell, tmp_path: Path) -> None:
    sh("archive_events", "-A", "-n", "7", "-j", "7", "-l", "7")
    folder = tmp_path / "archive"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"archived_{what}.{STAMP}" for what in ("audit", "audit_msg", "events", "job_runs")
    ]
    events = rows(folder / f"archived_events.{STAMP}")
    assert [row["seq"] for row in events] == ["2", "3", "5", "6"]
    assert all(len(row["hash"]) == 64 for row in events)
    assert [row["run_num"] for row in rows(folder / f"archived_job_runs.{STAMP}")] == ["1", "2"]
    assert [row["sent_by"] for row in rows(folder / f"archived_audit.{STAMP}")] == ["op@host"] * 2
    said = rows(folder / f"archived_audit_msg.{STAMP}")
    assert [row["text"] for row in said][:3] == [
        "eoid: 0", "job_name: a", 'command: sendevent "-E" "STARTJOB" "-J" "a"'
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_file_has_its_name_for_good_before_rows_are_removed(
    past: Past, sh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    assert sh("archive_events", "-A", "-n", "7").code == 0
    file = next(path for path in synced if "archived_events" in path.name)
    assert {file.parent, file.parent.parent} <= set(synced)


def test_delimiter_and_folder(past: Past, sh: Shell, tmp_path: Path) -> None:
    sh("archive_events", "-A", "-n", "7", "-C", ";", "-d", str(tmp_path / "x" / "y"))
    assert [row["seq"] for row in rows(tmp_path / "x" / "y" / f"archived_events.{STAMP}", ";")] == ["2", "3", "5", "6"]


def test_without_a_file_nothing_is_written(past: Past, sh: Shell, tmp_path: Path) -> None:
    sh("archive_events", "-n", "7")
    assert not (tmp_path / "archive").exists()


def test_a_file_that_cannot_be_written_removes_nothing(
    past: Past, store: MemoryStore, sh: Shell, tmp_path: Path
) -> None:
    (tmp_path / "archive").write_text("in the way")
    done = sh("archive_events", "-A", "-n", "7")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith("CAUAJM_E_99082 Cannot write ")
    assert len(seqs(store)) == 10


def test_hostile_text_comes_through_a_file_whole(past: Past, sh: Shell, tmp_path: Path) -> None:
    text = 'a,"b"\n\x1b[2J\udcff'
    old = past.estate.fact(EventCode.COMMENT, 0, 100, value=text, sent_by="op@host")
    past.estate.past([old, past.estate.fact(EventCode.COMMENT, 0, NOW)])
    sh("archive_events", "-A", "-l", "7")
    written = rows(tmp_path / "archive" / f"archived_audit.{STAMP}")[-1]["value"]
    assert written == text.replace("\udcff", "\U0010ff7f")
    assert b"\x1b" not in (tmp_path / "archive" / f"archived_audit_msg.{STAMP}").read_bytes()


# Wrong lines


@pytest.mark.parametrize(
    "line",
    [
        (),
        ("-A",),
        ("-n", "1", "-B", "0"),
        ("-n", "1", "-B", "50001"),
        ("-n", "1", "-C", ""),
        ("-n1", "-C", "ab"),
        ("-z",),
    ],
)
def test_wrong_lines(store: MemoryStore, sh: Shell, line: tuple[str, ...]) -> None:
    done = sh("archive_events", *line)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"CAUAJM_E_40003 The specified parameters are not valid.\n{USAGE}")


@pytest.mark.parametrize("days", ["x", "-1", "1.5", "9999999999"])
def test_wrong_days(store: MemoryStore, sh: Shell, days: str) -> None:
    done = sh("archive_events", "-n", days)
    assert done.code == 2
    first, second, *_ = done.err.split("\n")
    assert second == "CAUAJM_E_40004 Invalid num_days specified."
    assert first == "CAUAJM_E_40003 The specified parameters are not valid."


def test_a_folder_without_files(store: MemoryStore, sh: Shell) -> None:
    done = sh("archive_events", "-n", "1", "-d", "/tmp")
    assert (done.code, done.err) == (2, "CAUAJM_E_60023 The -d option is only valid with the -A option.\n")


def test_two_at_once(past: Past, store: MemoryStore, sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "remove_facts", lambda seqs: 0)
    done = sh("archive_events", "-n", "7")
    assert (done.code, done.err.split()[0]) == (1, "CAUAJM_E_99081")
    assert store.pending_events(0) == []


# With a scheduler


def test_while_a_scheduler_runs(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    try:
        instance.jil("insert_job: a  command: true  machine: localhost\n")
        instance.start_scheduler()
        for _ in range(3):
            instance.send("-E", "FORCE_STARTJOB", "-J", "a")
            instance.wait_for_status("a", "SUCCESS")
            instance.send("-E", "CHANGE_STATUS", "-s", "INACTIVE", "-J", "a")
            instance.wait_for_status("a", "INACTIVE")
        instance.run("sleep", "1.1")
        detail = instance.run("autorep", "-J", "a", "-d").stdout
        done = instance.run("archive_events", "-A", "-n", "0", "-j", "0", "-l", "0", "-B", "3")
        assert "Number of job runs deleted: 2\n" in done.stdout
        assert instance.run("autorep", "-J", "a", "-d").stdout == detail
        instance.send("-E", "FORCE_STARTJOB", "-J", "a")
        instance.wait_for_status("a", "SUCCESS")
        instance.stop_scheduler()
        store = open_store(f"sqlite:///{instance.folder}/ACE.db")
        assert store.seals()
        assert all(event.code is not EventCode.ARCHIVED for event in store.pending_events(0))
        assert first_broken(store) is None
        store.close()
        instance.start_scheduler()
        instance.send("-E", "STARTJOB", "-J", "a")
        instance.wait_for(lambda: " SU    5/1 " in instance.run("autorep", "-J", "a").stdout, "run 5")
    finally:
        instance.close()


# archive_jobs


def test_old_versions_go(past: Past, store: MemoryStore, sh: Shell, tmp_path: Path) -> None:
    for time in (NOW - 20 * DAY, NOW - 10 * DAY):
        before = store.definition(past.joid)
        assert before is not None
        with store.transaction():
            store.put_definition(type(before)(before.job, before.attributes, "op@host", time))
    done = sh("archive_jobs", "-j", "5", "-A")
    assert done == (0, "CAUAJM_I_99080 Number of Job Versions Deleted: 1\n", "")  # runs name version 1
    written = rows(tmp_path / "archive" / f"archived_jobs.{STAMP}")
    assert [(row["name"], row["job_ver"]) for row in written] == [("a", "2")]
    assert sh("archive_jobs", "-j", "5") == (0, "CAUAJM_I_10186 No jobs to archive\n", "")


def test_a_version_counts_from_when_it_was_replaced(past: Past, store: MemoryStore, sh: Shell) -> None:
    for _ in range(2):
        before = store.definition(past.joid)
        assert before is not None
        with store.transaction():
            store.put_definition(type(before)(before.job, before.attributes, "op@host", NOW - 2 * DAY))
    assert "No jobs" in sh("archive_jobs", "-j", "5").out
    assert "Deleted: 1\n" in sh("archive_jobs", "-j", "1").out


def test_a_deleted_job_goes_after_its_runs_and_events(past: Past, store: MemoryStore, sh: Shell) -> None:
    definition = store.definition(past.joid)
    assert definition is not None
    definition.time = NOW - DAY
    with store.transaction():
        store.delete_definition(past.joid)
    assert "No jobs" in sh("archive_jobs", "-j", "0").out
    sh("archive_events", "-j", "0")
    assert "No jobs" in sh("archive_jobs", "-j", "0").out
    sh("archive_events", "-n", "0", "-l", "0")
    assert "Deleted: 1\n" in sh("archive_jobs", "-j", "0").out
    assert store.definition(past.joid, 1) is None


@pytest.mark.parametrize("days", ["x", "-3"])
def test_wrong_days_of_jobs(store: MemoryStore, sh: Shell, days: str) -> None:
    done = sh("archive_jobs", "-j", days)
    assert done.code == 2
    assert "CAUAJM_E_60146 Number of Days for -j should be a zero or a positive number.\n" in done.err


def test_wrong_lines_of_jobs(store: MemoryStore, sh: Shell) -> None:
    assert "\nAutoSys-py Archive Jobs Utility\n" in sh("archive_jobs").err
    assert sh("archive_jobs", "-j", "1", "-d", "/tmp").err.startswith("CAUAJM_E_60023 ")
