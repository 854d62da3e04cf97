"""What the checks ask about objects that are defined already; the caller answers from its store."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from autosys_py.core.model import Definition, Machine, NamedObject


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

    def names_near(self, name: str, kind: str = "job") -> tuple[str, ...]:
        """Names of jobs, machines or calendars that may have been meant; may be empty where looking is too slow."""

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]:
        """All objects of a kind, or those of one name."""

    def definitions(self) -> Iterable[Definition]:
        """All jobs: for the rare question who uses something."""

    def has_calendar(self, name: str) -> bool: ...

    def has_template(self, name: str) -> bool: ...

    def has_instance(self, name: str) -> bool:
        """An external instance, or this one."""

    def has_zone(self, name: str) -> bool:
        """An entry of autotimezone, in any case, blanks left out."""

    def file_text(self, path: str) -> str:
        """The bytes of a regular file, those that are not UTF-8 as surrogate escapes. Raises OSError."""


class Settings(NamedTuple):
    """What the checks must know beside the objects."""

    owner: str
    """`user@host` of the caller."""
    undefined_machine: str = "offline"
    """The key UndefinedMachine: offline, error or local."""
    now: int = 0
    """When the stanza is applied, UTC seconds."""
    autoserv: str = ""
    """The name of this instance."""
