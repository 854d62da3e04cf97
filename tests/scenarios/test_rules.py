"""No rule without a scenario: the numbered rules of the specification against the titles of the run books.

What a run book cannot show stands in the table "Shown elsewhere" of README.md, with the test that does.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.scenarios.test_scenarios import FOLDER, scenarios

ROOT = FOLDER.parent.parent
SPECIFICATION = ROOT.parent / "shared" / "spec" / "semantics.md"
RULE = re.compile(r"\b[A-Z]-\d\d\b")
ROW = re.compile(r"\| ((?:[A-Z]-\d\d ?)+) \| `([\w/]+\.py)::(\w+)` \|")


def specified() -> set[str]:
    if not SPECIFICATION.is_file():
        pytest.skip("the specification is not beside this clone")
    return set(RULE.findall(SPECIFICATION.read_text(encoding="utf-8")))


def played() -> set[str]:
    return {rule for scenario in scenarios() for rule in RULE.findall(scenario.title)}


def shown_elsewhere() -> dict[str, tuple[Path, str]]:
    """Rule, and the file and name of the test that shows it."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [(rules.split(), ROOT / path, test) for rules, path, test in ROW.findall(text)]
    return {rule: (path, test) for rules, path, test in rows for rule in rules}


def test_every_rule_has_a_scenario() -> None:
    assert sorted(specified() - played() - shown_elsewhere().keys()) == []


def test_titles_name_rules_that_exist() -> None:
    assert sorted(played() - specified()) == []


def test_no_rule_that_has_a_scenario_is_shown_elsewhere() -> None:
    assert sorted(shown_elsewhere().keys() & played()) == []


@pytest.mark.parametrize("rule", sorted(shown_elsewhere()))
def test_what_is_shown_elsewhere_is_shown_there(rule: str) -> None:
    """The test exists, and its name or docstring names the rule."""
    path, name = shown_elsewhere()[rule]
    tests = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert len(tests) == 1, f"{path.name} has no {name}"
    assert rule in (ast.get_docstring(tests[0]) or "")
