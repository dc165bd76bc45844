"""From raw bytes to events. Nothing on a topic can make this raise."""

import hashlib
import re
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from shared.events.catalog import EVENTS, TOPICS, Topic, topic_of
from shared.events.envelope import Actor, ActorType
from shared.instants import read_instant
from shared.messaging.records import (
    Cause,
    Decoded,
    Fact,
    Foreign,
    Malformed,
    Record,
    Stream,
    Tombstone,
    Unknown,
)

MAX_BYTES: Final = 1_048_576
_LONGEST_KEY: Final = 200
_SEQUENCE: Final = re.compile(r"[0-9]{1,19}")
_TYPE: Final = re.compile(r"[a-z0-9.-]{1,100}")
_ACTORS: Final = {actor.value: actor for actor in ActorType}
_OUR_TIME: Final = re.compile(r"20[0-9]{2}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{6})?\+00:00")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def decode(record: Record) -> Decoded:
    """What a record is, judged by its topic, headers, key and value."""
    topic = TOPICS.get(record.topic)
    if topic is None:
        return Foreign(record_id=hashlib.sha256(record.value or b"").digest())
    if topic.key is None:
        return Malformed("no_replay", None)
    headers = _text_headers(record)
    stream = _stream(record, headers)
    event_type = headers.get("ce_type", "")
    if not _TYPE.fullmatch(event_type):
        return Malformed("no_event_type" if stream else "no_key_or_sequence", stream)
    if stream is None:
        return Malformed("no_key_or_sequence", None, event_type)
    cause = _cause(headers, event_type)
    if cause is None:
        return Malformed("bad_headers", stream, event_type)
    return _body(record, topic, stream, cause)


def _body(record: Record, topic: Topic, stream: Stream, cause: Cause) -> Decoded:
    if record.value is None:
        key = _uuid(stream.key)
        if cause.event_type == topic.tombstone and key:
            return Tombstone(stream, cause, key)
        reason = "bad_key" if cause.event_type == topic.tombstone else "no_body"
        return Malformed(reason, stream, cause.event_type)
    if len(record.value) > MAX_BYTES:
        return Malformed("too_large", stream, cause.event_type)
    return _fact(record.value, topic, stream, cause)


def _fact(value: bytes, topic: Topic, stream: Stream, cause: Cause) -> Decoded:
    event_class = EVENTS.get(cause.event_type)
    if event_class is None:
        return Unknown(stream, cause)
    if topic_of(event_class) is not topic:
        return Malformed("wrong_topic", stream, cause.event_type)
    try:
        event = event_class.model_validate_json(value)
    except (ValidationError, ValueError, RecursionError):
        return Malformed("bad_body", stream, cause.event_type)
    if str(getattr(event, topic.key or "")) != stream.key:
        return Malformed("key_mismatch", stream, cause.event_type)
    return Fact(stream, cause, event)


def _text_headers(record: Record) -> dict[str, str]:
    """The readable headers; of a name that comes twice the first counts."""
    headers: dict[str, str] = {}
    for name, value in record.headers:
        if value is None or name in headers:
            continue
        try:
            headers[name] = value.decode()
        except UnicodeDecodeError:
            continue
    return headers


def _stream(record: Record, headers: dict[str, str]) -> Stream | None:
    sequence = headers.get("ce_sequence", "")
    if record.key is None or not _SEQUENCE.fullmatch(sequence) or not 0 < int(sequence) < 2**63:
        return None
    try:
        key = record.key.decode()
    except UnicodeDecodeError:
        return None
    if not key or len(key) > _LONGEST_KEY or "\0" in key:
        return None
    return Stream(record.topic, key, int(sequence))


def _cause(headers: dict[str, str], event_type: str) -> Cause | None:
    event_id = _uuid(headers.get("ce_id", ""))
    if event_id is None:
        return None
    time = _time(headers.get("ce_time", ""))
    if time is None:
        return None
    traceparent = headers.get("traceparent", "")
    return Cause(
        event_id=event_id,
        event_type=event_type,
        correlation_id=_uuid(headers.get("ce_correlationid", "")) or event_id,
        actor=Actor(
            _ACTORS.get(headers.get("ce_actortype", ""), ActorType.SYSTEM),
            headers.get("ce_actorid"),
        ),
        time=time,
        recorded_time=_time(headers.get("ce_recordedtime", "")) or time,
        traceparent=traceparent if _TRACEPARENT.fullmatch(traceparent) else None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    """An instant; the form that our own producers write is read without the model's machinery."""
    try:
        if _OUR_TIME.fullmatch(text):
            return datetime.fromisoformat(text)
        return read_instant(text)
    except ValueError:
        return None
