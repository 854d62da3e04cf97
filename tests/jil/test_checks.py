"""Every check that concerns a job, by its number in jil.md §9: what is typed, what is answered."""

import pytest

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Holding, Outcome
from tests.jil.desk import NOW, Desk

HEAD = "insert_job: J\ncommand: x\nmachine: localhost\n"
BOX = "insert_job: B job_type: b\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (HEAD, []),
        ("insert_joob: J\ncommand: x\n", [50216]),  # V1
        ("command: x\n", [50443]),  # V2
        ("insert_job:\ncommand: x\nmachine: localhost\n", [10259]),  # V3
        (HEAD.replace("J\n", "x" * 65 + "\n", 1), [50271]),
        (HEAD.replace("J\n", "x" * 64 + "\n", 1), []),
        (HEAD.replace("J\n", "a%b\n", 1), [10281]),
        (HEAD.replace("J\n", '"a b"\n', 1), [10281]),
        (HEAD.replace("J\n", "All\n", 1), [10277]),
        (HEAD.replace("J\n", "delete_box\n", 1), [10277]),
        ("insert_job: J\n", [18936, 18936]),  # V4
        ("insert_job: J job_type: fw\n", [18936, 18936]),
        ("insert_job: J job_type: box\n", []),
        ("insert_job: J job_type: omtf\nmachine: localhost\ntext_file_name: x\n", [18936]),
        ("insert_job: J job_type: sql\nmachine: localhost\nsql_command: select 1\n", []),
        ("insert_job: J job_type: dbproc\nmachine: localhost\n", []),
        (HEAD + "box_name: NOWHERE\n", [18947]),  # V5
        (HEAD + "condition: s(A\n", [10018]),  # V7; the others are in test_conditions
        (HEAD + "condition: s(A^PRD)\n", [10683]),
        (HEAD + "condition: s(A^ACE)\n", []),
        (HEAD + "condition: s(UNKNOWN)\n", []),  # V8
        (HEAD + 'start_times: "10:00"\nstart_mins: 5\n', [18939]),  # V9
        (HEAD + "days_of_week: mo\nrun_calendar: c\ndate_conditions: 1\n", [18993]),  # V10
        (HEAD + "days_of_week: mo\nrun_calendar: c\ndate_conditions: 0\n", []),
        (HEAD + "n_retrys: x\n", [18937]),  # V13
        (HEAD + "n_retrys: 21\n", [19067]),
        (HEAD + "n_retrys: 20\n", []),
        (HEAD + "term_run_time: 527041\n", [19067]),
        (HEAD + "priority: 99999999999999999999999\n", [19067]),
        (HEAD + "description: " + "x" * 501, [18961]),  # V14
        (HEAD + "description: " + "x" * 500, []),
        (HEAD + "machine: " + "x" * 81, [18961]),
        (HEAD + "permission: gx, me\n", []),  # V15
        (HEAD + "permission: gx,xx\n", [10000]),
        (HEAD + "box_success: s(A)\n", [10281]),  # V18
        (HEAD + "command: " + "x" * 4097, [18961]),  # V20
        (HEAD + HEAD, [10288]),  # V21
        (HEAD + "comand: x\n", [50216]),  # V22
        (HEAD + "type: c\n", [50216]),
        (HEAD + "auto_hold: 1\nstray\n", [50254]),  # V24
        (HEAD + 'owner: "joe\n', [50442]),  # V25
        (HEAD + "/* never closed\n", [50442]),  # V26
        (HEAD + "job_type: cfw\n", [50199]),  # V28
        (HEAD + "job_type: 5\n", [10398]),
        (HEAD + "auto_hold: maybe\n", [10000]),  # V29
        (HEAD + "days_of_week: mo,xx\n", [10000]),
        (HEAD + "notification_alarm_types: JOBFAILURE, NOALARM\n", [10000]),
        (HEAD + "timezone: Nowhere/Land\n", [10000]),
        (HEAD + "timezone: us/eastern\n", []),
        (HEAD + "timezone: EST5EDT\n", []),
        (HEAD + "timezone: GMT+5\n", []),
        (HEAD + "success_codes: 1-5\nfail_codes: 4\n", [19012]),  # V30
        (HEAD + "success_codes: a-b\n", [19013]),
        (HEAD + "success_codes: 5-1\n", [19014]),
        (HEAD + "success_codes: 2147483648\n", [19014]),
        (HEAD + "success_codes: 1,1-2\n", [19015]),
        (HEAD + "success_codes: -5,-3--1,0\n", []),
        (HEAD + "returncode_map_to_completed: -5,40-90,100-\n", []),
        (HEAD + "returncode_map_to_completed: 0\nmax_exit_success: 2\n", [10281]),
        (HEAD + "start_times: 24:00\n", [10159]),  # V32
        (HEAD + 'start_times: "10:60"\n', [10155]),
        (HEAD + "start_times: ten\n", [18932]),
        (HEAD + "start_times: 9:5\n", [18932]),
        (HEAD + "start_mins: 60\n", [10155]),
        (HEAD + "start_mins: -1\n", [18932]),
        (HEAD + 'run_window: "06:00 - 24:00"\n', [10222]),
        (HEAD + "run_window: 06:00\n", [18932]),
        (HEAD + "description: a\x07b\n", [18956]),  # V33
        (HEAD + 'description: "  "\n', [18920]),
        (HEAD + "start_mins: 5,05\n", [10223]),  # V36
        (HEAD + "days_of_week: mo,mo\n", [10223]),
        (HEAD + "machine: m1,m1\n", [10223]),
        (HEAD + 'ulimit: c="9,3"\n', [18979]),  # V37
        (HEAD + 'ulimit: c="3,9", t="1,unlimited"\n', []),
        (HEAD + "ulimit: q=3\n", [18914]),
        (HEAD + "chk_files: /tmp\n", [18998]),
        (HEAD + "chk_files: /tmp 100 /var 20\n", []),
        (HEAD + 'chk_files: "C: 100 D 120"\n', [19026]),
        (HEAD + "notification_emailaddress: " + "x" * 255, [19042]),  # V38
        (HEAD + "notification_emailaddress: a@b,,c@d\n", [19029]),
        (HEAD + "resources: (r, QUANTITY=0)\n", [18914]),  # V45
        (HEAD + "resources: (SYSTEM_CPU_COUNT, VALUEOP=GT, VALUE=2) and\n", [18914]),
        (HEAD + "resources: (r, QUANTITY=1)\n", [10079]),
        (HEAD + "resources: (SYSTEM_CPU_COUNT, VALUEOP=GT, VALUE=2)\n", []),
        (HEAD + "on_error: Restart\nmax_starts: 3\nrestart_delay: 5m\n", []),
        (HEAD + "on_error: retry\n", [10000]),
        (HEAD + "restart_delay: soon\n", [10000]),
    ],
)
def test_insert_job(text: str, codes: list[int]) -> None:
    assert Desk().codes(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("must_start_times: 10:10", [18940]),  # V11
        ("start_mins: 5\nmust_start_times: 10:10", [18923]),
        ('start_times: "10:00,11:00"\nmust_start_times: "10:10"', [18924]),
        ('start_times: "10:00"\nmust_start_times: "+5"\nmust_complete_times: "10:10"', [18934]),
        ('start_times: "10:00"\nmust_start_times: "+5,10:10"', [18934]),
        ('start_times: "10:00,11:00"\nmust_start_times: "+5,+6"', [18941]),
        ('start_times: "10:00"\nmust_start_times: "10:20"\nmust_complete_times: "10:10"', [18933]),
        ('start_times: "10:00,10:30,11:00"\nmust_start_times: "10:10,11:10,11:20"', [18925]),
        ('start_times: "12:00"\nmust_complete_times: "10:10"', [18925]),
        ('start_times: "12:00"\nmust_complete_times: "34:10"', []),
        ('start_times: "16:00"\nmust_complete_times: "54:10"', []),
        ('start_times: "12:00"\nmust_complete_times: "72:00"', [10802]),
        ('start_times: "12:00"\nmust_complete_times: "+2881"', [18983]),
        ('start_times: "12:00"\nmust_complete_times: "soon"', [18983]),
        ("start_mins: 5\nmust_start_times: +5\nmust_complete_times: +8", []),
    ],
)
def test_must_times(text: str, codes: list[int]) -> None:
    assert Desk().codes(HEAD + "date_conditions: 1\n" + text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("update_job: J\ndescription: y\n", []),
        ("update_job: NONE\ndescription: y\n", [10279]),
        ("update_job: J\nstatus: SUCCESS\n", [19048]),  # V12
        ("update_job: J\njob_type: cmd\n", []),
        ("update_job: J\njob_type: fw\n", [18966]),  # V28
        ("update_job: J\ncommand:\n", [18936]),
        ("update_job: J\nmachine: NULL\n", [18936]),
        ("update_job: B\nbox_name: B\n", [18978]),  # V31
        ("update_job: B\nbox_name: INNER\n", [18978]),
        ("update_job: INNER\nbox_name: J\n", [18947]),
        ("delete_job: NONE\n", [18948]),
        ("delete_box: NONE\n", [18948]),
        ("delete_box: J\n", [10281]),
    ],
)
def test_on_a_small_estate(text: str, codes: list[int]) -> None:
    desk = Desk()
    assert desk.codes(HEAD + BOX + "insert_job: INNER job_type: b box_name: B\n") == []
    assert desk.codes(text) == codes


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("machine: far\n", "machine 'far' is not defined, J will wait in PEND_MACH"),  # V6
        ("run_calendar: cal\n", "calendar 'cal' of J does not exist"),  # V16
        ("box_terminator: 1\n", "box_terminator of J has no effect outside a box"),  # V17
        ("watch_file: /x\n", "watch_file has no effect for job type CMD"),  # V23
        (
            "condition: s(A) | s(B) & s(C)\n",
            "condition of J mixes AND and OR without parentheses, read as (s(A) | s(B)) & s(C)",
        ),  # V34
        ('start_times: "10:00"\nrun_window: "11:00-12:00"\n', "a start time of J is outside its run_window"),  # V35
        ("notification_template: t\n", "template 't' is not defined"),  # V38
        ("owner: a\nowner: b\n", "owner of J is given more than once, the last one counts"),  # V46
    ],
)
def test_warnings(text: str, warning: str) -> None:
    assert Desk().warnings("insert_job: J\ncommand: x\nmachine: localhost\n" + text)[-1:] == [warning]


