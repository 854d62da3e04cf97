"""The crash campaign: `make crash`, ten minutes of it, or `make crash SECONDS=20`.

    python -m tests.crash --seconds 600 --seed 7

First commands under fire, then every fail point once, then rounds of schedulers, runners and commands, each judged for
itself, as long as there is time. It prints what it did, and ends with 1 at the first fault: it then says the seed and
what is wrong, and keeps the instance to look at.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.crash.checker import judge
from tests.crash.commands import CommandCampaign
from tests.crash.points import Points, not_covered
from tests.crash.schedulers import Counts, Round

ROUND = 20.0
"""Seconds of storm in a round."""

FAMILIES_A_SECOND = 9
COMMANDS_SHARE = 0.2
"""Of the time, for commands alone."""


def campaign(folder: Path, seconds: float, seed: int) -> list[str]:
    """What is wrong; prints the counts."""
    until = time.monotonic() + seconds
    counts = Counts()
    missing = not_covered()
    faults = [f"no part of the campaign goes for {missing}"] if missing else []
    faults = faults or _commands(folder / "commands", seed, COMMANDS_SHARE * seconds)
    if not faults:
        faults = _points(folder / "points", counts)
    number = seed
    while not faults and (time.monotonic() < until - 2 or number == seed):
        number += 1
        storm = max(3.0, min(ROUND, until - time.monotonic() - 4))
        with closing(Round(folder / f"round{number}", number, counts, round(FAMILIES_A_SECOND * storm))) as under:
            under.storm(storm)
            faults = _end(under, f"round {number}")
        print(f"  {counts.rounds} rounds, {counts.kills} kills, {counts.runs} runs", flush=True)
    print(counts.report())
    return faults


def _commands(folder: Path, seed: int, seconds: float) -> list[str]:
    under = CommandCampaign(folder, seed)
    under.once_each()
    under.run(1_000_000, seconds)
    print(under.report(), flush=True)
    return under.faults


def _points(folder: Path, counts: Counts) -> list[str]:
    with closing(Points(folder, counts)) as under:
        under.visit()
        return _end(under, "points")


def _end(under: Round, name: str) -> list[str]:
    """The verdict on a round."""
    under.finish()
    under.counts.rounds += 1
    faults = under.faults + judge(under)
    if faults:
        log = "home/out/event_demon.ACE, schedulers.log, ledger, home/ACE.db"
        return [f"{name} in {under.folder}: see {log}", *faults]
    under.forget()
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="autosys-crash-"))
    print(f"crash campaign, {given.seconds:.0f} s, seed {given.seed}", flush=True)
    faults = campaign(folder, given.seconds, given.seed)
    if faults:
        print(f"FAILED: seed {given.seed}; again: python -m tests.crash --seed {given.seed}")
        print("\n".join(faults[:20]))
        return 1
    shutil.rmtree(folder)
    print("nothing lost, nothing twice, no exit code wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
