"""What a watched name means: wildcards, directories, and what cannot be known."""

import os
from pathlib import Path

import pytest

from autosys_py.agent.files import files_of, fits


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a1.csv", "a2.csv", "b.txt", ".hidden.csv", "[x].csv", "in/1/a.csv", "in/2/a.csv", "in/2/deep/a.csv"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "recursive", "found"),
    [
        ("b.txt", False, "b.txt"),
        ("missing", False, ""),
        ("missing/f", False, ""),
        ("b.txt/f", False, ""),
        ("a?.csv", False, "a1.csv a2.csv"),
        ("*.csv", False, ".hidden.csv [x].csv a1.csv a2.csv"),
        ("[x].*", False, "[x].csv"),
        ("in/*/a.csv", False, "in/1/a.csv in/2/a.csv"),
        ("a.csv", True, "in/1/a.csv in/2/a.csv in/2/deep/a.csv"),
        ("in/?/a.csv", True, "in/1/a.csv in/2/a.csv in/2/deep/a.csv"),
        ("missing/*.csv", True, ""),
        ("in", False, "in"),
    ],
)
def test_what_is_found(tree: Path, name: str, recursive: bool, found: str) -> None:
    seen = files_of(f"{tree}/{name}", recursive)
    assert sorted(os.path.relpath(path, tree) for path in seen) == found.split()
    for path in seen:
        assert fits(path, f"{tree}/{name}", recursive)


@pytest.mark.parametrize(
    ("path", "watched", "recursive", "does"),
    [
        ("/in/a/b.csv", "/in/*.csv", False, False),
        ("/in/a/b.csv", "/in/*.csv", True, True),
        ("/in/a/b.csv", "/out/*.csv", True, False),
        ("/in/b.csv", "/in/a/*.csv", True, False),
    ],
)
def test_a_wildcard_stays_in_its_directory(path: str, watched: str, recursive: bool, does: bool) -> None:
    assert fits(path, watched, recursive) is does


def test_size_and_time_come_from_the_open_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network client's memory may be old until the file is opened."""
    path = f"{tree}/b.txt"
    stale = os.stat_result((0o100644, 1, 1, 1, 0, 0, 1, 0, 0, 0))
    monkeypatch.setattr("autosys_py.agent.files.os.stat", lambda _path: stale)
    assert files_of(path)[path].size == len("b.txt")


def test_the_directory_is_opened_before_a_name_is_believed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    scandir = os.scandir

    def note(path: str):  # type: ignore[no-untyped-def]
        opened.append(path)
        return scandir(path)

    monkeypatch.setattr("autosys_py.agent.files.os.scandir", note)
    files_of(f"{tree}/missing")
    assert opened == [str(tree)]


def test_a_pipe_does_not_hold_us_up(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    assert list(files_of(f"{tree}/pipe")) == [f"{tree}/pipe"]


def test_a_link_that_leads_nowhere_is_no_file(tree: Path) -> None:
    (tree / "link").symlink_to(tree / "missing")
    (tree / "loop").symlink_to(tree / "loop")
    assert files_of(f"{tree}/l*") == {}


def test_names_that_no_file_has(tree: Path) -> None:
    assert files_of(f"{tree}/a\0b") == files_of(f"{tree}\0/a") == files_of(f"{tree}/{'n' * 300}") == {}


def test_what_the_file_system_does_not_say_is_not_known(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that went away has not deleted the file."""

    def fail(_path: str) -> None:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr("autosys_py.agent.files.os.stat", fail)
    with pytest.raises(OSError, match="Stale"):
        files_of(f"{tree}/b.txt")
    monkeypatch.setattr("autosys_py.agent.files.os.scandir", fail)
    with pytest.raises(OSError, match="Stale"):
        files_of(f"{tree}/*.txt")
