"""What others read about the contract is what the code does."""

import shutil
from pathlib import Path

import pytest

from shared.events import contracts
from shared.events.catalog import EVENTS
from shared.events.contracts import DOCUMENTS, SCHEMAS, documents


@pytest.mark.parametrize(("path", "text"), list(documents()), ids=lambda value: getattr(value, "name", ""))
def test_the_committed_document_is_the_generated_one(path: Path, text: str) -> None:
    """`make contracts` after every change of a model; the difference is part of the change."""
    assert path.read_text(encoding="utf-8") == text


def test_no_schema_of_a_forgotten_event_lies_around() -> None:
    """Each schema belongs to an event of the catalog."""
    assert {path.stem for path in SCHEMAS.iterdir()} == set(EVENTS)


def test_each_service_has_an_asyncapi_document() -> None:
    """A reader finds what a service reads and writes under its name."""
    assert {path.name for path in DOCUMENTS.glob("*.asyncapi.json")} == {
        "matching.asyncapi.json",
        "scheduling.asyncapi.json",
        "engagement.asyncapi.json",
        "reporting.asyncapi.json",
    }


def test_the_generator_repairs_a_document_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A planted difference is seen, written anew and told."""
    shutil.copytree(SCHEMAS, tmp_path / "schemas")
    monkeypatch.setattr(contracts, "SCHEMAS", tmp_path / "schemas")
    planted = tmp_path / "schemas" / "mentoring.goal.set.v1.json"
    planted.write_text("{}", encoding="utf-8")

    contracts.main()

    assert capsys.readouterr().out.splitlines() == ["wrote mentoring.goal.set.v1.json", "1 files changed"]
    assert planted.read_text(encoding="utf-8") == (SCHEMAS / planted.name).read_text(encoding="utf-8")
