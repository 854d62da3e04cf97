"""`autosys graph`: the dependencies of jobs as a picture (docs/graph.md), from the event store or from JIL alone.

The jobs of the pattern come with the members of their boxes; from there the conditions are followed for `--depth`
steps. A job's name leads to its definition by an index in both directions, so what it costs is what it shows.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli.averages import expected_runtime
from autosys_py.cli.messages import Refused, message
from autosys_py.cli.picture import write_picture
from autosys_py.cli.played import Play, world_of
from autosys_py.cli.selection import CHUNK, select_jobs
from autosys_py.core.condition import Atom, Kind, external_name
from autosys_py.core.text import visible
from autosys_py.report.critical_path import mark_critical_path
from autosys_py.report.graph import ORDERING, Edge, Graph, Node, Shape, atom_label, data_lines
from autosys_py.report.graph_dot import dot_lines
from autosys_py.report.graph_mermaid import mermaid_lines
from autosys_py.report.graph_svg import svg_lines

if TYPE_CHECKING:
    from autosys_py.core.condition import Condition
    from autosys_py.core.model import Job
    from autosys_py.event_server.protocol import EventServer, StatusRow

FORMATS = {"dot": dot_lines, "mermaid": mermaid_lines, "svg": svg_lines, "json": data_lines}


def graph(pattern: str, play: Play, format_: str, depth: int | None, direction: str, output: Path | None) -> int:
    """Draws; `depth` None = as far as conditions lead. Raises Refused where no job matches or the JIL is wrong."""
    with world_of(play) as world:
        store = world.instance.store
        found = _Surroundings(store, pattern, depth, direction)
        if not found.jobs:
            raise Refused(message(50027, pattern).rstrip())
        drawn = _Builder(store, found.jobs, f"{pattern} {world.title}").graph()
    mark_critical_path(drawn)
    write_picture(FORMATS[format_](drawn), output)
    return 0


class _Surroundings:
    """The jobs to show, by joid in the order they are found: those of the pattern, then step by step around them."""

    def __init__(self, store: "EventServer", pattern: str, depth: int | None, direction: str) -> None:
        self._store = store
        self.jobs: dict[int, Job] = {}
        edge = self._take(placed.head.joid for placed in select_jobs(store, pattern, None).jobs)
        step = 0
        while edge and (depth is None or step < depth):
            before = self._before(edge) if direction != "down" else []
            after = self._after(edge) if direction != "up" else []
            edge = self._take([*before, *after])
            step += 1

    def _take(self, joids: Iterable[int]) -> "list[Job]":
        new = [joid for joid in dict.fromkeys(joids) if joid not in self.jobs]
        taken = []
        for start in range(0, len(new), CHUNK):
            found = {each.job.joid: each.job for each in self._store.definitions(new[start : start + CHUNK])}
            taken += [found[joid] for joid in new[start : start + CHUNK] if joid in found]
        self.jobs.update((job.joid, job) for job in taken)
        return taken

    def _before(self, jobs: "Iterable[Job]") -> list[int]:
        names = dict.fromkeys(name for job in jobs for _, each in conditions_of(job) for name in each.job_names())
        heads = (self._store.head(name) for name in names)
        return [head.joid for head in heads if head is not None]

    def _after(self, jobs: "Iterable[Job]") -> list[int]:
        return [joid for job in jobs for joid in self._store.jobs_naming(job.name)]


def conditions_of(job: "Job") -> "list[tuple[str, Condition]]":
    """What the job has of condition, box_success and box_failure, each with its name."""
    named = (
        ("", job.condition),
        ("box_success ", job.box_success),
        ("box_failure ", job.box_failure),
    )
    return [(name, condition) for name, condition in named if condition is not None]


class _Builder:
    """From jobs to nodes and edges."""

    def __init__(self, store: "EventServer", jobs: "dict[int, Job]", title: str) -> None:
        self._store = store
        self._jobs = jobs
        self._graph = Graph(title)
        self._edges: dict[tuple[str, str, bool], Edge] = {}

    def graph(self) -> Graph:
        frames = self._with_frames()
        rows = self._rows(frames)
        for job in frames.values():
            self._add_job(job, rows.get(job.joid), frames)
        for job in self._jobs.values():
            for prefix, condition in conditions_of(job):
                for atom in condition.atoms:
                    self._add_edge(job, atom, prefix)
        return self._graph

    def _with_frames(self) -> "dict[int, Job]":
        """The jobs and the boxes around them, boxes first: a picture without them would be a heap."""
        framed: dict[int, Job] = {}
        for job in self._jobs.values():
            chain = [job]
            while (box := chain[-1].box_joid) and box not in framed:
                found = self._jobs.get(box) or self._definition(box)
                if found is None:
                    break
                chain.append(found)
            framed.update((each.joid, each) for each in reversed(chain))
        return framed

    def _definition(self, joid: int) -> "Job | None":
        definition = self._store.definition(joid)
        return definition.job if definition is not None else None

    def _rows(self, jobs: "dict[int, Job]") -> "dict[int, StatusRow]":
        joids = list(jobs)
        chunks = (joids[start : start + CHUNK] for start in range(0, len(joids), CHUNK))
        return {row.head.joid: row for chunk in chunks for row in self._store.statuses(chunk)}

    def _add_job(self, job: "Job", row: "StatusRow | None", frames: "dict[int, Job]") -> None:
        box = frames.get(job.box_joid)
        definition = self._store.definition(job.joid)
        condition = definition.value("condition") if definition is not None else ""
        self._graph.nodes[_job_key(job.name)] = Node(
            _job_key(job.name),
            visible(job.name),
            Shape.BOX if job.is_box else Shape.JOB,
            _job_key(box.name) if box is not None else "",
            row.state.status if row is not None else None,
            f"condition: {condition}" if condition else "",
            0 if job.is_box else expected_runtime(self._store, job),
        )

    def _add_edge(self, job: "Job", atom: Atom, prefix: str) -> None:
        source = self._source(atom)
        if source is None:
            return
        target, label, is_override = _job_key(job.name), f"{prefix}{atom_label(atom)}", bool(prefix)
        edge = self._edges.get((source, target, is_override))
        if edge is None:
            edge = self._edges[source, target, is_override] = Edge(source, target, is_override=is_override)
            self._graph.edges.append(edge)
        if label not in edge.labels:
            edge.labels.append(label)
        edge.is_ordering = edge.is_ordering or (not is_override and atom.kind in ORDERING)

    def _source(self, atom: Atom) -> str | None:
        """The node that an atom speaks of; None if it is left out for lying too far away."""
        if atom.instance:
            return self._add("external", external_name(atom.name, atom.instance), Shape.EXTERNAL)
        if atom.kind is Kind.VALUE:
            return self._add("global", atom.name, Shape.GLOBAL)
        if _job_key(atom.name) in self._graph.nodes:
            return _job_key(atom.name)
        return None if self._store.head(atom.name) is not None else self._add("missing", atom.name, Shape.MISSING)

    def _add(self, kind: str, name: str, shape: Shape) -> str:
        key = f"{kind} {name}"
        if key not in self._graph.nodes:
            value = self._store.global_value(name) if shape is Shape.GLOBAL else None
            self._graph.nodes[key] = Node(key, visible(name), shape, detail="" if value is None else f'value "{value}"')
        return key


def _job_key(name: str) -> str:
    return f"job {name}"
