"""What a letter says, and what cannot be smuggled into one."""

from collections.abc import Mapping

import pytest

from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import Definition, Fact, Job
from autosys_py.notifier.command import environment
from autosys_py.notifier.letter import Letter, compose, is_address, substituted
from autosys_py.notifier.smtp import mail_of

FAILED = Fact(
    7, EventCode.CHANGE_STATUS, 1000, 1000, joid=1, run_num=41, ntry=2, status=Status.FAILURE, exit_code=3, machine="m"
)
LATE = Fact(8, EventCode.ALARM, 1000, 1000, joid=1, run_num=41, ntry=2, alarm=Alarm.MAXRUNALARM)


def written(
    fact: Fact = FAILED,
    template: str = "",
    globals_: Mapping[str, str] | None = None,
    name: str = "LOAD",
    addresses: Mapping[str, str] | None = None,
    **given: str,
) -> Letter:
    """A letter of a job with these attributes; addresses by what follows `notification_emailaddress`."""
    attributes = [*given.items()]
    attributes += [(f"notification_emailaddress{key}", value) for key, value in (addresses or {}).items()]
    definition = Definition(Job(1, 1, name, "CMD"), tuple(attributes))
    return compose("7.abcd.ACE", fact, definition, template, globals_ or {}, "ACE", lambda moment: f"at {moment}")


def test_our_own_layout() -> None:
    letter = written(notification_msg="call the red team", description="loads")
    assert letter.subject == "AutoSys ACE: LOAD FAILURE"
    assert letter.body.splitlines() == [
        "call the red team",
        "",
        "Job:         LOAD",
        "Status:      FAILURE",
        "Exit code:   3",
        "Run:         41/2",
        "Machine:     m",
        "Time:        at 1000",
        "Description: loads",
        "Instance:    ACE",
    ]


def test_an_alarm() -> None:
    letter = written(LATE)
    assert letter.subject == "AutoSys ACE: LOAD alarm MAXRUNALARM"
    assert "Alarm:       MAXRUNALARM" in letter.body
    assert "Status:" not in letter.body


def test_who_is_told() -> None:
    given = {
        "": "all@x, more@x",
        "_on_failure": "failure@x,all@x",
        "_on_success": "success@x",
        "_on_terminated": "terminated@x",
        "_on_alarm": "alarm@x",
    }
    assert written(addresses=given).recipients == ("all@x", "more@x", "failure@x")
    assert written(LATE, addresses=given).recipients == ("all@x", "more@x", "alarm@x")


def test_the_message_takes_globals_and_facts() -> None:
    letter = written(notification_msg="$$TEAM: $${JOB} $$(STATUS) $$NOBODY", globals_={"TEAM": "red", "JOB": "mine"})
    assert letter.facts["MESSAGE"] == "red: LOAD FAILURE $$NOBODY"


def test_what_is_put_in_is_not_read_again() -> None:
    assert substituted("$$A", {"A": "$$B", "B": "no"}) == "$$B"


@pytest.mark.parametrize(
    ("template", "subject", "body"),
    [
        ("Subject: $$JOB is $$STATUS\n\nDear all,\n$$MESSAGE\n", "LOAD is FAILURE", "Dear all,\nhelp\n"),
        ("subject:x\nbody\n", "x", "body\n"),
        ("no subject\n", "AutoSys ACE: LOAD FAILURE", "no subject\n"),
        ("Subject: only", "only", "\n"),
    ],
)
def test_a_template(template: str, subject: str, body: str) -> None:
    letter = written(template=template, notification_msg="help")
    assert (letter.subject, letter.body) == (subject, body)


@pytest.mark.parametrize("evil", ["a\nBcc: evil@x", "a\r\n\r\nbody", "a\x00b", "a\x1b[2J", "a\u202eb", "a\udcffb"])
def test_nothing_typed_makes_a_header_or_a_control_character(evil: str) -> None:
    fact = Fact(7, EventCode.CHANGE_STATUS, 1, 1, status=Status.FAILURE, text=evil, machine=evil)
    letter = written(
        fact, name=evil, notification_msg=evil, description=evil, notification_emailaddress=f"ops@x,{evil}@x",
        template="Subject: $$JOB $$MESSAGE $$TEXT $$G\n\n$$G\n", globals_={"G": evil},
    )  # fmt: skip
    assert letter.recipients == ("ops@x",)
    assert all(text.isprintable() for text in (letter.subject, *letter.body.splitlines(), *letter.facts.values()))
    assert all("\x00" not in value for value in environment(letter).values())
    head = mail_of(letter, "autosys@x").as_bytes().split(b"\n\n")[0]
    names = [line.split(b":")[0] for line in head.splitlines() if not line.startswith(b" ")]
    assert b"Bcc" not in names
    assert names[:6] == [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted"]


def test_a_subject_has_an_end() -> None:
    assert len(written(template=f"Subject: {'x' * 5000}\n").subject) == 200


@pytest.mark.parametrize("good", ["ops@example.com", "operator", "o'brien+x@sub.example.com", "jürgen@exämple.de"])
def test_addresses(good: str) -> None:
    assert is_address(good)


@pytest.mark.parametrize(
    "bad", ["", "-oX@x", "a b@x", "<a@x>", "a@x@y", "a@", "@x", "a@-x y", 'a"b@x', "a\n@x", "a;b@x"]
)
def test_what_is_no_address(bad: str) -> None:
    assert not is_address(bad)


def test_what_is_no_address_is_told() -> None:
    assert written(notification_emailaddress="ops@x,no body").refused == ("no body",)
