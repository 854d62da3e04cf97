"""Nothing that a terminal acts on gets through, and columns stay columns."""

import pytest

from autosys_py.core.text import cut, pad, visible, width

HOSTILE = {
    "\x1b[31mred\x1b[0m": "\\x1b[31mred\\x1b[0m",
    "two\nlines": "two\\nlines",
    "back\rwards\b": "back\\rwards\\x08",
    "tab\there": "tab\\there",
    "\x9b31m": "\\x9b31m",
    "a\u202etxt.exe": "a\\u202etxt.exe",
    "line\u2028separator": "line\\u2028separator",
    "\u2066isolate\u2069": "\\u2066isolate\\u2069",
    "zero\u200bwidth\ufeff": "zero\\u200bwidth\\ufeff",
    "byte\udcff": "byte\\xff",
    "lone\ud800": "lone\\ud800",
    "private\ue000": "private\\ue000",
    "tag\U000e0041": "tag\\U000e0041",
    "nul\0": "nul\\x00",
    "del\x7f": "del\\x7f",
}


@pytest.mark.parametrize("raw", HOSTILE, ids=ascii)
def test_hostile_text_is_shown_escaped(raw: str) -> None:
    assert visible(raw) == HOSTILE[raw]
    assert visible(raw).isprintable()


@pytest.mark.parametrize("text", ["", "plain", "C:\\x\\y", "Zürich", "日本", "é", 'quoted "text"'])
def test_other_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


def test_wide_and_combining_characters_take_their_columns() -> None:
    assert [width(text) for text in ("ab", "日本", "e\u0301", "Zürich")] == [2, 4, 1, 6]
    assert pad("日本", 6) == "日本  "
    assert pad("longer than that", 4) == "longer than that"
    assert cut("日本語", 5) == "日本"
    assert cut("abcdef", 4) == "abcd"
