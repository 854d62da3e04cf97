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
from autosys_py.cli.manual import manual
from autosys_py.cli.options import Command

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "man"
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
COMMANDS: dict[str, Command] = {
    name: import_module(target.partition(":")[0]).COMMAND for name, target in SCRIPTS.items() if name != "autosys"
}
"""`autosys` is a click program: its `--help` says everything."""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_man_page_shows_the_options(name: str) -> None:
    page, drawn = PAGES / f"{name}.1", manual(COMMANDS[name], __version__)
    if os.environ.get("UPDATE_DOCS"):
        PAGES.mkdir(exist_ok=True)
        page.write_text(drawn, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == drawn


def test_no_man_page_is_of_a_command_that_is_gone() -> None:
    assert {page.stem for page in PAGES.glob("*.1")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_names_every_option(name: str) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    code = " ".join(re.findall(r"`[^`\n]+`|```.*?```", text, flags=re.DOTALL))
    for option in COMMANDS[name].options:
        spelling = option.name if option.name.startswith("-") else f"-{option.name}"
        assert re.search(rf"{re.escape(spelling)}(?![a-z])", code), f"docs/{name}.md says nothing of {spelling}"


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"(docs/{name}.md)" not in readme] == []