def test_quiet_where_nothing_is_odd() -> None:
    desk = Desk()
    assert desk.warnings(BOX + "machine: localhost\n" + HEAD + "box_name: B\nbox_terminator: 1\n") == []
    assert desk.warnings("update_job: J\ndescription: x\n") == []
    overnight = 'start_times: "23:00,03:59"\nrun_window: "22:00-04:00"\n'
    assert desk.warnings(HEAD.replace("J\n", "K\n", 1) + overnight) == []


def test_a_load_that_never_fits() -> None:
    """V47."""
    desk = Desk()
    text = "insert_machine: m\nmax_load: 10\ninsert_job: J\ncommand: x\nmachine: m\njob_load: 11\n"
    assert desk.warnings(text) == ["job_load of J exceeds max_load of m, it would wait for ever"]


@pytest.mark.parametrize(
    ("machine", "load", "warned"),
    [
        ("v", 20, False),
        ("v", 21, True),
        ("small,big", 30, False),
        ("small, big", 31, True),
        ("small,free", 99, False),
    ],
)
def test_a_load_that_no_machine_of_the_list_can_take(machine: str, load: int, warned: bool) -> None:
    """V47, rule L-11: a virtual machine takes what its largest member may, a list what its largest machine can."""
    desk = Desk()
    for name, limit in (("small", "max_load: 10"), ("big", "max_load: 30"), ("free", "")):
        desk.jil(f"insert_machine: {name}\n{limit}\n")
    desk.jil("insert_machine: v\nmachine: small\nmachine: big\nmax_load: 20\n")
    text = f"insert_job: J\ncommand: x\nmachine: {machine}\njob_load: {load}\npriority: 1\n"
    found = desk.warnings(text)
    shown = ", ".join(name.strip() for name in machine.split(","))
    assert found == ([f"job_load of J exceeds max_load of {shown}, it would wait for ever"] if warned else [])


