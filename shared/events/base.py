"""What every event on the wire has in common."""

from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """One fact in the past tense; its fields are the body, everything else travels in the headers.

    A consumer ignores fields that it does not know, so that an addition is never a break.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=200)

    type: ClassVar[str]
    subject_field: ClassVar[str | None] = None
    """The field with the id of the entity that the fact is about; None: the topic's key."""


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=200)


class OpenCode(StrEnum):
    """A closed set of codes that may grow: a value that this version does not know reads as `other`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls("other") if isinstance(value, str) else None


class Format(OpenCode):
    """The kind of mentoring relationship."""

    ONE_TO_ONE = "one_to_one"
    REVERSE = "reverse"
    PEER = "peer"
    CIRCLE = "circle"
    FLASH = "flash"
    OTHER = "other"


class Role(OpenCode):
    """What a participant is in a match."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    PEER = "peer"
    OTHER = "other"


class Member(Part):
    """One participant of a match and the role taken in it."""

    participant_id: UUID
    person_id: UUID
    role: Role
