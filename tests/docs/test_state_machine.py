"""docs/state_machine.md is drawn from the tables. `UPDATE_DOCS=1 pytest tests/docs` draws it anew."""

import os
from pathlib import Path

from autosys_py.core.codes import LETTERS
from autosys_py.core.transitions import ALL_STATUSES, TABLE, Row, Rule

PAGE = Path(__file__).parent.parent.parent / "docs" / "state_machine.md"


def test_the_page_shows_the_tables() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(drawn(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == drawn()


def drawn() -> str:
    cells = [rule for column in TABLE.values() for rule in column.values()]
    rules = {name_of(rule): rule for rule in [*cells, *ALL_STATUSES.values()]}
    lines = [
        "# The state machine",
        "",
        "Drawn from `autosys_py/core/transitions.py`; a test holds page and tables equal.",
        "",
        "## Statuses",
        "",
        "| letters | status | number |",
        "|---|---|---|",
        *(f"| {letters} | {status.name} | {status.value} |" for status, letters in LETTERS.items()),
        "",
        "## What an operator's event does, by status",
        "",
        f"| status | {' | '.join(code.name for code in TABLE)} |",
        f"|---|{'---|' * len(TABLE)}",
        *(f"| {row.value} | {' | '.join(f'`{name_of(column[row])}`' for column in TABLE.values())} |" for row in Row),
        "",
        "## Events whose rule looks at the status itself",
        "",
        *(f"* {code.name}: `{name_of(rule)}`" for code, rule in ALL_STATUSES.items()),
        "",
        "## The rules",
        "",
        *(f"* `{name}`{said(rule)}" for name, rule in sorted(rules.items())),
    ]
    return "\n".join(lines) + "\n"


def name_of(rule: Rule) -> str:
    return f"{rule.__module__.rsplit('.', 1)[1]}.{rule.__name__}"


def said(rule: Rule) -> str:
    return f": {rule.__doc__.split(chr(10))[0]}" if rule.__doc__ else ""
