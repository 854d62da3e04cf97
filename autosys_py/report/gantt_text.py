"""A Gantt chart of letters, for a terminal and for a log: it needs no colour, and takes it where there is some.

A letter is a stretch of time. What is shorter than one letter still has one, the last thing that happened in it.
"""

from collections.abc import Iterator

from autosys_py.core.codes import Status
from autosys_py.core.text import cut, pad, visible, width
from autosys_py.core.times import TimeFormat
from autosys_py.report.durations import duration
from autosys_py.report.gantt import Bar, Chart, Row
from autosys_py.report.palette import SGR

DAY = 86400
NARROWEST = 20
"""Letters of the shortest chart."""
LONGEST_NAME = 40
MARKS = {Status.SUCCESS: "=", Status.FAILURE: "x", Status.TERMINATED: "k"}
GOING, WAITS = ">", "."
LEGEND = "= success  x failure  k terminated  > runs  . waits  * the end waited for it"


def text_lines(chart: Chart, times: TimeFormat, columns: int, *, coloured: bool = False) -> Iterator[str]:
    """The chart in lines of at most `columns` where there is room for it at all."""
    names = min(LONGEST_NAME, max(width(_name(row)) for row in chart.rows))
    tails = {id(row): _tail(row, chart, times) for row in chart.rows}
    room = max(NARROWEST, columns - names - max(width(tail) for tail in tails.values()) - 4)
    yield visible(chart.title)
    yield f"{' ' * names}  {_scale(chart, times, room)}"
    for row in chart.rows:
        name = _name(row)
        shown = name if width(name) <= names else f"{cut(name, names - 1)}~"
        line = f"{pad(shown, names)}  {_bars(row, chart, room, coloured=coloured)}  {tails[id(row)]}"
        yield line.rstrip()
    yield LEGEND


def _name(row: Row) -> str:
    return f"{'*' if row.is_chain else ' '}{' ' * row.depth}{visible(row.name)}"


def _clock(chart: Chart, times: TimeFormat, moment: int) -> str:
    """As short as the chart allows."""
    text = times(moment)
    return text[:-3] if chart.end - chart.begin >= DAY else text.rpartition(" ")[2]


def _scale(chart: Chart, times: TimeFormat, room: int) -> str:
    """Times where they belong, as many as have room."""
    first = _clock(chart, times, chart.begin)
    step = len(first) + 4
    line = first
    for place in range(step, room - step + 1, step):
        shown = _clock(chart, times, _moment(chart, place, room))
        if not line.endswith(shown):
            line = f"{line:<{place}}{shown}"
    last = _clock(chart, times, chart.end)
    return f"{line:<{max(0, room - len(last))}}{last}" if len(line) + 1 + len(last) <= room else line


def _moment(chart: Chart, place: int, room: int) -> int:
    return chart.begin + (chart.end - chart.begin) * place // max(1, room)


def _bars(row: Row, chart: Chart, room: int, *, coloured: bool) -> str:
    letters = [" "] * room
    paints: list[int] = [0] * room
    for since, until in chart.waits(row):
        for place in _places(chart, room, since, until):
            letters[place] = WAITS
    for bar in row.bars:
        for place in _places(chart, room, bar.start, chart.end if bar.end is None else bar.end):
            letters[place] = GOING if bar.end is None else MARKS.get(bar.status, "=")
            paints[place] = SGR.get(bar.status, 0)
    return _painted(letters, paints) if coloured else "".join(letters)


def _places(chart: Chart, room: int, since: int, until: int) -> range:
    span = max(1, chart.end - chart.begin)
    first = min(room - 1, max(0, (since - chart.begin) * room // span))
    last = min(room, max(first + 1, -(-(until - chart.begin) * room // span)))
    return range(first, last)


def _painted(letters: list[str], paints: list[int]) -> str:
    line, now = "", 0
    for letter, paint in zip(letters, paints, strict=True):
        if paint != now:
            line += f"\x1b[{paint}m"
            now = paint
        line += letter
    return f"{line}\x1b[0m" if now else line


def _tail(row: Row, chart: Chart, times: TimeFormat) -> str:
    """When it started last, how long that took, how it stands."""
    status = row.status.name if row.status is not None else "not in this run"
    if not row.bars:
        return status
    bar = row.bars[-1]
    tries = f" ({len(row.bars)} starts)" if len(row.bars) > 1 else ""
    return f"{_clock(chart, times, bar.start)} {_length(bar, chart):>7}  {status}{_code(bar)}{tries}"


def _length(bar: Bar, chart: Chart) -> str:
    return duration((chart.end if bar.end is None else bar.end) - bar.start)


def _code(bar: Bar) -> str:
    return f" {bar.exit_code}" if bar.exit_code else ""
