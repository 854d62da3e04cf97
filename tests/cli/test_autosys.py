"""The autosys group: what it knows so far."""

import pytest

from autosys_py import __version__
from autosys_py.cli.autosys import autosys, main


@pytest.mark.parametrize("question", ["-?", "--help"])
def test_help(question: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["autosys", question])
    assert main() == 0
    assert capsys.readouterr().out.startswith("Usage: ")
    assert autosys.help is not None


@pytest.mark.parametrize("question", ["-x", "--version"])
def test_version(question: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["autosys", question])
    assert main() == 0
    assert capsys.readouterr().out == f"AutoSys-py Utility {__version__}\n"


def test_an_unknown_verb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["autosys", "fly"])
    assert main() == 2
    assert "fly" in capsys.readouterr().err


def test_what_was_typed_reaches_the_terminal_visible(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["\x1b[2J"], ["why", "a", "b\u202e"], ["simulate", "--show", "\x07"]):
        monkeypatch.setattr("sys.argv", ["autosys", *words])
        assert main() == 2
        said = capsys.readouterr().err
        assert words[-1] not in said
        assert "Error: " in said
