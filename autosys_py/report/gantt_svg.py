"""A Gantt chart as SVG; a browser shows the details of the bar that is pointed at."""

from collections.abc import Iterator

from autosys_py.core.codes import Status
from autosys_py.core.text import visible, width
from autosys_py.core.times import TimeFormat
from autosys_py.report.durations import duration
from autosys_py.report.gantt import Bar, Chart, Row
from autosys_py.report.graph_svg import text
from autosys_py.report.palette import FILL

LETTER, LINE, TOP, BARS, MARGIN = 7.8, 22, 58, 760, 10
DAY = 86400
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY)
"""Seconds that may lie between two lines of the scale."""
MOST_LINES = 10
STYLE = """\
text{font:11px Helvetica,Arial,sans-serif;fill:#1b1b1b}
.title{font-size:14px;font-weight:bold}.time{font-size:9.5px;fill:#555;text-anchor:middle}
.grid{stroke:#ddd}.wait{stroke:#999;stroke-dasharray:2 3}.bar{stroke:#555}.box{fill-opacity:.45}
.chain{font-weight:bold}.bar.chain{stroke:#111;stroke-width:2}"""


def svg_lines(chart: Chart, times: TimeFormat) -> Iterator[str]:
    """The whole file."""
    left = max(width(visible(row.name)) + 2 * row.depth for row in chart.rows) * LETTER + 2 * MARGIN
    wide = left + BARS + max(120, LETTER * max(len(_standing(row)) for row in chart.rows)) + MARGIN
    high = TOP + LINE * len(chart.rows) + 30
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}">'
    )
    yield f"<title>{text(chart.title)}</title>"
    yield f"<style>{STYLE}</style>"
    yield f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>'
    yield f'<text class="title" x="{MARGIN}" y="22">{text(chart.title)}</text>'
    yield from _scale(chart, times, left, high - 26)
    for number, row in enumerate(chart.rows):
        yield from _row(row, chart, times, left, TOP + LINE * number)
    yield from _legend(chart, left, high - 8)
    yield "</svg>"


def _x(chart: Chart, left: float, moment: int) -> float:
    return left + BARS * (moment - chart.begin) / max(1, chart.end - chart.begin)


def _scale(chart: Chart, times: TimeFormat, left: float, bottom: float) -> Iterator[str]:
    span = chart.end - chart.begin
    step = next((each for each in STEPS if span / each <= MOST_LINES), -(-span // MOST_LINES // DAY) * DAY)
    for moment in range(chart.begin + -chart.begin % step, chart.end + 1, step):
        x = _x(chart, left, moment)
        clock = times(moment)
        shown = clock[:-3] if span >= DAY else clock.rpartition(" ")[2]
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom:.0f}"/>'
        yield f'<text class="time" x="{x:.1f}" y="{TOP - 12}">{text(shown)}</text>'


def _row(row: Row, chart: Chart, times: TimeFormat, left: float, top: float) -> Iterator[str]:
    middle, chain = top + LINE / 2, " chain" if row.is_chain else ""
    x = MARGIN + row.depth * 2 * LETTER
    yield f'<text class="name{chain}" x="{x:.0f}" y="{middle + 4:.0f}">{text(row.name)}</text>'
    for since, until in chart.waits(row):
        one, other = _x(chart, left, since), _x(chart, left, until)
        yield f'<line class="wait" x1="{one:.1f}" y1="{middle:.0f}" x2="{other:.1f}" y2="{middle:.0f}"/>'
    for bar in row.bars:
        one = _x(chart, left, bar.start)
        wide = max(2.0, _x(chart, left, chart.end if bar.end is None else bar.end) - one)
        yield (
            f"<g><title>{text(_tip(row, bar, times))}</title>"
            f'<rect class="bar{" box" if row.is_box else ""}{chain}" x="{one:.1f}" y="{top + 4:.0f}" '
            f'width="{wide:.1f}" height="{LINE - 8}" rx="2" fill="{_fill(bar)}"/></g>'
        )
    yield f'<text x="{left + BARS + MARGIN:.0f}" y="{middle + 4:.0f}">{text(_standing(row))}</text>'


def _fill(bar: Bar) -> str:
    return FILL[Status.RUNNING if bar.end is None else bar.status]


def _standing(row: Row) -> str:
    status = row.status.name if row.status is not None else "not in this run"
    last = row.bars[-1] if row.bars else None
    took = f" {duration(last.end - last.start)}" if last is not None and last.end is not None else ""
    return f"{status}{took}"


def _tip(row: Row, bar: Bar, times: TimeFormat) -> str:
    end = times(bar.end) if bar.end is not None else "now"
    code = f", exit code {bar.exit_code}" if bar.exit_code is not None and not row.is_box else ""
    return f"{row.name} run {bar.run}: {times(bar.start)} to {end}, {bar.status.name}{code}"


def _legend(chart: Chart, left: float, bottom: float) -> Iterator[str]:
    """The colours that are there."""
    shown = {Status.RUNNING if bar.end is None else bar.status for row in chart.rows for bar in row.bars}
    x = left
    for status in sorted(shown):
        yield f'<rect x="{x:.0f}" y="{bottom - 9:.0f}" width="10" height="10" fill="{FILL[status]}"/>'
        yield f'<text x="{x + 14:.0f}" y="{bottom:.0f}">{status.name}</text>'
        x += 24 + len(status.name) * LETTER
