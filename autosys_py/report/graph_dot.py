"""The graph in Graphviz's language.

A box is a cluster, and an edge to a box leads to an invisible point in it and is cut at its border. Every text stands
in a quoted string, in which a backslash and a quote are the only characters that mean anything.
"""

from collections.abc import Iterator

from autosys_py.core.text import visible
from autosys_py.report.graph import Edge, Graph, Node, Shape
from autosys_py.report.palette import FILL

SHAPES = {
    Shape.JOB: 'shape=box style="rounded,filled"',
    Shape.BOX: "shape=folder style=filled",
    Shape.GLOBAL: "shape=ellipse style=filled",
    Shape.EXTERNAL: 'shape=box style="dashed,filled"',
    Shape.MISSING: 'shape=box style="dashed,filled" color=red',
}
PLAIN = "#ffffff"


def quoted(text: str) -> str:
    """A string of the language."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def dot_lines(graph: Graph) -> Iterator[str]:
    """The whole file."""
    names = {key: f"n{number}" for number, key in enumerate(graph.nodes)}
    children = graph.children()
    yield f"digraph {quoted(graph.title)} {{"
    yield f"  label={quoted(graph.title)} labelloc=t rankdir=LR compound=true"
    yield '  node [fontname="Helvetica" fontsize=11] edge [fontname="Helvetica" fontsize=9]'
    stack: list[tuple[Node | None, int]] = [(node, 1) for node in reversed(children.get("", []))]
    while stack:
        node, depth = stack.pop()
        margin = "  " * depth
        if node is None:
            yield f"{margin}}}"
        elif node.key in children:
            yield from (f"{margin}{line}" for line in _opening(node, names[node.key]))
            stack.append((None, depth))
            stack += [(child, depth + 1) for child in reversed(children[node.key])]
        else:
            yield f"{margin}{names[node.key]} [{_attributes(node)}]"
    for edge in graph.edges:
        yield f"  {names[edge.source]} -> {names[edge.target]} [{_edge(graph, edge, names, children)}]"
    yield "}"


def _opening(box: Node, name: str) -> Iterator[str]:
    yield f"subgraph cluster_{name} {{"
    yield f"  label={quoted(box.caption)} tooltip={quoted(box.detail)} style=filled fillcolor={quoted(_fill(box))}"
    yield f"  penwidth={3 if box.is_critical else 1}"
    yield f"  {name} [shape=point style=invis width=0 height=0]"


def _attributes(node: Node) -> str:
    width = " penwidth=3" if node.is_critical else ""
    label = quoted(node.caption)
    return f"label={label} tooltip={quoted(node.detail)} {SHAPES[node.shape]} fillcolor={quoted(_fill(node))}{width}"


def _fill(node: Node) -> str:
    return FILL[node.status] if node.status is not None else PLAIN


def _edge(graph: Graph, edge: Edge, names: dict[str, str], children: dict[str, list[Node]]) -> str:
    parts = [f"label={quoted(edge.label)}"]
    if edge.source in children and edge.source not in graph.ancestors(edge.target):
        parts.append(f"ltail=cluster_{names[edge.source]}")
    if edge.target in children and edge.target not in graph.ancestors(edge.source):
        parts.append(f"lhead=cluster_{names[edge.target]}")
    if edge.is_override:
        parts.append("style=dotted")
    if edge.is_critical:
        parts.append("penwidth=3")
    return " ".join(parts)
