"""Records as another service would have published them, and every way to break one."""

import itertools
from datetime import UTC, datetime
from uuid import UUID

from shared.events.base import Event
from shared.events.catalog import topic_of
from shared.events.envelope import Actor, ActorType, Envelope
from shared.events.matches import MatchAcceptedBySide
from shared.events.people import PERSON_ERASED, PersonChanged, PersonStatus
from shared.ids import new_id
from shared.messaging.records import Headers, Record

MATCHES = "mentoring.matches.v1"
PEOPLE = "mentoring.people.v1"
PROGRAM = UUID("0198a3f0-0000-7000-8000-00000000000a")
COHORT = UUID("0198a3f0-0000-7000-8000-00000000000b")
ADA = UUID("0198a3f0-0000-7000-8000-00000000ada0")
MATCH = UUID("0198a3f0-0000-7000-8000-0000000000c1")
OTHER_MATCH = UUID("0198a3f0-0000-7000-8000-0000000000c2")
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)

_offsets = itertools.count()

Change = dict[str, bytes | None]


def step(number: int, match: UUID = MATCH) -> MatchAcceptedBySide:
    """An event of a match that carries a number."""
    return MatchAcceptedBySide(
        match_id=match, program_id=PROGRAM, cohort_id=COHORT, accepted=number, awaited=0
    )


def person(name: str, person_id: UUID = ADA) -> PersonChanged:
    """A state of a person."""
    return PersonChanged(person_id=person_id, status=PersonStatus.ACTIVE, given_name=name)


def headers_of(event_type: str, sequence: int, event_id: UUID | None = None) -> Headers:
    """The headers of a record in order."""
    event_id = event_id or new_id()
    envelope = Envelope(
        id=event_id,
        type=event_type,
        source="urn:mentoring:test",
        subject="subject",
        time=NOON,
        recorded_time=datetime.now(UTC),
        correlation_id=event_id,
        causation_id=None,
        actor=Actor(ActorType.SYSTEM),
        sequence=sequence,
    )
    return tuple(envelope.to_headers())


def changed(headers: Headers, change: Change) -> Headers:
    """Headers with other values, whatever they are."""
    return tuple((name, change.get(name, value)) for name, value in headers)


def without(headers: Headers, name: str) -> Headers:
    """Headers without one of them."""
    return tuple(header for header in headers if header[0] != name)


def record_of(event: Event, sequence: int) -> Record:
    """The record of an event, as it should be."""
    topic = topic_of(type(event))
    return Record(
        topic=topic.name,
        partition=0,
        offset=next(_offsets),
        key=str(getattr(event, topic.key or "")).encode(),
        value=event.model_dump_json().encode(),
        headers=headers_of(event.type, sequence),
    )


def tombstone_of(person_id: UUID, sequence: int) -> Record:
    """The record that erases a person."""
    headers = headers_of(PERSON_ERASED, sequence)
    return Record(PEOPLE, 0, next(_offsets), str(person_id).encode(), None, headers)


def broken(
    event: Event,
    sequence: int,
    *,
    key: bytes | None = b"as it should be",
    value: bytes | None = b"as it should be",
    headers: Headers | None = None,
) -> Record:
    """The record of an event with a part of it replaced."""
    good = record_of(event, sequence)
    return Record(
        topic=good.topic,
        partition=good.partition,
        offset=good.offset,
        key=good.key if key == b"as it should be" else key,
        value=good.value if value == b"as it should be" else value,
        headers=good.headers if headers is None else headers,
    )