@pytest.mark.parametrize(("key", "codes"), [("offline", []), ("error", [18987]), ("local", [])])
def test_undefined_machines(key: str, codes: list[int]) -> None:
    assert Desk(key).codes(HEAD + "machine: far\n") == codes


def test_all_faults_of_a_stanza_are_reported_where_they_are() -> None:
    (answer,) = Desk().jil("insert_job: J\nn_retrys: 99\nfoo: 1\ncondition: s(A) & x(B)\nauto_hold: q\n")
    places = [(fault.code, fault.line, fault.column) for fault in answer.faults]
    assert places == [
        (18936, 1, 13),
        (18936, 1, 13),
        (19067, 2, 11),
        (50216, 3, 1),
        (10037, 4, 19),
        (10000, 5, 12),
    ]


def test_a_refused_stanza_leaves_nothing_and_stops_nothing() -> None:
    desk = Desk()
    desk.jil("insert_job: BAD\ncommand: x\n" + HEAD + "update_job: J\ncommand: y\nn_retrys: 99\n")
    assert desk.store.head("BAD") is None
    assert desk.definition("J").job.job_ver == 1
    assert desk.line("J", "command") == "x"


def test_names_that_may_have_been_meant() -> None:
    desk = Desk()
    desk.jil("insert_job: NIGHTLY_BOX job_type: b\n")
    (answer,) = desk.jil(HEAD + "box_name: NIGHTLY_BX\n")
    assert [fault.suggestion for fault in answer.faults] == ["NIGHTLY_BOX"]


