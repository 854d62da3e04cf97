"""Where the instance is: variables, folder, configuration (extensions.md §1)."""

import stat
from pathlib import Path

import pytest

from autosys_py.cli.instance import open_instance
from autosys_py.cli.messages import Refused


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTOSERV", "AUTOSYS_EVENT_SERVER", "RESTRICT_FORCE_STARTJOB", "XDG_STATE_HOME", "KillSignals"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AUTOUSER", str(tmp_path / "user"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_defaults(tmp_path: Path) -> None:
    instance = open_instance()
    folder = tmp_path / "user"
    assert (instance.autoserv, instance.folder) == ("ACE", folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert instance.url == f"sqlite:///{folder}/ACE.db"
    assert (instance.out, instance.run) == (folder / "out", folder / "run" / "ACE")
    assert instance.scheduler_log == folder / "out" / "event_demon.ACE"
    assert instance.user_host.count("@") == 1


def test_folder_without_autouser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOUSER")
    assert open_instance().folder == tmp_path / "home" / ".local" / "state" / "autosys"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert open_instance().folder == tmp_path / "state" / "autosys"


@pytest.mark.parametrize("name", ["ace", "ACEX", "A-B", "AÄÖ", "../", "A\n1"])
def test_a_bad_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOSERV", name)
    with pytest.raises(Refused) as refused:
        open_instance()
    assert refused.value.lines[0].startswith("CAUAJM_E_99002 AUTOSERV must be three upper-case letters or digits")
    assert refused.value.lines[0].isprintable()


def configured(tmp_path: Path, text: str, name: str = "ACE") -> None:
    (tmp_path / "user").mkdir(exist_ok=True)
    (tmp_path / "user" / f"config.{name}").write_text(text)


def test_a_variable_wins_over_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(tmp_path, "RestrictForceStart=1\nKillSignals=2,9\nEventServer=sqlite:////a.db\n")
    instance = open_instance()
    assert (instance.configuration.KillSignals, instance.url) == ("2,9", "sqlite:////a.db")
    monkeypatch.setenv("RESTRICT_FORCE_STARTJOB", "0")
    monkeypatch.setenv("KillSignals", "1")
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER", "sqlite:////b.db")
    instance = open_instance()
    assert instance.configuration.RestrictForceStart == "0"
    assert (instance.configuration.KillSignals, instance.url) == ("1", "sqlite:////b.db")


def test_faults_name_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, "Nonsense=1\n")
    open_instance()
    file = tmp_path / "user" / "config.ACE"
    assert capsys.readouterr().err == f"CAUAJM_W_99001 {file}: line 1: unknown key Nonsense\n"
    configured(tmp_path, "\nBoxDeadlock=MAYBE\n")
    with pytest.raises(Refused) as refused:
        open_instance()
    assert refused.value.lines == (f"CAUAJM_E_99001 {file}: line 2: BoxDeadlock=MAYBE is not one of RUNNING, FAILURE",)
    configured(tmp_path, "")
    monkeypatch.setenv("RESTRICT_FORCE_STARTJOB", "perhaps")
    with pytest.raises(Refused) as refused:
        open_instance()
    assert refused.value.lines == ("CAUAJM_E_99001 environment: RestrictForceStart=perhaps is not one of 0, 1",)


def test_another_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER", "sqlite:////own.db")
    with pytest.raises(Refused):
        open_instance("XYZ")
    configured(tmp_path, "KillSignals=2\n", "XYZ")
    other = open_instance("XYZ")
    assert (other.configuration.KillSignals, other.url) == ("2", f"sqlite:///{tmp_path}/user/XYZ.db")
    monkeypatch.setenv("AUTOSYS_EVENT_SERVER_XYZ", "sqlite:////theirs.db")
    assert open_instance("XYZ").url == "sqlite:////theirs.db"


def test_what_is_read_again_leaves_localhost_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler's places were built on it; everything else counts from now on."""
    from autosys_py.cli.eventor import _reader

    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    (tmp_path / "config.ACE").write_text("LocalMachineDefinition=here\nMaxRestartTrys=3\n")
    read = _reader(open_instance())
    (tmp_path / "config.ACE").write_text("LocalMachineDefinition=there\nMaxRestartTrys=4\n")
    assert (read().LocalMachineDefinition, read().MaxRestartTrys) == ("here", 4)
