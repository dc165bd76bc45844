"""The pages that people write: links lead somewhere, decisions have their parts, every event has a line."""

import re
from pathlib import Path

import pytest

from shared.events.catalog import EVENTS, TOPICS
from tests.architecture.source_files import ROOT

_PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
_PARTS = ("Context.", "Decision.", "Consequences.", "Alternatives.", "Revisit when")


def dead_links(page: Path) -> list[str]:
    """The links of a page to files that are not there."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    return [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def missing_parts(text: str) -> list[str]:
    """The parts of a decision that a page lacks."""
    return [part for part in _PARTS if f"**{part}" not in text]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """Within the project; the web is not asked."""
    assert dead_links(page) == []


@pytest.mark.parametrize("page", _DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_why_what_follows_and_when_to_look_again(page: Path) -> None:
    """On one page, under its number."""
    text = page.read_text(encoding="utf-8")

    assert missing_parts(text) == []
    assert text.startswith(f"# {int(page.stem[:4])}. ")
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_gaps() -> None:
    """A number is given once and never again."""
    assert [int(page.stem[:4]) for page in _DECISIONS] == list(range(1, len(_DECISIONS) + 1))


def test_a_dead_link_and_a_missing_part_are_found(tmp_path: Path) -> None:
    """Planted."""
    page = tmp_path / "page.md"
    page.write_text("[a](nowhere.md) [b](page.md#top) [c](https://example.com/x)", encoding="utf-8")

    assert dead_links(page) == ["nowhere.md"]
    assert missing_parts("**Context.** x **Decision.** y **Consequences.** z **Revisit when** w") == [
        "Alternatives."
    ]


def test_the_changelog_tells_of_every_event() -> None:
    """Other systems learn there what they can read, tombstones included."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    types = [*EVENTS, *(topic.tombstone for topic in TOPICS.values() if topic.tombstone)]

    assert [event_type for event_type in types if f"`{event_type}`" not in text] == []


def test_the_contract_page_lists_every_topic() -> None:
    """With its key and how long it is kept."""
    text = (ROOT / "docs" / "architecture" / "contract.md").read_text(encoding="utf-8")

    assert [name for name, topic in TOPICS.items() if topic.events and f"`{name}`" not in text] == []


def test_the_metrics_that_runbooks_name_exist() -> None:
    """At night nobody wants to look for a metric that was renamed."""
    known = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    named = {
        name
        for page in (ROOT / "docs" / "runbooks").glob("*.md")
        for name in re.findall(r"`(mentoring_\w+)`", page.read_text(encoding="utf-8"))
    }

    assert named
    assert [name for name in sorted(named) if f"`{name}`" not in known] == []
