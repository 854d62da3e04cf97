"""A real scheduler, a real job, a mail server on the loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instance import LiveInstance
from tests.notifier.mailserver import MailServer

JIL = """
    insert_job: fails   command: exit 3   machine: localhost   send_notification: f
    notification_emailaddress: ops@example.com
    notification_msg: "the $$TEAM team knows"
    insert_job: after   command: true   machine: localhost   condition: failure(fails)
    """


@pytest.fixture
def server() -> Iterator[MailServer]:
    running = MailServer()
    yield running
    running.close()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[LiveInstance]:
    live = LiveInstance(tmp_path / "instance")
    yield live
    live.close()


def configure(instance: LiveInstance, text: str) -> None:
    (instance.folder / "config.ACE").write_text(f"RunAsOwner=never\n{text}\n", encoding="utf-8")


def run_all(instance: LiveInstance) -> None:
    instance.jil(JIL)
    instance.send("-E", "SET_GLOBAL", "-G", "TEAM=red")
    instance.send("-E", "STARTJOB", "-J", "fails")
    instance.run("eventor", "-q", "--exit-when-idle", "0")


def test_a_failure_is_mailed_and_its_alarm_closed(instance: LiveInstance, server: MailServer) -> None:
    configure(instance, f"NotifySMTPServer={server.place}\nNotifyFromAddress=autosys@example.com")
    run_all(instance)
    (mail,) = server.mails
    assert mail.recipients == ["ops@example.com"]
    assert "Subject: AutoSys ACE: fails FAILURE" in mail.text
    assert "the red team knows" in mail.text
    number = instance.run("autosys", "alarms", "--format", "csv").stdout.splitlines()[1].split(",")[0]
    instance.run("autosys", "alarms", "close", number, "-C", "done")
    instance.run("eventor", "-q", "--exit-when-idle", "0")
    assert instance.run("autosys", "alarms").stdout == ""
    assert "CLOSED" in instance.run("autosys", "alarms", "--all").stdout
    assert "CHANGE_ALARM" not in instance.run("autorep", "-J", "fails", "-d").stdout
    assert len(server.mails) == 1


def test_a_command_that_fails_stops_no_job(instance: LiveInstance) -> None:
    configure(instance, "NotifyCommand=echo no pager >&2; exit 7")
    run_all(instance)
    assert instance.status("after") == "SUCCESS"
    assert "could not be sent: NotifyCommand ended with 7: no pager. Trying again." in instance.log


def test_a_command_that_hangs_stops_no_job(instance: LiveInstance) -> None:
    configure(instance, "NotifyCommand=sleep 3600\nNotifyTimeout=1")
    run_all(instance)
    assert instance.status("after") == "SUCCESS"
    assert "NotifyCommand was not done after 1 seconds" in instance.log


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("NotifyCommand=true\nNotifySMTPServer=mail", "NotifyCommand and NotifySMTPServer exclude each other"),
        ("NotifySMTPServer=mail:x", "NotifySMTPServer=mail:x: host or host:port is expected"),
        ("NotifySMTPServer=mail\nNotifySMTPUserFile=/nowhere", "NotifySMTPUserFile=/nowhere: No such file"),
        ("NotifyTimeout=0", "NotifyTimeout=0 is not a whole number from 1 to 3600"),
    ],
)
def test_bad_keys_are_one_line(instance: LiveInstance, text: str, says: str) -> None:
    configure(instance, text)
    done = instance.run("eventor", "-q", check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and says in done.stderr
