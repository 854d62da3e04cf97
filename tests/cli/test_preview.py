"""`sendevent -E FORCE_STARTJOB --preview`: what a start would go past, and what would follow (extensions.md §3)."""

from pathlib import Path

import pytest

from tests.instance import LiveInstance

JIL = """
insert_machine: away   node_name: elsewhere
insert_machine: full   node_name: localhost   max_load: 10
insert_resource: tape   res_type: R   amount: 0
insert_job: validate   command: x   machine: localhost   status: failure
insert_job: extract   command: x   machine: localhost   status: success
insert_job: skipped   command: x   machine: localhost   status: on_noexec
insert_job: bx   job_type: box
insert_job: report   box_name: bx   command: x   machine: localhost
   condition: success(validate) AND s(extract) AND v(GO) = "yes" AND d(nowhere) AND n(skipped)
insert_job: after   command: x   machine: localhost   condition: s(report)
insert_job: both   command: x   machine: localhost   condition: s(report) & s(validate)
insert_job: late   command: x   machine: localhost   condition: s(report)   date_conditions: 1   start_times: "04:00"
insert_job: unwilling   command: x   machine: localhost   condition: s(report)   status: on_hold
insert_job: dated   command: x   machine: localhost   date_conditions: 1   start_times: "04:00"
insert_job: held   command: x   machine: localhost   status: on_hold
insert_job: far   command: x   machine: away
insert_job: needy   command: x   machine: localhost   resources: (tape)
insert_job: heavy   command: x   machine: full   job_load: 20   priority: 1
insert_job: free   command: x   machine: localhost
"""


@pytest.fixture
def instance(tmp_path: Path) -> LiveInstance:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil(JIL)
    return instance


def preview(instance: LiveInstance, job: str) -> list[str]:
    """The lines, times left out; nothing was sent."""
    done = instance.run("sendevent", "-E", "FORCE_STARTJOB", "-J", job, "--preview")
    assert done.returncode == 0, done.stderr
    assert "[FORCE_STARTJOB]" not in instance.run("autorep", "-J", job, "-d").stdout
    return [line.partition("  since ")[0] for line in done.stdout.splitlines()]


def test_the_condition_atom_by_atom_the_box_and_who_would_start(instance: LiveInstance) -> None:
    assert preview(instance, "report") == [
        "success(validate)  false  FAILURE",
        "s(extract)  true  SUCCESS",
        'v(GO) = "yes"  false  undefined',
        "d(nowhere)  false  undefined",
        "n(skipped)  true  INACTIVE/ON_NOEXEC",
        "box bx  closed  INACTIVE",
        "would release: after",
    ]


@pytest.mark.parametrize(
    ("job", "begins"),
    [
        ("dated", "date and time  closed  next start "),
        ("held", "status  closed  ON_HOLD"),
        ("far", "machine  closed  CAUAJM_E_10199 Machine <away> is unavailable because it is not online."),
        ("needy", "resources  closed  "),
        ("heavy", "load  closed  "),
    ],
)
def test_a_gate_that_is_shut(instance: LiveInstance, job: str, begins: str) -> None:
    (line,) = preview(instance, job)
    assert line.startswith(begins)


def test_nothing_to_say(instance: LiveInstance) -> None:
    assert preview(instance, "free") == []


def test_a_reason_is_asked_for_the_event_and_not_for_the_question(instance: LiveInstance) -> None:
    (instance.folder / "config.ACE").write_text("RequireReason=FORCE_STARTJOB\n", encoding="utf-8")
    assert preview(instance, "held") != []
