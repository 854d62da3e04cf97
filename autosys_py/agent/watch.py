"""A file watcher: a job without a process (rule R-14).

It looks at once and then every `watch_interval` seconds. It is done when a file that the name fits has at least
`watch_file_min_size` bytes and the same size as one look before. After a restart of the scheduler it begins anew.
"""

from collections.abc import Mapping

from autosys_py.agent.files import files_of
from autosys_py.agent.launch import file_name, job_environment, replace_globals
from autosys_py.agent.protocol import StartOrder

DEFAULT_INTERVAL = 60


class Watch:
    """One watcher; `due` is when it wants to look again, on the clock that `look` is given."""

    def __init__(self, order: StartOrder, base: Mapping[str, str], now: float) -> None:
        attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
        self.path = file_name(attributes.get("watch_file", ""), job_environment(order, base))
        self.interval = max(1, number(attributes.get("watch_interval", ""), DEFAULT_INTERVAL))
        self.min_size = number(attributes.get("watch_file_min_size", ""), 0)
        self.due = now
        self._sizes: dict[str, int] = {}

    def look(self, now: float) -> int | None:
        """Looks at the files: the exit code 0 if one of them is complete, None to go on watching."""
        sizes = {path: status.st_size for path, status in files_of(self.path).items()}
        steady = any(size >= self.min_size and self._sizes.get(path) == size for path, size in sizes.items())
        self._sizes = sizes
        self.due = now + self.interval
        return 0 if steady else None


def number(text: str, default: int) -> int:
    """The value of an attribute, `default` if it was not given."""
    return int(text) if text.strip().isdigit() else default
