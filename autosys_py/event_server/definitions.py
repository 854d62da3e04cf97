"""Jobs and machines as `jil` writes them: versions that are never changed, only followed by newer ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter

from autosys_py.core.model import Definition, Job, JobState, Machine, NamedObject
from autosys_py.event_server.errors import AlreadyExists, damaged
from autosys_py.event_server.escapes import escaped, unescaped
from autosys_py.event_server.heads import fault_of_boxes, names_in
from autosys_py.event_server.protocol import JobHead
from autosys_py.event_server.rows import (
    definition_of,
    definition_row,
    head_of_row,
    machine_of,
    machine_row,
    object_of,
    object_row,
    state_row,
)
from autosys_py.event_server.seam import PAGE, Seam

_UNNUMBERED = attrgetter(*(each.name for each in fields(Job)[2:]))


def _numbered(job: Job, joid: int, job_ver: int) -> Job:
    """What `dataclasses.replace` would make, for every job of an estate."""
    return Job(joid, job_ver, *_UNNUMBERED(job))


class Definitions(Seam):
    """The part of `EventServer` that `jil` writes and everybody reads."""

    def head(self, name: str) -> JobHead | None:
        row = self.row("head", name=escaped(name))
        return None if row is None else head_of_row(row)

    def heads(self) -> list[JobHead]:
        heads = [head_of_row(row) for row in self.rows("heads")]
        if fault := fault_of_boxes({head.joid: head.box_joid for head in heads}):
            raise damaged(self.place, fault)
        return heads

    def names(self, beginning: str, limit: int) -> list[str]:
        return [unescaped(name) for (name,) in self.rows("names", beginning=escaped(beginning), limit=limit)]

    def members(self, box_joid: int) -> list[JobHead]:
        return [head_of_row(row) for row in self.rows("members", box_joid=box_joid)]

    def definition(self, joid: int, job_ver: int = 0) -> Definition | None:
        if job_ver:
            row = self.row("definition_version", joid=joid, job_ver=job_ver)
        else:
            row = self.row("definition", joid=joid)
        return None if row is None else definition_of(row)

    def definitions(self, joids: Sequence[int] | None = None) -> Iterator[Definition]:
        if joids is None or len(joids) > PAGE:
            wanted = None if joids is None else set(joids)
            for row in self.pages("definitions_after"):
                if wanted is None or row[0] in wanted:
                    yield definition_of(row)
        else:
            for joid in sorted(set(joids)):
                definition = self.definition(joid)
                if definition is not None:
                    yield definition

    def jobs_naming(self, name: str) -> list[int]:
        return [joid for (joid,) in self.rows("jobs_naming", name=escaped(name))]

    def put_definition(self, definition: Definition) -> Job:
        job = definition.job
        holder = self.head(job.name)
        if holder is not None and holder.joid != job.joid:
            raise AlreadyExists(f"{job.name} already exists; delete_job it first or choose another name")
        if job.joid:
            job = _numbered(job, job.joid, self._newest_version(job.joid) + 1)
            self._retire(job.joid)
        else:
            job = _numbered(job, self._draw_joid(), 1)
        numbered = Definition(job, definition.attributes, definition.sent_by, definition.time)
        self.change_many("insert_definition", [definition_row(numbered)])
        self.change_many("insert_condition_name", [(escaped(name), job.joid) for name in names_in(job)])
        return job

    def put_version(self, definition: Definition) -> int:
        joid = definition.job.joid
        job = _numbered(definition.job, joid, self._newest_version(joid) + 1)
        stored = Definition(job, definition.attributes, definition.sent_by, definition.time)
        self.change_many("insert_version", [definition_row(stored)])
        return job.job_ver

    def delete_definition(self, joid: int) -> None:
        self.change("delete_objects_of_job", joid=joid)
        self._retire(joid)
        self.change("delete_state", joid=joid)

    def _retire(self, joid: int) -> None:
        """The job's current version is no longer the current one."""
        if self.change("retire_definition", joid=joid):
            self.change("delete_condition_names", joid=joid)

    def _draw_joid(self) -> int:
        row = self.returned("draw_number", name="joid")
        assert row is not None
        return int(row[0])

    def _newest_version(self, joid: int) -> int:
        row = self.row("newest_version", joid=joid)
        return 0 if row is None or row[0] is None else int(row[0])

    def put_first_states(self, states: Mapping[int, JobState]) -> None:
        self.change_many("put_states", [state_row(joid, state) for joid, state in states.items()])

    def machines(self) -> list[Machine]:
        return [machine_of(row) for row in self.rows("machines")]

    def machine(self, name: str) -> Machine | None:
        row = self.row("machine", name=escaped(name))
        return None if row is None else machine_of(row)

    def put_machine(self, machine: Machine) -> None:
        self.change_many("put_machine", [machine_row(machine)])

    def delete_machine(self, name: str) -> None:
        self.change("delete_machine", name=escaped(name))

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]:
        if name is None:
            return [object_of(row) for row in self.rows("objects", kind=kind)]
        return [object_of(row) for row in self.rows("objects_named", kind=kind, name=escaped(name))]

    def object(self, kind: str, name: str, part: str = "") -> NamedObject | None:
        row = self.row("object", kind=kind, name=escaped(name), part=escaped(part))
        return None if row is None else object_of(row)

    def put_object(self, thing: NamedObject) -> None:
        self.change_many("put_object", [object_row(thing)])

    def delete_object(self, kind: str, name: str, part: str = "") -> None:
        self.change("delete_object", kind=kind, name=escaped(name), part=escaped(part))
