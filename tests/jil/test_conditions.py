"""Conditions: what they compile to, and what is said about those that are none (jil.md §5, V7, V34)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosys_py.core.condition import AND, OR, Atom, Condition, Kind
from autosys_py.jil.conditions import ConditionError, _parsed, grouping, parse


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("s(A)", (0,)),
        ("s(A) & s(B)", (0, 1, AND)),
        ("s(A)|s(B)&s(C)", (0, 1, OR, 2, AND)),  # one rank, left to right
        ("s(A) & (s(B) | s(C))", (0, 1, 2, OR, AND)),
        ("s(A) AND s(B) or s(C)", (0, 1, AND, 2, OR)),
        ("((s(A)))", (0,)),
        ("s(A)and(s(B))", (0, 1, AND)),
        ('"s(A) & s(B)"', (0, 1, AND)),
    ],
)
def test_programs(text: str, program: tuple[int, ...]) -> None:
    assert parse(text).condition.program == program


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("s(A)", Atom(Kind.SUCCESS, "A")),
        ("FAILURE( A )", Atom(Kind.FAILURE, "A")),
        ("done(a.b_c-d#e@f)", Atom(Kind.DONE, "a.b_c-d#e@f")),
        ("t(A^PRD)", Atom(Kind.TERMINATED, "A", "PRD")),
        (r"n(A\:B)", Atom(Kind.NOTRUNNING, "A:B")),
        ('s("A:B",00.30)', Atom(Kind.SUCCESS, "A:B", "", 30)),
        ("s(A,0)", Atom(Kind.SUCCESS, "A", "", 0)),
        ("s(A, 30)", Atom(Kind.SUCCESS, "A", "", 1800)),
        (r"s(A,2\:05)", Atom(Kind.SUCCESS, "A", "", 125)),
        ("s(A,9998.59)", Atom(Kind.SUCCESS, "A", "", 9998 * 60 + 59)),
        ("s(A,9999)", Atom(Kind.SUCCESS, "A", "", 9999 * 60)),
        ("e(A)<=4", Atom(Kind.EXITCODE, "A", "", None, "<=", 4)),
        ("exitcode(A, 12.00) != -1", Atom(Kind.EXITCODE, "A", "", 720, "!=", -1)),
        ('v(GO) = "yes or no"', Atom(Kind.VALUE, "GO", "", None, "=", "yes or no")),
        ("value(GO) > 12a", Atom(Kind.VALUE, "GO", "", None, ">", "12a")),
        ("s(and)", Atom(Kind.SUCCESS, "and")),
    ],
)
def test_atoms(text: str, atom: Atom) -> None:
    assert parse(text).condition.atoms == (atom._replace(text=text),)


def test_atoms_keep_their_text_as_typed() -> None:
    texts = [atom.text for atom in parse('( s( A ) &e(B) >= 3)| v(G)="x y"').condition.atoms]
    assert texts == ["s( A )", "e(B) >= 3", 'v(G)="x y"']


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 10274),
        ("()", 10274),
        ("s(A", 10018),
        ("s(A))", 10018),
        ('s("A)', 10570),
        ("s(A) & \\", 10571),
        ("s(A) &", 10036),
        ("& s(A)", 10036),
        ("s(A) && s(B)", 10036),
        ("s(A), s(B)", 10036),
        ("s(A) s(B)", 10036),
        ("all", 10037),
        ("NOT s(A)", 10037),
        ("sucess(A)", 10037),
        ("s(A) xor s(B)", 10037),
        ("v(G) =", 10273),
        ("v(G)", 10275),
        ("e(A) = x", 10275),
        ("e(A) == 4", 10275),
        ("s(A) = 1", 10275),
        ("s()", 10053),
        ("v() = 1", 10053),
        ("s(A B)", 10025),
        ("s(A%)", 10025),
        (f"s({'x' * 65})", 10024),
        (f"v({'x' * 65}) = 1", 10042),
        ("s(A^PROD)", 10019),
        ("s(A^pr1)", 10020),
        ("s(A^)", 10020),
        ("v(G^PRD) = 1", 10579),
        ("s(A,12345.00)", 10026),
        ("s(A,.30)", 10027),
        ("s(A,x)", 10027),
        ("s(A,9999.00)", 10033),
        ("s(A,1.60)", 10034),
        ("s(A,1.5)", 10034),
        ("s(A,10000)", 10056),
    ],
)
def test_messages(text: str, code: int) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.text.startswith("CONDITION ERROR: ")


def test_the_fault_is_located() -> None:
    with pytest.raises(ConditionError) as caught:
        parse("s(A) & foo(B)")
    assert caught.value.position == 7


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s(A) | s(B) & s(C)", "(s(A) | s(B)) & s(C)"),
        ("s(A) & s(B) & s(C) or s(D)", "(s(A) & s(B) & s(C)) | s(D)"),
        ("s(A) & s(B) | s(C) & s(D)", "((s(A) & s(B)) | s(C)) & s(D)"),
        ("s(X) & (s(A) | s(B) & s(C))", "s(X) & ((s(A) | s(B)) & s(C))"),
    ],
)
def test_mixing_is_noticed_and_the_grouping_shown(text: str, shown: str) -> None:
    parsed = parse(text)
    assert parsed.mixed
    assert grouping(parsed.condition) == shown
    assert not parse(shown).mixed
    assert _folded(parse(shown).condition) == _folded(parsed.condition)


@pytest.mark.parametrize("text", ["s(A) & s(B) & s(C)", "s(A) | (s(B) & s(C))", "(s(A) | s(B)) & s(C)"])
def test_parentheses_make_it_plain(text: str) -> None:
    assert not parse(text).mixed


def _folded(condition: Condition) -> list[str]:
    """Truth of the condition for every truth of its atoms."""
    rows = []
    for row in range(1 << len(condition.atoms)):
        stack: list[bool] = []
        for code in condition.program:
            if code >= 0:
                stack.append(bool(row >> code & 1))
            else:
                right = stack.pop()
                stack[-1] = (stack[-1] and right) if code == AND else (stack[-1] or right)
        rows.append(str(stack))
    return rows


def test_depth_costs_nothing() -> None:
    depth = 20_000
    deep = parse("(" * depth + "s(A)" + " & s(B))" * depth).condition
    assert len(deep.atoms) == depth + 1
    with pytest.raises(ConditionError):
        parse("(" * depth)


NAMES = st.sampled_from(["A", "b.c", "x_1", "and", "s"])
FUNCTIONS = st.sampled_from(["s", "f", "D", "success", "notrunning", "v", "and"])
ATOMS = st.builds(lambda function, name: f"{function}({name})", FUNCTIONS, NAMES)
CHAINS = st.lists(ATOMS, min_size=1, max_size=5).flatmap(
    lambda atoms: st.sampled_from([" & ", "&", "& ", " | ", " and ", "  &", " "]).map(lambda op: op.join(atoms))
)


@given(CHAINS)
@settings(max_examples=300, deadline=None)
def test_the_short_way_compiles_as_the_grammar(text: str) -> None:
    try:
        slow = _parsed(text)
    except ConditionError:
        with pytest.raises(ConditionError):
            parse(text)
    else:
        assert parse(text) == slow


@given(st.lists(st.sampled_from([*list('sfev()&|"=<,.^ A1\\:'), "and", "or", "s(A)"]), max_size=20).map("".join))
@settings(max_examples=500, deadline=None)
def test_nonsense_is_refused_in_one_way_only(text: str) -> None:
    try:
        parse(text)
    except ConditionError as error:
        assert 0 <= error.position <= len(text)
