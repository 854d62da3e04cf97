"""How SQLite finds rows: hot statements and all that read the past go by an index, never over a whole table."""

from pathlib import Path

import pytest

from autosys_py.event_server.driver import driver
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.queries import QUERIES

INDEXES = {
    "due_events": "event_due",
    "next_due": "event_due",
    "pending_events": "event_of_job",
    "timer": "event_timer",
    "head": "job_name",
    "names": "job_name",
    "members": "job_box",
    "summary": "job_current",
    "summaries_after": "job_current",
    "summaries_in_after": "job_box",
    "definition": "job_current",
    "definitions_after": "job_current",
    "jobs_after": "job_current",
    "states_after": "job_current",
    "statuses_after": "job_current",
    "status": "job_current",
    "jobs_naming": "PRIMARY KEY",
    "delete_condition_names": "job_cond_joid",
    "facts": "fact_of_job",
    "all_facts": "INTEGER PRIMARY KEY",
    "hashes": "INTEGER PRIMARY KEY",
    "audit_facts": "INTEGER PRIMARY KEY",
    "delete_facts": "INTEGER PRIMARY KEY",
    "seals": "fact_of_job",
    "ended_runs": "PRIMARY KEY",
    "delete_runs": "PRIMARY KEY",
    "versions_after": "sqlite_autoindex_job_1",
    "delete_versions": "sqlite_autoindex_job_1",
    "facts_by_people": "INTEGER PRIMARY KEY",
    "facts_changing": "INTEGER PRIMARY KEY",
    "runs": "PRIMARY KEY",
    "run": "PRIMARY KEY",
    "run_tries": "PRIMARY KEY",
    "run_numbers": "PRIMARY KEY",
    "next_run_number": "PRIMARY KEY",
    "open_runs": "run_open",
    "holders": "state_holds",
    "delete_events": "INTEGER PRIMARY KEY",
    "delete_effects": "effect_of_run",
    "alarm": "INTEGER PRIMARY KEY",
    "alarms_after": "INTEGER PRIMARY KEY",
    "open_alarms_after": "alarm_open",
    "messages_after": "INTEGER PRIMARY KEY",
    "open_messages_after": "message_open",
}

SORTED_BY_INDEX = set(INDEXES) - {"due_events", "open_runs"}
"""The rest needs no sorting; these two sort what they return, which is little."""

WHOLE = set(
    """heads names machines globals counts effects notifications last_fact next_due lease renew_lease delete_lease
    revision external_jobs external_instances waiting_orders durations queued delete_versions""".split()
)
"""What is to read a whole, small table, or one end of an index; `queued` reads a large one, for `autosys why` alone."""


def plan(file: Path, name: str) -> list[str]:
    query = QUERIES[name]
    connection = driver.connect(file)
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query.text}", dict.fromkeys(query.parameters, 1)).fetchall()
    connection.close()
    return [row[3] for row in rows]


@pytest.mark.parametrize("name", INDEXES)
def test_hot_statements_use_their_index(file: Path, name: str) -> None:
    steps = plan(file, name)
    assert any(f"INDEX {INDEXES[name]} " in f"{step} " or f"USING {INDEXES[name]} " in step for step in steps), steps
    if name in SORTED_BY_INDEX:
        assert not any("TEMP B-TREE" in step for step in steps), steps


def test_nothing_else_scans_a_table(file: Path) -> None:
    scanning = {name for name in QUERIES if any(step.startswith("SCAN") for step in plan(file, name))}
    assert scanning - {"open_runs", "holders", "due_events"} <= WHOLE


PAST = ("proc_event", "job_runs", "alarm", "message")


def test_no_statement_scans_the_past(file: Path) -> None:
    """But for its newest row, and the runs that are open, which have an index of their own."""
    steps = {name: plan(file, name) for name in QUERIES}
    scanning = {
        name
        for name, found in steps.items()
        for step in found
        if step.startswith(tuple(f"SCAN {table}" for table in PAST))
    }
    assert scanning <= {"last_fact", "open_runs"}
    assert any("USING INDEX run_open" in step for step in steps["open_runs"])


def test_due_events_sorts_its_backlog_on_the_index_alone(file: Path) -> None:
    assert any("USING COVERING INDEX event_due" in step for step in plan(file, "due_events"))


def test_the_plans_are_those_of_a_store_that_open_store_made(tmp_path: Path) -> None:
    open_sqlite(tmp_path / "ACE.db").close()
    assert plan(tmp_path / "ACE.db", "head")
