"""A desk to define jobs at: JIL goes into a store in memory, answers come back."""

from zoneinfo import ZoneInfo

from autosys_py.cli.define import Answer, Definer, load
from autosys_py.core.model import Definition, Job, JobState, NamedObject
from autosys_py.event_server.memory import MemoryStore
from autosys_py.jil.object_renderer import render_blobs, render_object
from autosys_py.jil.renderer import render_job, render_machine

KINDS = ("job_type", "resource", "xinst", "glob", "connectionprofile", "monbro")
NOW = 1770098400
"""Tuesday 02/03/2026 06:00:00 UTC."""


class Desk:
    """One instance; `localhost` is the only machine until one is inserted."""

    def __init__(self, undefined_machine: str = "offline") -> None:
        self.store = MemoryStore()
        self.definer = Definer(self.store, ZoneInfo("UTC"), "joe@desk", undefined_machine)

    def jil(self, text: str) -> list[Answer]:
        return load(self.definer, text, NOW)

    def codes(self, text: str) -> list[int]:
        """Codes of all errors; 0 is a line of ours."""
        return [fault.code for answer in self.jil(text) for fault in answer.faults if fault.is_error]

    def warnings(self, text: str) -> list[str]:
        answers = self.jil(text)
        assert all(answer.accepted for answer in answers), [fault.text for each in answers for fault in each.faults]
        return [fault.text for answer in answers for fault in answer.faults]

    def defines(self, text: str) -> Job:
        """The job of the last stanza, which must be accepted."""
        answer = self.jil(text)[-1]
        assert answer.defined is not None, [fault.text for fault in answer.faults]
        return answer.defined

    def definition(self, name: str) -> Definition:
        head = self.store.head(name)
        assert head is not None, f"{name} is not defined"
        definition = self.store.definition(head.joid)
        assert definition is not None
        return definition

    def state(self, name: str) -> JobState:
        row = self.store.status(self.definition(name).job.joid)
        assert row is not None
        return row.state

    def printed(self, name: str) -> list[str]:
        """What -q prints of a job, without its head."""
        definition = self.definition(name)
        return render_job(definition, definition.value("box_name"), 0)[5:]

    def line(self, name: str, attribute: str) -> str:
        """What -q prints behind `attribute: `."""
        found = [line for line in self.printed(name) if line.startswith(f"{attribute}: ")]
        assert len(found) == 1, self.printed(name)
        return found[0].removeprefix(f"{attribute}: ")

    def everything(self) -> str:
        """All objects that jobs need, then `autorep -J ALL -q` without indents."""
        lines = [line for kind in KINDS for thing in self.store.objects(kind) for line in render_object(thing)]
        boxes = {head.joid: head.name for head in self.store.heads()}
        for definition in self.store.definitions():
            name = definition.job.name
            lines += render_job(definition, boxes.get(definition.job.box_joid, ""), 0)
            lines += render_blobs(name, self.store.objects("blob", name), 0)
        return "\n".join(lines) + "\n"

    def object(self, kind: str, name: str, part: str = "") -> NamedObject:
        thing = self.store.object(kind, name, part)
        assert thing is not None, f"there is no {kind} {name}"
        return thing

    def source(self, kind: str, name: str, part: str = "") -> list[str]:
        """What -q prints of an object, without its head."""
        return render_object(self.object(kind, name, part))[4:]

    def machine(self, name: str) -> list[str]:
        machine = self.store.machine(name)
        assert machine is not None
        return render_machine(machine)
