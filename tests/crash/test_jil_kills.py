"""jil killed in the middle of a large file, again and again: only whole stanzas are there, none that was reported lost.

Twenty kills of one file of 10,000 jobs; each run begins anew and passes over what is there. The last run is left
alone and completes the file. How long a victim lives is drawn from a fixed seed.
"""

import random
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

JOBS = 10_000
KILLS = 20
REPORTED = re.compile(r"CAUAJM_I_50323 Inserting/Updating job: (J\d+)\nCAUAJM_I_50205")


def stanza(number: int) -> str:
    """A job whose attributes all say the same number, so that a half or a mixed one would show."""
    blob = "std_in_file: $$blobt\nblob_input: <auto_blobt>N</auto_blobt>\n" if number % 10 == 0 else ""
    text = f'insert_job: JN\ncommand: run N\nmachine: localhost\ndescription: "N"\nstart_mins: 5\n{blob}'
    return text.replace("N", str(number))


def kept(instance: LiveInstance) -> set[str]:
    """The jobs that are there; each must be whole."""
    shown = instance.run("autorep", "-J", "ALL", "-q").stdout
    found = set()
    for definition in shown.split("/* ----------------- ")[1:]:
        name = definition.partition(" ")[0]
        number = name.removeprefix("J")
        for part in (
            f"command: run {number}\n",
            "machine: localhost\n",
            f'description: "{number}"\n',
            "start_mins: 5\n",
        ):
            assert part in definition, definition
        has_blob = f"<auto_blobt>{number}</auto_blobt>" in definition
        assert has_blob == (int(number) % 10 == 0), definition
        found.add(name)
    return found


def test_twenty_kills(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("")
    source = tmp_path / "many.jil"
    source.write_text("".join(map(stanza, range(JOBS))), encoding="utf-8")
    dice = random.Random(20)
    output = tmp_path / "out"
    reported: set[str] = set()
    counts = []
    for _ in range(KILLS):
        with source.open() as text, output.open("w") as out:
            victim = subprocess.Popen(
                ["jil"], stdin=text, stdout=out, stderr=subprocess.DEVNULL, env=instance.environment
            )
        try:
            victim.wait(timeout=dice.uniform(0.1, 0.6))
        except subprocess.TimeoutExpired:
            victim.send_signal(signal.SIGKILL)
            victim.wait()
        reported |= set(REPORTED.findall(output.read_text(encoding="utf-8")))
        there = kept(instance)
        assert reported <= there
        counts.append(len(there))
    before = kept(instance)
    last = instance.run("jil", "-q", text=source.read_text(encoding="utf-8"), check=False)
    codes = re.findall(r"^CAUAJM_E_(\d+)", last.stderr, re.MULTILINE)
    assert codes.count("10288") == codes.count("10302") == len(before)
    assert last.returncode == (1 if before else 0)
    assert kept(instance) == {f"J{number}" for number in range(JOBS)}
    print(f"\n{KILLS} kills, jobs there after each: {counts}; {len(reported)} reported, none lost, the rest in the end")
