"""The graph as SVG, drawn by ourselves: it needs no Graphviz, and a browser shows the details of what is pointed at."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from autosys_py.core.text import cut, visible, width
from autosys_py.report.durations import duration
from autosys_py.report.graph import Edge, Graph, Node, Shape
from autosys_py.report.graph_layout import LETTER, Area, Layout, Point, lay_out
from autosys_py.report.palette import FILL

TOP = 30
"""Height of the title."""
STYLE = """\
text{font:11px Helvetica,Arial,sans-serif;fill:#1b1b1b}
.title{font-size:14px;font-weight:bold}.small{font-size:9.5px;fill:#444}.name{font-weight:bold}
rect{stroke:#555}.frame{fill-opacity:.35}.external,.missing{stroke-dasharray:4 3}.missing{stroke:#c00}
.edge{fill:none;stroke:#777;marker-end:url(#arrow)}.override{stroke-dasharray:2 3}
.edge.critical,rect.critical{stroke:#111;stroke-width:3}
.label{font-size:10px;fill:#222;text-anchor:middle}.halo{fill:#fff;fill-opacity:.85;stroke:none}"""


def svg_lines(graph: Graph) -> Iterator[str]:
    """The whole file."""
    layout = lay_out(graph)
    wide, high = max(layout.width, width(graph.title) * 8 + 20, 240), layout.height + TOP
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 {-TOP} {wide:.0f} {high:.0f}">'
    )
    yield f"<title>{text(graph.title)}</title>"
    yield f"<style>{STYLE}</style>"
    yield (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/>'
        "</marker></defs>"
    )
    yield f'<rect x="0" y="{-TOP}" width="{wide:.0f}" height="{high:.0f}" style="fill:#fff;stroke:none"/>'
    yield f'<text class="title" x="10" y="-10">{text(_heading(graph))}</text>'
    boxes = graph.children()
    yield from (_frame(node, layout.areas[node.key]) for node in _outer_first(graph, boxes))
    for number, edge in enumerate(graph.edges):
        yield _edge(edge, layout, number)
    yield from (_node(node, layout.areas[node.key]) for node in graph.nodes.values() if node.key not in boxes)
    for number, edge in enumerate(graph.edges):
        if edge.label:
            yield _label(edge, layout, number)
    yield "</svg>"


def text(value: str) -> str:
    """What a user typed, as text of a document."""
    return escape(visible(value), quote=True)


def _heading(graph: Graph) -> str:
    return f"{graph.title}, critical path {duration(graph.critical_seconds)}" if graph.critical_seconds else graph.title


def _outer_first(graph: Graph, boxes: dict[str, list[Node]]) -> list[Node]:
    return sorted((graph.nodes[key] for key in boxes if key), key=lambda node: len(graph.ancestors(node.key)))


def _classes(node: Node, *more: str) -> str:
    return " ".join([*more, node.shape.value, *(["critical"] if node.is_critical else [])])


def _fill(node: Node) -> str:
    return FILL[node.status] if node.status is not None else "#ffffff"


def _rect(node: Node, area: Area, classes: str, corner: int) -> str:
    return (
        f'<rect class="{classes}" x="{area.x:.0f}" y="{area.y:.0f}" width="{area.width:.0f}" '
        f'height="{area.height:.0f}" rx="{corner}" fill="{_fill(node)}"/>'
    )


def _frame(node: Node, area: Area) -> str:
    """A box around what is in it."""
    return (
        f"<g>{_tip(node)}{_rect(node, area, _classes(node, 'frame'), 6)}"
        f'<text class="name" x="{area.x + 10:.0f}" y="{area.y + 17:.0f}">{_fitted(node.caption, area.width)}</text></g>'
    )


def _node(node: Node, area: Area) -> str:
    corner = int(area.height / 2) if node.shape is Shape.GLOBAL else 5
    middle = area.x + area.width / 2
    lower = text(node.standing or node.shape.value)
    inner = ""
    if node.shape is Shape.BOX:
        inner = (
            f'<rect x="{area.x + 3:.0f}" y="{area.y + 3:.0f}" width="{area.width - 6:.0f}" '
            f'height="{area.height - 6:.0f}" rx="3" fill="none"/>'
        )
    return (
        f"<g>{_tip(node)}{_rect(node, area, _classes(node), corner)}{inner}"
        f'<text class="name" x="{middle:.0f}" y="{area.y + 16:.0f}" text-anchor="middle">'
        f"{_fitted(node.label, area.width)}</text>"
        f'<text class="small" x="{middle:.0f}" y="{area.y + 30:.0f}" text-anchor="middle">{lower}</text></g>'
    )


def _fitted(label: str, room: float) -> str:
    shown, letters = visible(label), int((room - 16) / LETTER)
    return escape(shown if width(shown) <= letters else f"{cut(shown, letters - 1)}…")


def _tip(node: Node) -> str:
    """What a browser shows when the node is pointed at."""
    return f"<title>{text(' - '.join(part for part in (node.caption, node.detail) if part))}</title>"


def _edge(edge: Edge, layout: Layout, number: int) -> str:
    classes = f"edge{' critical' if edge.is_critical else ''}{' override' if edge.is_override else ''}"
    points = _points(edge, layout, number)
    drawn = f"M{_at(points[0])}"
    for one, other in pairwise(points):
        bend = max(24.0, abs(other.x - one.x) / 2)
        drawn += f"C{_at(Point(one.x + bend, one.y))} {_at(Point(other.x - bend, other.y))} {_at(other)}"
    return f'<path class="{classes}" d="{drawn}"/>'


def _points(edge: Edge, layout: Layout, number: int) -> list[Point]:
    source, target = layout.areas[edge.source], layout.areas[edge.target]
    return [
        Point(source.x + source.width, source.middle),
        *layout.bends[number],
        Point(target.x, target.middle),
    ]


def _at(point: Point) -> str:
    return f"{point.x:.0f} {point.y:.0f}"


def _label(edge: Edge, layout: Layout, number: int) -> str:
    """In the middle of the first stretch: beyond that edges come together."""
    one, other, *_ = _points(edge, layout, number)
    x, y = (one.x + other.x) / 2, (one.y + other.y) / 2
    wide = width(visible(edge.label)) * 5.6 + 4
    return (
        f'<rect class="halo" x="{x - wide / 2:.0f}" y="{y - 7:.0f}" width="{wide:.0f}" height="13"/>'
        f'<text class="label" x="{x:.0f}" y="{y + 3:.0f}">{text(edge.label)}</text>'
    )
