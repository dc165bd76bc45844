"""A record that breaks the contract costs, in every service and on every topic, nobody but its own key."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from shared.events.base import Event
from shared.events.catalog import SERVICES, Topic, consumed_by, dead_letter_topic
from shared.events.contracts import examples_of
from shared.events.people import PERSON_ERASED
from shared.messaging.records import Record
from tests.component.conftest import HarnessFactory
from tests.support.harness import Harness
from tests.support.records import changed

OTHER_KEY = UUID(int=7)
STRANGERS = {"mentoring.programs.v1": "mentoring.match.accepted.v1"}
"""An event that a topic does not carry; a cohort's for all the others."""

Break = Callable[[Record, Topic], Record]


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to break a record, and where that leads to."""

    status: str
    reason: str
    broken: Break


def _value(value: bytes | None) -> Break:
    return lambda record, _: replace(record, value=value)


def _header(name: str, value: bytes | None) -> Break:
    return lambda record, _: replace(record, headers=changed(record.headers, {name: value}))


def _of_another_topic(record: Record, topic: Topic) -> Record:
    stranger = STRANGERS.get(topic.name, "mentoring.cohort.closed.v1")
    return replace(record, headers=changed(record.headers, {"ce_type": stranger.encode()}))


def _erased(record: Record, _: Topic) -> Record:
    return replace(record, value=None, headers=changed(record.headers, {"ce_type": PERSON_ERASED.encode()}))


KINDS = {
    "bad JSON": Kind("dead", "bad_body", _value(b"{")),
    "a JSON list": Kind("dead", "bad_body", _value(b"[]")),
    "bytes that are no text": Kind("dead", "bad_body", _value(b"\xff\xfe")),
    "no body, and no tombstone": Kind("dead", "no_body", _value(None)),
    "a header without a value": Kind("dead", "bad_headers", _header("ce_id", None)),
    "a header that is no UTF-8": Kind("dead", "bad_headers", _header("ce_id", b"\xff")),
    "a time beyond the calendar": Kind(
        "dead", "bad_headers", _header("ce_time", b"0001-01-01T00:00:00+00:00")
    ),
    "a type without a value": Kind("dead", "no_event_type", _header("ce_type", None)),
    "an event of another topic": Kind("dead", "wrong_topic", _of_another_topic),
    "an unknown type": Kind("skipped", "unknown_type", _header("ce_type", b"mentoring.new.thing.v9")),
}
UNPLACED = {
    "a sequence without a value": _header("ce_sequence", None),
    "a sequence that is no UTF-8": _header("ce_sequence", b"\xff"),
    "no key": lambda record, _: replace(record, key=None),
}
GAP = _header("ce_sequence", b"3")


def _topics(service: str) -> list[Topic]:
    return [topic for topic in consumed_by(service) if topic.events]


def _example(event: type[Event], **other: str) -> Event:
    body: dict[str, Any] = json.loads(next(iter(examples_of(event))).read_text(encoding="utf-8"))
    return event.model_validate(body | other)


async def _process(harness: Harness, topics: list[Topic], broken: Break) -> dict[tuple[str, str], int]:
    """One batch: of each topic a broken record between two good neighbours; where the neighbours end."""
    batch: list[Record] = []
    after: dict[tuple[str, str], int] = {}
    for topic in topics:
        event = topic.events[0]
        first, second = (harness.record(_example(event)) for _ in range(2))
        bad = broken(harness.record(_example(event, **{topic.key or "": str(OTHER_KEY)})), topic)
        batch += [first, bad, second]
        after[topic.name, (first.key or b"").decode()] = 2
    await harness.process(*batch)
    return after


async def _positions(harness: Harness) -> dict[tuple[str, str], int]:
    """How far each stream is, those that have not begun left out."""
    rows = await harness.fetch(
        "select topic, key, last_sequence from incoming_stream where last_sequence > 0"
    )
    return {(row["topic"], row["key"]): row["last_sequence"] for row in rows}


async def _aside(harness: Harness) -> list[tuple[str, str, str]]:
    rows = await harness.fetch("select topic, status, reason from set_aside")
    return sorted((row["topic"], row["status"], row["reason"]) for row in rows)


async def _letters(harness: Harness, service: str) -> list[tuple[bytes | None, bytes | None]]:
    """The dead letters that left: original topic and reason."""
    headers = [
        row["headers"] for row in await harness.records() if row["topic"] == dead_letter_topic(service)
    ]
    return sorted((each["dlq-original-topic"], each["dlq-reason"]) for each in headers)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_broken_record_is_set_aside_and_its_neighbours_take_effect(
    harness_factory: HarnessFactory, service: str, kind: str
) -> None:
    """What is dead goes out as one letter a topic; an unknown type waits for the version that knows it."""
    harness, topics, expected = await harness_factory(service), _topics(service), KINDS[kind]

    after = await _process(harness, topics, expected.broken)

    names = sorted(topic.name for topic in topics)
    assert await _aside(harness) == [(name, expected.status, expected.reason) for name in names]
    dealt_with = {(name, str(OTHER_KEY)): 1 for name in names}
    assert await _positions(harness) == after | dealt_with
    letters = [(name.encode(), expected.reason.encode()) for name in names if expected.status == "dead"]
    assert await _letters(harness, service) == letters


@pytest.mark.parametrize("kind", UNPLACED)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_record_without_a_place_is_a_dead_letter_and_its_neighbours_take_effect(
    harness_factory: HarnessFactory, service: str, kind: str
) -> None:
    """It belongs to no stream, so none stands still."""
    harness, topics = await harness_factory(service), _topics(service)

    after = await _process(harness, topics, UNPLACED[kind])

    names = sorted(topic.name for topic in topics)
    assert await _aside(harness) == [(name, "dead", "no_key_or_sequence") for name in names]
    assert await _positions(harness) == after
    assert await _letters(harness, service) == [(name.encode(), b"no_key_or_sequence") for name in names]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_record_ahead_of_its_stream_waits_unless_the_topic_holds_states(
    harness_factory: HarnessFactory, service: str
) -> None:
    """A state needs no earlier one; nothing is dead, and the neighbours take effect."""
    harness, topics = await harness_factory(service), _topics(service)

    after = await _process(harness, topics, GAP)

    waiting = sorted(topic.name for topic in topics if not topic.compacted)
    states = {(topic.name, str(OTHER_KEY)): 3 for topic in topics if topic.compacted}
    assert await _aside(harness) == [(name, "gap", "sequence_gap") for name in waiting]
    assert await _positions(harness) == after | states
    assert await _letters(harness, service) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_tombstone_is_taken_where_the_topic_has_one_and_refused_elsewhere(
    harness_factory: HarnessFactory, service: str
) -> None:
    harness, topics = await harness_factory(service), _topics(service)

    after = await _process(harness, topics, _erased)

    refused = sorted(topic.name for topic in topics if topic.tombstone is None)
    assert await _aside(harness) == [(name, "dead", "no_body") for name in refused]
    assert await _positions(harness) == after | {(topic.name, str(OTHER_KEY)): 1 for topic in topics}
    assert await _letters(harness, service) == [(name.encode(), b"no_body") for name in refused]
