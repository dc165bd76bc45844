"""Every example ever published takes effect in every service that reads it, on a real store."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.catalog import SERVICES, Topic, consumed_by
from shared.events.contracts import examples_of, schema_of
from shared.messaging.records import Record
from tests.component.conftest import HarnessFactory
from tests.contract.json_places import code_places, with_value_at
from tests.support.harness import Harness

_READ = [(service, topic) for service in SERVICES for topic in consumed_by(service) if topic.events]
_EACH = pytest.mark.parametrize(
    ("service", "topic"), _READ, ids=[f"{service}-{topic.name}" for service, topic in _READ]
)


def _body(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return body


def _of_tomorrow(event: type[Event], body: dict[str, Any]) -> dict[str, Any]:
    """The same with a field and with codes that only a later version knows."""
    for place in code_places(schema_of(event), body):
        body = with_value_at(body, place, "a_value_of_tomorrow")
    return body | {"added_later": {"by": ["a", "later", "version"]}}


def _record(harness: Harness, event: type[Event], body: dict[str, Any]) -> Record:
    """The body byte by byte as it was published, in a record of its own key."""
    record = harness.record(event.model_validate(body))
    return replace(record, value=json.dumps(body).encode())


async def _process(harness: Harness, records: list[Record]) -> None:
    """All of them one after another, as single batches, so that one that fails shows alone."""
    for record in records:
        await harness.process(record)


async def _trouble(harness: Harness) -> list[dict[str, Any]]:
    """What was set aside, and what went to the dead letters."""
    return await harness.fetch("select status, reason, detail, event_type from set_aside")


async def _positions(harness: Harness) -> dict[str, int]:
    rows = await harness.fetch("select key, last_sequence from incoming_stream")
    return {row["key"]: row["last_sequence"] for row in rows}


@_EACH
async def test_every_example_takes_effect(
    harness_factory: HarnessFactory, service: str, topic: Topic
) -> None:
    """Each stream advances past it, nothing is set aside, nothing is a dead letter."""
    harness = await harness_factory(service)
    records = [_record(harness, event, _body(path)) for event in topic.events for path in examples_of(event)]
    await _process(harness, records)

    assert await _trouble(harness) == []
    assert await _positions(harness) == Counter((record.key or b"").decode() for record in records)


@_EACH
async def test_every_example_with_fields_and_codes_of_tomorrow_takes_effect(
    harness_factory: HarnessFactory, service: str, topic: Topic
) -> None:
    """A producer may be upgraded before its consumers: no addition is a dead letter."""
    harness = await harness_factory(service)
    records = [
        _record(harness, event, _of_tomorrow(event, _body(path)))
        for event in topic.events
        for path in examples_of(event)
    ]
    await _process(harness, records)

    assert await _trouble(harness) == []
    assert await _positions(harness) == Counter((record.key or b"").decode() for record in records)


@_EACH
async def test_every_example_twice_is_as_good_as_once(
    harness_factory: HarnessFactory, service: str, topic: Topic
) -> None:
    """The second delivery leaves store and outbox as they were."""
    harness = await harness_factory(service)
    records = [_record(harness, event, _body(path)) for event in topic.events for path in examples_of(event)]
    await _process(harness, records)
    state, sent = await harness.state_hash(), await harness.records()
    await _process(harness, records)

    assert await harness.state_hash() == state
    assert await harness.records() == sent


@pytest.mark.parametrize("service", SERVICES)
async def test_every_topic_that_a_service_reads_has_a_handler(
    harness_factory: HarnessFactory, service: str
) -> None:
    """A topic that no handler takes from would be read for nothing; matching owns people, and knows them."""
    routes = (await harness_factory(service)).service.routes
    read = [topic for topic in consumed_by(service) if topic.events and topic.producer != service]

    assert [topic.name for topic in read if not set(topic.events) & set(routes.events)] == []


@pytest.mark.parametrize("service", ["scheduling", "engagement", "reporting"])
async def test_every_service_forgets_a_person_on_the_tombstone(
    harness_factory: HarnessFactory, service: str
) -> None:
    """Everybody who reads people can erase one; matching, which owns them, sends the tombstone."""
    harness = await harness_factory(service)

    assert set(harness.service.routes.tombstones) == {"mentoring.people.v1"}
