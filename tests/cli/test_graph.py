"""`autosys graph`: what depends on what, as DOT, Mermaid, SVG and data. It is Monday 02/03/2025 06:00 UTC."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import JobState, Outcome, Run, RunKey
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.estate import NOW
from tests.loading import load_jil

JIL = """
insert_job: night   job_type: box
insert_job: load   box_name: night   command: x   machine: localhost   avg_runtime: 5
insert_job: etl   job_type: box   box_name: night   condition: s(load)
insert_job: sums   box_name: etl   command: x   machine: localhost   avg_runtime: 20
insert_job: quick   box_name: etl   command: x   machine: localhost   avg_runtime: 1   condition: s(load, 12.30)
insert_job: report   command: x   machine: localhost   avg_runtime: 10
   condition: s(etl) & e(quick) <= 4 & v(GO) = "yes" & s(far^PRD) & s(nowhere)
insert_job: alarm   command: x   machine: localhost   avg_runtime: 90   condition: f(sums)
insert_job: last   command: x   machine: localhost   condition: s(report) | d(report)
"""


INSTANCE = "insert_xinst: PRD   xtype: a   xmachine: elsewhere   xport: 9000   xcrypt_type: NONE\n"


@pytest.fixture
def estate(store: MemoryStore) -> MemoryStore:
    load_jil(store, JIL.replace("s(far^PRD) & ", ""), NOW, ZoneInfo("UTC"))
    head = store.head("load")
    assert head is not None
    failed = JobState(Status.FAILURE, run_num=7, ntry=1)
    runs = {key: Run(key, 1, "localhost", NOW - 600, NOW - 60, Status.SUCCESS, 0) for key in [RunKey(head.joid, 6, 1)]}
    with store.transaction():
        store.write_turn([], Outcome(states={head.joid: failed}, runs=runs), NOW)
    return store


def data(autosys: Callable[..., Done], *words: str) -> tuple[dict[str, dict[str, object]], dict[tuple[str, str], str]]:
    """Nodes by name, and the atoms of each edge by its ends."""
    done = autosys("graph", *words, "--format", "json")
    assert (done.code, done.err) == (0, ""), done.err
    document = json.loads(done.out)
    edges = {(edge["from"], edge["to"]): "; ".join(edge["atoms"]) for edge in document["edges"]}
    return {node["name"]: node for node in document["nodes"]}, edges


def test_nodes_and_edges(estate: MemoryStore, autosys: Callable[..., Done]) -> None:
    nodes, edges = data(autosys, "ALL")
    assert edges == {
        ("load", "etl"): "s",
        ("load", "quick"): "s,12.30",
        ("etl", "report"): "s",
        ("quick", "report"): "e <= 4",
        ("GO", "report"): 'v = "yes"',
        ("nowhere", "report"): "s",
        ("sums", "alarm"): "f",
        ("report", "last"): "s; d",
    }
    assert {name: node["kind"] for name, node in nodes.items() if node["kind"] not in ("job", "box")} == {
        "GO": "global",
        "nowhere": "missing",
    }
    assert (nodes["sums"]["box_name"], nodes["etl"]["box_name"], nodes["report"]["box_name"]) == ("etl", "night", None)
    assert (nodes["load"]["status"], nodes["load"]["average_runtime"]) == ("FAILURE", 540)


def test_the_critical_path_is_the_longest_chain_of_average_run_times(
    estate: MemoryStore, autosys: Callable[..., Done]
) -> None:
    """load 9 minutes by its past, sums 20, report 10, last one: not by way of `f(sums)`, which no good day takes."""
    document = json.loads(autosys("graph", "ALL", "--format", "json").out)
    assert {node["name"] for node in document["nodes"] if node["critical"]} == {
        "night", "load", "etl", "sums", "report", "last",
    }  # fmt: skip
    assert document["critical_path_seconds"] == 60 * (9 + 20 + 10 + 1)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("report", "--depth", "0"), {"report", "GO", "nowhere"}),
        (("report", "--direction", "down"), {"report", "last", "GO", "nowhere"}),
        (("report", "--direction", "up"), {"report", "etl", "quick", "night", "GO", "nowhere"}),
        (("alarm", "--direction", "up", "--depth", "all"), {"alarm", "sums", "etl", "night"}),
        (("load", "--direction", "down", "--depth", "all"),
         {"night", "load", "etl", "quick", "report", "last", "GO", "nowhere"}),
        (("la%", "--depth", "0"), {"last"}),
    ],
)  # fmt: skip
def test_how_far_it_reaches(
    estate: MemoryStore, autosys: Callable[..., Done], words: tuple[str, ...], names: set[str]
) -> None:
    """Boxes around what is shown are always drawn."""
    assert set(data(autosys, *words)[0]) == names


def test_dot(estate: MemoryStore, autosys: Callable[..., Done]) -> None:
    lines = [line.strip() for line in autosys("graph", "ALL").out.splitlines()]
    assert lines[0] == 'digraph "ALL on ACE at 02/03/2025 06:00:00" {'
    assert sum(line.count("{") - line.count("}") for line in lines) == 0
    assert any(re.match(r"subgraph cluster_n\d+ \{", line) for line in lines)
    assert any('label="load (FAILURE, 9m)"' in line and "#f5a3a3" in line for line in lines)
    assert any("lhead=cluster_" in line for line in lines) and any("ltail=cluster_" in line for line in lines)


def test_mermaid(estate: MemoryStore, autosys: Callable[..., Done]) -> None:
    lines = autosys("graph", "ALL", "--format", "mermaid").out.splitlines()
    assert lines[:4] == ["---", 'title: "ALL on ACE at 02/03/2025 06:00:00"', "---", "flowchart LR"]
    assert sum(line.strip().startswith("subgraph ") for line in lines) == lines.count("  end") + lines.count("    end")
    assert '  n6 -->|"v = #34;yes#34;"| n8' in lines or any('"v = #34;yes#34;"' in line for line in lines)
    assert any(line.startswith("  class n1 failure") for line in lines)


def test_svg(estate: MemoryStore, autosys: Callable[..., Done]) -> None:
    """Nodes stand inside their boxes, next to one another and not on one another."""
    root = ET.fromstring(autosys("graph", "ALL", "--format", "svg").out.encode())
    kind = "{http://www.w3.org/2000/svg}"
    areas: dict[str, tuple[float, ...]] = {}
    for group in root.iter(f"{kind}g"):
        title, rect = group.find(f"{kind}title"), group.find(f"{kind}rect")
        assert title is not None and rect is not None and title.text
        areas[title.text.split()[0]] = tuple(float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    assert is_inside(areas["etl"], areas["night"]) and is_inside(areas["sums"], areas["etl"])
    free = [areas[name] for name in ("load", "sums", "quick", "report", "alarm", "last", "GO", "nowhere")]
    assert not any(touch(one, other) for number, one in enumerate(free) for other in free[:number])
    assert areas["load"][0] + areas["load"][2] <= areas["etl"][0] < areas["report"][0] < areas["last"][0]
    assert len(root.findall(f"{kind}path")) == 8


def is_inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return all(
        outer[at] <= inner[at] and inner[at] + inner[at + 2] <= outer[at] + outer[at + 2] for at in (0, 1)
    )  # fmt: skip


def touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))


def test_circles_and_long_chains(store: MemoryStore, autosys: Callable[..., Done]) -> None:
    chain = "".join(
        f"insert_job: j{number}  command: x  machine: localhost  condition: s(j{number - 1})\n"
        for number in range(1, 1100)
    )
    first = "insert_job: j0  command: x  machine: localhost  condition: s(j2)\n"
    load_jil(store, first + chain, NOW, ZoneInfo("UTC"))
    for format_ in ("dot", "mermaid", "svg", "json"):
        done = autosys("graph", "j0", "--depth", "all", "--format", format_)
        assert (done.code, done.err) == (0, "")
        assert "j1099" in done.out


def test_nothing_typed_gets_out_of_its_place(store: MemoryStore, autosys: Callable[..., Done]) -> None:
    load_jil(store, 'insert_job: a  command: x  machine: localhost  condition: v(G) = "<b>&\\"', NOW, ZoneInfo("UTC"))
    assert r'label="v = \"<b>&\\\""' in autosys("graph", "a").out
    assert "#60;b#62;#38;#92;#34;" in autosys("graph", "a", "--format", "mermaid").out
    ET.fromstring(autosys("graph", "a", "--format", "svg").out.encode())


def test_jil_alone_and_simulated(store: MemoryStore, autosys: Callable[..., Done], tmp_path: Path) -> None:
    file, script, picture = tmp_path / "a.jil", tmp_path / "a.txt", tmp_path / "a.json"
    file.write_text(f"{INSTANCE}{JIL}", encoding="utf-8")
    script.write_text("at +1m sendevent -E STARTJOB -J night\nrun sums 3m exit 1\n", encoding="utf-8")
    assert data(autosys, "load", "--jil", str(file))[0]["load"]["status"] == "INACTIVE"
    played = ("--script", str(script), "--from", "02/03/2025", "00:00", "--to", "02/03/2025 02:00")
    nodes, edges = data(autosys, "ALL", "--jil", str(file), *played)
    assert [nodes[name]["status"] for name in ("load", "sums", "etl", "alarm", "report")] == [
        "SUCCESS", "FAILURE", "FAILURE", "SUCCESS", "INACTIVE",
    ]  # fmt: skip
    assert ("far^PRD", "report") in edges
    done = autosys("graph", "--jil", str(file), "--format", "json", "--output", str(picture))
    assert (done.code, done.out) == (0, "") and json.loads(picture.read_text(encoding="utf-8"))["nodes"]
    assert store.heads() == []


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nobody",), 1, "nobody"),
        (("%x%",), 1, "%x%"),
        (("load", "--depth", "much"), 2, "no number of steps"),
        (("load", "--jil", "x.jil", "--to", "02/03/2025 00:00"), 2, "--from TIME"),
        (("load", "--script", "x"), 2, "--to TIME"),
        (("load", "--output", "/nowhere/x.svg"), 1, "/nowhere/x.svg: No such file or directory"),
        (("load", "--jil", "/nowhere/x.jil"), 1, "/nowhere/x.jil: No such file or directory"),
    ],
)
def test_refusals(
    estate: MemoryStore, autosys: Callable[..., Done], words: tuple[str, ...], code: int, says: str
) -> None:
    done = autosys("graph", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err
