"""Text that is not UTF-8 on its way in and out."""

from hypothesis import given
from hypothesis import strategies as st

from autosys_py.event_server.escapes import escaped, unescaped


@given(st.binary())
def test_any_bytes_survive(read: bytes) -> None:
    text = read.decode("utf-8", "surrogateescape")
    stored = escaped(text)
    stored.encode("utf-8")
    assert unescaped(stored) == text


def test_ordinary_text_is_stored_as_it_is() -> None:
    assert escaped("naïve ✓ 🎉") == "naïve ✓ 🎉"
