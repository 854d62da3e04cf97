"""Text that is not UTF-8, on its way into columns that hold nothing else.

Python reads such a byte from the command line or a file as a lone surrogate, U+DC80 to U+DCFF, which no database
takes. In the store it stands as one of 128 private characters, U+10FF00 to U+10FF7F, and comes out as it went in.
Nearly all text is ASCII, and for that both ways cost one test.
"""

_AS_READ = range(0xDC80, 0xDD00)
_AS_STORED = range(0x10FF00, 0x10FF80)
_STORE = dict(zip(_AS_READ, _AS_STORED, strict=True))
_READ = dict(zip(_AS_STORED, _AS_READ, strict=True))


def escaped(text: str) -> str:
    """The form that a text column takes."""
    return text if text.isascii() else text.translate(_STORE)


def unescaped(stored: str) -> str:
    """The inverse of `escaped`."""
    return stored if stored.isascii() else stored.translate(_READ)
