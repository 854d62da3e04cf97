"""Notifications between commit and delivery: the loop is driven by hand, and dies where it hurts."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.core.timetable import Timetable
from autosys_py.event_server.errors import StoreBusy
from autosys_py.event_server.open import open_store
from autosys_py.event_server.protocol import EventServer
from autosys_py.notifier.letter import Letter
from autosys_py.notifier.protocol import Delivery
from autosys_py.scheduler.journal import Journal
from autosys_py.scheduler.loop import Loop
from autosys_py.scheduler.recover import recover
from autosys_py.scheduler.turn import Turns
from tests.loading import load_jil

UTC = ZoneInfo("UTC")
MAIL = Configuration(NotifySMTPServer="mail.example")
JIL = """
insert_job: a  command: x  machine: localhost  send_notification: y  notification_emailaddress: ops@example.com
insert_job: b  command: x  machine: localhost
"""


class Desk:
    """A notifier that takes letters and answers when the test says so."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: list[Delivery] = []

    def deliver(self, letter: Letter) -> None:
        self.letters.append(letter)

    def collect(self) -> list[Delivery]:
        found, self.answers = self.answers, []
        return found

    def close(self) -> None:
        return


class Scheduler:
    """One life of a scheduler on a store in a file; jobs run for a second and fail."""

    def __init__(self, store: EventServer, folder: Path, configuration: Configuration, now: float = 1000) -> None:
        self.now = now
        self.store = store
        self.desk = Desk()
        self.complaints: list[Event] = []
        with store.transaction():
            store.take_lease("me", int(now), 0, lambda holder: True)
        world, orders, adopted = recover(store, configuration, Timetable(UTC), frozenset({"localhost"}))
        self.turns = Turns(store, world, "me", self.complaints.append, tells=True)
        agent = SimulatedAgent(lambda: int(self.now), SimulatedOutcome(runtime=1, exit_code=1))
        self.journal = Journal(folder / "log", UTC, configuration)
        environment = {"AUTOSERV": "ACE"}
        self.loop = Loop(self.turns, agent, self.journal, lambda: self.now, environment, notifier=self.desk)
        self.loop.resume(orders, adopted)

    def start(self, job: str) -> None:
        with self.store.transaction():
            joid = self.turns.world.names[job]
            self.store.add_event(Event(EventCode.STARTJOB, int(self.now), joid=joid, sent_by="o@h"))

    def pass_some(self, count: int = 5) -> None:
        """So many passes, a second each."""
        for _ in range(count):
            self.now += 1
            self.loop.pass_once()

    def run_and_tell(self, job: str) -> Letter:
        """The job fails; returns the letter that the notifier has in its hands."""
        self.start(job)
        self.pass_some()
        return self.desk.letters[-1]

    def status(self, job: str) -> Status:
        return self.turns.world.states[self.turns.world.names[job]].status

    @property
    def log(self) -> str:
        return self.journal.path.read_text()


@pytest.fixture
def store(tmp_path: Path) -> EventServer:
    made = open_store(f"sqlite:///{tmp_path}/ACE.db")
    load_jil(made, JIL, 999, UTC)
    return made


def test_a_scheduler_killed_between_commit_and_delivery_tells_later(store: EventServer, tmp_path: Path) -> None:
    first = Scheduler(store, tmp_path, MAIL)
    first.start("a")
    for _ in range(20):
        if store.load().notifications:
            break  # up to the commit and no further
        first.pass_some(1)
    assert first.status("a") is Status.FAILURE
    assert first.desk.letters == []
    second = Scheduler(store, tmp_path, MAIL, now=first.now)
    second.pass_some()
    assert [letter.subject for letter in second.desk.letters] == ["AutoSys ACE: a FAILURE"]


def test_a_scheduler_killed_before_it_heard_tells_again_in_the_same_words(store: EventServer, tmp_path: Path) -> None:
    first = Scheduler(store, tmp_path, MAIL)
    once = first.run_and_tell("a")
    second = Scheduler(store, tmp_path, MAIL, now=first.now)
    second.pass_some()
    assert second.desk.letters == [once]  # the identity, and with it the Message-ID, too
    second.desk.answers = [Delivery(once)]
    second.pass_some()
    assert store.load().notifications == []
    third = Scheduler(store, tmp_path, MAIL, now=second.now)
    third.pass_some()
    assert third.desk.letters == []


def test_a_notifier_that_never_answers_stops_nothing_and_is_asked_once(store: EventServer, tmp_path: Path) -> None:
    scheduler = Scheduler(store, tmp_path, MAIL)
    scheduler.run_and_tell("a")
    scheduler.start("b")
    scheduler.pass_some(200)
    assert scheduler.status("b") is Status.FAILURE
    assert len(scheduler.desk.letters) == 1


def test_failures_are_tried_again_at_longer_intervals(store: EventServer, tmp_path: Path) -> None:
    scheduler = Scheduler(store, tmp_path, MAIL)
    scheduler.run_and_tell("a")
    waits = []
    for tries in range(1, 10):
        assert len(scheduler.desk.letters) == tries
        scheduler.desk.answers = [Delivery(scheduler.desk.letters[-1], "mail.example: refused")]
        scheduler.loop.pass_once()
        (order,) = store.load().notifications
        waits.append(order.due - int(scheduler.now))
        scheduler.now = order.due - 1
        scheduler.loop.pass_once()
        assert len(scheduler.desk.letters) == tries
        scheduler.pass_some(1)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert scheduler.log.count("Trying again") == 1


def test_a_letter_that_will_never_be_taken_is_given_up_at_once(store: EventServer, tmp_path: Path) -> None:
    scheduler = Scheduler(store, tmp_path, MAIL)
    scheduler.desk.answers = [Delivery(scheduler.run_and_tell("a"), "550 nobody", permanent=True)]
    scheduler.pass_some()
    assert store.load().notifications == []
    assert "was given up: 550 nobody." in scheduler.log
    assert "ALARM: UNINOTIFY_FAILURE JOB: a" in scheduler.log


def test_a_letter_that_cannot_be_written_stops_nothing(
    store: EventServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Letter:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Turns, "letter", broken)
    scheduler = Scheduler(store, tmp_path, MAIL)
    scheduler.start("a")
    scheduler.start("b")
    scheduler.pass_some(10)
    assert scheduler.status("b") is Status.FAILURE
    assert [event.value for event in scheduler.complaints] == ["a bug"]
    assert "could not be sent: a bug" in scheduler.log


def test_without_a_notifier_nothing_is_stored_and_it_is_said_once(store: EventServer, tmp_path: Path) -> None:
    scheduler = Scheduler(store, tmp_path, Configuration())
    for _ in range(2):
        scheduler.start("a")
        scheduler.pass_some()
    assert scheduler.status("a") is Status.FAILURE
    assert store.load().notifications == []
    assert scheduler.desk.letters == []
    assert scheduler.log.count("set NotifySMTPServer or NotifyCommand") == 1


def test_news_of_a_turn_that_could_not_begin_are_kept(
    store: EventServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(store, tmp_path, MAIL)
    scheduler.desk.answers = [Delivery(scheduler.run_and_tell("a"))]

    def busy(*_: object) -> None:
        raise StoreBusy("locked")

    with monkeypatch.context() as locked:
        locked.setattr(type(store), "_begin_writing", busy)
        scheduler.loop.pass_once()
    assert len(store.load().notifications) == 1
    scheduler.loop.pass_once()
    assert store.load().notifications == []
