"""A mail server, and a letter to send."""

from collections.abc import Iterator

import pytest

from autosys_py.notifier.letter import Letter
from tests.notifier.mailserver import MailServer


@pytest.fixture
def server() -> Iterator[MailServer]:
    running = MailServer()
    yield running
    running.close()


@pytest.fixture
def letter() -> Letter:
    return Letter(
        7, 1, "7.abcd.ACE", 1000, ("ops@example.com", "night@example.com"), (), "AutoSys ACE: LOAD FAILURE",
        "Job: LOAD\n", {"JOB": "LOAD", "STATUS": "FAILURE"},
    )  # fmt: skip