# update_job


def test_update_changes_what_is_given_and_keeps_the_rest() -> None:
    desk = Desk()
    desk.jil(HEAD + "description: old\nn_retrys: 2\nowner: joe\n")
    before = desk.definition("J").job
    job = desk.defines("update_job: J\ndescription: new\nn_retrys: NULL\nowner:\n")
    assert (job.joid, job.job_ver) == (before.joid, 2)
    assert desk.line("J", "description") == '"new"'
    assert desk.line("J", "owner") == "joe@desk"
    assert job.n_retrys == 0
    assert not any(line.startswith("n_retrys") for line in desk.printed("J"))


def test_null_in_quotes_is_text_and_on_insert_nothing() -> None:
    desk = Desk()
    desk.jil(HEAD + 'description: NULL\napplication: "NULL"\n')
    assert not any(line.startswith("description") for line in desk.printed("J"))
    assert desk.line("J", "application") == '"NULL"'


def test_an_update_replaces_all_entries_of_a_collecting_attribute() -> None:
    desk = Desk()
    desk.jil(HEAD + "notification_emailaddress: a@x, b@x\nnotification_emailaddress: c@x\n")
    assert desk.definition("J").values("notification_emailaddress") == ["a@x", "b@x", "c@x"]
    desk.jil("update_job: J\nnotification_emailaddress: d@x\n")
    assert desk.definition("J").values("notification_emailaddress") == ["d@x"]


def stand(desk: Desk, name: str, status: Status, *, noexec: bool = False) -> None:
    state = desk.state(name)
    state.status, state.noexec = status, noexec
    with desk.store.transaction():
        desk.store.write_turn([], Outcome(states={desk.definition(name).job.joid: state}), NOW)


def test_a_starting_job_is_not_updated_and_a_live_one_not_deleted() -> None:
    desk = Desk()
    desk.jil(HEAD)
    stand(desk, "J", Status.STARTING)
    assert desk.codes("update_job: J\ndescription: x\n") == [19001]
    assert desk.codes("delete_job: J\n") == [10281]
    stand(desk, "J", Status.RUNNING)
    assert desk.codes("update_job: J\ndescription: x\n") == []
    assert desk.codes("delete_job: J\n") == [10281]
    stand(desk, "J", Status.SUCCESS)
    assert desk.codes("delete_job: J\n") == []
    assert desk.store.head("J") is None


