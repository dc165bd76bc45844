"""The verdict is another hand's: nothing that it imports is part of what it judges."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source_files import ROOT

_VERDICT: Final = ROOT / "tests/prove/verdict"
_OWN: Final = "tests.prove.verdict"
_JUDGED: Final = ("shared", "services", "deploy", "tests")


def _imports(text: str) -> Iterator[str]:
    """Every module that a file names, inside functions too; also those that it looks up by a text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names if not node.level)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] in {
            "import_module",
            "__import__",
            "exec",
            "eval",
        }:
            yield f"shared.{ast.unparse(node)}"


def _shared_with_the_judged(text: str) -> list[str]:
    return [
        name
        for name in _imports(text)
        if name.startswith(".")
        or (
            (name.split(".", 1)[0] in _JUDGED and not (name == _OWN or name.startswith(f"{_OWN}.")))
            and name not in {"tests.prove", "tests"}
        )
    ]


@pytest.mark.parametrize("path", sorted(_VERDICT.glob("*.py")), ids=lambda path: path.name)
def test_the_verdict_imports_nothing_that_it_judges(path: Path) -> None:
    assert _shared_with_the_judged(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from shared.messaging.decoding import decode",
        "import shared.persistence.tables",
        "import services.matching.domain",
        "from tests.support.wire import read_all",
        "from ..plants import catalog",
        "def f():\n    from shared.events.catalog import TOPICS",
        "import importlib\nimportlib.import_module('shared.messaging.records')",
    ],
)
def test_a_planted_import_goes_red(planted: str) -> None:
    sound = (_VERDICT / "streams.py").read_text()

    assert _shared_with_the_judged(sound) == []
    assert _shared_with_the_judged(f"{sound}\n\n{planted}\n") != []
