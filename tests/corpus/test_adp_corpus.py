"""ADP's own sample notifications, replayed: each becomes an observation or a refusal with its reason."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.observation import Observation, observation_to_json
from services.matching.domain.people.zones import ZoneTable
from services.matching.sources import ADAPTERS, Refusal

EXPECTED = json.loads((Path(__file__).parent / "adp_expected.json").read_text())
CORPUS = Path(os.environ.get("MENTORING_CORPUS", "")) / "hris" / "adp"
HERE = bool(os.environ.get("MENTORING_CORPUS")) and CORPUS.is_dir()

pytestmark = pytest.mark.skipif(
    not HERE, reason="the HR corpus is absent: set MENTORING_CORPUS to the folder that holds hris/adp"
)

# Values at these keys, wherever they stand, must never leave the adapter.
PRIVATE_KEYS = {
    "governmentID",
    "governmentIDs",
    "birthDate",
    "birthName",
    "genderCode",
    "raceCode",
    "maritalStatusCode",
    "militaryClassificationCodes",
    "highestEducationLevelCode",
    "disabledIndicator",
    "communication",
    "legalAddress",
    "personalAddress",
    "baseRemuneration",
    "additionalRemuneration",
    "payGradeCode",
    "payGradePayRange",
    "payCycleCode",
    "laborUnion",
    "bargainingUnit",
    "customFieldGroup",
    "reasonCode",
    "fax",
    "pager",
    "mobile",
    "landline",
    "lineOne",
    "postalCode",
    "reportsToWorkerName",
    "comments",
}
# The same word in two meanings: where people work may be the country, or the state, they live in.
NOT_TELLING = {"countryCode", "subdivisionType"}


def corpus_files() -> list[Path]:
    return sorted(path for path in CORPUS.iterdir() if path.name != "LICENSE") if HERE else []


def parsed(path: Path) -> list[Observation | Refusal]:
    return ADAPTERS["adp"].parse(path.read_bytes(), [])


def test_the_table_names_every_file_of_the_corpus() -> None:
    assert {path.name for path in corpus_files()} == set(EXPECTED)
    assert len(EXPECTED) == 84


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_file_yields_what_the_table_says(name: str) -> None:
    results = parsed(CORPUS / name)
    observed = [
        {
            "kind": result.kind.value,
            "effective": result.effective_from.day_in(None).isoformat(),
            "person": hashlib.sha256(result.person_key.encode()).hexdigest()[:12],
        }
        for result in results
        if isinstance(result, Observation)
    ]
    refused = Counter(result.reason.value for result in results if isinstance(result, Refusal))

    assert {"observations": observed, "refused": dict(refused)} == EXPECTED[name]


def test_the_corpus_counts_are_these() -> None:
    results = [result for path in corpus_files() for result in parsed(path)]
    kinds = Counter(r.kind.value for r in results if isinstance(r, Observation))
    reasons = Counter(r.reason.value for r in results if isinstance(r, Refusal))

    assert kinds == {"update": 71, "rehire": 2, "termination": 2, "leave": 1, "deceased": 1}
    assert reasons == {
        "no_person_key": 4,
        "no_event_name": 1,
        "placeholder_person_key": 1,
        "unknown_event_name": 1,
    }


def test_one_event_id_on_several_events_loses_none_of_them() -> None:
    """Five sample events share the id "123"; they say five different things."""
    same_id = [path for path in corpus_files() if re.search(r'"eventID"\s*:\s*"123"', path.read_text())]
    hashes = {r.content_hash for path in same_id for r in parsed(path) if isinstance(r, Observation)}

    assert len(same_id) == 5
    assert len(hashes) == 5


def test_a_repeated_file_adds_no_observation() -> None:
    once = [r.content_hash for p in corpus_files() for r in parsed(p) if isinstance(r, Observation)]
    twice = [r.content_hash for p in corpus_files() * 2 for r in parsed(p) if isinstance(r, Observation)]

    assert set(once) == set(twice)


def test_nothing_private_leaves_the_adapter() -> None:
    checked = 0
    for path in corpus_files():
        private = set(private_values(json.loads(path.read_text()), inside=False))
        observations = [r for r in parsed(path) if isinstance(r, Observation)]
        kept = {text for observation in observations for text in texts(observation_to_json(observation))}
        for value in private:
            checked += 1
            leaked = {text for text in kept if value == text or (len(value) > 3 and value in text)}
            assert not leaked, f"{path.name} lets a private value through"

    assert checked > 150


def test_the_kinds_of_private_values_are_really_in_the_corpus() -> None:
    """The canary sings: the values it looks for are there to be found."""
    private = {
        value for p in corpus_files() for value in private_values(json.loads(p.read_text()), inside=False)
    }

    assert {"226-54-2118", "1957-09-12", "White", "Male", "Married", "Medical", "52000"} <= private
    assert {"test12@gmail.com", "(914) 271-5134", "129 Holly Hill Road", "Disabled Veteran"} <= private


def test_every_person_of_the_corpus_has_a_profile() -> None:
    by_person: dict[str, list[Observation]] = {}
    for path in corpus_files():
        for result in parsed(path):
            if isinstance(result, Observation):
                by_person.setdefault(result.person_key, []).append(result)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    statuses = Counter(profile_as_of(seen, at, ZoneTable()).status.value for seen in by_person.values())

    assert statuses == {"active": len(by_person) - 4, "left": 2, "leave": 1, "deceased": 1}


def private_values(value: object, *, inside: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_TELLING:
                yield from private_values(inner, inside=inside or key in PRIVATE_KEYS)
    elif isinstance(value, list):
        for inner in value:
            yield from private_values(inner, inside=inside)
    elif inside and value not in (None, "", True, False):
        yield str(value)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif value is not None:
        yield str(value)
