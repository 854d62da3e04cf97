"""The words that open a stanza (jil.md §2), and the words of other products that only look like it."""

from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple


class Subcommand(NamedTuple):
    """A word that opens a stanza."""

    word: str
    verb: str
    kind: str
    """Kind of object, a key of `attributes.OTHER`."""


def _all() -> dict[str, Subcommand]:
    kinds = ("job", "machine", "resource", "job_type", "xinst", "monbro", "blob", "glob", "connectionprofile")
    table = [Subcommand(f"{verb}_{kind}", verb, kind) for kind in kinds for verb in ("insert", "update", "delete")]
    table.append(Subcommand("delete_box", "delete", "box"))
    table.append(Subcommand("override_job", "override", "job"))
    table.append(Subcommand("rename_job", "rename", "rename"))
    return {each.word: each for each in table}


SUBCOMMANDS: Final = _all()

_CALENDAR = "calendars are read by autocal_asc -I"
_GLOBAL = "globals are set by sendevent -E SET_GLOBAL -G NAME=value"
_ELSEWHERE = "this belongs to another product"
FOREIGN: Final[dict[str, str]] = {
    "insert_global": _GLOBAL,
    "delete_global": _GLOBAL,
    "calendar": _CALENDAR,
    "extended_calendar": _CALENDAR,
    "ext_calendar": _CALENDAR,
    "cycle": _CALENDAR,
    "insert_calendar": _CALENDAR,
    "insert_view": _ELSEWHERE,
    "insert_filter": _ELSEWHERE,
    "insert_alert_policy": _ELSEWHERE,
    "delete_user": _ELSEWHERE,
}
"""Subcommands that are not JIL, with what to do instead."""

_VERBS: Final = ("insert", "update", "delete", "override", "rename")
_NOUNS: Final = tuple(dict.fromkeys(each.word.partition("_")[2] for each in SUBCOMMANDS.values()))


@lru_cache(maxsize=4096)
def looks_like_subcommand(word: str) -> bool:
    """Was a subcommand meant? Then what follows belongs to it and not to the stanza before.

    `word` is in lower case and neither a subcommand nor an attribute.
    """
    if word in FOREIGN or word.startswith("modify_"):
        return True
    if len(word) > 40:
        return False
    verb, underscore, noun = word.partition("_")
    if underscore and verb in _VERBS:
        return True
    noun = next((each for each in sorted(_NOUNS, key=len, reverse=True) if word.endswith(each)), "")
    verb = word.removesuffix(noun).rstrip("_") if noun else verb if underscore else ""
    return any(SequenceMatcher(None, verb, each).ratio() >= 0.75 for each in _VERBS) and (
        bool(noun) or bool(underscore)
    )
