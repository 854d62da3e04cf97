"""docs/configuration.md is drawn from the table of keys. `UPDATE_DOCS=1 pytest tests/docs` draws it anew."""

import ast
import os
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from textwrap import fill

from autosys_py.cli.instance import VARIABLES
from autosys_py.core import configuration
from autosys_py.core.configuration import IGNORED, IGNORED_PREFIXES, Configuration

PAGE = Path(__file__).parent.parent.parent / "docs" / "configuration.md"
NAMES = {"event_servers": "EventServer_INS"}
"""Fields that stand for a family of keys."""
INTRODUCTION = """# Configuration

Drawn from `autosys_py/core/configuration.py`, the one table of keys; a test holds page and table equal.

The file is `$AUTOUSER/config.$AUTOSERV`: lines `Key=value`, comments behind `#`. Without it everything has its default.
A bad value is an error that names file, line and what is legal; an unknown key is a warning.

An environment variable with the name of a key wins over the file. Two keys have variables of other names:
{variables}.

`kill -HUP` makes the scheduler read the file again. `EventServer`, `LocalMachineDefinition`, `DateFormat`,
`RunAsOwner`, `AutoInstWideAppend`, `SetJobAttributeEnvironmentals` and `Check_Heartbeat` wait for its next start.

| key | default | legal | |
|---|---|---|---|
"""


def test_the_page_shows_the_table() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(drawn(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == drawn()


def test_every_key_says_what_it_does() -> None:
    assert [each.name for each in fields(Configuration) if not said().get(each.name)] == []


def drawn() -> str:
    variables = " and ".join(f"`{variable}` for `{key}`" for variable, key in VARIABLES.items())
    rows = (
        f"| {NAMES.get(each.name, each.name)} | {cell(default_of(each.default))} | {cell(legal(each.metadata))} "
        f"| {cell(said()[each.name])} |\n"
        for each in fields(Configuration)
    )
    prefixes = " ".join(f"`{prefix}…`" for prefix in IGNORED_PREFIXES)
    ignored = ", ".join(f"`{key}`" for key in sorted(IGNORED))
    end = f"Known and without effect, so that a file of the product loads without a warning: {prefixes} and {ignored}."
    return f"{INTRODUCTION.format(variables=variables)}{''.join(rows)}\n{fill(end, 120)}\n"


def default_of(value: object) -> str:
    return "" if value in ("", ()) else str(value)


def legal(metadata: Mapping[str, object]) -> str:
    match dict(metadata):
        case {"choice": tuple(words)}:
            return ", ".join(map(str, words))
        case {"range": (low, high)}:
            return f"{low} to {high}"
    return ""


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").split())


def said() -> dict[str, str]:
    """What stands below each field."""
    tree = ast.parse(Path(configuration.__file__).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Configuration")
    found = {}
    for node, following in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            value = getattr(following, "value", None)
            if isinstance(following, ast.Expr) and isinstance(value, ast.Constant):
                found[node.target.id] = str(value.value)
    return found
