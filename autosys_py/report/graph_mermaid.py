"""The graph as a Mermaid flowchart, which wikis and code forges draw.

The title is YAML, and a JSON string is that too. Every other text stands in quotes with each character that could mean
something as its number (`#34;`). A subgraph may not be joined with a node inside it, so a box has a small node of its
own where an edge would do that.
"""

import json
from collections.abc import Iterator

from autosys_py.core.text import visible
from autosys_py.report.graph import Edge, Graph, Node, Shape
from autosys_py.report.palette import FILL

BRACKETS = {
    Shape.JOB: ("[", "]"),
    Shape.BOX: ("[[", "]]"),
    Shape.GLOBAL: ("([", "])"),
    Shape.EXTERNAL: ("[/", "/]"),
    Shape.MISSING: ("{{", "}}"),
}
PLAIN = frozenset(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,:()=+")


def quoted(text: str) -> str:
    """A label."""
    shown = (each if each in PLAIN else f"#{ord(each)};" for each in visible(text))
    return '"' + "".join(shown) + '"'


def mermaid_lines(graph: Graph) -> Iterator[str]:
    """The whole diagram, without the fence that Markdown wants around it."""
    names = {key: f"n{number}" for number, key in enumerate(graph.nodes)}
    children = graph.children()
    ports = _ports(graph)
    yield "---"
    yield f"title: {json.dumps(visible(graph.title), ensure_ascii=False)}"
    yield "---"
    yield "flowchart LR"
    stack: list[tuple[Node | None, int]] = [(node, 1) for node in reversed(children.get("", []))]
    while stack:
        node, depth = stack.pop()
        margin = "  " * depth
        if node is None:
            yield f"{margin}end"
        elif node.key in children:
            yield f"{margin}subgraph {names[node.key]}[{quoted(node.caption)}]"
            if node.key in ports:
                yield f"{margin}  {names[node.key]}p(( ))"
            stack.append((None, depth))
            stack += [(child, depth + 1) for child in reversed(children[node.key])]
        else:
            left, right = BRACKETS[node.shape]
            yield f"{margin}{names[node.key]}{left}{quoted(node.caption)}{right}"
    for edge in graph.edges:
        yield f"  {_end(edge.source, edge, graph, names, ports)} {_arrow(edge)} " + _end(
            edge.target, edge, graph, names, ports
        )
    yield from _styles(graph, names)


def _ports(graph: Graph) -> set[str]:
    """Boxes that an edge joins with something inside them."""
    return {
        end
        for edge in graph.edges
        for end, other in ((edge.source, edge.target), (edge.target, edge.source))
        if end in graph.ancestors(other)
    }


def _end(key: str, edge: Edge, graph: Graph, names: dict[str, str], ports: set[str]) -> str:
    other = edge.target if key == edge.source else edge.source
    return f"{names[key]}p" if key in ports and key in graph.ancestors(other) else names[key]


def _arrow(edge: Edge) -> str:
    line = "-.->" if edge.is_override else "==>" if edge.is_critical else "-->"
    return f"{line}|{quoted(edge.label)}|" if edge.label else line


def _styles(graph: Graph, names: dict[str, str]) -> Iterator[str]:
    shown = list(dict.fromkeys(node.status for node in graph.nodes.values() if node.status is not None))
    for status in shown:
        yield f"  classDef {status.name.lower()} fill:{FILL[status]},color:#000000"
        members = ",".join(names[key] for key, node in graph.nodes.items() if node.status is status)
        yield f"  class {members} {status.name.lower()}"
    critical = ",".join(names[key] for key, node in graph.nodes.items() if node.is_critical)
    if critical:
        yield "  classDef critical stroke-width:3px"
        yield f"  class {critical} critical"
