"""Completion in shells: every kind of value, in real command lines, and never a word where something is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem

from autosys_py.cli.completion import FILES, FREE, SOURCES, WORDS, proposals
from autosys_py.core.model import NamedObject
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_store
from tests.cli.conftest import COMMANDS
from tests.cli.estate import Estate, retail
from tests.cli.test_pipelines import Site
from tests.docs.test_manual import COMMANDS as ALL


@pytest.fixture(autouse=True)
def present(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is there; other instances are files."""
    monkeypatch.setattr("autosys_py.event_server.open.open_present", lambda _url: store)


def proposed(line: str) -> list[str]:
    """What is proposed where the line ends."""
    name, *words = line.split(" ")
    return [item.value for item in proposals(ALL[name], words[:-1], words[-1])]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sendevent -E JOB_ON_", ["JOB_ON_HOLD", "JOB_ON_ICE", "JOB_ON_NOEXEC"]),
        ("sendevent -e force", ["FORCE_STARTJOB"]),
        ("sendevent -E STARTJOB -J RET_STOCK_", ["RET_STOCK_BX", "RET_STOCK_FW", "RET_STOCK_MAIL"]),
        ("sendevent -E CHANGE_STATUS -s SU", ["SUCCESS"]),
        ("sendevent -E CHANGE_STATUS -s ON", []),  # nobody can set it
        ("sendevent -E ALARM -A JOBF", ["JOBFAILURE"]),
        ("sendevent -E SET_GLOBAL -G RET_G", ["RET_GO="]),
        ("sendevent -E MACH_OFFLINE -N n", ["node-a", "node-b"]),
        ("sendevent -E REPLY_RESPONSE -r ", ["COMPLETED", "ERROR", "RESTART"]),
        ("sendevent --pre", ["--preview"]),
        ("sendevent -E STOP_DEMON -v ", ["ALL", "FAILOVER", "ROLE=P"]),
        ("autorep -dJ RET_C", ["RET_CLOSE"]),  # letters in a group
        ("autorep -j RET_C", ["RET_CLOSE"]),  # the other case
        ("autorep -J -q RET_C", ["RET_CLOSE"]),  # a late value
        ("autorep -J ALL -s ON", ["ON_ICE", "ON_HOLD", "ON_NOEXEC"]),
        ("autorep -M ", ["localhost", "node-a", "node-b"]),
        ("autorep -M node-a --format ", ["json", "csv"]),
        ("autorep --format=c", ["--format=csv"]),
        ("autorep --format = c", ["csv"]),  # as bash parts it
        ("autorep --format =", ["json", "csv"]),
        ("autorep --nonsense=c", []),
        ("sendevent -E SET_GLOBAL -G RET_GO =", []),
        ("sendevent -E SET_GLOBAL -G RET_GO = Y", []),
        ("autorep =", []),
        ("autorep -I RET", ["RETAIL"]),
        ("autorep -B ", ["MAIL"]),
        ("autostatus -G ", ["RET_EMPTY", "RET_GO"]),
        ("autostatus -J NO", []),
        ("autocal_asc -E out -s ", ["HOLIDAYS"]),
        ("autotimezone -a Here Europe/Zur", ["Europe/Zurich"]),
        ("chk_auto_up -r 11", ["11", "110", "111"]),
        ("jil -V s", ["session", "syntax"]),
        ("sendevent -E COMMENT -C ", []),
    ],
)
def test_values(line: str, expected: list[str], estate: Estate) -> None:
    with estate.store.transaction():
        estate.store.put_object(NamedObject("calendar", "HOLIDAYS"))
    assert proposed(line) == expected


