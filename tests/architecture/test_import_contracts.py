"""`.importlinter` holds, and a planted violation turns each of its contracts red."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_files import ROOT

_NAMES = "importlinter:contract:"


def _lint(root: Path) -> tuple[int, str]:
    """Exit code and output of `lint-imports` on the tree at `root`."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def _contract_names() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [parser[section]["name"] for section in parser.sections() if section.startswith(_NAMES)]


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """The product's own files, to plant violations in."""
    for folder in ("shared", "services", "deploy", "tests"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "secrets")
        )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    """As `make lint` says."""
    code, output = _lint(ROOT)

    assert code == 0, output
    assert [name for name in _contract_names() if f"{name} KEPT" not in output] == []


_PLANTED = [
    (
        "No service imports another: they meet in events",
        "services/scheduling/planted.py",
        "import services.matching.domain\n",
    ),
    (
        "shared imports no service, and neither imports what starts them",
        "shared/persistence/planted.py",
        "import services.matching.domain\n",
    ),
    (
        "A service does not know where it runs",
        "services/engagement/planted.py",
        "import deploy.local.broker\n",
    ),
    (
        "The event contract knows nothing of what carries it",
        "shared/events/planted.py",
        "import shared.messaging.broker\n",
    ),
    (
        "domain/ imports no framework, no store and no broker",
        "services/engagement/domain/planted.py",
        "import sqlalchemy\n",
    ),
    (
        "consumers and api over handlers over persistence over domain",
        "services/matching/persistence/planted.py",
        "import services.matching.handlers\n",
    ),
    (
        "The bound that checks the optimum shares nothing with the solver",
        "services/matching/domain/bound.py",
        "import services.matching.domain.solver\n",
    ),
    (
        "The proof of a result, and the command that asks for it, reach no solver",
        "services/matching/domain/certificate/bound.py",
        "import services.matching.domain.solver\n",
    ),
    (
        "No solver reaches the proof of its results",
        "services/matching/domain/solver/planted.py",
        "import services.matching.domain.certificate\n",
    ),
    (
        "Matching for a cohort in files needs no server, store or broker",
        "services/matching/files/cohort.py",
        "import services.matching.persistence\n",
    ),
    (
        "The verdict shares nothing with what it judges",
        "tests/prove/verdict/planted.py",
        "import shared.messaging.records\n",
    ),
]


def test_every_contract_has_a_planted_violation() -> None:
    """A contract that was never seen red may guard nothing."""
    assert {name for name, _, _ in _PLANTED} == set(_contract_names())


@pytest.mark.parametrize(("name", "path", "line"), _PLANTED, ids=[name for name, _, _ in _PLANTED])
def test_a_planted_import_turns_its_contract_red(copied_tree: Path, name: str, path: str, line: str) -> None:
    """That contract breaks, and the others hold."""
    with (copied_tree / path).open("a", encoding="utf-8") as planted:
        planted.write(f"\n\n{line}")

    code, output = _lint(copied_tree)

    assert code == 1, output
    assert [kept for kept in _contract_names() if f"{kept} BROKEN" in output] == [name]
