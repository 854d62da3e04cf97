"""Everything that is neither a job nor a machine: what is typed, what is answered, what is kept and printed."""

from pathlib import Path

import pytest

from tests.jil.desk import NOW, Desk

J = "insert_job: J\ncommand: x\nmachine: localhost\n"
RESOURCE = "insert_resource: R\nres_type: R\namount: 5\n"
INSTANCE = "insert_xinst: PRD\nxtype: a\nxmachine: far\nxport: 9000\n"
MONITOR = "insert_monbro: M\nmode: m\n"
GLOB = "insert_glob: G\nblob_input: <auto_blobt>hello</auto_blobt>\n"
PROFILE = "insert_connectionprofile: P\nconnectionprofile_type: hadoop\n"
TYPE = "insert_job_type: 5\ncommand: /opt/load\n"
BLOB = "insert_blob: J\nblob_input: <auto_blobt>one\ntwo</auto_blobt>\n"
MACHINE = "insert_machine: m\n"


@pytest.mark.parametrize(
    ("given", "text", "codes"),
    [
        # resources
        ("", RESOURCE, []),
        (RESOURCE, RESOURCE, [10874]),
        (MACHINE, RESOURCE + "machine: m\n", []),
        (MACHINE + RESOURCE + "machine: m\n", RESOURCE, []),
        (MACHINE + RESOURCE + "machine: m\n", RESOURCE + "machine: m\n", [10875]),
        ("", RESOURCE + "machine: nowhere\n", [10303]),
        ("", RESOURCE + "machine: localhost\n", [18986]),
        ("", "insert_resource: R\n", [18936, 18936]),
        ("", "insert_resource: a b\nres_type: R\namount: 1\n", [10874]),
        ("", RESOURCE.replace("5", "-1"), [10874]),
        ("", RESOURCE.replace("5", "many"), [18937]),
        ("", RESOURCE.replace("5", "99999999999"), [19067]),
        ("", RESOURCE.replace("res_type: R", "res_type: X"), [10000]),
        ("", "update_resource: R\namount: 1\n", [10874]),
        (RESOURCE, "update_resource: R\namount: -6\n", [10874]),
        ("", "delete_resource: R\nmachine: m\n", [10875]),
        (RESOURCE, "delete_resource: R\n", []),
        (RESOURCE + J + "resources: (R, QUANTITY=2)\n", "delete_resource: R\n", [10874]),
        (RESOURCE, J + "resources: (R, QUANTITY=ALL, FREE=A) and (R)\n", []),
        (RESOURCE.replace("res_type: R", "res_type: T"), J + "resources: (R, FREE=Y)\n", [18914]),
        (MACHINE + RESOURCE + "machine: m\n", "insert_job: B job_type: b\nresources: (R)\n", [10321]),
        (RESOURCE, "insert_job: B job_type: b\nresources: (R)\n", []),
        (MACHINE + RESOURCE + "machine: m\n", "delete_machine: m\n", [50330]),
        (MACHINE + RESOURCE + "machine: m\n", "delete_machine: m\nforce: y\n", []),
        # external instances
        ("", INSTANCE, []),
        ("", INSTANCE + J + "condition: s(A^PRD)\n", []),
        (INSTANCE, INSTANCE, [10658]),
        ("", INSTANCE.replace("PRD", "prd"), [10395]),
        ("", INSTANCE.replace("PRD", "ACE"), [10395]),
        ("", "insert_xinst: PRD\nxtype: a\nxmachine: far\n", [10395]),
        ("", "insert_xinst: PRD\nxtype: u\nxmachine: far\n", []),
        ("", "insert_xinst: PRD\n", [18936, 18936]),
        ("", INSTANCE + "xkey_to_manager: 0xAB\n", [10395]),
        ("", "update_xinst: PRD\nxport: 1\n", [10663]),
        ("", "delete_xinst: PRD\n", [10662]),
        (INSTANCE, "update_xinst: PRD\nxtype: u\n", [19025]),
        (INSTANCE, "update_xinst: PRD\nxtype: a\nxport: 1\n", []),
        (INSTANCE + J + "condition: s(A^PRD)\n", "delete_xinst: PRD\n", [19017]),
        (INSTANCE, "delete_xinst: PRD\n", []),
        # monitors and browsers
        ("", MONITOR, []),
        (MONITOR, MONITOR, [10287]),
        ("", "insert_monbro:\nmode: m\n", [10254]),
        ("", "insert_monbro: M\n", [10255]),
        ("", "insert_monbro: M\nmode: x\n", [10000]),
        ("", MONITOR + "job_filter: j\n", [10256]),
        ("", MONITOR + "job_filter: j\njob_name: J\n", []),
        ("", MONITOR + "job_name: J\n", [10390]),
        ("", MONITOR.replace("M\n", "a b\n", 1), [10390]),
        ("", MONITOR + 'after_time: "02/30/2026 10:00"\n', [18932]),
        ("", "update_monbro: M\nalarm: y\n", [50221]),
        ("", "delete_monbro: M\n", [50220]),
        (MONITOR, "delete_monbro: M\n", []),
        # globs
        ("", GLOB, []),
        (GLOB, GLOB, [10287]),
        ("", "insert_glob: G\n", [18936]),
        ("", "insert_glob: a b\nblob_input: <auto_blobt></auto_blobt>\n", [50271]),
        ("", GLOB + "blob_file: /x\n", [50266]),
        ("", "insert_glob: G\nblob_file: /nowhere\n", [10281]),
        ("", "insert_glob: G\nblob_file: /dev/zero\n", [10281]),
        ("", "insert_glob: G\nblob_input: text\n", [18914]),
        ("", "update_glob: G\nblob_mode: binary\n", [10569]),
        ("", "delete_glob: G\n", [10569]),
        (GLOB, "delete_glob: G\n", []),
        ("", GLOB + "blob_type: emailtemplate\n", []),
        ("", GLOB + "blob_type: emailtemplate\nblob_mode: binary\n", [50102]),
        ("", GLOB.replace("hello", " \n") + "blob_type: emailtemplate\n", [50102]),
        # connection profiles
        ("", PROFILE, []),
        (PROFILE, PROFILE, [19053]),
        ("", PROFILE.replace("hadoop", "spark"), [19061]),
        ("", "insert_connectionprofile: P\n", [18936]),
        ("", PROFILE.replace(": P", ": a b"), [19055]),
        ("", "update_connectionprofile: P\ndescription: x\n", [19055]),
        (PROFILE, "update_connectionprofile: P\nconnectionprofile_type: spark\n", [19060]),
        ("", "delete_connectionprofile: P\n", [19055]),
        (
            PROFILE + "insert_job: H job_type: hdfs\nmachine: localhost\nconnectionprofile: P\n",
            "delete_connectionprofile: P\n",
            [19056],
        ),
        (
            PROFILE + "insert_job: H job_type: hdfs\nmachine: localhost\nconnectionprofile: P\n",
            "delete_connectionprofile: P\nforce: Y\n",
            [],
        ),
        # job types
        ("", TYPE, []),
        (TYPE, TYPE, [10381]),
        ("", "insert_job_type: x\ncommand: y\n", [50272]),
        ("", "insert_job_type: c\ncommand: y\n", [10399]),
        ("", "delete_job_type: b\n", [10399]),
        ("", "update_job_type: 5\ncommand: y\n", [10398]),
        ("", "delete_job_type: 5\n", [10398]),
        (TYPE, J + "job_type: 5\n", []),
        (TYPE + J + "job_type: 5\n", "delete_job_type: 5\n", [50223]),
        (TYPE, "delete_job_type: 5\n", []),
        # blobs
        (J, BLOB, []),
        ("", BLOB, [18943]),
        (J, "insert_blob: J\n", [18936]),
        (J, BLOB + "blob_type: sideways\n", [10000]),
        (J, "update_blob: J\nblob_input: <auto_blobt>x</auto_blobt>\n", [0]),
        (J, "delete_blob: J\n", [0]),
        (J + BLOB, "delete_blob: J\nblob_type: out\n", [0]),
        (J + BLOB, "delete_blob: J\n", []),
        ("", J + "std_in_file: $$blobt\nblob_input: <auto_blobt>x</auto_blobt>\n", []),
        ("", J + "blob_input: <auto_blobt>x</auto_blobt>\n", [50267]),
        ("", J + "std_in_file: $$blob\nblob_file: /x\nblob_input: <auto_blobt>x</auto_blobt>\n", [50266]),
        ("", J + "std_in_file: $$blob\nblob_file: /nowhere\n", [10281]),
        (J, "update_job: J\nblob_input: <auto_blobt>x</auto_blobt>\n", [19048]),
        # overrides
        (J, "override_job: J\ncommand: y\nn_retrys: 2\n", []),
        ("", "override_job: J\ncommand: y\n", [10297]),
        (J, "override_job: J\nowner: y\n", [50217]),
        (J, "override_job: J\nstatus: SUCCESS\n", [50217]),
        (J, "override_job: J\njob_type: c\n", [50217]),
        (J, "override_job: J\nn_retrys: 99\n", [19067]),
        (J, "override_job: J\ncommand: NULL\n", [18936]),
        (J, "override_job: J\n", [0]),
        (J, "override_job: J delete\n", [50206]),
        (J + "override_job: J\ncommand: y\n", "override_job: J DELETE\n", []),
        (J + 'start_times: "10:00"\n', "override_job: J\nstart_mins: 5\n", [18939]),
        (J + 'start_times: "10:00"\n', "override_job: J\nstart_mins: 5\nstart_times: NULL\n", []),
        # renames
        (J, "rename_job: J\nnew_name: K\n", []),
        (J, "rename_job: J\n", [10506]),
        (J, "rename_job: J\nnew_name: J\n", [10288]),
        (J, 'rename_job: J\nnew_name: "a b"\n', [10281]),
        (J, "rename_job: J\nnew_name: all\n", [10277]),
        ("", "rename_job: J\nnew_name: K\n", [10279]),
    ],
)
def test_what_is_answered(given: str, text: str, codes: list[int]) -> None:
    desk = Desk()
    assert desk.codes(given) == []
    assert desk.codes(text) == codes