def test_a_job_that_holds_units_is_not_updated() -> None:
    desk = Desk()
    desk.jil(HEAD)
    state = desk.state("J")
    state.holds = (Holding("printer", "", 1, "N"),)
    joid = desk.definition("J").job.joid
    with desk.store.transaction():
        desk.store.write_turn([], Outcome(states={joid: state}), NOW)
    assert desk.codes("update_job: J\ndescription: x\n") == [10885]
    stand(desk, "J", Status.SUCCESS)
    state.holds = ()
    with desk.store.transaction():
        desk.store.write_turn([], Outcome(states={joid: state}), NOW)
    assert desk.codes("update_job: J\ndescription: x\n") == []


def test_the_scheduler_hears_of_resources() -> None:
    """A notice carries the machine and the amount as typed."""
    desk = Desk()
    desk.jil("insert_resource: r\nres_type: D\namount: 3\nupdate_resource: r\namount: +2\ndelete_resource: r\n")
    told = (event for event in desk.store.pending_events(0) if event.code is not EventCode.OBJECT_CHANGED)
    notices = [(event.code, event.name, event.value) for event in told]
    assert notices == [(EventCode.RESOURCE_CHANGED, "r", f" {amount}") for amount in ("3", "+2", "")]


def test_an_iced_job_does_not_move_into_a_bypassed_box() -> None:
    desk = Desk()
    desk.jil(HEAD + BOX)
    stand(desk, "J", Status.ON_ICE)
    stand(desk, "B", Status.INACTIVE, noexec=True)
    assert desk.codes("update_job: J\nbox_name: B\n") == [19100]


# What is written


def test_a_tick_and_a_notice_go_with_the_definition() -> None:
    desk = Desk()
    answer = desk.jil(HEAD + 'date_conditions: 1\nstart_times: "07:00"\n')[-1]
    joid = desk.definition("J").job.joid
    assert answer.scheduled == ("J", NOW + 3600)
    assert [(event.code, event.due, event.job_ver, event.priority) for event in desk.store.pending_events(joid)] == [
        (EventCode.DEFINITION_CHANGED, NOW, 1, 0),
        (EventCode.STARTJOB, NOW + 3600, 1, 10),
    ]
    assert desk.state("J").next_start == NOW + 3600
    assert [event.sent_by for event in desk.store.pending_events(joid)] == ["joe@desk", ""]


@pytest.mark.parametrize(
    ("seed", "status", "noexec", "ended"),
    [
        ("inactive", Status.INACTIVE, False, None),
        ("ON_HOLD", Status.ON_HOLD, False, None),
        ("success", Status.SUCCESS, False, NOW),
        ("ON_NOEXEC", Status.INACTIVE, True, None),
    ],
)
def test_seeds(seed: str, status: Status, noexec: bool, ended: int | None) -> None:
    """Rule S-03."""
    desk = Desk()
    desk.jil(HEAD + f"status: {seed}\n")
    state = desk.state("J")
    assert (state.status, state.noexec, state.last_end) == (status, noexec, ended)
    assert not any(line.startswith("status") for line in desk.printed("J"))


def test_status_running_is_no_seed() -> None:
    assert Desk().codes(HEAD + "status: RUNNING\n") == [10000]


def test_deleting_a_box_as_a_job_leaves_its_members() -> None:
    desk = Desk()
    desk.jil(BOX + HEAD + "box_name: B\ndelete_job: B\n")
    assert desk.store.head("B") is None
    job = desk.definition("J").job
    assert (job.box_joid, job.job_ver) == (0, 2)
    assert not any(line.startswith("box_name") for line in desk.printed("J"))


def test_deleting_a_box_takes_everything_in_it() -> None:
    desk = Desk()
    desk.jil(BOX + "insert_job: C job_type: b box_name: B\n" + HEAD + "box_name: C\n")
    stand(desk, "J", Status.RUNNING)
    assert desk.codes("delete_box: B\n") == [10281]
    assert desk.store.head("J") is not None
    stand(desk, "J", Status.FAILURE)
    assert desk.codes("delete_box: B\n") == []
    assert desk.store.heads() == []


def test_into_a_running_box() -> None:
    desk = Desk()
    desk.jil(BOX)
    stand(desk, "B", Status.RUNNING)
    assert desk.jil(HEAD + "box_name: B\n")[-1].entered == ("J", "B")
    assert desk.jil("update_job: J\ndescription: x\n")[-1].entered is None
