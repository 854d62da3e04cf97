"""A seed of the property tests is a story that can be told again: the same bytes in every process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autosys_py.core.model import Fact
from tests.core import test_properties
from tests.core.test_properties import SHOWN, Watched, play, told

ROOT = Path(__file__).parent.parent.parent
SEEDS = (22, 31, 54, 56, 79, 130)
TELL = f"""
from autosys_py.scheduler.journal import lines
from tests.core.test_properties import play
for seed in {SEEDS}:
    for fact in play(seed):
        print(fact, *lines(fact, str), sep="\\n")
"""


def told_under(hash_seed: int) -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    answer = subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True)
    assert answer.returncode == 0, answer.stderr.decode()
    return answer.stdout


def test_a_seed_gives_the_same_bytes_whatever_the_hash_seed_is() -> None:
    first = told_under(0)
    assert first.count(b"Fact(") >= 100 * len(SEEDS)
    assert told_under(1) == first
    assert told_under(2) == first


def test_a_failing_seed_says_which_it_is_and_what_came_last(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = play(7)
    ends_with = whole[len(whole) // 2].seq

    look = Watched._check

    def fail(self: Watched, facts: list[Fact]) -> None:
        look(self, facts)
        if self.facts and self.facts[-1].seq >= ends_with:
            raise AssertionError("the moon is blue")

    monkeypatch.setattr(Watched, "_check", fail)
    messages = []
    for _ in range(2):
        with pytest.raises(AssertionError) as failure:
            play(7)
        messages.append(str(failure.value))
    message = messages[0]
    assert message == messages[1]
    assert "seed 7" in message
    assert "the moon is blue" in message
    assert "PROPERTY_SEEDS=7:8" in message
    assert "insert_job: j0" in message
    seqs = [int(line.split()[0]) for line in message.splitlines()[-SHOWN:]]
    assert seqs == list(range(seqs[0], seqs[0] + SHOWN))
    assert seqs[-1] >= ends_with
    past = {fact.seq: told(fact) for fact in whole}
    assert message.splitlines()[-SHOWN:] == [past[seq] for seq in seqs]


def test_the_number_of_seeds_is_read_from_the_environment() -> None:
    environment = os.environ | {"PROPERTY_SEEDS": "17:19"}
    command = [sys.executable, "-m", "pytest", "--collect-only", test_properties.__file__]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert answer.stdout.count("::test_nothing_that_must_hold") == 2
    assert "[17]" in answer.stdout