def test_a_resource_grows_and_shrinks() -> None:
    desk = Desk()
    desk.jil(RESOURCE + "update_resource: R\namount: +3\nupdate_resource: R\namount: -1\ndescription: x: y\n")
    assert desk.source("resource", "R") == ["insert_resource: R", "res_type: R", "amount: 7", 'description: "x: y"']
    desk.jil("update_resource: R\namount: 2\n")
    assert desk.object("resource", "R").value("amount") == "2"


def test_the_sources() -> None:
    desk = Desk()
    text = INSTANCE + "xcrypt_type: aes\nxkey_to_manager: 0xAB\nxcomm_alias: x\n" + PROFILE
    text += "hadoop_hive_jdbcurl: jdbc:hive2://h:1/x\n" + TYPE + GLOB
    assert desk.codes(text) == []
    assert desk.source("xinst", "PRD") == [
        "insert_xinst: PRD", "xtype: a", "xmachine: far", "xport: 9000", "xcrypt_type: AES",
        "/* xkey_to_manager: *** masked value ***/", "xcomm_alias: x",
    ]  # fmt: skip
    assert desk.source("connectionprofile", "P")[1:] == [
        "connectionprofile_type: HADOOP", "hadoop_hive_jdbcurl: jdbc:hive2://h:1/x",
    ]  # fmt: skip
    assert desk.source("job_type", "5") == ["insert_job_type: 5", "command: /opt/load"]
    assert desk.source("glob", "G") == ["insert_glob: G", "blob_input: <auto_blobt>hello</auto_blobt>"]


