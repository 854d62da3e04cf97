"""A file watcher (FW): a job without a process (rule R-14).

It looks at once and then every `watch_interval` seconds. It is done when a file that the name fits has at least
`watch_file_min_size` bytes and the same size as one look before. After a restart of the scheduler it begins anew,
at the file it was started for, whatever the globals in its name say by then.

`Watch` and `Trigger` judge what was seen and do no I/O: the agent looks for them, and the simulator shows them the
files of its script.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from autosys_py.agent.files import Files
from autosys_py.agent.launch import file_name, job_environment, replace_globals
from autosys_py.agent.protocol import StartOrder

DEFAULT_INTERVAL = 60


class Verdict(NamedTuple):
    """What a look came to."""

    exit_code: int | None = None
    """None = it goes on."""
    remark: str = ""
    """For the scheduler's log."""


GO_ON = Verdict()
DONE = Verdict(0)


class Watcher(Protocol):
    """What `Watch` and `Trigger` have in common."""

    path: str
    recursive: bool
    interval: int
    """Seconds from one look to the next."""
    is_new: bool
    """`memory` has changed and should be kept; whoever keeps it sets this back."""

    def judge(self, files: Files, now: float) -> Verdict:
        """Takes in a look; `now` is in seconds on any clock that does not jump."""

    def blind(self) -> None:
        """A look showed nothing because the file system did not answer."""

    def memory(self) -> object:
        """What it must not forget, as JSON values."""

    def remember(self, memory: object) -> None:
        """The inverse, on a new object for the same order."""


class Watch:
    """One file watcher."""

    recursive = False

    def __init__(self, order: StartOrder, base: Mapping[str, str]) -> None:
        attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
        self.path = watched_path(attributes, order, base)
        self.interval = max(1, number(attributes.get("watch_interval", ""), DEFAULT_INTERVAL))
        self.min_size = number(attributes.get("watch_file_min_size", ""), 0)
        self.is_new = True
        self._sizes: dict[str, int] = {}

    def judge(self, files: Files, now: float) -> Verdict:
        """Done if one of the files is large enough and has the size it had one look before."""
        sizes = {path: seen.size for path, seen in files.items()}
        steady = any(size >= self.min_size and self._sizes.get(path) == size for path, size in sizes.items())
        self._sizes = sizes
        return DONE if steady else GO_ON

    def blind(self) -> None:
        self._sizes = {}

    def memory(self) -> object:
        return {"path": self.path}

    def remember(self, memory: object) -> None:
        if isinstance(memory, dict) and isinstance(memory.get("path"), str):
            self.path = memory["path"]
            self.is_new = False


def watched_path(attributes: Mapping[str, str], order: StartOrder, base: Mapping[str, str]) -> str:
    """The name to look for: variables replaced; a relative one lies in the owner's home directory, as a command's
    files would."""
    environment = job_environment(order, base)
    name = file_name(attributes.get("watch_file", ""), environment)
    return name if name.startswith("/") else f"{environment.get('HOME', '').rstrip('/')}/{name}"


def number(text: str, default: int) -> int:
    """The value of an attribute, `default` if it was not given."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else default
