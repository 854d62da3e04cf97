"""The critical path of a graph: the longest chain of average run times from a first start to a last end.

Each job is two moments, its start and its end. A box starts before its members and ends after them; a job that waits
for the end of another starts after it. What goes in a circle cannot be an order, so the edge that closes it is left
out. A job that waits for none and for which none waits, nor for its box, is on no path, however long it takes.
"""

from itertools import pairwise

from autosys_py.report.graph import Graph, Shape
from autosys_py.report.order import in_order

JOBS = frozenset({Shape.JOB, Shape.BOX})


def mark_critical_path(graph: Graph) -> None:
    """Marks the nodes and edges of the longest chain of two or more jobs, and notes how long it takes."""
    arcs = _arcs(graph)
    order = in_order(arcs, lambda moment: (after for after, _ in arcs[moment]))
    position = {moment: number for number, moment in enumerate(order)}
    longest = dict.fromkeys(order, 0)
    before: dict[str, str] = {}
    for moment in order:
        for after, seconds in arcs[moment]:
            reached = longest[moment] + seconds
            if position[after] > position[moment] and (reached > longest[after] or after not in before):
                longest[after], before[after] = max(reached, longest[after]), moment
    if not longest:
        return
    last = max(reversed(order), key=lambda moment: longest[moment])  # of equals the last: the box around the last job
    path = _back(before, last)
    keys = list(dict.fromkeys(moment[1:] for moment in path))
    if sum(graph.nodes[key].shape is Shape.JOB for key in keys) < 2:
        return
    graph.critical_seconds = longest[last]
    for key in keys:
        graph.nodes[key].is_critical = True
    steps = {(one[1:], other[1:]) for one, other in pairwise(path) if _is_step(one, other)}
    for edge in graph.edges:
        edge.is_critical = edge.is_ordering and (edge.source, edge.target) in steps


START, END = "(", ")"


def _is_step(one: str, other: str) -> bool:
    return one[0] == END and other[0] == START


def _arcs(graph: Graph) -> dict[str, list[tuple[str, int]]]:
    """From each moment to those that cannot come before it, with the seconds between."""
    arcs: dict[str, list[tuple[str, int]]] = {}
    joined = {key for edge in graph.edges if edge.is_ordering for key in (edge.source, edge.target)}
    around = joined.union(*map(graph.ancestors, joined))
    for key, node in graph.nodes.items():
        if node.shape in JOBS and (key in around or not joined.isdisjoint(graph.ancestors(key))):
            arcs[START + key] = [(END + key, node.seconds if node.shape is Shape.JOB else 0)]
            arcs[END + key] = []
    for key, node in graph.nodes.items():
        if START + key in arcs and START + node.box in arcs:
            arcs[START + node.box].append((START + key, 0))
            arcs[END + key].append((END + node.box, 0))
    for edge in graph.edges:
        if edge.is_ordering and END + edge.source in arcs and START + edge.target in arcs and not graph.is_within(edge):
            arcs[END + edge.source].append((START + edge.target, 0))
    return arcs


def _back(before: dict[str, str], moment: str) -> list[str]:
    path = [moment]
    while path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]
