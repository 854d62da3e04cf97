"""Any text at all, into everything that reads text.

`make test` plays a few texts of a fixed seed; `make fuzz` plays for FUZZ_MINUTES in all, from FUZZ_SEED on (by default
another one each time; it is printed). FUZZ_TARGETS names some of the targets, parted by blanks.
"""

import os
import time
from pathlib import Path

import pytest

from tests.fuzz.campaign import Found, fuzz
from tests.fuzz.targets import Targets

MINUTES = float(os.environ.get("FUZZ_MINUTES", "30"))
SEED = int(os.environ.get("FUZZ_SEED", str(time.time_ns() // 10**9)))
NAMES = tuple(Targets(Path()).all())
CHOSEN = os.environ.get("FUZZ_TARGETS", "").split() or NAMES


def told(found: Found) -> str:
    return "\n".join(f"{place}\n    {text[:2000]!r}" for place, text in found.faults.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_few_texts(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = fuzz(Targets(tmp_path).all()[name], seed=1, texts=12)
    assert not found.faults, told(found)


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", CHOSEN)
def test_texts_for_a_long_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = fuzz(Targets(tmp_path).all()[name], SEED, seconds=60 * MINUTES / len(CHOSEN))
    print(f"\n{name}: {found.played} texts from seed {SEED}, {len(found.faults)} faults", flush=True)
    assert not found.faults, told(found)
