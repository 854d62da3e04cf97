"""The dependency graph of jobs, before it is drawn: boxes around boxes, an edge for each atom of a condition.

`graph_dot`, `graph_mermaid` and `graph_svg` draw it. The order of nodes and edges is that of the definitions, so the
same estate gives the same bytes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from autosys_py.core.codes import Status
from autosys_py.core.condition import UNLIMITED, Atom, Kind
from autosys_py.report.durations import duration


class Shape(StrEnum):
    """What a node stands for."""

    JOB = "job"
    BOX = "box"
    GLOBAL = "global"
    EXTERNAL = "external"
    """A job of another instance."""
    MISSING = "missing"
    """Named by a condition, and no job has the name."""


@dataclass(slots=True)
class Node:
    key: str
    """Names it in the graph; no two nodes have the same."""
    label: str
    shape: Shape
    box: str = ""
    """Key of the box around it; empty = none."""
    status: Status | None = None
    detail: str = ""
    """What a reader may want to know of it, one line."""
    seconds: int = 0
    """Average run time."""
    is_critical: bool = False

    @property
    def standing(self) -> str:
        """Status and average run time: `SUCCESS, 5m`; empty of what has neither."""
        parts = [self.status.name] if self.status is not None else []
        if self.shape is Shape.JOB:
            parts.append(duration(self.seconds))
        return ", ".join(parts)

    @property
    def caption(self) -> str:
        """Everything on one line."""
        return f"{self.label} ({self.standing})" if self.standing else self.label


@dataclass(slots=True)
class Edge:
    """From what an atom names to the job whose condition has the atom."""

    source: str
    target: str
    labels: list[str] = field(default_factory=list)
    is_override: bool = False
    """Of box_success or box_failure: it ends the target and does not start it."""
    is_ordering: bool = False
    """The target does not start before the source has ended."""
    is_critical: bool = False

    @property
    def label(self) -> str:
        return "; ".join(self.labels)


@dataclass
class Graph:
    title: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    critical_seconds: int = 0

    def children(self) -> dict[str, list[Node]]:
        """The nodes directly in each box, under `` those in none."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.box, []).append(node)
        return found

    def ancestors(self, key: str) -> list[str]:
        """The boxes around a node, the direct one first."""
        found = []
        while box := self.nodes[key].box:
            found.append(box)
            key = box
        return found

    def is_within(self, edge: Edge) -> bool:
        """Is one end a box around the other?"""
        return edge.source in self.ancestors(edge.target) or edge.target in self.ancestors(edge.source)


ORDERING = frozenset({Kind.SUCCESS, Kind.DONE, Kind.EXITCODE})
"""Atoms by which work of an ordinary day goes on; failure and termination lead elsewhere."""


def atom_label(atom: Atom) -> str:
    """The kind of an atom with its look-back and what it compares with: `s`, `d,12.00`, `e <= 4`, `v = "yes"`."""
    text = atom.kind.value
    if atom.lookback is not None:
        text += f",{_lookback(atom.lookback)}"
    if atom.comparison:
        operand = f'"{atom.operand}"' if atom.kind is Kind.VALUE else atom.operand
        text += f" {atom.comparison} {operand}"
    return text


def _lookback(minutes: int) -> str:
    if minutes >= UNLIMITED:
        return "9999"
    return f"{minutes // 60:02d}.{minutes % 60:02d}" if minutes else "0"


def data_lines(graph: Graph) -> Iterator[str]:
    """One JSON document."""
    nodes = [
        {
            "name": node.label,
            "kind": node.shape.value,
            "box_name": graph.nodes[node.box].label if node.box else None,
            "status": node.status.name if node.status is not None else None,
            "average_runtime": node.seconds if node.shape is Shape.JOB else None,
            "critical": node.is_critical,
        }
        for node in graph.nodes.values()
    ]
    edges = [
        {
            "from": graph.nodes[edge.source].label,
            "to": graph.nodes[edge.target].label,
            "atoms": edge.labels,
            "override": edge.is_override,
            "critical": edge.is_critical,
        }
        for edge in graph.edges
    ]
    yield json.dumps({"nodes": nodes, "edges": edges, "critical_path_seconds": graph.critical_seconds}, indent=1)
