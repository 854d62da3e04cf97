"""The thread and the ways a letter can go."""

from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from autosys_py.core.configuration import Configuration
from autosys_py.notifier.choice import sender
from autosys_py.notifier.command import send
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.postman import Postman, Undelivered
from autosys_py.notifier.protocol import Delivery


def collected(postman: Postman, count: int) -> list[Delivery]:
    """So many deliveries; the thread puts them into the queue that is read here."""
    found = [postman._deliveries.get(timeout=10) for _ in range(count)]
    return [*found, *postman.collect()]


def test_letters_are_sent_elsewhere_and_in_order(letter: Letter) -> None:
    go, sent = Event(), list[int]()

    def slow(each: Letter) -> str:
        go.wait(10)
        sent.append(each.seq)
        return "remark"

    postman = Postman(slow)
    begun = monotonic()
    postman.deliver(letter)
    postman.deliver(letter)
    assert postman.collect() == [] and sent == []
    assert monotonic() - begun < 5
    go.set()
    assert collected(postman, 2) == [Delivery(letter, remark="remark")] * 2
    postman.close()


def test_no_error_ends_the_thread(letter: Letter) -> None:
    errors = [ValueError("odd"), Undelivered("never", permanent=True), Undelivered("later")]

    def fails(each: Letter) -> str:
        raise errors.pop(0)

    postman = Postman(fails)
    for _ in range(3):
        postman.deliver(letter)
    assert collected(postman, 3) == [
        Delivery(letter, "ValueError: odd"),
        Delivery(letter, "never", permanent=True),
        Delivery(letter, "later"),
    ]
    postman.close()


def test_where_nobody_is_the_rest_is_not_tried(letter: Letter) -> None:
    go, tries = Event(), list[int]()

    def fails(each: Letter) -> str:
        tries.append(each.seq)
        go.wait(10)
        raise Undelivered("nobody there", by_nobody=True)

    postman = Postman(fails)
    for _ in range(5):
        postman.deliver(letter)
    go.set()
    assert [delivery.error for delivery in collected(postman, 5)] == ["nobody there"] * 5
    assert len(tries) == 1
    postman.close()


def keys(command: str, timeout: int = 10) -> Configuration:
    return Configuration(NotifyCommand=command, NotifyTimeout=timeout)


def test_a_command_is_told_everything(letter: Letter, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = '"$NOTIFY_TO|$NOTIFY_SUBJECT|$NOTIFY_JOB|$NOTIFY_STATUS|$NOTIFY_ID"'
    assert send(letter, keys(f"{{ echo {told}; cat; }} > {out}")) == ""
    assert out.read_text().splitlines() == [
        "ops@example.com,night@example.com|AutoSys ACE: LOAD FAILURE|LOAD|FAILURE|7.abcd.ACE",
        "Job: LOAD",
    ]


def test_a_command_that_does_not_read_is_no_failure(letter: Letter) -> None:
    assert send(letter, keys("exit 0")) == ""


def test_a_command_that_fails_says_why(letter: Letter) -> None:
    with pytest.raises(Undelivered, match=r"NotifyCommand ended with 3: no such pager") as caught:
        send(letter, keys("echo 'no such pager' >&2; exit 3"))
    assert not caught.value.permanent and not caught.value.by_nobody


def test_a_command_that_hangs_is_killed_with_what_it_started(letter: Letter, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(Undelivered, match="not done after 1 seconds"):
        send(letter, keys(f"sleep 600 & echo $! > {pid}; wait", timeout=1))
    import psutil

    number = int(pid.read_text())
    with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        psutil.Process(number).wait(5)  # killed, and a moment later gone
    assert not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


def test_the_configuration_of_the_moment_counts(letter: Letter) -> None:
    from dataclasses import replace

    present = [Configuration(NotifyCommand="exit 0")]
    send_now = sender(lambda: present[0], "node-a")
    assert send_now(letter) == ""
    present[0] = Configuration(NotifyCommand="exit 1")
    with pytest.raises(Undelivered):
        send_now(letter)
    present[0] = Configuration()
    with pytest.raises(Undelivered, match="set any more"):
        send_now(letter)
    present[0] = Configuration(NotifySMTPServer="127.0.0.1:1")
    assert send_now(replace(letter, recipients=())) == "nobody to tell: the job names no notification_emailaddress"
    assert send_now(replace(letter, recipients=(), refused=("no body",))) == "not an address: no body"