def test_a_monitor() -> None:
    desk = Desk()
    desk.jil(MONITOR + 'all_events: y\nalarm: y\nsound: y\nafter_time: "01/02/2026 03:04"\n')
    assert desk.source("monbro", "M")[1:] == [
        "mode: m", "all_events: Y", "currun: N", 'after_time: "01/02/2026 03:04"', "sound: Y", "alarm_verif: N",
    ]  # fmt: skip


def test_blobs_are_numbered_replaced_and_deleted() -> None:
    desk = Desk()
    other = BLOB.replace("one", "three") + "blob_type: output\n"
    desk.jil(J + BLOB + other + BLOB)
    assert [blob.part for blob in desk.store.objects("blob", "J")] == ["1", "2", "3"]
    desk.jil("update_blob: J\nblob_type: out\nblob_input: <auto_blobt>x</auto_blobt>\n")
    assert desk.object("blob", "J", "2").value("blob_input") == "x"
    desk.jil("delete_blob: J\nblob_type: in\n")
    assert [blob.part for blob in desk.store.objects("blob", "J")] == ["2"]
    assert desk.everything().endswith(
        "\n/* -- J:insert_blob #1 -- */\ninsert_blob: J\nblob_type: out\nblob_input: <auto_blobt>x</auto_blobt>\n"
    )
    desk.jil("delete_job: J\n")
    assert desk.store.objects("blob") == []


