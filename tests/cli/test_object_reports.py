"""autorep of what is neither a job nor a machine: tables, JIL, overrides, and files (cli.md §3.8, jil.md §10.3)."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli.define import Definer, load
from autosys_py.core.codes import Status
from autosys_py.core.model import CountKey, Holding, JobState, Outcome
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW

OBJECTS = """
insert_machine: host001
insert_resource: printer
res_type: R
amount: 5
insert_resource: tape
res_type: d
amount: 12
machine: host001
insert_xinst: PRD
xtype: a
xmachine: far
xport: 9000
insert_job_type: 5
command: /opt/load
description: "loads"
insert_connectionprofile: hive
connectionprofile_type: HADOOP
insert_glob: greeting
blob_input: <auto_blobt>hello
</auto_blobt>
insert_glob: mail
blob_type: emailtemplate
blob_input: <auto_blobt>Dear all</auto_blobt>
insert_job: BX job_type: b
owner: joe
insert_job: J
box_name: BX
command: cat
machine: localhost
owner: joe
std_in_file: $$blobt
blob_input: <auto_blobt>one
 two</auto_blobt>
"""


@pytest.fixture
def jil(store: MemoryStore) -> Callable[[str], None]:
    def apply(text: str) -> None:
        for answer in load(Definer(store, ZoneInfo("UTC"), "joe@desk"), text, NOW):
            assert answer.accepted, answer.faults

    apply(OBJECTS)
    return apply


def test_resources(sh: Shell, jil: Callable[[str], None]) -> None:
    lines = sh("autorep", "-V", "ALL").out.split("\n")
    assert lines == [
        "",
        "Resource Name               Type        Machine               Defined Available ",
        "___________________________ ___________ _____________________ _______ _________ ",
        "printer                     Renewable   ---                   5       5         ",
        "tape                        Depletable  host001               12      12        ",
        "",
    ]
    usage = sh("autorep", "-V", "ALL", "-d", "-M", "host001").out.split("\n")
    assert usage[3].startswith("tape ")
    assert usage[4:7] == ["", "/**** Current Resource Usage ****/", ""]
    assert [usage[7].index(name) for name in ("ResName", "JobName", "Run", "Status", "Machine", "Amount")] == [
        0, 19, 38, 50, 64, 76,
    ]  # fmt: skip


def test_resources_in_use(sh: Shell, jil: Callable[[str], None], store: MemoryStore) -> None:
    jil("")
    job = store.head("J")
    assert job is not None
    state = JobState(Status.RUNNING, run_num=7, ntry=2, machine="host001")
    state.holds = (Holding("printer", "", 2, "Y"), Holding("tape", "host001", 3, "D"))
    with store.transaction():
        counts = {CountKey("consumed", "tape", "host001"): 8}
        store.write_turn([], Outcome(states={job.joid: state}, counts=counts), NOW)
    lines = sh("autorep", "-V", "ALL", "-d").out.split("\n")
    assert [line.split() for line in lines[3:5]] == [
        ["printer", "Renewable", "---", "5", "3"],
        ["tape", "Depletable", "host001", "12", "4"],
    ]
    assert [line.split() for line in lines[10:12]] == [
        ["printer", "J", "7/2", "RUNNING", "host001", "2"],
        ["tape", "J", "7/2", "RUNNING", "host001", "3"],
    ]


@pytest.mark.parametrize(
    ("option", "row"),
    [
        ("-X ALL", ["PRD", "a", "far", "9000"]),
        ("-Y 5", ["5", "/opt/load", "loads"]),
        ("-C hive", ["hive", "HADOOP"]),
    ],
)
def test_tables(option: str, row: list[str], sh: Shell, jil: Callable[[str], None]) -> None:
    assert sh("autorep", *option.split()).out.split("\n")[3].split() == row


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("-V", "CAUAJM_E_50113 Invalid Resource Name: none"),
        ("-X", "CAUAJM_E_50411 Invalid External Instance Name: none"),
        ("-Y", "CAUAJM_E_10398 *** Cannot Insert/Update/Query/Delete Job Type: none, because it DOES NOT EXIST ***"),
        ("-z", "CAUAJM_E_10569 Global Blob: none does not exist"),
        ("-C", "CAUAJM_E_19055 Invalid connection profile name: none Query not performed."),
    ],
)
def test_not_found(option: str, line: str, sh: Shell, jil: Callable[[str], None]) -> None:
    done = sh("autorep", option, "none")
    assert (done.code, done.out, done.err.rstrip("\n")) == (1, "", line)
    assert sh("autorep", option, "none%") == (0, "", "")


@pytest.mark.parametrize("line", ["-V ALL -M ALL", "-V ALL -X ALL", "-J J -f /tmp", "-V ALL -type generic"])
def test_contradictions(line: str, sh: Shell, jil: Callable[[str], None]) -> None:
    assert sh("autorep", *line.split()).code == 2


def test_sources_can_be_loaded(sh: Shell, jil: Callable[[str], None], store: MemoryStore) -> None:
    text = "".join(sh("autorep", option, "ALL", "-q").out for option in ("-Y", "-V", "-X", "-C", "-z"))
    assert text.startswith(
        "\n\n/* ----------------- 5 ----------------- */ \n\ninsert_job_type: 5\ncommand: /opt/load\n"
    )
    other = Definer(MemoryStore(), ZoneInfo("UTC"), "joe@desk")
    assert all(answer.accepted for answer in load(other, "insert_machine: host001\n" + text, NOW))
    for kind in ("resource", "xinst", "job_type", "connectionprofile", "glob"):
        copies = [sorted(thing.attributes) for thing in other.store.objects(kind)]
        assert copies == [sorted(thing.attributes) for thing in store.objects(kind)]


def test_globs_are_written_to_files(sh: Shell, jil: Callable[[str], None], tmp_path: Path) -> None:
    lines = sh("autorep", "-z", "ALL", "-f", str(tmp_path), "-a", "-type", "generic").out.split("\n")
    assert lines[1:3] == [f"{'Glob Name':<28} {'File Name':<50}", "_" * 28 + " " + "_" * 50]
    assert lines[3].split() == ["greeting", str(tmp_path / "greeting.txt")]
    assert lines[4:] == [""]
    assert (tmp_path / "greeting.txt").read_text() == "hello\n"
    assert sh("autorep", "-z", "ALL", "-type", "odd").err == "CAUAJM_E_50278 Invalid blob type: odd\n"
    done = sh("autorep", "-z", "greeting", "-f", str(tmp_path / "none"))
    assert done.code == 1 and "No such file" in done.err


def test_a_link_is_not_followed(sh: Shell, jil: Callable[[str], None], tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "greeting").symlink_to(target)
    assert sh("autorep", "-z", "greeting", "-f", str(tmp_path)).code == 1
    assert not target.exists()


def test_blobs_behind_their_job(sh: Shell, jil: Callable[[str], None], tmp_path: Path) -> None:
    out = sh("autorep", "-J", "BX", "-q").out
    behind = "\n /* -- J:insert_blob #1 -- */\n insert_blob: J\n blob_input: <auto_blobt>one\n two</auto_blobt>\n"
    assert out.endswith(' std_in_file: "$$blobt"\n alarm_if_fail: 1\n' + behind)
    files = sh("autorep", "-J", "J", "-q", "-f", str(tmp_path)).out
    assert f"insert_blob: J\nblob_file: {tmp_path}/J_1.txt\n/* status: INACTIVE */\n" in files
    assert (tmp_path / "J_1.txt").read_text() == "one\n two"


def test_overrides(sh: Shell, jil: Callable[[str], None]) -> None:
    jil('override_job: J\ncommand: "a b"\nstd_in_file: NULL\nmax_run_alarm: 5\n')
    assert sh("autorep", "-J", "BX", "-o", "0").out.split("\n") == [
        "",
        "",
        "/* -------------------- over -------------------- */",
        "override_job: J",
        "/* Over-Ride #1 Set by User: joe@desk on [02/03/2025 06:00:00] */",
        "/* Over-Ride CURRENTLY IN EFFECT.*/",
        ' command: "a b"',
        " std_in_file: NULL",
        " max_run_alarm: 5",
        "",
    ]
    assert sh("autorep", "-J", "J", "-o", "1").out == sh("autorep", "-J", "J", "-o", "0").out
    assert sh("autorep", "-J", "J", "-o", "2") == (0, "", "")
    assert sh("autorep", "-J", "J", "-o", "x").err == "CAUAJM_E_40010 Invalid override # specified.\n"
    printed = sh("autorep", "-J", "J", "-o", "0").out
    jil(printed)
    assert sh("autorep", "-J", "J", "-o", "2").out == printed.replace("#1", "#2")


def test_an_override_that_was_used(sh: Shell, jil: Callable[[str], None], store: MemoryStore) -> None:
    from dataclasses import replace

    jil("override_job: J\ncommand: y\n")
    (override,) = store.objects("override")
    used = replace(override, attributes=(*override.attributes, ("run_num", "175"), ("started", str(NOW))))
    with store.transaction():
        store.put_object(used)
    assert sh("autorep", "-J", "J", "-o", "0") == (0, "", "")
    lines = sh("autorep", "-J", "J", "-o", "1").out.split("\n")
    assert lines[5:] == ["/* Was RUN on run_num=175, Started on: 02/03 06:00:00 */", " command: y", ""]
    jil("override_job: J\ncommand: z\n")
    assert [each.part for each in store.objects("override")] == ["1", "2"]


def test_a_run_with_an_override_says_so(sh: Shell, jil: Callable[[str], None], store: MemoryStore) -> None:
    from autosys_py.core.model import JobState, Outcome, Run, RunKey

    jil("override_job: J\ncommand: y\n")
    head = store.head("J")
    assert head is not None
    (override,) = store.objects("override")
    run = Run(RunKey(head.joid, 175, 1), int(override.value("job_ver")), "localhost", NOW)
    with store.transaction():
        store.write_turn([], Outcome(runs={run.key: run}, states={head.joid: JobState(run_num=175, ntry=1)}), NOW)
    assert sh("autorep", "-J", "J", "-d").out.split("\n")[4] == "    (override #1)"
    plain = Run(RunKey(head.joid, 176, 1), head.job_ver, "localhost", NOW)
    with store.transaction():
        store.write_turn([], Outcome(runs={plain.key: plain}, states={head.joid: JobState(run_num=176, ntry=1)}), NOW)
    assert "override" not in sh("autorep", "-J", "J", "-d").out
