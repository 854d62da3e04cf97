"""Rubbish that looks like input: real text, cut up, mixed and spoilt. The same `Random` gives the same text."""

from collections.abc import Callable, Sequence
from random import Random

NUMBERS = (
    "0", "-1", "00", "1", "7", "23", "24", "59", "60", "71", "72", "99", "255", "256", "2147483647", "2147483648",
    "9223372036854775808", "1e9", "1.5", "0x10", "+5", "²", "٣", "９", "9" * 25, "9" * 4400,
)  # fmt: skip
CHARACTERS = (
    '"', "'", "\\", ":", ",", ";", "(", ")", "{", "}", "[", "]", "<", ">", "&", "|", "!", "=", "#", "$", "%", "*", "?",
    "@", "^", "`", "~", "+", "-", ".", "/", " ", "\t", "\r", "\n", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\xa0", "\xad",
    "ä", "ı", "ß", "İ", "\u200b", "\u2028", "\u202e", "\ufeff", "\udcff", "日", "𝒳", "/*", "*/", "\\:", '""',
)  # fmt: skip
LONGEST = 20_000
"""Characters."""


def mutate(text: str, others: Sequence[str], words: Sequence[str], chance: Random) -> str:
    """`text`, changed a few times; `others` are texts of its kind, `words` what means something in it."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        change = chance.choice(_CHANGES)
        text = change(text, others, words, chance)[:LONGEST]
    return text


def _of_lines(
    change: Callable[[list[str], Random], None],
) -> Callable[[str, Sequence[str], Sequence[str], Random], str]:
    def changed(text: str, _others: Sequence[str], _words: Sequence[str], chance: Random) -> str:
        lines = text.split("\n")
        change(lines, chance)
        return "\n".join(lines)

    return changed


def _drop(lines: list[str], chance: Random) -> None:
    at = chance.randrange(len(lines))
    del lines[at : at + chance.randint(1, 3)]


def _repeat(lines: list[str], chance: Random) -> None:
    at = chance.randrange(len(lines))
    lines[at:at] = [lines[at]] * chance.choice((1, 2, 50))


def _swap(lines: list[str], chance: Random) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _join(lines: list[str], chance: Random) -> None:
    at = chance.randrange(len(lines))
    lines[at : at + 2] = [chance.choice((" ", "", "\t")).join(lines[at : at + 2])]


def _take_from_another(text: str, others: Sequence[str], _words: Sequence[str], chance: Random) -> str:
    lines, other = text.split("\n"), chance.choice(others).split("\n")
    at, start = chance.randint(0, len(lines)), chance.randrange(len(other))
    lines[at:at] = other[start : start + chance.randint(1, 4)]
    return "\n".join(lines)


def _other_word(text: str, _others: Sequence[str], words: Sequence[str], chance: Random) -> str:
    start, end = _word_in(text, chance)
    return text[:start] + chance.choice((chance.choice(words), chance.choice(NUMBERS))) + text[end:]


def _further_word(text: str, _others: Sequence[str], words: Sequence[str], chance: Random) -> str:
    at = chance.randint(0, len(text))
    return f"{text[:at]}{chance.choice((' ', ''))}{chance.choice(words)}{chance.choice((' ', ''))}{text[at:]}"


def _other_character(text: str, _others: Sequence[str], _words: Sequence[str], chance: Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(CHARACTERS) + text[at + chance.randint(0, 1) :]


def _many(text: str, _others: Sequence[str], words: Sequence[str], chance: Random) -> str:
    at = chance.randint(0, len(text))
    piece = chance.choice((chance.choice(CHARACTERS), chance.choice(words), text[at : at + 5], "(", "a"))
    return text[:at] + piece * chance.choice((3, 70, 300, 5000)) + text[at:]


def _cut_out(text: str, _others: Sequence[str], _words: Sequence[str], chance: Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + text[at + chance.choice((1, 2, 5, 20, len(text))) :]


def _other_case(text: str, _others: Sequence[str], _words: Sequence[str], chance: Random) -> str:
    start, end = _word_in(text, chance)
    return text[:start] + text[start:end].swapcase() + text[end:]


def _word_in(text: str, chance: Random) -> tuple[int, int]:
    """Where a word stands, or a place for one."""
    at = chance.randint(0, len(text))
    start = end = at
    while start > 0 and text[start - 1].isalnum() and at - start < 50:
        start -= 1
    while end < len(text) and text[end].isalnum() and end - at < 50:
        end += 1
    return start, end


_CHANGES = (
    _of_lines(_drop), _of_lines(_repeat), _of_lines(_swap), _of_lines(_join), _take_from_another, _other_word,
    _other_word, _further_word, _other_character, _other_character, _many, _cut_out, _other_case,
)  # fmt: skip
