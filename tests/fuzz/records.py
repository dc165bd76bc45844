"""Any bytes as a record: a fuzzer's input is a topic's number and fields between separators.

The layout keeps mutations meaningful: a flipped byte changes a key, a header or a body, not what is which.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from shared.events.base import Event
from shared.events.catalog import TOPICS, Topic
from shared.events.contracts import examples_of
from shared.messaging.records import Record
from tests.support.e2e_feed import Worker, hired, terminated, went_on_leave
from tests.support.records import headers_of

SEPARATOR: Final = b"\x1e"
ABSENT: Final = b"\x00"
FOREIGN: Final = "hris.fuzzed"
NAMES: Final = (*TOPICS, FOREIGN)
ADA: Final = Worker("ada")
TODAY: Final = date(2026, 3, 2)
OBSERVED: Final = {
    "specversion": "1.0",
    "type": "mentoring.hris.worker-observed.v1",
    "time": "2026-03-02T09:00:00Z",
    "data": {
        "person_key": "1",
        "kind": "changed",
        "effective_from": "2026-03-02",
        "fields": {"given_name": "Ada", "country": "DE"},
    },
}
"""A record in our own format for HR systems."""


def to_record(data: bytes) -> Record:
    """The record that some bytes stand for; every input stands for one."""
    number, *fields = data.split(SEPARATOR)
    key, value, *headers = (*fields, b"", b"") if len(fields) < 2 else fields
    return Record(
        topic=NAMES[sum(number) % len(NAMES)],
        partition=0,
        offset=0,
        key=None if key == ABSENT else key,
        value=None if value == ABSENT else value,
        headers=tuple(_header(header) for header in headers),
    )


def to_bytes(record: Record) -> bytes:
    """The input that stands for a record whose fields hold no separator."""
    return SEPARATOR.join(
        (
            bytes([NAMES.index(record.topic)]),
            ABSENT if record.key is None else record.key,
            ABSENT if record.value is None else record.value,
            *(name.encode() + b"=" + (ABSENT if value is None else value) for name, value in record.headers),
        )
    )


def seeds() -> Iterator[bytes]:
    """Every published example as a record of its topic, and HR records of both sources."""
    for topic in TOPICS.values():
        for event_class in topic.events:
            for path in examples_of(event_class):
                yield to_bytes(_published(topic, event_class, path.read_bytes()))
    for hr in (hired(ADA), went_on_leave(ADA, TODAY), terminated(ADA, TODAY)):
        yield to_bytes(Record(FOREIGN, 0, 0, hr.key, hr.value, ()))
    yield to_bytes(Record(FOREIGN, 0, 0, b"1", json.dumps(OBSERVED).encode(), ()))


def _published(topic: Topic, event_class: type[Event], body: bytes) -> Record:
    key = str(json.loads(body)[topic.key]).encode()
    return Record(topic.name, 0, 0, key, body, headers_of(event_class.type, 1))


def _header(field: bytes) -> tuple[str, bytes | None]:
    name, _, value = field.partition(b"=")
    return name.decode(errors="replace"), None if value == ABSENT else value
