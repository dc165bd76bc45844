"""The project's Python files as the guards see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("matching", "scheduling", "engagement", "reporting")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path below the root of the project, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        """Parse a text as if it stood at `path`."""
        return cls(path, text, ast.parse(text))


def sources(*folders: str, root: Path = ROOT) -> Iterator[Source]:
    """Every Python file below these folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield Source.of(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes; what is no name in it shows as `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
