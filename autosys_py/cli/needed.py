"""What of the past must stay however old it is: what somebody still reads (docs/archive_events.md).

* what `autorep -d` shows of a job's current run: everything from its first row on, and the chain of causes before it,
  which says the business date;
* runs that are not over, of deleted jobs too;
* what put a job into the status it is in;
* what alarms that are not closed speak of, and what people are still to be told;
* the newest row of all, from which the chain of hashes goes on, and the seals.

All of it only ever becomes less for rows that are there already. What is decided before a transaction holds in it.
"""

from typing import TYPE_CHECKING

from autosys_py.core.codes import AlarmState, EventCode
from autosys_py.core.model import Fact

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer


class Needed:
    """What a store needs of its past now."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store
        self._newest = store.last_seq()
        self._from: dict[int, int] = {}
        """By job: where the story begins that its reports tell."""
        self._run_num: dict[int, int] = {}
        self._since: dict[int, int] = {}
        self._single: set[int] = {order.seq for order in store.notifications()}
        self._single |= {alarm.number for alarm in store.alarms(every=True) if alarm.state is not AlarmState.CLOSED}
        for run in store.open_runs():
            self._begin(run.key.joid, run.first_seq)
        for row in store.statuses():
            joid = row.head.joid
            self._since[joid] = row.state.since
            self._run_num[joid] = row.state.run_num
            newest = store.runs(joid, 1)
            if newest:
                tries = store.run_tries(joid, newest[0].key.run_num) if newest[0].key.ntry > 1 else newest
                self._begin(joid, tries[0].first_seq)

    def __call__(self, fact: Fact) -> bool:
        """Must this row stay?"""
        if fact.seq >= self._newest or fact.seq in self._single or fact.code is EventCode.ARCHIVED:
            return True
        joid = fact.joid
        if joid in self._from and fact.seq >= self._from[joid]:
            return True
        if joid not in self._since:
            return False
        if fact.run_num and fact.run_num == self._run_num[joid]:
            return True
        return fact.time == self._since[joid] and any(of == joid and "status" in fields for of, fields in fact.changes)

    def _begin(self, joid: int, seq: int) -> None:
        self._from[joid] = min(seq, self._from.get(joid, seq))
        cause = self._fact(seq)
        while cause is not None and cause.code is EventCode.CHANGE_STATUS and cause.cause not in self._single:
            self._single.add(cause.cause)
            cause = self._fact(cause.cause)

    def _fact(self, seq: int) -> Fact | None:
        found = self._store.all_facts(seq, 1) if seq else []
        return found[0] if found and found[0].seq == seq else None
