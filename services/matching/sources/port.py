"""What every HR source adapter promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from services.matching.domain.people.observation import Observation

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
"""Record headers as the broker has them: repeated, empty or not text at all."""


class RefusalReason(StrEnum):
    """Why a record, or one event of it, became no observation: a closed set, fit for a metric's label."""

    EMPTY_RECORD = "empty_record"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_UTF8 = "not_utf8"
    MALFORMED_JSON = "malformed_json"
    NOT_AN_OBJECT = "not_an_object"
    NO_EVENTS = "no_events"
    TOO_MANY_EVENTS = "too_many_events"
    NO_EVENT_NAME = "no_event_name"
    UNKNOWN_EVENT_NAME = "unknown_event_name"
    EVENT_NOT_COMPLETED = "event_not_completed"
    NO_PERSON_KEY = "no_person_key"
    PLACEHOLDER_PERSON_KEY = "placeholder_person_key"
    BAD_PERSON_KEY = "bad_person_key"
    CONFLICTING_PERSON_KEYS = "conflicting_person_keys"
    BAD_SOURCE = "bad_source"
    UNKNOWN_KIND = "unknown_kind"
    BAD_EFFECTIVE_DATE = "bad_effective_date"
    BAD_RECORDED_AT = "bad_recorded_at"
    BAD_LAST_WORKING_DAY = "bad_last_working_day"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`detail_pointer` is a JSON pointer into the record: our own words and indexes, never its values."""

    reason: RefusalReason
    detail_pointer: str = ""


class Refused(Exception):
    """Leaves the reading of one record or event from anywhere inside an adapter; never leaves the adapter."""

    def __init__(self, reason: RefusalReason, detail_pointer: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, detail_pointer)


class Adapter(Protocol):
    """Turns one record of a source into observations and refusals."""

    def parse(self, raw: bytes | None, headers: Headers) -> list[Observation | Refusal]:
        """Return at least one entry for every record; raise on none."""
        ...
