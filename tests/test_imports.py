"""The import rule of the house: arrows point one way, and the core touches nothing (docs/architecture.md)."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "autosys_py"

MAY_IMPORT: dict[str, set[str]] = {
    "core": {"core"},
    "jil": {"core", "jil"},
    "event_server": {"core", "event_server"},
    "agent": {"core", "agent"},
    "report": {"core", "report"},
    "notifier": {"core", "notifier"},
    "scheduler": {
        "core",
        "scheduler",
        "event_server.protocol",
        "event_server.errors",
        "agent.boot",
        "agent.protocol",
        "notifier.protocol",
        "notifier.letter",
    },
    "sim": {
        "core",
        "sim",
        "scheduler",
        "event_server.memory",
        "event_server.protocol",
        "agent.protocol",
        "agent.simulated",
        "agent.files",
        "agent.trigger",
        "agent.watch",
    },
    "cli": {"core", "jil", "event_server", "agent", "notifier", "report", "scheduler", "sim", "cli"},
}

PURE_STANDARD_LIBRARY = {
    "__future__", "bisect", "collections", "contextlib", "dataclasses", "datetime", "enum", "functools", "heapq",
    "itertools", "math", "operator", "re", "string", "types", "typing", "unicodedata", "zoneinfo",
}  # fmt: skip


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            found.add(node.module)
            if node.module.startswith("autosys_py"):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files_of(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def test_every_room_has_a_rule() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms == set(MAY_IMPORT)


def test_imports_point_one_way() -> None:
    broken = []
    for room, allowed in MAY_IMPORT.items():
        for path in files_of(room):
            for name in imports_of(path):
                if not name.startswith("autosys_py.") or name == "autosys_py.__version__":
                    continue
                if name.startswith("autosys_py.failpoints") and room not in ("core", "jil", "report", "sim"):
                    continue
                target = name.removeprefix("autosys_py.")
                if not any(target == each or target.startswith(each + ".") for each in allowed):
                    broken.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not broken, "\n".join(broken)


def test_core_imports_types_of_the_standard_library_only() -> None:
    for path in files_of("core"):
        outside = {name.split(".")[0] for name in imports_of(path)} - {"autosys_py"}
        assert outside <= PURE_STANDARD_LIBRARY, f"{path.name} imports {sorted(outside - PURE_STANDARD_LIBRARY)}"