def test_other_instances_are_proposed(
    estate: Estate, configure: Callable[[str], None], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure("EventServer_PRD=sqlite:////nowhere/PRD.db\nNo such key=1\n")
    (tmp_path / "TST.db").touch()
    (tmp_path / "notes.txt").touch()
    assert proposed("autorep -S ") == ["ACE", "PRD", "TST"]
    assert capfd.readouterr() == ("", "")


def test_options_come_with_what_they_mean(estate: Estate) -> None:
    items = proposals(COMMANDS["autostatus"], [], "")
    assert [item.value for item in items] == ["-J", "-G", "--format", "-S", "-?", "-x", "--help", "--version"]
    assert items[0].help == "job whose status is printed; ALL, wildcards % * _ ?"
    assert proposed("autostatus -J RET_CLOSE -") == proposed("autostatus -")


@pytest.mark.parametrize(
    ("line", "kind"), [("astail -f /va", "file"), ("cron2jil -d ./", "dir"), ("sendevent -F x", "file")]
)
def test_files_are_the_shell_s_own(line: str, kind: str, estate: Estate) -> None:
    name, *words, word = line.split(" ")
    [item] = proposals(ALL[name], words, word)
    assert (item.type, item.value) == (kind, word)


def test_names_that_a_shell_would_take_apart_are_left_out(estate: Estate) -> None:
    for name in ("AA", "A$(id)", "A`id`", "A\x1bB", "A*"):
        estate.job(name)
    assert proposed("autorep -J A") == ["AA"]


@pytest.mark.parametrize("text", ["NoEqualsSign\n", "EventServer=sqlite:////nowhere/x.db\n", "EventServer=nonsense\n"])
def test_what_is_wrong_is_silence(
    text: str, configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    configure(text)
    assert proposed("autorep -J A") == []
    assert capfd.readouterr() == ("", "")


def test_a_store_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    assert proposed("autorep -J A") == []
    assert list(tmp_path.iterdir()) == []


def test_every_value_is_completed_or_known_to_be_free() -> None:
    """Who adds an option says here what its value is."""
    known = {what for table in (SOURCES, WORDS) for _, what in table} | set(FILES) | FREE
    for name, command in ALL.items():
        for option in command.options:
            for what in filter(None, (option.argument, option.second)):
                assert what in known or (name, option.name) in SOURCES, f"{name} -{option.name} {what}"


# Whole processes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    store = open_store(f"sqlite:///{folder}/ACE.db")
    retail(store)
    store.close()
    return Site(folder)


def test_bash_completes_by_the_scripts_of_all_commands(site: Site) -> None:
    script = """
        eval "$(autosys completion bash)"
        complete -p sendevent autorep autosys jil | wc -l
        ask() {
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            "_$1_completion" "$1"
            echo "${COMPREPLY[*]}"
        }
        ask sendevent -E STARTJOB -J RET_C
        ask sendevent -E CHANGE_ST
        ask autorep --format = j
        ask autosys why RET_C
        ask autosys mess
    """
    assert site.sh(script) == "4\nRET_CLOSE\nCHANGE_STATUS\njson\nRET_CLOSE\nmessages\n"


@pytest.mark.parametrize(
    ("shell", "words", "number", "out"),
    [
        ("zsh", "autostatus -J RET_C", "2", "plain\nRET_CLOSE\n_\n"),
        ("zsh", "autostatus -J", "1", "plain\n-J\njob whose status is printed; ALL, wildcards % * _ ?\n"),
        ("fish", "autostatus -J RET_C", "RET_C", "plain,RET_CLOSE\n"),
        ("fish", "autostatus -G RET_G", "RET_G", "plain,RET_GO\n"),
    ],
)
def test_zsh_and_fish_are_answered(shell: str, words: str, number: str, out: str, site: Site) -> None:
    line = f"COMP_WORDS='{words}' COMP_CWORD='{number}' _AUTOSTATUS_COMPLETE={shell}_complete autostatus; echo $?"
    assert site.sh(line) == f"{out}0\n"
    source = site.sh(f"autosys completion {shell}; echo $?")
    assert source.endswith("\n0\n")
    assert all(f"_{name.upper()}_COMPLETE={shell}_complete" in source for name in ALL)


def test_a_shell_that_nobody_knows(site: Site) -> None:
    assert site.sh("_AUTOSTATUS_COMPLETE=csh_source autostatus; echo $?") == "1\n"
    assert site.sh("autosys completion csh >/dev/null 2>&1; echo $?") == "2\n"


def test_items_are_click_s(estate: Estate) -> None:
    assert all(isinstance(item, CompletionItem) for item in proposals(COMMANDS["autorep"], [], "-"))
    assert os.environ.get("_AUTOREP_COMPLETE") is None
