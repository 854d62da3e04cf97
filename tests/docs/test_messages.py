"""Every coded line has its one place, the catalogue, and docs/messages.md shows it.

`UPDATE_DOCS=1 pytest tests/docs` draws the page anew.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from autosys_py.core.messages import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "messages.md"
SPEAKERS = {"message", "refusal", "misuse", "wrong_usage", "title"}
"""Functions whose first argument is a code."""
UNUSED = {
    10051: "every variable has a default",
    10920: "security is that of the system",
    10337: "what is taken back is taken back in one transaction",
    50032: "what is wrong with a configuration is said by file and line",
}
"""Of the product, kept so that nothing else takes their codes; and why nothing says them."""
INTRODUCTION = """# Messages

Drawn from `autosys_py/core/messages.py`, the one catalogue; a test holds page and catalogue equal. A line is
`CAUAJM_`, `E` for an error, `W` for a warning or `I` for information, the code and the text; `{0}` is what the line is
about.
Codes from 99000 on are ours. What `jil` has to say of an attribute stands with the checks ([jil](jil.md)).

| code | text |
|---|---|
"""


def test_the_page_shows_the_catalogue() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(drawn(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == drawn()


def drawn() -> str:
    rows = (f"| {code:05d} | {shown(text)} |\n" for code, text in sorted(CATALOGUE.items()))
    return INTRODUCTION + "".join(rows)


def shown(text: str) -> str:
    return text.strip().replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def test_every_code_that_is_said_is_in_the_catalogue() -> None:
    said = {code for tree in sources() for code in codes_said(tree)}
    assert said - set(CATALOGUE) == set()
    assert len(said) > 100


def test_every_code_of_the_catalogue_is_said() -> None:
    """Somewhere, if only by way of a table; what is not is on the list above."""
    numbers = {
        node.value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is int
    }
    assert set(CATALOGUE) - numbers == set(UNUSED)


def test_no_coded_line_is_written_anywhere_else() -> None:
    """Docstrings may show one."""
    found = [text for tree in sources() for text in texts(tree) if re.search(r"CAUAJM_[EWI]_\d", text)]
    assert found == []


def test_our_codes_are_from_99000_on() -> None:
    assert {code for code in CATALOGUE if code >= 90000} == {code for code in CATALOGUE if 99000 <= code <= 99999}


def test_every_line_is_given_what_its_text_takes() -> None:
    for tree in sources():
        for call in calls(tree):
            code, *arguments = call.args
            if (
                isinstance(code, ast.Constant)
                and isinstance(code.value, int)
                and not any(isinstance(each, ast.Starred) for each in arguments)
            ):
                places = set(re.findall(r"\{(\d)\}", CATALOGUE[code.value]))
                assert len(arguments) == len(places), ast.unparse(call)


def sources() -> Iterator[ast.Module]:
    for path in sorted((ROOT / "autosys_py").rglob("*.py")):
        if path.name != "messages.py" or path.parent.name != "core":
            yield ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Where something is said by its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in SPEAKERS and not (isinstance(first, ast.Constant) and type(first.value) is not int):
                yield node


def codes_said(tree: ast.Module) -> Iterator[int]:
    for call in calls(tree):
        code = call.args[0]
        if isinstance(code, ast.Constant) and isinstance(code.value, int):
            yield code.value


def texts(tree: ast.Module) -> Iterator[str]:
    """String constants but for those that stand alone."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value
