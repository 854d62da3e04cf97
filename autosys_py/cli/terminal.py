"""jil at a terminal: line editing, a history and completion, by Python's `readline` where it is there.

The history is a file of the instance folder that only its owner can read, because commands may hold what others
should not see. The tab key completes what may stand at the cursor: subcommands and the attributes of the open stanza at
the beginning of a statement, names of jobs behind a keyword that takes one.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from autosys_py.jil import attributes
from autosys_py.jil.reading import CONDITIONS
from autosys_py.jil.subcommands import SUBCOMMANDS

HISTORY = "jil_history"
LONGEST_HISTORY = 1000
"""Lines."""
_BEHIND = re.compile(r"(?:^|\s)([A-Za-z_0-9]+)\s*:([^:]*)\Z")
_OPENS = re.compile(r"\s*([A-Za-z_]+)\s*:")
_TAKES_A_JOB = frozenset({"box_name", "job_name"})
_KINDS_NAMED_BY_JOBS = ("job", "box", "rename", "blob")


class Completer:
    """What may be typed next."""

    def __init__(self, job_names: Callable[[], Iterable[str]]) -> None:
        self._job_names = job_names
        self._kind = ""
        """What the open stanza is about, empty before the first."""

    def saw(self, line: str) -> None:
        """A line was entered: it may open a stanza."""
        match = _OPENS.match(line)
        subcommand = SUBCOMMANDS.get(match[1].lower()) if match else None
        if subcommand is not None:
            self._kind = subcommand.kind

    def choices(self, before: str, word: str) -> list[str]:
        """The words that `word`, behind `before` on its line, may be the beginning of; keywords with their colon."""
        if _is_name_expected(before):
            return sorted(name for name in self._job_names() if name.startswith(word))
        keywords = [*(attributes.names(self._kind) if self._kind else ()), *(() if before.strip() else SUBCOMMANDS)]
        return [f"{each}: " for each in keywords if each.lower().startswith(word.lower())]


def _is_name_expected(before: str) -> bool:
    """Is it the name of a job that stands at the cursor?"""
    match = _BEHIND.search(before)
    if match is None:
        return False
    keyword, value = match[1].lower(), match[2]
    if keyword in CONDITIONS:
        return True
    subcommand = SUBCOMMANDS.get(keyword)
    takes_a_job = keyword in _TAKES_A_JOB or (subcommand is not None and subcommand.kind in _KINDS_NAMED_BY_JOBS)
    return takes_a_job and not value.strip()


def typed_lines(prompt: Callable[[int], str], folder: Path, job_names: Callable[[], Iterable[str]]) -> Iterator[str]:
    """Lines as they are typed, each behind a prompt with its number, until the end of input.

    Without a terminal on both ends, or without readline, lines are read as they come.
    """
    readline = _readline()
    if readline is None or not sys.stdout.isatty():
        yield from _plain_lines(prompt)
        return
    completer = Completer(job_names)
    history = folder / HISTORY
    _begin(readline, completer, history)
    number = 0
    try:
        while True:
            number += 1
            try:
                line = input(prompt(number))
            except EOFError:
                sys.stdout.write("\n")
                return
            completer.saw(line)
            yield line
    finally:
        _keep(readline, history)


def _readline() -> Any:
    try:
        import readline
    except ImportError:  # Python may be built without it
        return None
    return readline


def _begin(readline: Any, completer: Completer, history: Path) -> None:
    with suppress(OSError):
        readline.read_history_file(str(history))
    readline.set_history_length(LONGEST_HISTORY)
    found: list[str] = []

    def complete(word: str, state: int) -> str | None:
        if state == 0:
            found[:] = completer.choices(readline.get_line_buffer()[: readline.get_begidx()], word)
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(' \t\n():,&|"')
    is_editline = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_editline else "tab: complete")
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="surrogateescape")


def _keep(readline: Any, history: Path) -> None:
    """Writes the history; that it cannot be written is no reason to fail."""
    with suppress(OSError):
        os.close(os.open(history, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        history.chmod(0o600)
        readline.write_history_file(str(history))


def _plain_lines(prompt: Callable[[int], str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        sys.stdout.write(prompt(number))
        sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            sys.stdout.write("\n")
            return
        yield line.decode("utf-8", "surrogateescape").removesuffix("\n")
