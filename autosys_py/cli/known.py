"""What the checks of JIL ask, answered from the event store."""

import os
import stat
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autosys_py.core.model import Definition, Job, Machine, NamedObject
from autosys_py.jil.known import KnownJob

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

FEW = 500
"""Names among which a mistyped one is still looked for."""
LARGEST_BLOB = 16 * 1024 * 1024
"""Bytes of a blob_file."""


class StoreKnown:
    """Remembers answers for as long as nobody else can write: one outer transaction."""

    def __init__(self, store: "EventServer", autoserv: str) -> None:
        self._store = store
        self._autoserv = autoserv
        self.forget()

    def forget(self) -> None:
        """The transaction is over: others may have written."""
        self._jobs: dict[str, KnownJob | None] = {}
        self._machines: dict[str, Machine | None] = {}
        self._boxes_of: dict[int, int] | None = None
        self._names: dict[str, tuple[str, ...]] = {}
        self.forget_objects()

    def forget_objects(self) -> None:
        """An object that is neither a job nor a machine was written."""
        self._objects: dict[tuple[str, str | None], list[NamedObject]] = {}

    def job(self, name: str) -> KnownJob | None:
        if name not in self._jobs:
            head = self._store.head(name)
            self._jobs[name] = KnownJob(head.joid, head.job_type, head.box_joid) if head is not None else None
        return self._jobs[name]

    def has_job(self, name: str) -> bool:
        return self.job(name) is not None

    def put_job(self, job: Job) -> None:
        """A job was written."""
        self._jobs[job.name] = KnownJob(job.joid, job.job_type, job.box_joid)
        self._boxes_of = None

    def machine(self, name: str) -> Machine | None:
        if name not in self._machines:
            self._machines[name] = self._store.machine(name)
        return self._machines[name]

    def is_inside(self, joid: int, box_joid: int) -> bool:
        if self._boxes_of is None:
            self._boxes_of = {head.joid: head.box_joid for head in self._store.heads()}
        while joid and joid != box_joid:
            joid = self._boxes_of.get(joid, 0)
        return joid != 0

    def names_near(self, name: str, kind: str = "job") -> tuple[str, ...]:
        if kind not in self._names:
            names = self._names_of(kind)
            self._names[kind] = names if len(names) <= FEW else ()
        return self._names[kind]

    def _names_of(self, kind: str) -> tuple[str, ...]:
        if kind == "job":
            return tuple(head.name for head in self._store.heads())
        if kind == "machine":
            return ("localhost", *(machine.name for machine in self._store.machines()))
        return tuple(each.name for each in (*self.objects("calendar"), *self.objects("extended_calendar")))

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]:
        if (kind, name) not in self._objects:
            self._objects[kind, name] = self._store.objects(kind, name)
        return self._objects[kind, name]

    def definitions(self) -> Iterable[Definition]:
        return self._store.definitions()

    def has_calendar(self, name: str) -> bool:
        return bool(self.objects("calendar", name) or self.objects("extended_calendar", name))

    def has_template(self, name: str) -> bool:
        return any(each.value("blob_type") == "emailtemplate" for each in self.objects("glob", name))

    def has_instance(self, name: str) -> bool:
        return name == self._autoserv or bool(self.objects("xinst", name))

    def has_zone(self, name: str) -> bool:
        folded = _folded(name)
        return any(_folded(each.name) == folded for each in self.objects("timezone"))

    def file_text(self, path: str) -> str:
        """No device and no pipe: reading one may never end."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            details = os.fstat(descriptor)
            if not stat.S_ISREG(details.st_mode):
                raise OSError("it is no regular file")
            if details.st_size > LARGEST_BLOB:
                raise OSError(f"it has more than {LARGEST_BLOB} bytes")
            return file.read(LARGEST_BLOB).decode("utf-8", "surrogateescape")


def _folded(zone: str) -> str:
    return zone.replace(" ", "").lower()
