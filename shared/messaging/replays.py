"""A replay: a record that was set aside is sent again, to the one service that refused it.

What counts is the id in its headers: the service applies the bytes that it kept. So a personal record, or a
huge one, is replayed by a pointer alone, and the topic of the replays holds no names.
"""

from typing import Final
from uuid import UUID

from shared.events.catalog import TOPICS, retry_topic
from shared.ids import NewId
from shared.messaging.records import Headers, Record
from shared.messaging.set_aside import is_personal
from shared.persistence.outbox import MAX_PAYLOAD_BYTES, Copy

ORIGINAL_TOPIC: Final = "retry-original-topic"
RECORD_ID: Final = "retry-id"


def make_replay(record: Record, record_id: UUID, service: str, new_id: NewId) -> Copy:
    """The copy that goes to the service's retry topic through the outbox."""
    about: list[tuple[str, bytes | None]] = [
        (ORIGINAL_TOPIC, record.topic.encode()),
        (RECORD_ID, str(record_id).encode()),
    ]
    kept = [(name, value) for name, value in record.headers if name not in {ORIGINAL_TOPIC, RECORD_ID}]
    pointer = is_personal(record.topic) or record.size > MAX_PAYLOAD_BYTES
    return Copy(
        id=new_id(),
        type="replay",
        topic=retry_topic(service),
        key=record.key if record.topic in TOPICS else str(record_id).encode(),
        payload=None if pointer else record.value,
        headers=about if pointer else [*kept, *about],
    )


def replayed_id(headers: Headers) -> UUID | None:
    """Which record that was set aside a record of the retry topic is; None when it does not say so."""
    value = next((value for name, value in headers if name == RECORD_ID and value), None)
    try:
        return None if value is None else UUID(value.decode())
    except ValueError:
        return None
