"""Every service has the same inside, so that the second one needs no map."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source_files import ROOT, SERVICES

_MODULES = (
    "__main__",
    "app",
    "settings",
    "consumers",
    "api",
    "handlers",
    "domain",
    "persistence/tables",
    "migrations/env",
    "migrations/versions/0001_initial",
    "metrics",
)


def missing(service: Path) -> list[str]:
    """What a service lacks; a module may also be a package."""
    return [
        name
        for name in _MODULES
        if not (service / f"{name}.py").is_file() and not _is_package(service / name)
    ]


def _is_package(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.py"))


def _names(path: Path) -> set[str]:
    """The functions and classes that a module defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def test_there_are_four_services() -> None:
    """A fifth one is added to the catalog, to the compose file and to the list of these tests."""
    found = {path.name for path in (ROOT / "services").iterdir() if (path / "__init__.py").exists()}

    assert found == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_every_part(service: str) -> None:
    """Each at its place."""
    assert missing(ROOT / "services" / service) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_entry_points_have_the_same_names(service: str) -> None:
    """Tests, the embedded platform and the documentation find every service by these names."""
    folder = ROOT / "services" / service

    assert "create_service" in _names(folder / "app.py")
    assert "make_routes" in _names(folder / "consumers.py")
    assert f"{service.title()}Settings" in _names(folder / "settings.py")


@pytest.mark.parametrize("service", SERVICES)
def test_the_wiring_is_one_page(service: str) -> None:
    """`create_service` reads from top to bottom."""
    assert len((ROOT / "services" / service / "app.py").read_text(encoding="utf-8").splitlines()) <= 100


def test_a_missing_part_is_found(tmp_path: Path) -> None:
    """Planted: a service without consumers, with a package in place of its API."""
    for name in _MODULES:
        if name not in {"consumers", "api"}:
            file = tmp_path / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "matches.py").touch()

    assert missing(tmp_path) == ["consumers"]
