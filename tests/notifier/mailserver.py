"""A mail server of a few lines on the loopback: it keeps what it is given and answers as it is told."""

import base64
import socketserver
from threading import Thread
from typing import NamedTuple


class Mail(NamedTuple):
    sender: str
    recipients: list[str]
    text: str


class MailServer(socketserver.ThreadingTCPServer):
    """`answers` gives a verb or a recipient an answer of its own; everything else is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[Mail] = []
        self.users: list[str] = []
        self.answers: dict[str, str] = {}
        self.features: list[str] = []
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        sender, recipients = "", list[str]()
        while line := self.rfile.readline().decode():
            verb = line.split()[0].upper() if line.strip() else ""
            argument = line.partition(":")[2].strip().split(" ")[0].strip("<>")
            answer = self.server.answers.get(verb) or self.server.answers.get(argument)
            if answer:
                self._say(answer)
            elif verb == "EHLO":
                self._say("\r\n".join(["250-here", *(f"250-{each}" for each in self.server.features), "250 HELP"]))
            elif verb == "AUTH":
                self.server.users.append(base64.b64decode(line.split()[2]).decode().replace("\0", "/"))
                self._say("235 welcome")
            elif verb == "DATA":
                self._say("354 go on")
                text = self._text()
                after = self.server.answers.get("END", "250 taken")
                if after.startswith("2"):
                    self.server.mails.append(Mail(sender, recipients, text))
                self._say(after)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                if verb == "MAIL":
                    sender, recipients = argument, []
                elif verb == "RCPT":
                    recipients.append(argument)
                self._say("250 ok")

    def _text(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line.removeprefix("."))
        return "".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())
