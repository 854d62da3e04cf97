"""Where each node of a graph stands and how its edges run: a layered drawing from left to right, box within box.

Each box is laid out by itself, the innermost first, and then is one node of the size it needs. Within a box

1. an edge counts between the two nodes of this level that hold its ends;
2. a node stands one layer to the right of all that lead to it; an edge that closes a circle does not count;
3. an edge across several layers gets a small place in each, so that it runs between the nodes and not behind them;
4. each layer is put in the order of the places that its nodes are joined with, a few times in both directions;
5. heights follow the middle of what leads to a node, as far as neighbours leave room.

What no edge of its level touches stands in a block of rows below. No recursion; the time grows with edges, not pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autosys_py.core.text import width
from autosys_py.report.graph import Edge, Graph, Node
from autosys_py.report.order import in_order

LETTER = 7.2
"""Width of a letter of the font."""
HEIGHT, NARROWEST, WIDEST = 38, 96, 260
GAP_X, GAP_Y, MARGIN, HEADING = 84, 16, 16, 24
LANE = 12
"""Height of the place of an edge that passes by."""
MOST_LANES = 6000
"""So many such places in all; further long edges run straight."""
SWEEPS = 4
COLUMNS = 6
"""Of the block of nodes without edges; more where there are very many."""


class Point(NamedTuple):
    x: float
    y: float


@dataclass(slots=True)
class Area:
    """A rectangle; `x` and `y` are its upper left corner."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass
class Layout:
    width: float = 0
    height: float = 0
    areas: dict[str, Area] = field(default_factory=dict)
    """By key of the node."""
    bends: list[list[Point]] = field(default_factory=list)
    """Of each edge: what it passes on its way."""


@dataclass(slots=True)
class _Level:
    """One box while it is laid out. Items are numbers: its nodes first, then the places of passing edges."""

    keys: list[str]
    areas: list[Area]
    layer: list[int] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    before: list[list[int]] = field(default_factory=list)
    lanes: dict[int, list[int]] = field(default_factory=dict)
    """By number of the edge, the items it passes."""


def lay_out(graph: Graph) -> Layout:
    """Places every node and edge."""
    children = graph.children()
    layout = Layout(bends=[[] for _ in graph.edges])
    chains = {key: [*reversed(graph.ancestors(key)), key] for key in graph.nodes}
    edges_of: dict[str, list[tuple[int, str, str]]] = {}
    for number, edge in enumerate(graph.edges):
        placed = _level_of(edge, chains)
        if placed is not None:
            box, source, target = placed
            edges_of.setdefault(box, []).append((number, source, target))
    sizes: dict[str, tuple[float, float]] = {}
    inside: dict[str, _Level] = {}
    room = MOST_LANES
    for box in sorted(children, key=lambda key: -len(chains.get(key, ()))):
        nodes = children[box]
        level = _Level([node.key for node in nodes], [Area(0, 0, *_size(node, sizes)) for node in nodes])
        room -= _arrange(level, edges_of.get(box, []), room)
        sizes[box] = _framed(level, graph.nodes[box].caption if box else "")
        inside[box] = level
    _settle(layout, inside, "", Point(0, 0))
    layout.width, layout.height = sizes.get("", (0, 0))
    return layout


def _level_of(edge: Edge, chains: dict[str, list[str]]) -> tuple[str, str, str] | None:
    """The innermost box around both ends, and what in it holds each; None if one end is a box around the other."""
    source, target = chains[edge.source], chains[edge.target]
    box = ""
    for one, other in zip(source, target, strict=False):
        if one != other:
            return box, one, other
        box = one
    return None


def _size(node: Node, sizes: dict[str, tuple[float, float]]) -> tuple[float, float]:
    if node.key in sizes:
        return sizes[node.key]
    letters = max(width(node.label), width(node.standing))
    return max(NARROWEST, min(WIDEST, letters * LETTER + 20)), HEIGHT


def _framed(level: _Level, caption: str) -> tuple[float, float]:
    """The size of a box around its arranged level, whose items move inside the frame."""
    wide = max((area.x + area.width for area in level.areas), default=0)
    high = max((area.y + area.height for area in level.areas), default=0)
    for area in level.areas:
        area.x += MARGIN
        area.y += MARGIN + HEADING
    return max(wide, width(caption) * LETTER) + 2 * MARGIN, high + 2 * MARGIN + HEADING


def _settle(layout: Layout, inside: dict[str, _Level], box: str, corner: Point) -> None:
    """From places within a box to places on the page."""
    waiting = [(box, corner)]
    while waiting:
        box, corner = waiting.pop()
        level = inside.get(box)
        if level is None:
            continue
        for area in level.areas:
            area.x += corner.x
            area.y += corner.y
        for key, area in zip(level.keys, level.areas, strict=False):
            layout.areas[key] = area
            waiting.append((key, Point(area.x, area.y)))
        for number, items in level.lanes.items():
            passed = (level.areas[item] for item in items)
            layout.bends[number] = [
                Point(x, area.middle) for area in passed for x in (area.x, area.x + area.width)
            ]  # fmt: skip


# One level


