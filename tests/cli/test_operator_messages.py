"""`autosys messages`: what waits for REPLY_RESPONSE (docs/restarts.md)."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from autosys_py.cli.autosys import main
from autosys_py.core.codes import Status
from autosys_py.core.model import OperatorMessage, Outcome
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.estate import NOW, moment

AT = moment("02/03/2025 04:06:30")
LOAD = OperatorMessage(57, AT, 1, "RET_STOCK_LOAD", 41, 2, Status.FAILURE, 3, "no \x1b[2J space")
BOX = OperatorMessage(60, AT + 60, 2, "RET_STOCK", 42, 1, Status.SUCCESS)
DONE = BOX._replace(number=50, answer="ERROR", answered_by="op@host", answered=AT + 600, comment="looked, it is")
HEADING = """
    Number Time                Ended        Answer       Run/Ntry   Job Name
__________ ___________________ ____________ ____________ __________ ________________________________
"""
Autosys = Callable[..., Done]


@pytest.fixture
def autosys(store: MemoryStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Autosys:
    with store.transaction():
        store.write_turn([], Outcome(messages={each.number: each for each in (LOAD, BOX, DONE)}), NOW)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr("sys.argv", ["autosys", *arguments])
        code = main()
        return Done(code, *capsys.readouterr())

    return run


def test_open_messages_are_listed(autosys: Autosys) -> None:
    shown = """\
        57 02/03/2025 04:06:30 FAILURE      OPEN         41/2       RET_STOCK_LOAD
           <exit code 3, no \\x1b[2J space>
        60 02/03/2025 04:07:30 SUCCESS      OPEN         42/1       RET_STOCK
"""
    assert autosys("messages") == Done(0, HEADING + shown, "")


def test_answered_ones_too(autosys: Autosys) -> None:
    shown = """\
        50 02/03/2025 04:07:30 SUCCESS      ERROR        42/1       RET_STOCK
           <ERROR 02/03/2025 04:16:30 op@host: looked, it is>
"""
    assert autosys("messages", "--all").out.startswith(HEADING + shown)


def test_of_some_jobs(autosys: Autosys) -> None:
    assert autosys("messages", "-J", "%LOAD").out.count("OPEN") == 1
    assert autosys("messages", "-J", "%NOTHING%") == Done(0, "", "")


def test_an_unknown_job_is_refused(autosys: Autosys) -> None:
    done = autosys("messages", "-J", "NOBODY")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("CAUAJM_E_50004")


def test_as_json(autosys: Autosys) -> None:
    first, second = json.loads(autosys("messages", "--format", "json").out)
    assert list(first) == (
        "number time job run_num ntry ended exit_code text answer answered_by answered comment".split()
    )
    assert (first["number"], first["job"], first["ended"], first["exit_code"]) == (57, "RET_STOCK_LOAD", "FAILURE", 3)
    assert second["answer"] is second["exit_code"] is None


def test_as_csv(autosys: Autosys) -> None:
    rows = list(csv.DictReader(io.StringIO(autosys("messages", "--all", "--format", "csv").out)))
    assert [(row["number"], row["answer"], row["comment"]) for row in rows] == [
        ("50", "ERROR", "looked, it is"),
        ("57", "", ""),
        ("60", "", ""),
    ]
