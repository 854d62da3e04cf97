"""docs/attributes.md is drawn from the table of attributes. `UPDATE_DOCS=1 pytest tests/docs` draws it anew."""

import os
from pathlib import Path

from autosys_py.jil import attributes
from autosys_py.jil.attributes import AGENT_TYPES, ALL, JOB_TYPES, NOT_BOX, USER_TYPES, Attribute
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import Quoting

PAGE = Path(__file__).parent.parent.parent / "docs" / "attributes.md"
INTRODUCTION = """# Attributes

Drawn from `autosys_py/jil/attributes.py`, the one table that `jil` reads, checks, stores and prints by; a test holds
page and table equal.

Keywords ignore case. `+` collects: repeated, it adds an entry; any other that is repeated keeps the last. `!` is
required, of jobs for the types in parentheses. *Use* says what becomes of it: **acts** on jobs that run here, or is
**kept**: checked, stored and printed, and nothing else. Attributes of jobs stand in the order in which
`autorep -q` prints them.
"""
NOUNS = {
    "machine": "Machines", "resource": "Resources", "xinst": "External instances", "monbro": "Monitors and browsers",
    "blob": "Blobs of jobs", "glob": "Globs", "connectionprofile": "Connection profiles",
    "job_type": "User-defined job types", "rename": "rename_job",
}  # fmt: skip


def test_the_page_shows_the_table() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(drawn(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == drawn()


def test_every_kind_of_object_is_on_the_page() -> None:
    kinds = {subcommand.kind for subcommand in SUBCOMMANDS.values()}
    assert kinds == {"job", "box", *NOUNS}
    assert all(row.description for kind in NOUNS for row in attributes.OTHER[kind].values())


def drawn() -> str:
    lines = [
        INTRODUCTION,
        "## Jobs",
        "",
        "| attribute | value | default | types | use | |",
        "|---|---|---|---|---|---|",
    ]
    lines += [job_line(row) for row in sorted(attributes.JOB.values(), key=lambda row: attributes.place(row.name))]
    for kind, noun in NOUNS.items():
        lines += ["", f"## {noun}", "", "| attribute | value | default | |", "|---|---|---|---|"]
        lines += [
            f"| {name_of(row)} | {cell(row.domain.name)} | {cell(row.default)} | {row.description} |"
            for row in attributes.OTHER[kind].values()
        ]
    return "\n".join(lines) + "\n"


def job_line(row: Attribute) -> str:
    use = "acts" if row.acts else "kept"
    if row.quoting is Quoting.NEVER and row.insert_only:
        use += ", insert only"
    value = f"{cell(row.domain.name)}, {row.length}" if row.length not in (255, 4096) else cell(row.domain.name)
    return f"| {name_of(row)} | {value} | {cell(row.default)} | {types_of(row.types)} | {use} | {row.description} |"


def name_of(row: Attribute) -> str:
    mark = "+" if row.collects else ""
    if row.required == attributes.ALWAYS:
        mark += "!"
    elif row.required:
        mark += f"! ({types_of(row.required)})"
    return f"{row.name}{mark}"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def types_of(types: frozenset[str]) -> str:
    """The names of job types, the usual sets by what they are."""
    if types == ALL:
        return "all"
    if len(JOB_TYPES - types) <= 6:
        missing = JOB_TYPES - types
        return "all but BOX" if types == NOT_BOX else "all but " + " ".join(sorted(missing))
    names = sorted(types - USER_TYPES - AGENT_TYPES)
    if types >= USER_TYPES:
        names.append("0-9")
    names += ["agents"] if types >= AGENT_TYPES else sorted(types & AGENT_TYPES)
    return " ".join(names)
