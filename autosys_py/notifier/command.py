"""A letter given to the site's own command: the text on standard input, the facts in the environment."""

import os
import signal
import subprocess
from contextlib import suppress

from autosys_py.core.configuration import Configuration
from autosys_py.core.text import visible
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.postman import Undelivered

PREFIX = "NOTIFY_"
SHOWN = 200
"""Characters of what a failing command said last."""


def send(letter: Letter, configuration: Configuration) -> str:
    """Runs NotifyCommand; exit code 0 says that the letter was taken. Raises Undelivered."""
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", configuration.NotifyCommand],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment(letter)},
            start_new_session=True,
        )
    except OSError as error:
        raise Undelivered(f"NotifyCommand: {error.strerror}", by_nobody=True) from None
    try:
        _, said = process.communicate(letter.body.encode(), timeout=configuration.NotifyTimeout)
    except subprocess.TimeoutExpired:
        _end(process)
        raise Undelivered(f"NotifyCommand was not done after {configuration.NotifyTimeout} seconds") from None
    if process.returncode:
        words = visible(" ".join(said.decode("utf-8", "replace").split()))[-SHOWN:]
        raise Undelivered(f"NotifyCommand ended with {process.returncode}{f': {words}' if words else ''}")
    return ""


def environment(letter: Letter) -> dict[str, str]:
    """What a command is told beside the text."""
    more = {"TO": ",".join(letter.recipients), "SUBJECT": letter.subject, "ID": letter.identity}
    return {f"{PREFIX}{name}": value for name, value in {**letter.facts, **more}.items()}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With everything it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()
