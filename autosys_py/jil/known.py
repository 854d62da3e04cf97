"""What the checks ask about objects that are defined already; the caller answers from its store."""

from typing import NamedTuple, Protocol

from autosys_py.core.model import Machine


class KnownJob(NamedTuple):
    """A job that is defined."""

    joid: int
    job_type: str
    box_joid: int


class Known(Protocol):
    """The objects of the instance, those of earlier stanzas included."""

    def job(self, name: str) -> KnownJob | None: ...

    def machine(self, name: str) -> Machine | None:
        """None also for the built-in localhost, unless it was redefined."""

    def is_inside(self, joid: int, box_joid: int) -> bool:
        """Is the job the box, or a member of it at any depth?"""

    def names_near(self, name: str) -> tuple[str, ...]:
        """Names of jobs that may have been meant; may be empty where looking is too slow."""

    def has_calendar(self, name: str) -> bool: ...

    def has_resource(self, name: str) -> bool: ...

    def has_template(self, name: str) -> bool: ...

    def has_instance(self, name: str) -> bool:
        """An external instance, or this one."""


class Settings(NamedTuple):
    """What the checks must know beside the objects."""

    owner: str
    """`user@host` of the caller."""
    undefined_machine: str = "offline"
    """The key UndefinedMachine: offline, error or local."""
