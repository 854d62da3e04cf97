"""The report of global variables (cli.md §3.6): columns 0, 65 and 166."""

from autosys_py.core.text import cut, pad, visible
from autosys_py.core.times import TimeFormat

WIDTHS = (64, 100)
NARROW = (27, 27)
"""Name and value under `-n`, where longer ones are cut."""


def heading(*, narrow: bool = False) -> list[str]:
    name, value = NARROW if narrow else WIDTHS
    return ["", _layout("Global Name".ljust(name), "Value".ljust(value), "Last Changed"), _rule(name, value)]


def line(name: str, value: str, last_changed: int, times: TimeFormat, *, narrow: bool = False) -> str:
    shown = [visible(name), visible(value)]
    widths = NARROW if narrow else WIDTHS
    if narrow:
        shown = [cut(text, columns) for text, columns in zip(shown, widths, strict=True)]
    padded = [pad(text, columns) for text, columns in zip(shown, widths, strict=True)]
    return _layout(padded[0], padded[1], times(last_changed))


def _rule(name: int, value: int) -> str:
    return _layout("_" * name, "_" * value, "_" * 20)


def _layout(name: str, value: str, changed: str) -> str:
    return f"{name} {value} {changed:<20}"
