"""A run as a Gantt chart, before it is drawn: a row for each job, in it a bar for each of its tries.

`gantt_text` and `gantt_svg` draw it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from autosys_py.core.codes import QUEUED, Status
from autosys_py.core.times import TimeFormat

WAITING = frozenset({Status.ACTIVATED, Status.ON_HOLD, Status.RESTART, Status.WAIT_REPLY, *QUEUED})
"""What a job of the run may still start from."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A try, in UTC seconds."""

    start: int
    end: int | None
    """None = it runs."""
    status: Status
    run: str
    """`12/1`: run_num and ntry."""
    exit_code: int | None = None


@dataclass(slots=True)
class Row:
    name: str
    depth: int
    is_box: bool
    status: Status | None
    """Where it stands; None = it had no part in the run."""
    bars: list[Bar]
    waits_from: int | None = None
    """Since when it could have started, that is the start of its box; None = it could not, or was the first."""
    is_chain: bool = False
    """The end of the whole waited for it."""


@dataclass(slots=True)
class Chart:
    title: str
    begin: int
    end: int
    """The right edge: the end of the run, or the moment that is shown."""
    is_over: bool
    rows: list[Row] = field(default_factory=list)

    def waits(self, row: Row) -> Iterator[tuple[int, int]]:
        """Stretches in which a row waited: for its turn, and between two tries."""
        since = row.waits_from
        for bar in row.bars:
            if since is not None and bar.start > since:
                yield since, bar.start
            since = bar.end
        if since is not None and row.status in WAITING and self.end > since:
            yield since, self.end


def data_lines(chart: Chart, times: TimeFormat) -> Iterator[str]:
    """One JSON document."""
    rows = [
        {
            "name": row.name,
            "depth": row.depth,
            "job_type": "BOX" if row.is_box else None,
            "status": row.status.name if row.status is not None else None,
            "waits_from": times.iso(row.waits_from),
            "chain": row.is_chain,
            "runs": [
                {
                    "run": bar.run,
                    "start": times.iso(bar.start),
                    "end": times.iso(bar.end),
                    "status": bar.status.name,
                    "exit_code": bar.exit_code,
                }
                for bar in row.bars
            ],
        }
        for row in chart.rows
    ]
    document = {
        "title": chart.title,
        "begin": times.iso(chart.begin),
        "end": times.iso(chart.end),
        "over": chart.is_over,
        "rows": rows,
    }
    yield json.dumps(document, indent=1)
