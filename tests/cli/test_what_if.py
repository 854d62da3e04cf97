"""`autosys simulate --jil CHANGE --from-store`: what a change would do. It is Monday 02/03/2025 06:00 UTC."""

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.estate import NOW
from tests.loading import load_jil

JIL = """
insert_machine: prod1   node_name: localhost
insert_job: load   command: x   machine: prod1   avg_runtime: 30
   date_conditions: 1   days_of_week: all   start_times: "08:00"
insert_job: sums   command: x   machine: prod1   avg_runtime: 10   condition: s(load)
insert_job: report   command: x   machine: prod1   condition: s(sums)
insert_job: poll   command: x   machine: prod1   date_conditions: 1   days_of_week: all   start_mins: 0,30
insert_job: night   job_type: box   date_conditions: 1   days_of_week: all   start_times: "20:00"
insert_job: inside   box_name: night   command: x   machine: prod1
insert_job: old   command: x   machine: prod1   date_conditions: 1   days_of_week: all   start_times: "11:00"
insert_job: idle   command: x   machine: prod1
"""

WhatIf = Callable[..., list[str]]


@pytest.fixture
def what_if(store: MemoryStore, autosys: Callable[..., Done], tmp_path: Path) -> WhatIf:
    """`what_if(jil)` compares over two days; the store stays as it is."""
    load_jil(store, JIL, NOW, ZoneInfo("UTC"))
    before = [definition.attributes for definition in store.definitions()]

    def ask(jil: str, *options: str, until: str = "02/04/2025 23:59") -> list[str]:
        (tmp_path / "change.jil").write_text(jil, encoding="utf-8")
        change = ("--jil", str(tmp_path / "change.jil"), "--from-store")
        done = autosys("simulate", *change, "--from", "02/03/2025 06:00", "--to", until, *options)
        assert (done.code, done.err) == (0, ""), done.err
        assert [definition.attributes for definition in store.definitions()] == before
        return done.out.splitlines()

    return ask


TWO_DAYS = "From 02/03/2025 06:00:00 to 02/04/2025 23:59:00:"


def test_other_start_times_go_down_the_line(what_if: WhatIf) -> None:
    assert what_if('update_job: load   start_times: "09:15"') == [
        f"{TWO_DAYS} 95 starts without the change, 95 with it.",
        "",
        "Start at other times:",
        "  load    02/03/2025 09:15:00 instead of 02/03/2025 08:00:00, 1h15m later; 1 more likewise",
        "  sums    02/03/2025 09:45:00 instead of 02/03/2025 08:30:00, 1h15m later; 1 more likewise",
        "  report  02/03/2025 09:55:00 instead of 02/03/2025 08:40:00, 1h15m later; 1 more likewise",
    ]


def test_what_no_longer_starts_says_why(what_if: WhatIf) -> None:
    lines = what_if("update_job: sums   condition: s(laod)")
    assert lines[2] == "No longer start:"
    first = "it started at 02/03/2025 08:30:00, 02/04/2025 08:30:00: "
    assert lines[3] == (
        f"  sums    {first}sums waits for a job that does not exist: its condition names laod in s(laod); "
        "did you mean load?"
    )
    assert lines[4].startswith("  report  it started at 02/03/2025 08:40:00, 02/04/2025 08:40:00: report waits for its")
    assert "sums is INACTIVE" in lines[4]


def test_new_and_gone(what_if: WhatIf) -> None:
    lines = what_if(
        "insert_job: fresh   command: x   machine: prod1   condition: s(load)\n"
        "insert_job: never   command: x   machine: prod1   condition: s(fresh) & f(fresh)\n"
        "insert_job: far   command: x   machine: prod9   condition: s(load)\n"
        "delete_job: old\ndelete_job: idle\n"
    )
    assert lines[lines.index("New:") :] == [
        "New:",
        "  fresh  starts at 02/03/2025 08:30:00, 02/04/2025 08:30:00",
        "  never  does not start: never waits for its condition: f(fresh) is false, fresh is SUCCESS since 02/04/2025 "
        "08:31:00 (run 60/1, exit code 0).",
        "  far    does not start: far waits for its machine prod9, which no insert_machine has defined.",
        "",
        "Gone:",
        "  old   it started at 02/03/2025 11:00:00, 02/04/2025 11:00:00",
        "  idle  it did not start",
    ]


def test_more_and_less_often(what_if: WhatIf) -> None:
    lines = what_if("update_job: poll   start_mins: 0\nupdate_job: idle   condition: s(load)")
    assert lines[2:] == [
        "Start more or less often:",
        "  poll  41 starts instead of 83; no longer at 02/03/2025 06:30:00, 02/03/2025 07:30:00, 02/03/2025 08:30:00 "
        "and 39 times more",
        "",
        "Start now, and did not:",
        "  idle  at 02/03/2025 08:30:00, 02/04/2025 08:30:00",
    ]


def test_a_box_that_does_not_end(what_if: WhatIf) -> None:
    lines = what_if("insert_job: stuck   box_name: night   command: x   machine: prod1   condition: s(idle)")
    assert lines[2] == "Start, and do not end any more:"
    assert lines[3].startswith("  night  at 02/03/2025 20:00:00: stuck waits for its condition: s(idle) is false")


def test_nothing_differs(what_if: WhatIf) -> None:
    assert what_if('update_job: load   description: "the same"') == [
        f"{TWO_DAYS} 95 starts without the change, 95 with it.",
        "No job starts at another time, none is new, none is gone.",
    ]


def test_a_script_is_played_on_both_sides(what_if: WhatIf, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("run load exit 1\n", encoding="utf-8")
    script = ("--script", str(tmp_path / "bad.txt"))
    lines = what_if("update_job: sums   condition: d(load)", *script)
    assert lines[2:4] == ["Start now, and did not:", "  sums    at 02/03/2025 08:30:00, 02/04/2025 08:30:00"]


def test_without_times_it_is_the_day_from_now_on(what_if: WhatIf, autosys: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "change.jil").write_text("delete_job: old\n", encoding="utf-8")
    done = autosys("simulate", "--jil", str(tmp_path / "change.jil"), "--from-store")
    assert done.out.startswith("From 02/03/2025 06:00:00 to 02/04/2025 06:00:00: ")
    assert done.out.endswith("Gone:\n  old  it started at 02/03/2025 11:00:00\n")
    half = autosys("simulate", "--jil", str(tmp_path / "change.jil"), "--from-store", "--from", "02/03/2025")
    assert (half.code, half.out) == (2, "") and "--to TIME" in half.err


def test_as_data(what_if: WhatIf) -> None:
    document = json.loads("\n".join(what_if("delete_job: old", "--format", "json", until="02/03/2025 12:00")))
    assert document["jobs"] == [
        {"job": "old", "change": "gone", "before": ["2025-02-03T11:00:00+00:00"], "after": [], "cause": None}
    ]
    assert (document["from"], document["starts_before"] - document["starts_after"]) == ("2025-02-03T06:00:00+00:00", 1)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "--jil FILE"),
        (("--jil", "CHANGE", "--show", "log"), 2, "--show"),
        (("--jil", "CHANGE"), 1, "CHANGE:1: "),
    ],
)
def test_refusals(
    store: MemoryStore, autosys: Callable[..., Done], tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    file = tmp_path / "CHANGE"
    file.write_text("insert_jab: x\n", encoding="utf-8")
    typed = (str(file) if word == "CHANGE" else word for word in words)
    done = autosys("simulate", "--from-store", *typed, "--from", "02/03/2025 06:00", "--to", "02/03/2025 07:00")
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err
