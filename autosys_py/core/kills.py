"""Kills: the order that goes to the agent. What becomes of the job is decided by the report (rules R-01, T-04)."""

from autosys_py.core import notes
from autosys_py.core.draft import Draft
from autosys_py.core.model import EffectKind


def are_signals(text: str) -> bool:
    """Is it a comma list of signal numbers, as an agent can send them?"""
    return all(each.isascii() and each.isdigit() and len(each) <= 2 and 0 < int(each) <= 64 for each in text.split(","))


def kill_process(draft: Draft, joid: int, signals: str = "") -> bool:
    """Orders the job's process tree killed; False if it has no process (set RUNNING by hand)."""
    if not draft.has_open_run(joid):
        return False
    fact = draft.outcome.facts[-1]
    state = draft.change(fact, joid, killed=True)
    fact.notes.append(notes.connected_to_kill(state.machine, draft.job(joid).name, joid, state.run_num, state.ntry))
    draft.order(EffectKind.KILL, joid, signals or draft.world.configuration.KillSignals)
    return True
