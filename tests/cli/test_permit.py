"""What callers may not do: refused with CAUAJM_E_10230 and exit 1, and nothing stored (docs/security.md)."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli.define import Answer, Definer, load
from autosys_py.cli.instance import open_instance
from autosys_py.core.codes import EventCode
from autosys_py.core.configuration import Configuration
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW

HOST = os.uname().nodename
ME = pwd.getpwuid(os.getuid()).pw_name
JIL = f"""
insert_job: THEIRS  job_type: CMD
machine: localhost
command: true
owner: ann@{HOST}

insert_job: OPEN  job_type: CMD
machine: localhost
command: true
owner: ann@{HOST}
permission: wx,we
group: NIGHT

insert_job: RUN_ONLY  job_type: CMD
machine: localhost
command: true
owner: ann@{HOST}
permission: wx
group: NIGHT

insert_job: MINE  job_type: CMD
machine: localhost
command: true
owner: {ME}

insert_job: THEIR_BOX  job_type: BOX
owner: ann@{HOST}

insert_job: THEIR_OPEN_BOX  job_type: BOX
owner: ann@{HOST}
permission: we

insert_job: MEMBER  job_type: CMD
machine: localhost
command: true
owner: ann@{HOST}
box_name: THEIR_OPEN_BOX
"""

Jil = Callable[[str], Answer]


@pytest.fixture
def jobs(store: MemoryStore, configure: Callable[[str], None]) -> MemoryStore:
    """Jobs of ann and of ours; superusers are others."""
    configure("EditSuperUser=root_of_all\nExecSuperUser=root_of_all\n")
    assert all(each.accepted for each in load(Definer(store, ZoneInfo("UTC"), "ann@prod"), JIL, NOW))
    for event in store.due_events(NOW, 100):
        store.cancel_event(event.code, event.joid, None)
    return store


@pytest.fixture
def jil(jobs: MemoryStore) -> Jil:
    def apply(text: str) -> Answer:
        with open_instance() as instance:
            [answer] = load(Definer(jobs, ZoneInfo("UTC"), instance.user_host, permit=instance.permit), text, NOW)
        return answer

    return apply


def refusal(right: str, job: str) -> str:
    return f"User:{ME}@{HOST} does not have {right} permission on job:{job}"


# sendevent


@pytest.mark.parametrize(
    "line",
    [
        "-E STARTJOB", "-E FORCE_STARTJOB", "-E KILLJOB", "-E JOB_ON_HOLD", "-E JOB_OFF_HOLD", "-E JOB_ON_ICE",
        "-E JOB_OFF_ICE", "-E JOB_ON_NOEXEC", "-E JOB_OFF_NOEXEC", "-E CHANGE_STATUS -s SUCCESS",
        "-E CHANGE_PRIORITY -q 3", "-E SEND_SIGNAL -K 10", "-E RELEASE_RESOURCE", "-E REPLY_RESPONSE -r RESTART",
        "-E ALARM -A CHASE", "-E JOB_STATUS_CHANGED", "-E STARTJOB -U",
    ],
)  # fmt: skip
def test_what_needs_execute_permission(sh: Shell, jobs: MemoryStore, line: str) -> None:
    done = sh("sendevent", *line.split(), "-J", "THEIRS")
    assert (done.code, done.out, done.err) == (1, "", f"CAUAJM_E_10230 {refusal('execute', 'THEIRS')}\n")
    assert waiting(jobs, "THEIRS") == []
    if "-U" not in line:
        assert sh("sendevent", *line.split(), "-J", "RUN_ONLY") == (0, "", "")
        assert sh("sendevent", *line.split(), "-J", "MINE") == (0, "", "")


def test_what_needs_none(sh: Shell, jobs: MemoryStore) -> None:
    assert sh("sendevent", "-E", "SET_GLOBAL", "-G", "A=1").code == 0
    assert sh("sendevent", "-E", "COMMENT", "-J", "THEIRS", "-C", "looked at").code == 0
    assert sh("sendevent", "-E", "LIST_DEPENDENTS", "-J", "THEIRS").code == 0
    assert sh("sendevent", "-E", "FORCE_STARTJOB", "-J", "THEIRS", "--preview").code == 0
    assert sh("sendevent", "-E", "ALARM", "-A", "CHASE").code == 0
    assert sh("autorep", "-J", "THEIRS", "-q").code == 0  # native security has no right to read


def test_deletejob_needs_edit_permission(sh: Shell, jobs: MemoryStore) -> None:
    done = sh("sendevent", "-E", "DELETEJOB", "-J", "RUN_ONLY")
    assert (done.code, done.err) == (1, f"CAUAJM_E_10230 {refusal('edit', 'RUN_ONLY')}\n")
    assert sh("sendevent", "-E", "DELETEJOB", "-J", "OPEN").code == 0


def test_of_a_group_all_or_none(sh: Shell, jobs: MemoryStore, jil: Jil) -> None:
    assert sh("sendevent", "-E", "JOB_ON_HOLD", "-B", "NIGHT").code == 0
    assert jil("update_job: OPEN\npermission: we\n").accepted
    before = [len(waiting(jobs, name)) for name in ("OPEN", "RUN_ONLY")]
    done = sh("sendevent", "-E", "STARTJOB", "-B", "NIGHT")
    assert (done.code, done.err) == (1, f"CAUAJM_E_10230 {refusal('execute', 'OPEN')}\n")
    assert [len(waiting(jobs, name)) for name in ("OPEN", "RUN_ONLY")] == before


def test_a_file_is_refused_as_a_whole(sh: Shell, jobs: MemoryStore, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("-E STARTJOB -J MINE\n-E STARTJOB -J THEIRS\n")
    done = sh("sendevent", "-F", str(lines))
    assert done.code == 1
    assert refusal("execute", "THEIRS") in done.err
    assert waiting(jobs, "MINE") == []


@pytest.mark.parametrize("line", ["-E STOP_DEMON", "-E MACH_OFFLINE -N localhost", "-E MACH_ONLINE -N localhost"])
def test_what_concerns_everybody_is_for_superusers(
    sh: Shell, jobs: MemoryStore, configure: Callable[[str], None], line: str
) -> None:
    done = sh("sendevent", *line.split())
    assert done.code == 1
    assert done.err.startswith(f"CAUAJM_E_99120 User:{ME}@{HOST} must not send {line.split()[1]}")
    configure(f"ExecSuperUser=x,{ME}@{HOST}\n")
    assert sh("sendevent", *line.split()).code == 0


def test_an_exec_superuser_may_send_everything_and_edit_nothing(
    sh: Shell, jobs: MemoryStore, configure: Callable[[str], None]
) -> None:
    configure(f"ExecSuperUser={ME}\nEditSuperUser=ann\n")
    assert sh("sendevent", "-E", "KILLJOB", "-J", "THEIRS").code == 0
    assert sh("sendevent", "-E", "DELETEJOB", "-J", "THEIRS").code == 1


def test_who_superusers_are_no_variable_says(sh: Shell, jobs: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ExecSuperUser", ME)
    monkeypatch.setenv("USER", "ann")
    monkeypatch.setenv("LOGNAME", "ann")
    assert sh("sendevent", "-E", "KILLJOB", "-J", "THEIRS").code == 1


def test_the_owner_of_the_store_may_do_everything_unless_superusers_are_named(
    sh: Shell, jobs: MemoryStore, jil: Jil, configure: Callable[[str], None]
) -> None:
    configure("")
    assert sh("sendevent", "-E", "KILLJOB", "-J", "THEIRS").code == 0
    assert sh("sendevent", "-E", "STOP_DEMON").code == 0
    assert jil("update_job: THEIRS\ncommand: false\n").accepted


def test_another_user_is_no_superuser_by_default(jobs: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with open_instance() as instance:
        instance.configuration = Configuration()
        assert not any(instance.permit.is_superuser(right) for right in ("edit", "execute"))  # type: ignore[arg-type]
        assert instance.permit.caller.user == "4000000"


# jil


@pytest.mark.parametrize(
    "text",
    [
        "update_job: THEIRS\ncommand: false\n",
        "override_job: THEIRS\ncommand: false\n",
        "delete_job: THEIRS\n",
        "rename_job: THEIRS\nnew_name: X\n",
        "insert_blob: THEIRS\nblob_input: <auto_blobt>x</auto_blobt>\n",
    ],
)
def test_what_needs_edit_permission(jobs: MemoryStore, jil: Jil, text: str) -> None:
    before, events = jobs.definition(job(jobs, "THEIRS")), jobs.pending_events(job(jobs, "THEIRS"))
    answer = jil(text)
    assert [(fault.code, fault.text) for fault in answer.faults] == [(10230, refusal("edit", "THEIRS"))]
    assert not answer.accepted
    assert jobs.definition(job(jobs, "THEIRS")) == before
    assert jobs.pending_events(job(jobs, "THEIRS")) == events
    assert jil(text.replace("THEIRS", "OPEN")).accepted


def test_a_box_is_deleted_with_what_one_may_delete(jobs: MemoryStore, jil: Jil) -> None:
    answer = jil("delete_box: THEIR_OPEN_BOX\n")
    assert [fault.text for fault in answer.faults] == [refusal("edit", "MEMBER")]
    assert jobs.head("THEIR_OPEN_BOX") is not None
    assert jil("delete_job: THEIR_OPEN_BOX\n").accepted


def test_nobody_puts_jobs_into_boxes_of_others(jobs: MemoryStore, jil: Jil) -> None:
    mine = "insert_job: NEW  job_type: CMD\nmachine: localhost\ncommand: true\nbox_name: {}\n"
    assert [fault.text for fault in jil(mine.format("THEIR_BOX")).faults] == [refusal("edit", "THEIR_BOX")]
    assert jobs.head("NEW") is None
    assert jil(mine.format("THEIR_OPEN_BOX")).accepted
    assert jil("update_job: NEW\ncommand: false\n").accepted  # it is there already
    assert not jil("update_job: NEW\nbox_name: THEIR_BOX\n").accepted


def test_with_edit_superusers_named_nobody_else_gives_jobs_away(
    jobs: MemoryStore, jil: Jil, configure: Callable[[str], None]
) -> None:
    gift = "update_job: MINE\nowner: ann\n"
    assert [fault.text for fault in jil(gift).faults] == [refusal("EDIT superuser", "MINE")]
    assert jil("update_job: OPEN\ncommand: false\n").accepted  # the owner stays
    configure("")
    assert jil(gift).accepted


def job(store: MemoryStore, name: str) -> int:
    head = store.head(name)
    assert head is not None
    return head.joid


def waiting(store: MemoryStore, name: str) -> list[EventCode]:
    """What operators sent for a job."""
    codes = [event.code for event in store.pending_events(job(store, name))]
    return [code for code in codes if code is not EventCode.DEFINITION_CHANGED]
