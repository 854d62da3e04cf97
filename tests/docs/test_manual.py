"""Every command has a man page drawn from its options, and a page in docs/ that names them all.

`UPDATE_DOCS=1 pytest tests/docs` draws the man pages anew.
"""

import os
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from autosys_py import __version__
from autosys_py.cli.autosys import autosys
from autosys_py.cli.manual import manual, manual_of_verbs, verbs
from autosys_py.cli.options import Command

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "man"
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
COMMANDS: dict[str, Command] = {
    name: import_module(target.partition(":")[0]).COMMAND for name, target in SCRIPTS.items() if name != "autosys"
}
VERBS = dict(verbs(autosys))
"""Of `autosys`, a click program."""
PAGE_OF = {"messages": "restarts", "timeline": "graph", "restore": "backup"}
"""Verbs whose page has another name than theirs."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_man_page_shows_the_options(name: str) -> None:
    is_one = name in COMMANDS
    page = PAGES / f"{name}.1"
    drawn = manual(COMMANDS[name], __version__) if is_one else manual_of_verbs(autosys, __version__)
    if os.environ.get("UPDATE_DOCS"):
        PAGES.mkdir(exist_ok=True)
        page.write_text(drawn, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == drawn


def test_no_man_page_is_of_a_command_that_is_gone() -> None:
    assert {page.stem for page in PAGES.glob("*.1")} == set(SCRIPTS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_names_every_option(name: str) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    code = " ".join(re.findall(r"`[^`\n]+`|```.*?```", text, flags=re.DOTALL))
    for option in COMMANDS[name].options:
        spelling = option.name if option.name.startswith("-") else f"-{option.name}"
        assert re.search(rf"{re.escape(spelling)}(?![a-z])", code), f"docs/{name}.md says nothing of {spelling}"


@pytest.mark.parametrize("words", VERBS)
def test_a_page_names_every_verb_and_its_options(words: str) -> None:
    verb = words.split(maxsplit=1)[0]
    text = (ROOT / "docs" / f"{PAGE_OF.get(verb, verb)}.md").read_text(encoding="utf-8")
    assert f"autosys {words}" in text
    for parameter in VERBS[words].params:
        for spelling in parameter.opts if parameter.param_type_name == "option" else ():
            assert re.search(rf"{re.escape(spelling)}(?![a-z])", text), (
                f"the page of {words} says nothing of {spelling}"
            )


def test_the_readme_leads_to_every_page() -> None:
    """Directly, or by way of the page of another command."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert [name for name in sorted(pages) if f"(docs/{name}.md)" not in readme] == []


def test_the_package_brings_the_man_pages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]["docs/man"] == "share/man/man1"
