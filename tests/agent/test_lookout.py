"""A file system that hangs holds up nobody but itself."""

import threading
from collections.abc import Callable, Hashable, Iterator

import pytest

from autosys_py.agent.lookout import PATIENCE, Lookout

DEADLINE = 10.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A lookout, its clock, and the bell that it rings."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rung = threading.Semaphore(0)
        self.lookout = Lookout(self.rung.release, self.clock)
        self.lookout._place = lambda path: path.rpartition("/")[0]  # type: ignore[method-assign]
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)

    def hang(self) -> str:
        self.entered.release()
        assert self.gate.wait(DEADLINE)
        return "late"

    def ask(self, path: str, act: Callable[[], object] | None = None) -> None:
        self.lookout.ask(path, path, act or path.upper)

    def answers(self, count: int) -> dict[Hashable, object]:
        """The next answers, waited for."""
        found: dict[Hashable, object] = {}
        while len(found) < count:
            assert self.rung.acquire(timeout=DEADLINE)
            found |= dict(self.lookout.answers())
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.gate.set()
    desk.lookout.close()


def test_questions_are_answered_and_errors_are_answers(desk: Desk) -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied")

    def stumble() -> object:
        return 1 // 0

    desk.ask("/a/1")
    desk.ask("/a/2", fail)
    desk.ask("/a/3", stumble)
    assert desk.lookout.is_waiting()
    found = desk.answers(3)
    assert str(found["/a/3"]) == "[Errno 5] ZeroDivisionError: integer division or modulo by zero"
    assert found["/a/1"] == "/A/1"
    assert isinstance(found["/a/2"], PermissionError)
    assert not desk.lookout.is_waiting()


def test_one_thread_serves_all_that_answer(desk: Desk) -> None:
    before = threading.active_count()
    for number in range(100):
        desk.ask(f"/{number}/f")
    assert len(desk.answers(100)) == 100
    assert threading.active_count() <= before + 1


def test_a_place_that_hangs_holds_up_nobody_but_itself(desk: Desk) -> None:
    before = threading.active_count()
    desk.ask("/dead/1", desk.hang)
    for path in ("/dead/2", "/well/1", "/dead/3"):
        desk.ask(path)
    assert desk.entered.acquire(timeout=DEADLINE)
    assert desk.lookout.answers() == []  # patience
    assert desk.lookout.due() == PATIENCE
    desk.clock.now = PATIENCE
    assert desk.lookout.answers() == []  # another thread takes over
    assert desk.answers(1) == {"/well/1": "/WELL/1"}
    desk.ask("/dead/4")
    desk.ask("/well/2")
    assert desk.answers(1) == {"/well/2": "/WELL/2"}
    assert threading.active_count() <= before + 2
    desk.gate.set()
    assert desk.answers(4) == {"/dead/1": "late", **{f"/dead/{n}": f"/DEAD/{n}" for n in (2, 3, 4)}}
    desk.ask("/dead/5")
    assert desk.answers(1) == {"/dead/5": "/DEAD/5"}


def test_a_place_is_a_mount_point_or_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autosys_py.agent.lookout._mount_points", lambda: ["/mnt/nfs", "/mnt/nfs/deep", "/boot"])
    place = Lookout(lambda: None)._place
    assert place("/mnt/nfs/in/a/f") == place("/mnt/nfs/f") == "/mnt/nfs"
    assert place("/mnt/nfs/deep/f") == "/mnt/nfs/deep"
    assert place("/mnt/nfsx/f") == "/mnt/nfsx"
    assert place("/data/in/f") == "/data/in"


def test_the_kernel_says_what_is_mounted() -> None:
    from autosys_py.agent.lookout import _mount_points

    assert "/" not in _mount_points()
    assert "/proc" in _mount_points()
