"""What reports read. No statement here looks at more of the past than it returns."""

from collections.abc import Iterator, Sequence

from autosys_py.core.model import Fact, OperatorMessage, RaisedAlarm, Run, RunKey
from autosys_py.event_server.escapes import escaped, unescaped
from autosys_py.event_server.protocol import GlobalRow, StatusRow, SummaryRow
from autosys_py.event_server.rows import (
    Row,
    alarm_of,
    fact_of,
    global_of,
    head_of_row,
    message_of,
    run_of,
    state_of,
    summary_of,
)
from autosys_py.event_server.seam import PAGE, Seam

_LAST = 2**63 - 1
_HEAD = 7
"""Columns of a head, before those of the state."""


class Reports(Seam):
    """The part of `EventServer` that `autorep` and its like read."""

    def status(self, joid: int) -> StatusRow | None:
        row = self.row("status", joid=joid)
        return None if row is None else _status_of(row)

    def statuses(self, joids: Sequence[int] | None = None) -> Iterator[StatusRow]:
        if joids is None or len(joids) > PAGE:
            wanted = None if joids is None else set(joids)
            for row in self.pages("statuses_after"):
                if wanted is None or row[0] in wanted:
                    yield _status_of(row)
        else:
            for joid in sorted(set(joids)):
                status = self.status(joid)
                if status is not None:
                    yield status

    def summary(self, joid: int) -> SummaryRow | None:
        row = self.row("summary", joid=joid)
        return None if row is None else summary_of(row)

    def summaries(self) -> Iterator[SummaryRow]:
        return map(summary_of, self.pages("summaries_after"))

    def summaries_in(self, box_joid: int) -> Iterator[SummaryRow]:
        return map(summary_of, self.pages("summaries_in_after", box_joid=box_joid))

    def global_value(self, name: str) -> str | None:
        row = self.row("global_value", name=escaped(name))
        return None if row is None else unescaped(row[0])

    def globals(self) -> list[GlobalRow]:
        return [global_of(row) for row in self.rows("globals")]

    def run(self, key: RunKey) -> Run | None:
        row = self.row("run", joid=key.joid, run_num=key.run_num, ntry=key.ntry)
        return None if row is None else run_of(row)

    def runs(self, joid: int, limit: int) -> list[Run]:
        return [run_of(row) for row in self.rows("runs", joid=joid, limit=limit)]

    def run_tries(self, joid: int, run_num: int) -> list[Run]:
        return [run_of(row) for row in self.rows("run_tries", joid=joid, run_num=run_num)]

    def run_numbers(self, joid: int, limit: int) -> list[int]:
        return [run_num for (run_num,) in self.rows("run_numbers", joid=joid, limit=limit)]

    def next_run_number(self, joid: int, run_num: int) -> int | None:
        row = self.row("next_run_number", joid=joid, run_num=run_num)
        return None if row is None else row[0]

    def facts(self, joid: int, first_seq: int, last_seq: int | None = None) -> list[Fact]:
        last = _LAST if last_seq is None else last_seq
        return [fact_of(row) for row in self.rows("facts", joid=joid, first_seq=first_seq, last_seq=last)]

    def all_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        return [fact_of(row) for row in self.rows("all_facts", first_seq=first_seq, limit=limit)]

    def facts_by_people(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        return [fact_of(row) for row in self.rows("facts_by_people", first_seq=first_seq, limit=limit)]

    def facts_changing(self, joid: int, last_seq: int) -> list[Fact]:
        return [fact_of(row) for row in self.rows("facts_changing", part=f"%[{joid},{{%", last_seq=last_seq)]

    def queued(self) -> list[int]:
        return [joid for (joid,) in self.rows("queued")]

    def hashes(self, first_seq: int = 1, limit: int = 1000) -> list[tuple[int, str]]:
        return [(seq, digest) for seq, digest in self.rows("hashes", first_seq=first_seq, limit=limit)]

    def alarm(self, number: int) -> RaisedAlarm | None:
        row = self.row("alarm", number=number)
        return None if row is None else alarm_of(row)

    def alarms(self, *, every: bool = False) -> Iterator[RaisedAlarm]:
        rows = self.pages("alarms_after") if every else self.pages("open_alarms_after")
        return map(alarm_of, rows)

    def messages(self, *, every: bool = False) -> Iterator[OperatorMessage]:
        rows = self.pages("messages_after") if every else self.pages("open_messages_after")
        return map(message_of, rows)


def _status_of(row: Row) -> StatusRow:
    return StatusRow(head_of_row(row[:_HEAD]), state_of(row[_HEAD:]))
