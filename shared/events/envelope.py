"""CloudEvents 1.0 attributes as Kafka headers (binary mode of the Kafka protocol binding)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

SEQUENCE_DIGITS = 19
"""`ce_sequence` is compared as text by others, so it is padded to the width of a 64-bit number."""

Headers = list[tuple[str, bytes]]


class ActorType(StrEnum):
    """Who caused an event."""

    PERSON = "person"
    COORDINATOR = "coordinator"
    SYSTEM = "system"
    HRIS = "hris"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused an event; `id` None withholds who it was."""

    type: ActorType
    id: str | None = None


WITHHELD = Actor(ActorType.PERSON)
"""Somebody did it; who is nobody's business."""


@dataclass(slots=True)
class Envelope:
    """Everything about an event but its body.

    `time` is business time, `recorded_time` system time. `sequence` counts 1, 2, 3 … a key and topic;
    0: it has not been given its number yet.
    """

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    recorded_time: datetime
    correlation_id: UUID
    causation_id: UUID | None
    actor: Actor
    sequence: int = 0
    traceparent: str | None = None

    def to_headers(self) -> Headers:
        """The headers of a record in binary mode."""
        return [(name, str(value).encode()) for name, value in self.attributes()]

    def attributes(self) -> list[tuple[str, str | UUID]]:
        """The headers' names and values, before they become bytes."""
        found: list[tuple[str, str | UUID]] = [
            ("ce_specversion", "1.0"),
            ("ce_id", self.id),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_subject", self.subject),
            ("ce_time", self.time.isoformat()),
            ("ce_recordedtime", self.recorded_time.isoformat()),
            ("ce_dataschema", f"urn:{self.type}"),
            ("content-type", "application/json"),
            ("ce_correlationid", self.correlation_id),
            ("ce_actortype", self.actor.type.value),
            ("ce_sequence", f"{self.sequence:0{SEQUENCE_DIGITS}d}"),
        ]
        if self.causation_id is not None:
            found.append(("ce_causationid", self.causation_id))
        if self.actor.id is not None:
            found.append(("ce_actorid", self.actor.id))
        if self.traceparent is not None:
            found.append(("traceparent", self.traceparent))
        return found
