"""Examples of the pages are what the commands print: the golden reports, blanks at the ends of lines left out."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("page", "report"),
    [
        ("job_depends", "depends_conditions"),
        ("job_depends", "depends_tree_box"),
        ("job_depends", "depends_resources_one"),
        ("autorep", "queue_narrow"),
    ],
)
def test_the_example_is_real(page: str, report: str) -> None:
    printed = (ROOT / "tests" / "golden" / f"{report}.txt").read_text(encoding="utf-8")
    example = "\n".join(line.rstrip() for line in printed.split("\n"))
    assert example in (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