def test_a_blob_file_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"\xff\r\n# x\n")
    desk = Desk()
    assert desk.codes(J + f"std_in_file: $$blobt\nblob_file: {path}\n") == []
    path.unlink()
    assert desk.object("blob", "J", "1").value("blob_input") == "\udcff\r\n# x\n"
    again = Desk()
    assert again.codes(desk.everything()) == []
    assert again.everything() == desk.everything()


def test_a_blob_file_that_cannot_be_printed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("</auto_blobt>", encoding="utf-8")
    assert Desk().codes(J + f"std_in_file: $$blobt\nblob_file: {path}\n") == [10281]


# Overrides


def test_a_new_override_replaces_the_pending_one() -> None:
    desk = Desk()
    desk.jil(J + "description: d\nstd_out_file: /o\n")
    desk.jil("override_job: J\ncommand: y\n")
    desk.jil('override_job: J\ncommand: "NULL"\nstd_out_file: null\n')
    (override,) = desk.store.objects("override", "J")
    assert (override.part, override.sent_by) == ("2", "joe@desk")
    assert override.attributes == (("command", '"NULL"'), ("std_out_file", ""), ("job_ver", "3"))
    assert desk.line("J", "command") == "x"
    assert desk.definition("J").job.job_ver == 1


# Renames


def test_a_rename_reaches_everything_that_names_the_job() -> None:
    desk = Desk()
    desk.jil(J.replace("J", "A.1", 1) + BLOB.replace(": J", ": A.1"))
    text = 'condition: s(A.1) & f("A.1",9.00) | v(A.1) = "s(A.1)" & s(XA.1) & s(A.1^ACE)\n'
    desk.jil(J + text + "insert_job: B job_type: b\nbox_success: d( A.1 )\n")
    before = desk.definition("A.1").job
    desk.jil('rename_job: A.1\nnew_name: "N:2"\n')
    assert desk.store.head("A.1") is None
    after = desk.definition("N:2").job
    assert (after.joid, after.job_ver) == (before.joid, 2)
    expected = 's(N\\:2) & f("N:2",9.00) | v(A.1) = "s(A.1)" & s(XA.1) & s(A.1^ACE)'
    assert desk.line("J", "condition") == expected
    condition = desk.definition("J").job.condition
    assert condition is not None
    assert [atom.name for atom in condition.atoms] == ["N:2", "N:2", "A.1", "XA.1", "A.1"]
    assert desk.line("B", "box_success") == "d( N\\:2 )"
    assert desk.store.jobs_naming("A.1") == []
    assert len(desk.store.jobs_naming("N:2")) == 2
    assert [blob.name for blob in desk.store.objects("blob")] == ["N:2"]


