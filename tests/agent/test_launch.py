"""From an order to argv and environment."""

import subprocess

import pytest

from autosys_py.agent.account import Account
from autosys_py.agent.launch import base_environment, file_name, plan, replace_globals
from tests.agent.orders import order

BASE = {"PATH": "/usr/bin:/bin", "HOME": "/"}
FIRST = "exec 2>&8 8>&-; export AUTOPID=$$; cd 2>&- || cd /"
IN_SUBSHELL = "exec 2>&8 8>&-; read AUTOPID _ </proc/self/stat; export AUTOPID; cd 2>&- || cd /"


def script(command: str, variables: dict[str, str] | None = None, **attributes: str) -> list[str]:
    what = order(command, variables=variables, attributes=attributes)
    return plan(what, BASE, "/run/1/1.1").argv[-1].split("\n")


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("$$DAY $${DAY} $$(DAY)", "mon mon mon"),
        ("$$DAYS $${NOT} $$(NOT) $$", "$$DAYS $${NOT} $$(NOT) $$"),
        ("$${a.b-c:d} $$1st", "x one"),
        ("$DAY ${DAY}", "$DAY ${DAY}"),
    ],
)
def test_globals(text: str, replaced: str) -> None:
    assert replace_globals(text, {"DAY": "mon", "a.b-c:d": "x", "1st": "one"}) == replaced


def test_a_command_without_anything_around_it() -> None:
    assert script("/bin/true $$X", variables={"X": "1"}) == [IN_SUBSHELL, "exec /bin/true 1"]


@pytest.mark.parametrize(
    ("command", "first"),
    [
        ("/opt/x.sh a 'b c' $DAY ${DAY} 2>&1", "eval"),
        ("/opt/x.sh", "eval"),
        ("/opt/x.sh $$", "/bin/sh"),
        ("/opt/x.sh $1 $@", "/bin/sh"),
        ("/opt/x.sh ${0}", "/bin/sh"),
        ("/opt/x.sh $PPID", "/bin/sh"),
        ("/opt/x.sh | tee y", "/bin/sh"),
        ("/opt/x.sh; exit 3", "/bin/sh"),
        ("exit 3", "/bin/sh"),
    ],
)
def test_a_single_program_needs_no_shell_of_its_own(command: str, first: str) -> None:
    assert plan(order(command), BASE, "").argv[0] == first
    assert plan(order(command, profile="/p"), BASE, "").argv[0] == "/bin/sh"
    assert plan(order(command, shell="/bin/ksh"), BASE, "").argv[0] == "/bin/sh"


def test_everything_has_its_place() -> None:
    lines = script(
        "run it",
        profile="/p",
        envvars='A=1,B="x,$A"',
        std_in_file="i",
        std_out_file=">o",
        std_err_file="e",
        shell="/bin/ksh",
        ulimit='c="0,unlimited", t=5',
    )
    assert lines[1:3] == ['export A="1"', 'export B="x,${A}"']
    assert lines[4:] == [
        '. "/p"',
        "command ulimit -S -c 0",
        "command ulimit -H -c unlimited",
        "command ulimit -S -t 5",
        'command exec <"i" || exit 121',
        'command exec >"o" || exit 122',
        'command exec 2>>"e" || exit 123',
        "exec /bin/ksh -c 'run it'",
    ]


def test_one_file_for_both_is_opened_once() -> None:
    assert script("x", std_out_file=">f", std_err_file="> f")[-2] == "exec 2>&1"


def test_overwriting_by_configuration() -> None:
    lines = plan(order("x", std_out_file="f", std_err_file=">>g"), BASE, "", append=False).argv[-1].split("\n")
    assert lines[1:3] == ['command exec >"f" || exit 122', 'command exec 2>>"g" || exit 123']


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        ("/l/$JOB.out", "/l/nightly.out"),
        ("/l/${JOB}_x", "/l/nightly_x"),
        ("/l/%JOB%.%Y%m%d", "/l/nightly.%Y%m%d"),
        ("/l/$(id).`id`", "/l/$(id).`id`"),
        ("/l/${JOB:-$(id)}", "/l/${JOB:-$(id)}"),
        ('/l/a"b\\c', '/l/a"b\\c'),
        ("/l/$$X $$", "/l/$$X $$"),
        ("/l/a\\:b", "/l/a:b"),
    ],
)
def test_file_names_run_nothing(name: str, opened: str) -> None:
    environment = {"JOB": "nightly", "PATH": "/nonexistent"}
    lines = plan(order("x", std_out_file=name, environment=environment), BASE, "").argv[-1].split("\n")
    word = lines[1].removeprefix("command exec >>").removesuffix(" || exit 122")
    shown = subprocess.run(["/bin/sh", "-c", f"printf %s {word}"], env=environment, capture_output=True, text=True)
    assert (shown.stdout, shown.stderr) == (opened, "")
    if "`" not in name and "(" not in name:
        assert file_name(name, environment) == opened


def test_environment_is_clean() -> None:
    account = Account("ada", 7, 7, "/home/ada", "/bin/zsh")
    base = base_environment(account, {"SECRET": "x", "LC_ALL": "C", "AUTOSERV": "ACE", "HOME": "/root"})
    assert base == {
        "LC_ALL": "C",
        "AUTOSERV": "ACE",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/home/ada",
        "USER": "ada",
        "LOGNAME": "ada",
        "SHELL": "/bin/zsh",
    }
    made = plan(order("x", (1, 77, 2), name="j", environment={"AUTO_RUN_DATE": "20240102"}), base, "/run/1/77.2")
    assert set(made.environment.items()) - set(base.items()) == {
        ("AUTORUN", "77"),
        ("AUTO_JOB_NAME", "j"),
        ("AUTOSYS_RUN", "/run/1/77.2"),
        ("AUTO_RUN_DATE", "20240102"),
    }


def test_another_user_is_become_between_runner_and_job() -> None:
    account = Account("ada", 1000, 100, "/home/ada", "/bin/sh")
    argv = plan(order("x"), BASE, "", switch_to=account).argv
    assert argv[:5] == ["setpriv", "--reuid=1000", "--regid=100", "--init-groups", "--"]
    assert argv[5:7] == ["/bin/sh", "-c"]


def test_no_command_is_no_plan() -> None:
    with pytest.raises(ValueError, match="no command"):
        plan(order(command='""'), BASE, "")


def test_attributes_are_told_on_request() -> None:
    given = order("x", (1, 77, 2), name="j", variables={"APP": "RETAIL"}, owner="ada", application="$$APP")
    assert "AUTO_OWNER" not in plan(given, BASE, "").environment
    told = plan(given, {**BASE, "AUTO_OWNER": "inherited"}, "", tells_attributes=True).environment
    found = {name: told[name] for name in ("AUTO_JOB_NAME", "AUTO_JOB_TYPE", "AUTO_OWNER", "AUTO_APPLICATION")}
    assert found == {"AUTO_JOB_NAME": "j", "AUTO_JOB_TYPE": "CMD", "AUTO_OWNER": "ada", "AUTO_APPLICATION": "RETAIL"}
    assert told["AUTO_COMMAND"] == "x"
