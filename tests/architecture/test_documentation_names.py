"""What the pages name exists: events with their topics, settings, targets of make."""

import importlib
import re
from pathlib import Path

import pytest

from shared.events.catalog import SERVICES, TOPICS
from shared.settings import ServiceSettings
from tests.architecture.readme_events import README, row_of, rows
from tests.architecture.source_files import ROOT

_PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_VARIABLE = re.compile(rf"\b({'|'.join(name.upper() for name in SERVICES)})_([A-Z]+(?:_[A-Z]+)*)\b")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_MAKE = re.compile(r"\bmake ((?:[a-z][a-z0-9-]*(?= |$|`) ?)+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)


def unknown_variables(text: str) -> list[str]:
    """The variables of a page that no service reads."""
    return [
        f"{service}_{name}"
        for service, name in _VARIABLE.findall(text)
        if name.removesuffix("_FILE").lower() not in _settings(service.lower()).model_fields
    ]


def unknown_targets(text: str, makefile: str) -> list[str]:
    """What a page tells its reader to make, and the Makefile cannot."""
    known = set(_TARGET.findall(makefile))
    return [
        target
        for code in _CODE.findall(text)
        for targets in _MAKE.findall(code)
        for target in targets.split()
        if target not in known
    ]


def _settings(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    found: type[ServiceSettings] = getattr(module, f"{service.title()}Settings")
    return found


def wrong_topics(readme: str) -> list[str]:
    """The topics whose row in the README differs from the catalog, is missing, or is of no topic."""
    said = rows(readme)
    meant = {name: row_of(topic) for name, topic in TOPICS.items() if topic.events}
    return sorted(name for name in said.keys() | meant.keys() if said.get(name) != meant.get(name))


def test_the_readmes_table_of_events_says_what_the_catalog_says() -> None:
    """Events, tombstone, producer, consumers, compaction and key of each topic."""
    assert wrong_topics(README.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("right", "wrong", "topic"),
    [
        ("FlagResolved, NudgeSent", "FlagResolved", "mentoring.engagement.v1"),
        ("Ended, Flagged", "Ended, Forgotten", "mentoring.matches.v1"),
        ("Resumed, Withdrawn | matching |", "Resumed, Withdrawn | engagement |", "mentoring.participants.v1"),
        ("| engagement, reporting |", "| reporting |", "mentoring.sessions.v1"),
        ("| match run |", "| match |", "mentoring.match-runs.v1"),
        (", its tombstone PersonErased", "", "mentoring.people.v1"),
        ("availability.v1` (compacted)", "availability.v1`", "mentoring.availability.v1"),
        ("`mentoring.programs.v1`", "`mentoring.programmes.v1`", "mentoring.programs.v1"),
    ],
)  # fmt: skip
def test_a_wrong_row_of_the_readme_is_found(right: str, wrong: str, topic: str) -> None:
    """Planted, one fault at a time."""
    text = README.read_text(encoding="utf-8")
    assert text.count(right) == 1

    assert topic in wrong_topics(text.replace(right, wrong))


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_variables_and_targets_that_a_page_names_exist(page: Path) -> None:
    """Whoever follows a page is not led into nothing."""
    text = page.read_text(encoding="utf-8")

    assert unknown_variables(text) == []
    assert unknown_targets(text, (ROOT / "Makefile").read_text(encoding="utf-8")) == []


def test_an_unknown_variable_and_an_unknown_target_are_found() -> None:
    """Planted."""
    text = "`MATCHING_REPLICA_SLOT` `MATCHING_REPLICAS` `REPORTING_SEAL_KEY_FILE` `REPORTING_HRIS_TOPICS`"
    pages = "we make do: `make demo ONCE=1`, `make lint typo`\n```sh\nmake test   # runs\nmake nothing\n```\n"

    assert unknown_variables(text) == ["MATCHING_REPLICAS", "REPORTING_HRIS_TOPICS"]
    assert unknown_targets(pages, "demo: x\nlint:\ntype:\ntest:\n") == ["typo", "nothing"]
