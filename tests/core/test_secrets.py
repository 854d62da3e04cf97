"""What is marked as secret is masked, and nothing else."""

import pytest

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.core.secrets import Secrets

SECRETS = Secrets("PW, *_TOKEN,DB?KEY")


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("PW", True), ("PWX", False), ("pw", False), ("A_TOKEN", True), ("TOKEN", False), ("DB1KEY", True), ("", False)],
)
def test_names(name: str, hidden: bool) -> None:
    assert SECRETS.hides(name) is hidden
    assert not Secrets().hides(name)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("PW=x", "PW=********"),
        ('PW="x, y"', 'PW="********"'),
        ("A=1,PW=x,B=2", "A=1,PW=********,B=2"),
        (' A="1" , PW = x', ' A="1" , PW = x'),  # no assignment: a blank before the sign
        ("A=PW", "A=PW"),
    ],
)
def test_assignments(typed: str, shown: str) -> None:
    assert SECRETS.attributes([("envvars", typed), ("command", typed)]) == (("envvars", shown), ("command", typed))


def test_values_and_events() -> None:
    assert SECRETS.values({"PW": "x", "A": "x"}) == {"PW": "********", "A": "x"}
    assert SECRETS.value("PW", "") == ""
    event = Event(EventCode.SET_GLOBAL, 1, name="PW", value="x")
    assert SECRETS.sent(event).value == "********"
    assert event.value == "x"
    deleted = Event(EventCode.SET_GLOBAL, 1, name="PW", value="DELETE")
    assert SECRETS.sent(deleted) is deleted
    comment = Event(EventCode.COMMENT, 1, name="PW", value="x")
    assert SECRETS.sent(comment) is comment


def test_a_mask_that_comes_back_means_what_was_there() -> None:
    before = (("envvars", 'A=1,PW="old"'), ("envvars", "X_TOKEN=t"))
    shown = SECRETS.attributes(before)
    assert SECRETS.kept(shown, before) == (before, [])
    assert SECRETS.kept((("envvars", "PW=********"),), before) == ((("envvars", "PW=old"),), [])
    assert SECRETS.kept((("envvars", "PW=new"),), before) == ((("envvars", "PW=new"),), [])
    assert SECRETS.kept((("envvars", "PW=********"),), ())[1] == ["PW"]
    assert SECRETS.kept((("envvars", "A=********"),), ()) == ((("envvars", "A=********"),), [])
