"""The table of checks of jil.md §9, V1 to V47: for each at least one stanza that meets it, and what is answered.

A row is the number of the check, JIL that must be accepted before, the JIL in question, and the lines that come back:
`E code` and the whole text of an error, `W` and the whole text of a warning.
"""

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import Outcome
from autosys_py.jil.diagnostic import Diagnostic
from tests.jil.desk import NOW, Desk

J = "insert_job: J\ncommand: x\nmachine: localhost\n"
BOX = "insert_job: B job_type: b\n"
TYPE = "insert_job_type: 5\ncommand: y\n"
X = "insert_xinst: PRD\nxtype: u\nxmachine: far\n"
P = "insert_connectionprofile: P\nconnectionprofile_type: HADOOP\n"

TABLE = [
    (1, "", "insert_view: v\nfilter: x\n", ["E 50216 Invalid attribute name for <v>: insert_view"]),
    (1, "", "insert_joob: J\n", ["E 50216 Invalid attribute name for <J>: insert_joob"]),
    (2, "", "command: x\n", ["E 50443 Attributes cannot be accepted without a valid JIL subcommand."]),
    (3, "", J.replace("J", "a%b", 1), ["E 10281 ERROR for Job: a%b < name contains invalid characters >"]),
    (3, "", J.replace(" J", "", 1), ["E 10259 Job Name must be specified."]),
    (4, "", BOX.replace("b\n", "c\n"), [
        "E 18936 Required JIL keyword command is missing for job B of type CMD.",
        "E 18936 Required JIL keyword machine is missing for job B of type CMD.",
    ]),
    (5, "", J + "box_name: B\n", ["E 18947 Invalid box name B specified, it does not exist."]),
    (6, "", J + "machine: far\n", [
        "W machine of J is given more than once, the last one counts",
        "W machine 'far' is not defined, J will wait in PEND_MACH",
    ]),
    (7, "", J + "condition: s(A))\n", ["E 10018 CONDITION ERROR: Unbalanced parentheses in logical expression."]),
    (7, "", J + "condition: x(A)\n", ["E 10037 CONDITION ERROR: Illegal Key Word: x."]),
    (8, "", J + "condition: s(NOBODY)\n", []),
    (9, "", J + 'start_times: "10:00"\nstart_mins: 5\n', [
        "E 18939 JIL keywords start_times and start_mins are mutually exclusive.",
    ]),
    (10, "", J + "date_conditions: 1\ndays_of_week: mo\nrun_calendar: c\n", [
        "E 18993 The JIL keyword days_of_week cannot be used together with run_calendar while date_conditions is 1.",
        "W calendar 'c' of J does not exist",
    ]),
    (11, "", J + "must_start_times: +5\n", [
        "E 18940 JIL keywords must_start_times and/or must_complete_times requires JIL keyword start_times or "
        "start_mins",
    ]),
    (12, J, "update_job: J\nstatus: SUCCESS\n", [
        "E 19048 Updates to job attribute 'status' is not allowed. Usage valid for the insert operation only.",
    ]),
    (12, J, "override_job: J\nstatus: SUCCESS\n", ["E 50217 Cannot use Field 'status' for an Over-ride value."]),
    (13, "", J + "n_retrys: x\n", ["E 18937 Invalid integer specified for JIL keyword n_retrys: 'x'"]),
    (13, "", J + "n_retrys: 21\n", ["E 19067 The value for JIL keyword n_retrys must be between 0 and 20: '21'"]),
    (14, "", J + "owner: " + "x" * 146 + "\n", ["E 18961 Error for Job: J < owner exceeds 145 bytes.>"]),
    (15, "", J + "permission: zz\n", ["E 10000 Invalid value 'zz' specified for keyword permission."]),
    (16, "", J + "exclude_calendar: c\n", ["W calendar 'c' of J does not exist"]),
    (17, "", J + "job_terminator: y\n", ["W job_terminator of J has no effect outside a box"]),
    (18, "", J + "box_failure: f(A)\n", ["E 10281 ERROR for Job: J < box_failure is valid for box jobs only >"]),
    (19, TYPE + J + "job_type: 5\n", "delete_job_type: 5\n", [
        "E 50223 There are job(s) defined with type '5', job type '5' cannot be deleted",
    ]),
    (19, X + J + "condition: s(A^PRD)\n", "delete_xinst: PRD\n", [
        "E 19017 External Instance PRD cannot be deleted, job J names it in a condition.",
    ]),
    (20, "", J + "description: " + "x" * 4097 + "\n", ["E 18961 Error for Job: J < description exceeds 4096 bytes.>"]),
    (21, J, J, ["E 10288 *** CANNOT INSERT Job: J, because it ALREADY EXISTS ***"]),
    (21, TYPE, TYPE, ["E 10381 *** CANNOT INSERT Job Type: 5, because it ALREADY EXISTS ***"]),
    (21, "", "update_job: J\n", ["E 10279 Invalid Job Name: J Update not performed."]),
    (21, "", "delete_job: J\n", ["E 18948 *** CANNOT DELETE Job: J, because it DOES NOT EXISTS ***"]),
    (21, "", "override_job: J\ncommand: y\n", ["E 10297 Invalid job name: J OVER-RIDE not performed"]),
    (22, "", J + "type: c\n", ["E 50216 Invalid attribute name for <J>: type"]),
    (23, "", J + "watch_file: /x\n", ["W watch_file has no effect for job type CMD"]),
    (24, "", J + "auto_hold: 1\nstray\n", ["E 50254 Unexpected line for <J>: stray"]),
    (24, "", J + ": x\n", [
        "E 50256 Invalid attribute value for <J>: Missing attribute name or unquoted colon",
    ]),
    (25, "", J + 'owner: "joe\n', [
        'E 50442 Invalid attribute value for <owner>: Unexpected end of character string: "joe',
    ]),
    (26, "", J + "/* open\n", [
        "E 50442 Invalid attribute value for <comment>: Unexpected end of character string: /* open",
    ]),
    (27, J, "insert_blob: J\nblob_file: /x\nblob_input: <auto_blobt></auto_blobt>\n", [
        "E 50266 Cannot define both blob_input and blob_file attributes for J.",
    ]),
    (27, "", J + "blob_input: <auto_blobt></auto_blobt>\n", [
        "E 50267 Cannot specify blob_input or blob_file attributes unless std_in_file is $$blob or $$blobt: job J.",
    ]),
    (27, "", "delete_blob: J\n", ["E 18943 job J does not exist."]),
    (27, "", "delete_glob: G\n", ["E 10569 Global Blob: G does not exist"]),
    (28, "", J + "job_type: cfw\n", ["E 50199 Invalid Job Type: cfw <J>"]),
    (28, J, "update_job: J\njob_type: b\n", [
        "E 18966 Updates to job_type is not allowed for job 'J'. It is CMD.",
    ]),
    (28, "", J + "job_type: 5\n", [
        "E 10398 *** Cannot Insert/Update/Query/Delete Job Type: 5, because it DOES NOT EXIST ***",
    ]),
    (28, "", "insert_job_type: x\n", ["E 50272 Valid job types are: '0' through '9'"]),
    (28, "", "insert_job_type: c\n", ["E 10399 Insert/Update/Query/Delete of reserved job type: c is NOT allowed"]),
    (29, "", J + "timezone: Nowhere\n", ["E 10000 Invalid value 'Nowhere' specified for keyword timezone."]),
    (30, "", J + "success_codes: 1-3\nfail_codes: 3\n", [
        "E 19012 The exit codes specified in the values of keywords success_codes and fail_codes overlap: '1-3', '3'",
    ]),
    (31, BOX, "update_job: B\nbox_name: B\n", [
        "E 18978 ERROR Circular definition: Cannot add job to a box that belongs to self.",
    ]),
    (32, "", J + "start_times: 24:00\n", ["E 10159 Hours (HH) cannot be greater than 23."]),
    (32, "", J + "start_times: noon\n", ["E 18932 Invalid datetime format for JIL keyword start_times: 'noon'"]),
    (33, "", J + "description: a\x01b\n", ["E 18956 Value of keyword description contains Unprintable characters."]),
    (33, "", J + 'description: " "\n', ["E 18920 Value of keyword description contains only whitespace"]),
    (34, "", J + "condition: s(A) | s(B) & s(C)\n", [
        "W condition of J mixes AND and OR without parentheses, read as (s(A) | s(B)) & s(C)",
    ]),
    (35, "", J + 'start_times: "10:00"\nrun_window: "1:00-2:00"\n', ["W a start time of J is outside its run_window"]),
    (36, "", J + "start_mins: 5,05\n", ["E 10223 Duplicate entry in Comma list."]),
    (37, "", J + 'ulimit: c="9,3"\n', [
        "E 18979 Error for JIL Keyword 'ulimit'. A soft limit is above its hard limit: 'c=\"9,3\"'",
    ]),
    (38, "", J + "notification_emailaddress: a@b,\n", [
        "E 19029 Invalid JIL keyword value notification_emailaddress: an address is empty",
    ]),
    (38, "", J + "notification_template: t\n", ["W template 't' is not defined"]),
    (39, J, "override_job: J\nowner: x\n", ["E 50217 Cannot use Field 'owner' for an Over-ride value."]),
    (39, J, "override_job: J delete\n", ["E 50206 Could not turn off Over-Ride  for Job: J"]),
    # V40 is in tests/cli/test_permit.py: to whom the instance belongs is its EDIT superuser, whomever a job belongs to
    (40, J + "owner: somebody\npermission:\n", "update_job: J\ncommand: y\n", []),
    (41, J, "rename_job: J\n", ["E 10506 Missing value for new_name."]),
    (41, J + BOX, "rename_job: J\nnew_name: B\n", ["E 10288 *** CANNOT INSERT Job: B, because it ALREADY EXISTS ***"]),
    (41, "", "rename_job: J\nnew_name: K\n", ["E 10279 Invalid Job Name: J Rename not performed."]),
    (42, X, X, ["E 10658 Cannot insert External Instance: PRD because it already exists."]),
    (42, "", "update_xinst: PRD\n", ["E 10663 Cannot update External Instance: PRD because it does not exist."]),
    (42, "", "delete_xinst: PRD\n", ["E 10662 Cannot delete External Instance: PRD because it does not exist."]),
    (42, X, "update_xinst: PRD\nxtype: c\n", [
        "E 19025 Updates to xtype is not allowed for external instance 'PRD'. It is u.",
    ]),
    (43, "", "insert_monbro: M\n", ["E 10255 MONBRO ERROR: < Mode missing - choose *Monitor* or *Browser* >"]),
    (43, "", "update_monbro: M\n", ["E 50221 Invalid Monitor/Browser Name: M Update NOT performed."]),
    (43, "", "delete_monbro: M\n", ["E 50220 Deletion of Monitor/Browser: M was NOT successful!"]),
    (44, P, P, ["E 19053 Cannot insert connection profile: P as it already exists."]),
    (44, "", "delete_connectionprofile: P\n", ["E 19055 Invalid connection profile name: P Delete not performed."]),
    (44, "", P.replace("HADOOP", "x"), ["E 19061 Invalid connection profile type: X Insert not performed."]),
    (45, "", J + "resources: R\n", ["E 18914 Invalid syntax for JIL keyword resources: 'R'"]),
    (46, "", J + "owner: a\nowner: b\n", ["W owner of J is given more than once, the last one counts"]),
    (47, "insert_machine: m\nmax_load: 10\n", J.replace("localhost", "m") + "job_load: 11\n", [
        "W job_load of J exceeds max_load of m, it would wait for ever",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("number", "given", "text", "lines"), TABLE, ids=lambda each: f"V{each}" * (type(each) is int))
def test_check(number: int, given: str, text: str, lines: list[str]) -> None:
    desk = Desk()
    assert desk.codes(given) == []
    assert [line_of(fault) for answer in desk.jil(text) for fault in answer.faults] == lines


def line_of(fault: Diagnostic) -> str:
    return f"E {fault.code} {fault.text}" if fault.is_error else f"W {fault.text}"


def test_no_check_is_missing() -> None:
    assert {row[0] for row in TABLE} == set(range(1, 48))


def test_states_that_forbid_a_change() -> None:
    """V31: what cannot be told from definitions."""
    desk = Desk()
    desk.jil(J)
    state = desk.state("J")
    state.status = Status.STARTING
    with desk.store.transaction():
        desk.store.write_turn([], Outcome(states={desk.definition("J").job.joid: state}), NOW)
    for text in ("update_job: J\n", "rename_job: J\nnew_name: K\n"):
        assert desk.codes(text) == [19001]
    assert desk.codes("delete_job: J\n") == [10281]
