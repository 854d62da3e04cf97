"""A letter as a mail, handed to a mail server."""

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from autosys_py.core.configuration import Configuration
from autosys_py.core.text import visible
from autosys_py.notifier.letter import Letter, is_address
from autosys_py.notifier.postman import Undelivered

PORT = 25
PERMANENT = range(500, 600)
"""Answers of a server that will be the same tomorrow."""


def send(letter: Letter, configuration: Configuration, host: str) -> str:
    """Hands a letter to NotifySMTPServer; `host` is this host's name. Raises Undelivered."""
    mail = mail_of(letter, sender_of(configuration, host))
    try:
        with _connected(configuration, host) as server:
            refused = server.send_message(
                mail, from_addr=mail["From"].addresses[0].addr_spec, to_addrs=letter.recipients
            )
    except smtplib.SMTPRecipientsRefused as error:
        permanent = all(code in PERMANENT for code, _ in error.recipients.values())
        raise Undelivered(_answers(error.recipients), permanent=permanent) from None
    except smtplib.SMTPDataError as error:
        raise Undelivered(_said(error), permanent=error.smtp_code in PERMANENT) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Undelivered(visible(str(error)), permanent=True) from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(_said(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(_trouble(configuration.NotifySMTPServer, error), by_nobody=True) from None
    return f"not taken for {_answers(refused)}" if refused else ""


def mail_of(letter: Letter, sender: str) -> EmailMessage:
    """The mail. The same letter gives the same Message-ID, whoever sends it and how often."""
    mail = EmailMessage()
    mail["From"] = _address(sender)
    mail["To"] = [_address(each) for each in letter.recipients]
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(letter.time, UTC))
    mail["Message-ID"] = f"<{letter.identity}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    plain = letter.body.isascii()
    mail.set_content(letter.body, cte=None if plain else "quoted-printable")  # not every server takes 8bit
    return mail


def sender_of(configuration: Configuration, host: str) -> str:
    return configuration.NotifyFromAddress or f"autosys@{host}"


def place(server: str) -> tuple[str, int] | None:
    """Host and port of `host`, `host:port`, `[address]:port`; None if it is nothing of the kind."""
    host, colon, port = server.rpartition(":")
    if not colon or server.endswith("]"):
        host, port = server, str(PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(character.isspace() for character in host):
        return None
    return (host, int(port)) if port.isascii() and port.isdigit() and 0 < int(port) < 65536 else None


def credentials(path: str) -> tuple[str, str]:
    """User and password: the first two lines of a file. Raises OSError, ValueError."""
    user, password, *_ = [*Path(path).read_text(encoding="utf-8").splitlines(), "", ""]
    if not user or not password:
        raise ValueError("user name and password belong on its first two lines")
    return user, password


def fault_of(configuration: Configuration) -> tuple[str, str] | None:
    """Key and reason where the keys cannot be right; None if they may be."""
    if place(configuration.NotifySMTPServer) is None:
        return "NotifySMTPServer", "host or host:port is expected"
    if configuration.NotifyFromAddress and "@" not in configuration.NotifyFromAddress.strip("@"):
        return "NotifyFromAddress", "an address like autosys@example.com is expected"
    if configuration.NotifyFromAddress and not is_address(configuration.NotifyFromAddress):
        return "NotifyFromAddress", "an address like autosys@example.com is expected"
    if configuration.NotifySMTPUserFile:
        try:
            credentials(configuration.NotifySMTPUserFile)
        except (OSError, ValueError) as error:
            return "NotifySMTPUserFile", getattr(error, "strerror", None) or str(error)
    return None


def _connected(configuration: Configuration, host: str) -> smtplib.SMTP:
    found = place(configuration.NotifySMTPServer)
    if found is None:
        raise Undelivered(f"NotifySMTPServer={configuration.NotifySMTPServer} is no host:port", by_nobody=True)
    server = smtplib.SMTP(*found, local_hostname=host, timeout=configuration.NotifyTimeout)
    try:
        if configuration.NotifySMTPStartTLS == "1":
            server.starttls(context=ssl.create_default_context())
        if configuration.NotifySMTPUserFile:
            server.login(*credentials(configuration.NotifySMTPUserFile))
    except smtplib.SMTPNotSupportedError as error:  # the keys ask for what the server does not do
        server.close()
        raise Undelivered(f"{configuration.NotifySMTPServer}: {visible(str(error))}", by_nobody=True) from None
    except (OSError, ValueError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _address(text: str) -> Address:
    user, _, domain = text.partition("@")
    return Address(username=user, domain=domain)


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_readable(error.smtp_error)}"


def _answers(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{visible(to)}: {code} {_readable(answer)}" for to, (code, answer) in refused.items())


def _readable(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return visible(" ".join(text.split()))


def _trouble(server: str, error: Exception) -> str:
    return f"{server}: {visible(getattr(error, 'strerror', None) or str(error) or type(error).__name__)}"
