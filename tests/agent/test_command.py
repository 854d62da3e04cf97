"""From a command as typed to a command as run."""

import pytest

from autosys_py.agent.command import as_exec, command_text


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("/opt/x.sh A", "/opt/x.sh A"),
        ('"/opt/x.sh A"', "/opt/x.sh A"),
        ('"C:\\x.exe" "a 1"', '"C:\\x.exe" "a 1"'),
        ('"say \\" once"', 'say \\" once'),
        ('"say \\"it\\""', '"say \\"it\\""'),
        ("get host\\:9000 a\\,b", "get host:9000 a,b"),
        ('get "host\\:9000" \\:', 'get "host\\:9000" :'),
        ("sed s/a\\\\b/c/", "sed s/a\\\\b/c/"),
    ],
)
def test_command_text(typed: str, run: str) -> None:
    assert command_text(typed) == run


@pytest.mark.parametrize(
    "command",
    [
        "/opt/x.sh",
        "sleep 60",
        "  sleep 60",
        "/opt/x.sh A >> /tmp/log 2>&1",
        "x \"a b $HOME ${HOME}\" 'c;d' $X ${X} a\\;b",
        "x *.log ~ a=b # note",
    ],
)
def test_a_single_program_takes_the_place_of_the_shell(command: str) -> None:
    assert as_exec(command, functions=False) == f"exec {command}"


@pytest.mark.parametrize(
    "command",
    [
        "a; b",
        "a && b",
        "a &",
        "a | b",
        "a\nb",
        "(a)",
        "{ a; }",
        "A=1 b",
        "! a",
        "$X a",
        "> f",
        "2>f",
        "echo a",
        "exec a",
        "if a",
        "a $(b)",
        "a `b`",
        'a "$(b)"',
        'a "`b`"',
        "a 'b",
        'a "b',
        "a >&2 &",
        "f() { a; }",
    ],
)
def test_anything_else_stays_as_it_is(command: str) -> None:
    assert as_exec(command, functions=False) == command


def test_a_name_that_may_be_a_function_stays_as_it_is() -> None:
    assert as_exec("x a", functions=True) == "x a"
    assert as_exec("./x a", functions=True) == "exec ./x a"