def _arrange(level: _Level, edges: Sequence[tuple[int, str, str]], room: int) -> int:
    """Gives every item of a level its place; returns how many places passing edges took."""
    number_of = {key: number for number, key in enumerate(level.keys)}
    pairs = [(number, number_of[source], number_of[target]) for number, source, target in edges if source != target]
    joined = {item for _, source, target in pairs for item in (source, target)}
    _put_layers(level, pairs)
    taken = _put_lanes(level, pairs, room)
    layers: list[list[int]] = [[] for _ in range(max(level.layer, default=0) + 1)]
    for item, layer in enumerate(level.layer):
        if item in joined or item >= len(level.keys):
            layers[layer].append(item)
    _put_order(level, layers)
    _put_columns(level, layers)
    _put_heights(level, layers)
    high = max((level.areas[item].y + level.areas[item].height for layer in layers for item in layer), default=0)
    alone = [item for item in range(len(level.keys)) if item not in joined]
    _put_block(level, alone, high + GAP_Y if joined else 0)
    return taken


def _put_layers(level: _Level, pairs: Sequence[tuple[int, int, int]]) -> None:
    count = len(level.keys)
    following: list[list[int]] = [[] for _ in range(count)]
    for _, source, target in pairs:
        following[source].append(target)
    rank = {item: place for place, item in enumerate(in_order(range(count), following.__getitem__))}
    level.layer = [0] * count
    for item in sorted(range(count), key=rank.__getitem__):
        for target in following[item]:
            if rank[target] > rank[item]:
                level.layer[target] = max(level.layer[target], level.layer[item] + 1)


def _put_lanes(level: _Level, pairs: Sequence[tuple[int, int, int]], room: int) -> int:
    """Joins items, those of neighbouring layers directly and others by a place in each layer between."""
    level.after = [[] for _ in level.keys]
    level.before = [[] for _ in level.keys]
    taken = 0
    for number, source, target in pairs:
        previous = source
        between = range(level.layer[source] + 1, level.layer[target])
        if taken + len(between) <= room:
            taken += len(between)
            for layer in between:
                lane = len(level.areas)
                level.areas.append(Area(0, 0, 0, LANE))
                level.layer.append(layer)
                level.after.append([])
                level.before.append([])
                level.lanes.setdefault(number, []).append(lane)
                _join(level, previous, lane)
                previous = lane
        _join(level, previous, target)
    return taken


def _join(level: _Level, source: int, target: int) -> None:
    if level.layer[target] > level.layer[source]:
        level.after[source].append(target)
        level.before[target].append(source)


def _put_order(level: _Level, layers: list[list[int]]) -> None:
    place = [0.0] * len(level.areas)

    def number(layer: list[int]) -> None:
        for position, item in enumerate(layer):
            place[item] = position / max(1, len(layer))

    def mean(item: int, joined: list[list[int]]) -> float:
        others = joined[item]
        return sum(place[each] for each in others) / len(others) if others else place[item]

    for layer in layers:
        number(layer)
    for sweep in range(SWEEPS):
        joined = level.before if sweep % 2 == 0 else level.after
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            layer.sort(key=lambda item: mean(item, joined))
            number(layer)


def _put_columns(level: _Level, layers: list[list[int]]) -> None:
    x = 0.0
    for layer in layers:
        widest = max((level.areas[item].width for item in layer), default=0)
        for item in layer:
            area = level.areas[item]
            area.x = x
            if item >= len(level.keys):
                area.width = widest
        x += widest + GAP_X


def _put_heights(level: _Level, layers: list[list[int]]) -> None:
    for layer in layers:
        y = 0.0
        for item in layer:
            level.areas[item].y = y
            y += level.areas[item].height + GAP_Y
    for joined, ordered in ((level.before, layers), (level.after, layers[::-1]), (level.before, layers)):
        for layer in ordered:
            _follow(level, layer, joined)
    highest = min((level.areas[item].y for layer in layers for item in layer), default=0)
    for layer in layers:
        for item in layer:
            level.areas[item].y -= highest


def _follow(level: _Level, layer: list[int], joined: list[list[int]]) -> None:
    """Moves the items of a layer towards the middle of what they are joined with; they keep order and distance."""
    wanted = []
    for item in layer:
        area, others = level.areas[item], joined[item]
        middle = sum(level.areas[each].middle for each in others) / len(others) if others else area.middle
        wanted.append(middle - area.height / 2)
    floor, offsets = float("-inf"), []
    for item, y in zip(layer, wanted, strict=True):
        area = level.areas[item]
        area.y = max(y, floor)
        floor = area.y + area.height + GAP_Y
        offsets.append(area.y - y)
    shift = sum(offsets) / len(offsets) / 2 if offsets else 0
    for item in layer:
        level.areas[item].y -= shift


def _put_block(level: _Level, items: list[int], top: float) -> None:
    """Rows of nodes that nothing joins, about as wide as they are high."""
    if not items:
        return
    columns = max(COLUMNS, int((len(items) * HEIGHT / NARROWEST) ** 0.5))
    x, y, high = 0.0, top, 0.0
    for position, item in enumerate(items):
        area = level.areas[item]
        area.x, area.y = x, y
        x, high = x + area.width + GAP_Y, max(high, area.height)
        if (position + 1) % columns == 0:
            x, y, high = 0.0, y + high + GAP_Y, 0.0
