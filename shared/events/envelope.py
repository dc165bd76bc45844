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


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything about an event but its body.

    `time` is business time, `recorded_time` system time. `sequence` counts 1, 2, 3 … a key and topic.
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
    sequence: int
    traceparent: str | None = None

    def to_headers(self) -> Headers:
        """The headers of a record in binary mode."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_subject": self.subject,
            "ce_time": self.time.isoformat(),
            "ce_recordedtime": self.recorded_time.isoformat(),
            "ce_dataschema": f"urn:{self.type}",
            "content-type": "application/json",
            "ce_correlationid": str(self.correlation_id),
            "ce_causationid": str(self.causation_id) if self.causation_id else None,
            "ce_actortype": self.actor.type.value,
            "ce_actorid": self.actor.id,
            "ce_sequence": f"{self.sequence:0{SEQUENCE_DIGITS}d}",
            "traceparent": self.traceparent,
        }
        return [(name, value.encode()) for name, value in headers.items() if value is not None]