def test_a_renamed_box_keeps_its_members() -> None:
    desk = Desk()
    desk.jil("insert_job: B job_type: b\n" + J + "box_name: B\n")
    desk.jil("rename_job: B\nnew_name: C\n")
    assert desk.line("J", "box_name") == "C"
    assert desk.codes("update_job: J\ndescription: x\n") == []
    assert desk.definition("J").job.box_joid == desk.definition("C").job.joid


def test_a_rename_of_a_job_that_waits_for_itself() -> None:
    desk = Desk()
    desk.jil(J + "condition: n(J)\noverride_job: J\ncondition: s(J)\n")
    desk.jil("rename_job: J\nnew_name: K\n")
    assert desk.line("K", "condition") == "n(K)"
    assert desk.definition("K").job.job_ver == 3, "1 and the override over it, then once more"
    assert desk.object("override", "K", "1").value("condition") == "s(K)"


# What is known


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("insert_job: J\ncommand: x\nmachine: nightly_mx\n", "nightly_mac"),
        (J + "run_calendar: holidayz\n", "holidays"),
        ("update_resource: PRINTR\namount: 1\n", "PRINTER"),
        ("insert_blob: LONG_NAM\nblob_input: <auto_blobt></auto_blobt>\n", "LONG_NAME"),
    ],
)
def test_what_may_have_been_meant(text: str, suggestion: str) -> None:
    from autosys_py.core.model import NamedObject

    desk = Desk()
    desk.jil("insert_machine: nightly_mac\n" + RESOURCE.replace(": R\n", ": PRINTER\n", 1))
    desk.jil(J.replace(": J", ": LONG_NAME"))
    with desk.store.transaction():
        desk.store.put_object(NamedObject("calendar", "holidays"))
    (answer,) = desk.jil(text)
    assert [fault.suggestion for fault in answer.faults] == [suggestion]


def test_calendars_zones_and_templates_are_found() -> None:
    from autosys_py.core.model import NamedObject

    desk = Desk()
    with desk.store.transaction():
        desk.store.put_object(NamedObject("extended_calendar", "c"))
        desk.store.put_object(NamedObject("timezone", "Head Office"))
    text = J + "run_calendar: c\ntimezone: headoffice\nnotification_template: G\n"
    assert desk.warnings(GLOB + "blob_type: emailtemplate\n" + text) == []


def test_an_override_says_when_the_job_starts() -> None:
    desk = Desk()
    desk.jil('insert_job: J  command: x  machine: localhost  date_conditions: 1  start_times: "10:00"')
    answer = desk.jil('override_job: J  start_times: "08:00"')[0]
    assert answer.scheduled == ("J", NOW + 2 * 3600)
    assert desk.jil("override_job: J  command: y")[0].scheduled is None
    assert desk.line("J", "command") == "x", "the definition is printed without it"


def test_an_update_keeps_the_override_where_it_fits() -> None:
    desk = Desk()
    desk.jil("insert_job: J  command: x  machine: localhost")
    desk.jil("override_job: J  date_conditions: 1  start_mins: 5  std_in_file: NULL")
    answer = desk.jil("update_job: J  command: y")[0]
    assert answer.faults == []
    assert answer.scheduled == ("J", NOW + 300)
    (override,) = desk.store.objects("override")
    laid = desk.store.definition(desk.definition("J").job.joid, int(override.value("job_ver")))
    assert laid is not None
    assert (laid.value("command"), laid.job.job_ver) == ("y", 4)


def test_an_update_deletes_an_override_that_no_longer_fits_and_says_so() -> None:
    desk = Desk()
    desk.jil("insert_job: J  command: x  machine: localhost")
    desk.jil("override_job: J  date_conditions: 1  start_mins: 5")
    warnings = desk.warnings('update_job: J  start_times: "07:00"')
    assert warnings == ["the override of J does not fit this definition and is deleted"]
    assert desk.store.objects("override") == []
