"""Records as they come off the wire, and what they turn out to be."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.events.base import Event
from shared.events.envelope import Actor

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A raw record; `topic` is the name in the contract, without a deployment's prefix.

    `replay_of` is the id of a record that was set aside and comes back.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    replay_of: UUID | None = None

    @property
    def size(self) -> int:
        """Bytes of key, headers and value."""
        headers = sum(len(name.encode()) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers

    @property
    def fingerprint(self) -> bytes:
        """Of the bytes and where they lie: the same when the record is delivered again."""
        place = f"{self.partition} {self.offset} ".encode()
        return hashlib.sha256(place + self.pack()).digest()

    def emptied(self) -> "Record":
        """Where the record was, and nothing of what it said."""
        return Record(self.topic, self.partition, self.offset, None, None, ())

    def pack(self) -> bytes:
        """Key, headers and value as bytes, none of them changed."""
        return json.dumps(
            {
                "key": _encode(self.key),
                "value": _encode(self.value),
                "headers": [[name, _encode(value)] for name, value in self.headers],
            }
        ).encode()


def unpack(packed: bytes) -> tuple[bytes | None, bytes | None, Headers]:
    """Key, value and headers, as `Record.pack` took them."""
    fields = json.loads(packed)
    headers = tuple((name, _decode(value)) for name, value in fields["headers"])
    return _decode(fields["key"]), _decode(fields["value"]), headers


@dataclass(slots=True)
class Stream:
    """The position of a record among the records of its key."""

    topic: str
    key: str
    sequence: int


@dataclass(slots=True)
class Cause:
    """What a record says about its origin, handed on to what it causes."""

    event_id: UUID
    event_type: str
    correlation_id: UUID
    actor: Actor
    time: datetime
    recorded_time: datetime
    traceparent: str | None


@dataclass(slots=True)
class Fact:
    """A record with an event of the catalog."""

    stream: Stream
    cause: Cause
    event: Event


@dataclass(slots=True)
class Tombstone:
    """A record that erases the state of its key."""

    stream: Stream
    cause: Cause
    key: UUID


@dataclass(slots=True)
class Unknown:
    """A well-formed record of a type that this version does not know."""

    stream: Stream
    cause: Cause


@dataclass(slots=True)
class Foreign:
    """A record of a topic outside the contract; its handler judges it."""

    record_id: bytes


@dataclass(slots=True)
class Malformed:
    """A record that breaks the contract; the stream is known when its key and sequence are readable."""

    reason: str
    stream: Stream | None
    event_type: str = ""


Decoded = Fact | Tombstone | Unknown | Foreign | Malformed


def _encode(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _decode(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)
