"""What the documentation says about APIs, metrics and settings is what the code does."""

from pathlib import Path

import pytest

from deploy import docs
from deploy.docs import documents
from tests.architecture.source_files import ROOT, SERVICES


def test_every_generated_page_is_committed_as_generated() -> None:
    """`make docs` after a change of a route, a metric or a setting; the difference is part of the change."""
    found = dict(documents())

    assert {path.name for path in found} == {
        "metrics.md",
        "settings.md",
        "match-life.md",
        "pipeline.json",
        *(f"{service}.openapi.json" for service in SERVICES),
    }
    assert [
        path.name for path, text in found.items() if not path.exists() or path.read_text("utf-8") != text
    ] == []


def test_no_document_of_a_forgotten_service_lies_around() -> None:
    """Two documents a service."""
    assert {path.name for path in (ROOT / "docs" / "api").iterdir()} == {
        f"{service}.{kind}.json" for service in SERVICES for kind in ("asyncapi", "openapi")
    }


def test_the_generator_repairs_a_page_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A planted difference is written anew and told; what is right is left alone."""
    wrong, right = tmp_path / "metrics.md", tmp_path / "settings.md"
    wrong.write_text("| `mentoring_nobody_total` |\n", encoding="utf-8")
    right.write_text("right\n", encoding="utf-8")
    monkeypatch.setattr(docs, "documents", lambda: iter([(wrong, "new\n"), (right, "right\n")]))

    docs.main()

    assert capsys.readouterr().out.splitlines() == ["wrote metrics.md", "1 files changed"]
    assert wrong.read_text(encoding="utf-8") == "new\n"
