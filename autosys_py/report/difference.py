"""What a change would do, in words (`autosys simulate --jil CHANGE --from-store`)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from autosys_py.core.text import pad, visible, width
from autosys_py.core.times import TimeFormat
from autosys_py.report.durations import duration

HEADINGS = {
    "stopped": "No longer start:",
    "unfinished": "Start, and do not end any more:",
    "shifted": "Start at other times:",
    "count": "Start more or less often:",
    "started": "Start now, and did not:",
    "new": "New:",
    "gone": "Gone:",
}
SHOWN = 3
"""Times that a line names."""


class Changed(NamedTuple):
    """A job that differs."""

    kind: str
    """One of the headings."""
    job: str
    before: Sequence[int]
    """Its starts without the change, UTC seconds …"""
    after: Sequence[int]
    """… and with it."""
    cause: str = ""
    """Why it does not start; empty where it does."""


def difference_lines(
    changed: Sequence[Changed], starts: Sequence[int], begin: int, until: int, times: TimeFormat
) -> Iterator[str]:
    """`starts` is how many there are in all, without the change and with it."""
    yield f"From {times(begin)} to {times(until)}: {starts[0]} starts without the change, {starts[1]} with it."
    if not changed:
        yield "No job starts at another time, none is new, none is gone."
    for kind, rows in groupby(changed, lambda each: each.kind):
        of_kind = list(rows)
        yield ""
        yield HEADINGS[kind]
        columns = min(40, max(width(visible(each.job)) for each in of_kind))
        for each in of_kind:
            yield f"  {pad(visible(each.job), columns)}  {_words(each, times)}"


def _words(each: Changed, times: TimeFormat) -> str:
    match each.kind:
        case "stopped":
            return f"it started {_at(each.before, times)}: {each.cause}"
        case "unfinished" | "started":
            because = f": {each.cause}" if each.cause else ""
            return f"{_at(each.after, times)}{because}"
        case "shifted":
            return _shift(each, times)
        case "count":
            return _count(each, times)
        case "new":
            return f"starts {_at(each.after, times)}" if each.after else f"does not start: {each.cause}"
        case _:
            return f"it started {_at(each.before, times)}" if each.before else "it did not start"


def _at(moments: Sequence[int], times: TimeFormat) -> str:
    more = f" and {len(moments) - SHOWN} times more" if len(moments) > SHOWN else ""
    return f"at {', '.join(times(each) for each in moments[:SHOWN])}{more}"


def _shift(each: Changed, times: TimeFormat) -> str:
    pairs = [(one, other) for one, other in zip(each.before, each.after, strict=True) if one != other]
    shifts = {other - one for one, other in pairs}
    one, other = pairs[0]
    text = f"{times(other)} instead of {times(one)}, {_by(other - one)}"
    if len(pairs) == 1:
        return text
    rest = f"{len(pairs) - 1} {'more' if len(pairs) == len(each.before) else 'others of its starts'}"
    return f"{text}; {rest} {'likewise' if len(shifts) == 1 else f'by up to {_by(max(shifts, key=abs))}'}"


def _by(seconds: int) -> str:
    return f"{duration(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def _count(each: Changed, times: TimeFormat) -> str:
    lost = [moment for moment in each.before if moment not in set(each.after)]
    won = [moment for moment in each.after if moment not in set(each.before)]
    parts = [f"{len(each.after)} starts instead of {len(each.before)}"]
    if lost:
        parts.append(f"no longer {_at(lost, times)}")
    if won:
        parts.append(f"newly {_at(won, times)}")
    return "; ".join(parts)


def data_lines(
    changed: Sequence[Changed], starts: Sequence[int], begin: int, until: int, times: TimeFormat
) -> Iterator[str]:
    """One JSON document."""
    rows: list[Mapping[str, object]] = [
        {
            "job": each.job,
            "change": each.kind,
            "before": [times.iso(moment) for moment in each.before],
            "after": [times.iso(moment) for moment in each.after],
            "cause": each.cause or None,
        }
        for each in changed
    ]
    document = {
        "from": times.iso(begin),
        "to": times.iso(until),
        "starts_before": starts[0],
        "starts_after": starts[1],
        "jobs": rows,
    }
    yield json.dumps(document, indent=1)
