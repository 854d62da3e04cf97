"""What ISDBGACTIV adds to the scheduler log (cli.md §8): lines that begin with DEBUG, no events for scripts.

LIGHT tells of turns, JOB of what agents were told and said; HEAVY, and every word that we do not know, of both.
"""

from collections.abc import Iterable, Iterator

from autosys_py.agent.protocol import Report
from autosys_py.core.model import Outcome
from autosys_py.core.text import visible


def debug_lines(words: str, reports: Iterable[Report], outcome: Outcome) -> Iterator[str]:
    """The lines about one turn; `words` is the value of the key."""
    chosen = set(words.split(",")) - {"OFF"}
    if chosen - {"LIGHT"}:
        for report in reports:
            exit_code = "" if report.exit_code is None else f" exit {report.exit_code}"
            yield visible(f"DEBUG report {report.code.name} {_run(report.key)}{exit_code} {report.text}").rstrip()
        for effect in outcome.effects:
            yield visible(
                f"DEBUG order {effect.kind.name} {_run(effect.key)} at {effect.machine} {effect.value}"
            ).rstrip()
    if chosen - {"JOB"} and (outcome.facts or outcome.events or outcome.effects):
        yield f"DEBUG turn: {len(outcome.facts)} facts, {len(outcome.events)} events, {len(outcome.effects)} orders"


def _run(key: tuple[int, int, int]) -> str:
    return ".".join(map(str, key))
