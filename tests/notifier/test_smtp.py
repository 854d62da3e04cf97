"""Mails, handed to a real server on the loopback."""

import email
import email.policy
import socket
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from autosys_py.core.configuration import Configuration
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.postman import Undelivered
from autosys_py.notifier.smtp import fault_of, place, send
from tests.notifier.mailserver import MailServer


def keys(server: MailServer, **more: str) -> Configuration:
    return Configuration(NotifySMTPServer=server.place, NotifyTimeout=5, **more)  # type: ignore[arg-type]


def parsed(text: str) -> EmailMessage:
    mail = email.message_from_string(text, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_letter_arrives_whole(server: MailServer, letter: Letter) -> None:
    assert send(letter, keys(server), "node-a") == ""
    (mail,) = server.mails
    assert (mail.sender, mail.recipients) == ("autosys@node-a", ["ops@example.com", "night@example.com"])
    read = parsed(mail.text)
    assert read["Subject"] == "AutoSys ACE: LOAD FAILURE"
    assert read["To"] == "ops@example.com, night@example.com"
    assert read["Message-ID"] == "<7.abcd.ACE@node-a>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Thu, 01 Jan 1970 00:16:40 +0000"
    assert read.get_content().splitlines() == ["Job: LOAD"]


def test_the_second_copy_has_the_same_message_id(server: MailServer, letter: Letter) -> None:
    for host in ("node-a", "node-b"):
        send(letter, keys(server, NotifyFromAddress="autosys@example.com"), host)
    assert server.mails[0] == server.mails[1]


def test_other_languages_and_a_line_that_ends_a_mail(server: MailServer, letter: Letter) -> None:
    send(replace(letter, subject="ACE: Übertrag", body="Grüße\n.\nQUIT\n"), keys(server), "node-a")
    read = parsed(server.mails[0].text)
    assert read["Subject"] == "ACE: Übertrag"
    assert read.get_content().splitlines() == ["Grüße", ".", "QUIT"]


def test_user_and_password_come_from_a_file(server: MailServer, letter: Letter, tmp_path: Path) -> None:
    server.features = ["AUTH PLAIN"]
    (tmp_path / "user").write_text("robot\nsecret\n")
    send(letter, keys(server, NotifySMTPUserFile=str(tmp_path / "user")), "node-a")
    assert server.users == ["/robot/secret"]


@pytest.mark.parametrize(
    ("answers", "said", "permanent"),
    [
        ({"MAIL": "451 later"}, "451 later", False),
        ({"RCPT": "550 nobody"}, "ops@example.com: 550 nobody; night@example.com: 550 nobody", True),
        ({"ops@example.com": "450 later", "night@example.com": "550 no"}, "ops@example.com: 450 later", False),
        ({"END": "554 spam"}, "554 spam", True),
        ({"END": "452 disk\tfull"}, "452 disk full", False),
    ],
)
def test_refusals(server: MailServer, letter: Letter, answers: dict[str, str], said: str, permanent: bool) -> None:
    server.answers = answers
    with pytest.raises(Undelivered, match=said) as caught:
        send(letter, keys(server), "node-a")
    assert caught.value.permanent is permanent
    assert not caught.value.by_nobody
    assert server.mails == []


def test_one_refused_of_two_is_a_remark(server: MailServer, letter: Letter) -> None:
    server.answers = {"night@example.com": "550 nobody"}
    assert send(letter, keys(server), "node-a") == "not taken for night@example.com: 550 nobody"
    assert len(server.mails) == 1


def test_a_server_without_the_encryption_asked_for_gets_nothing(server: MailServer, letter: Letter) -> None:
    with pytest.raises(Undelivered, match="STARTTLS") as caught:
        send(letter, keys(server, NotifySMTPStartTLS="1"), "node-a")
    assert caught.value.by_nobody
    assert server.mails == []


def test_nobody_at_the_door(letter: Letter) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        with pytest.raises(Undelivered, match="Connection refused") as caught:
            send(letter, Configuration(NotifySMTPServer=f"127.0.0.1:{taken.getsockname()[1]}"), "node-a")
    assert caught.value.by_nobody and not caught.value.permanent


def test_a_server_that_says_nothing(letter: Letter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Undelivered, match="timed out") as caught:
            send(letter, Configuration(NotifySMTPServer=where, NotifyTimeout=1), "node-a")
    assert caught.value.by_nobody


def test_where_a_server_is() -> None:
    assert place("mail.example") == ("mail.example", 25)
    assert place("mail.example:587") == ("mail.example", 587)
    assert place("[::1]:2525") == ("::1", 2525)
    assert place("[::1]") == ("::1", 25)
    assert [place(bad) for bad in ("", ":25", "mail:", "mail:x", "mail:0", "mail:70000", "a b:25")] == [None] * 7


def test_keys_that_cannot_be_right(tmp_path: Path) -> None:
    good = Configuration(NotifySMTPServer="mail.example")
    assert fault_of(good) is None
    for bad in (
        {"NotifySMTPServer": "mail:x"},
        {"NotifyFromAddress": "autosys"},
        {"NotifyFromAddress": "a b@example.com"},
        {"NotifySMTPUserFile": str(tmp_path / "missing")},
    ):
        fault = fault_of(replace(good, **bad))  # type: ignore[arg-type]
        assert fault is not None and fault[0] == next(iter(bad))
