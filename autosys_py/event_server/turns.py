"""What the scheduler reads when it starts and writes in each turn."""

from collections.abc import Callable, Iterable, Sequence

from autosys_py.core.model import CountKey, Fact, JobState, Machine, Notification, Outcome, Run
from autosys_py.event_server.definitions import Definitions
from autosys_py.event_server.errors import LostEvent, StoreError, damaged
from autosys_py.event_server.escapes import escaped, unescaped
from autosys_py.event_server.heads import fault_of_boxes
from autosys_py.event_server.overrides import record_uses
from autosys_py.event_server.protocol import WorldRows
from autosys_py.event_server.rows import (
    alarm_row,
    count_of,
    count_row,
    effect_of,
    effect_row,
    event_row,
    external_of,
    external_row,
    fact_row,
    job_of,
    machine_row,
    mark_of,
    mark_row,
    message_of,
    message_row,
    notification_of,
    notification_row,
    run_of,
    run_row,
    state_of,
    state_row,
)
from autosys_py.failpoints import fail_point


class Turns(Definitions):
    """The part of `EventServer` that only the scheduler uses."""

    def load(self) -> WorldRows:
        with self.snapshot():
            jobs = [job_of(row) for row in self.pages("jobs_after")]
            if fault := fault_of_boxes({job.joid: job.box_joid for job in jobs}):
                raise damaged(self.place, fault)
            return WorldRows(
                jobs=jobs,
                states={row[0]: state_of(row[1:]) for row in self.pages("states_after")},
                globals={unescaped(name): unescaped(value) for name, value, _ in self.rows("globals")},
                machines=self.machines(),
                open_runs=self.open_runs(),
                effects=[effect_of(row) for row in self.rows("effects")],
                messages=[message_of(row) for row in self.pages("open_messages_after")],
                notifications=[notification_of(row) for row in self.rows("notifications")],
                last_seq=self.last_seq(),
                last_run_num=self.last_run_num(),
                externals=self.externals(),
                instances=dict(mark_of(row) for row in self.rows("external_instances")),
                counts=self.counts(),
            )

    def externals(self) -> dict[str, JobState | None]:
        return dict(external_of(row) for row in self.rows("external_jobs"))

    def last_seq(self) -> int:
        """The newest fact's number; 0 = there is none."""
        return self._number("seq")

    def last_run_num(self) -> int:
        return self._number("run_num")

    def open_runs(self) -> list[Run]:
        return [run_of(row) for row in self.rows("open_runs")]

    def holders(self) -> list[int]:
        return [joid for (joid,) in self.rows("holders")]

    def counts(self) -> dict[CountKey, int]:
        return dict(count_of(row) for row in self.rows("counts"))

    def _number(self, name: str) -> int:
        row = self.row("number", name=name)
        if row is None:
            raise damaged(self.place, f"the counter {name} is gone")
        return int(row[0])

    def write_turn(self, processed: Sequence[int], outcome: Outcome, now: int) -> None:
        if self.change_many("delete_events", ((eoid,) for eoid in processed)) != len(processed):
            raise LostEvent("an event vanished while it was processed; the turn is to be repeated")
        fail_point("turn.taken")
        self._write_past(outcome.facts)
        fail_point("turn.past")
        self.change_many("put_states", (state_row(joid, state) for joid, state in outcome.states.items()))
        self.change_many("put_runs", (run_row(run) for run in outcome.runs.values()))
        self._write_globals(outcome.globals.items(), now)
        self._write_machines(outcome.machines.items())
        record_uses(self, outcome.overrides_used)
        self._write_told(outcome)
        self.change_many("put_counts", [count_row(key, value) for key, value in outcome.counts.items()])
        for joid in outcome.deleted:
            self.delete_definition(joid)
        fail_point("turn.projected")
        self.change_many("delete_effects", ((int(kind), *key) for kind, key in outcome.answered))
        self.change_many("insert_effects", (effect_row(effect) for effect in outcome.effects))
        self.change_many("put_alarms", (alarm_row(alarm) for alarm in outcome.alarms.values()))
        self.change_many("put_messages", [message_row(each) for each in outcome.messages.values()])
        self._write_notifications(outcome.notifications.items())
        fail_point("turn.ordered")
        self.change_many("insert_events", (event_row(event) for event in outcome.events))
        if outcome.run_num:
            self.change("raise_number", name="run_num", value=outcome.run_num)

    def _write_past(self, facts: Sequence[Fact]) -> None:
        """Appends to the past, each row's hash over the one before it."""
        from autosys_py.event_server.chain import BEGINNING, link_row

        if not facts:
            return
        last_seq, last_hash = self.row("last_fact") or (0, BEGINNING)
        rows = []
        for fact in facts:
            if fact.seq <= last_seq:
                raise StoreError(f"the past already has a row {fact.seq}; another scheduler wrote it")
            row = fact_row(fact)
            last_seq, last_hash = fact.seq, link_row(last_hash, row)
            rows.append((*row, last_hash))
        self.change_many("insert_facts", rows)
        self.change("raise_number", name="seq", value=last_seq)

    def _write_notifications(self, changed: Iterable[tuple[int, Notification | None]]) -> None:
        self.change_many("put_notifications", [notification_row(order) for _, order in changed if order is not None])
        self.change_many("delete_notifications", [(seq,) for seq, order in changed if order is None])

    def _write_globals(self, changed: Iterable[tuple[str, str | None]], now: int) -> None:
        self.change_many(
            "put_globals", [(escaped(name), escaped(value), now) for name, value in changed if value is not None]
        )
        self.change_many("delete_globals", [(escaped(name),) for name, value in changed if value is None])

    def _write_machines(self, changed: Iterable[tuple[str, Machine | None]]) -> None:
        self.change_many("put_machine_offline", [machine_row(machine) for _, machine in changed if machine is not None])
        for name, machine in changed:
            if machine is None:
                self.delete_machine(name)

    def _write_told(self, outcome: Outcome) -> None:
        self.change_many("put_external_jobs", [external_row(name, state) for name, state in outcome.externals.items()])
        marks = outcome.instances.items()
        self.change_many("put_external_instances", [mark_row(name, mark) for name, mark in marks if mark is not None])
        self.change_many("delete_external_instances", [(name,) for name, mark in marks if mark is None])

    def take_lease(self, holder: str, now: int, valid: int, is_dead: Callable[[str], bool]) -> str | None:
        lease = self.lease()
        if lease is not None:
            other, renewed = lease
            if other != holder and now - renewed <= valid and not is_dead(other):
                return other
        self.change("put_lease", holder=holder, time=now)
        return None

    def renew_lease(self, holder: str, now: int) -> bool:
        return self.change("renew_lease", holder=holder, time=now) == 1

    def release_lease(self, holder: str) -> None:
        self.change("delete_lease", holder=holder)

    def lease(self) -> tuple[str, int] | None:
        row = self.row("lease")
        return None if row is None else (row[0], row[1])
