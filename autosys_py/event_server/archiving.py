"""What `archive_events` and `archive_jobs` take away. Every statement removes rows by their keys, so that it holds the
write lock no longer than that; which rows may go is decided before, by who reads them."""

from collections.abc import Sequence

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Definition, Event, Fact, Notification, Run, RunKey
from autosys_py.event_server.escapes import unescaped
from autosys_py.event_server.rows import definition_of, event_of, fact_of, notification_of, run_of
from autosys_py.event_server.seam import Seam


class Archiving(Seam):
    """The part of `EventServer` that removes what is old, and what the audit trail reads."""

    def seals(self) -> list[str]:
        return [unescaped(value) for (value,) in self.rows("seals", code=int(EventCode.ARCHIVED))]

    def audit_facts(self, first_seq: int = 1, limit: int = 1000) -> list[Fact]:
        return [fact_of(row) for row in self.rows("audit_facts", first_seq=first_seq, limit=limit)]

    def remove_facts(self, seqs: Sequence[int]) -> int:
        return self.change_many("delete_facts", [(seq,) for seq in seqs])

    def ended_runs(self, before: int, after: RunKey, limit: int) -> list[Run]:
        joid, run_num, ntry = after
        rows = self.rows("ended_runs", before=before, joid=joid, run_num=run_num, ntry=ntry, limit=limit)
        return [run_of(row) for row in rows]

    def remove_runs(self, keys: Sequence[RunKey]) -> int:
        return self.change_many("delete_runs", [tuple(key) for key in keys])

    def notifications(self) -> list[Notification]:
        return [notification_of(row) for row in self.rows("notifications")]

    def versions(self, after: tuple[int, int], limit: int) -> list[tuple[Definition, bool]]:
        joid, job_ver = after
        rows = self.rows("versions_after", joid=joid, job_ver=job_ver, limit=limit)
        return [(definition_of(row[:-1]), bool(row[-1])) for row in rows]

    def remove_versions(self, versions: Sequence[tuple[int, int]]) -> int:
        return self.change_many("delete_versions", list(versions))

    def durations(self) -> list[Event]:
        return [event_of(row) for row in self.rows("durations")]

    def waiting_orders(self) -> list[Event]:
        return [event_of(row) for row in self.rows("waiting_orders")]
