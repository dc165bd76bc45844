"""What an HR source said about one person, in our own words: append-only, compared by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from services.matching.domain.people.effective import Effective

FieldValue: TypeAlias = str | list[dict[str, str]] | None
"""A text, None to clear the field, or the list of manager references."""


class ObservationKind(StrEnum):
    HIRE = "hire"
    REHIRE = "rehire"
    TERMINATION = "termination"
    RESCIND = "rescind"  # the end of employment (or the death) that was reported before is withdrawn
    LEAVE = "leave"
    RETURN_FROM_LEAVE = "return_from_leave"
    SUSPENDED = "suspended"
    DECEASED = "deceased"
    UPDATE = "update"
    DECISION = "decision"  # a human's: no source may send one


class Field(StrEnum):
    """The closed set of what is kept. What is not named here never leaves an adapter."""

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    PREFERRED_NAME = "preferred_name"
    WORK_EMAIL = "work_email"
    WORKER_ID = "worker_id"
    WORKER_TYPE = "worker_type"
    STATUS = "status"
    HIRE_DATE = "hire_date"
    ORIGINAL_HIRE_DATE = "original_hire_date"
    LAST_WORKING_DAY = "last_working_day"
    JOB_CODE = "job_code"
    JOB_TITLE = "job_title"
    JOB_LEVEL = "job_level"
    POSITION_ID = "position_id"
    FUNCTION = "function"
    DEPARTMENT = "department"
    BUSINESS_UNIT = "business_unit"
    COST_CENTER = "cost_center"
    COMPANY = "company"
    LOCATION_CODE = "location_code"
    COUNTRY = "country"
    SUBDIVISION = "subdivision"
    CITY = "city"
    MANAGERS = "managers"
    # Only on decisions.
    IDENTITY = "identity"
    VERDICT = "verdict"


DATE_FIELDS = frozenset({Field.HIRE_DATE, Field.ORIGINAL_HIRE_DATE, Field.LAST_WORKING_DAY})
DECISION_FIELDS = frozenset({Field.IDENTITY, Field.VERDICT})


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact about one person key of one source.

    `recorded_at` is the UTC instant the source learned it, never when it reached us. `occasion` tells two
    events of one instant apart of which nothing is kept; a digest, for an event's name may say too much.
    `content_hash` is the SHA-256 of all that: the same content is the same observation, whatever its id.
    """

    source: str
    person_key: str
    employment_key: str | None
    kind: ObservationKind
    effective_from: Effective
    recorded_at: datetime
    fields: Mapping[Field, FieldValue] = field(hash=False)
    occasion: str = ""
    content_hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "recorded_at", self.recorded_at.astimezone(UTC))
        canonical = json.dumps(observation_to_json(self), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "content_hash", hashlib.sha256(canonical.encode()).hexdigest())

    def text(self, name: Field) -> str | None:
        """Return a text field, or None where it is absent, cleared or a list."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None


def observation_to_json(observation: Observation) -> dict[str, object]:
    """Return the content as JSON values, without the hash: it is computed from the content again."""
    return {
        "source": observation.source,
        "person_key": observation.person_key,
        "employment_key": observation.employment_key,
        "kind": observation.kind.value,
        "effective_from": observation.effective_from.text(),
        "recorded_at": observation.recorded_at.isoformat(),
        "occasion": observation.occasion,
        "fields": {name.value: value for name, value in observation.fields.items()},
    }


def fields_from_json(stored: Mapping[str, FieldValue]) -> dict[Field, FieldValue]:
    """Read stored fields; one that a later version no longer keeps is left out."""
    known = {name.value: name for name in Field}
    return {known[name]: value for name, value in stored.items() if name in known}
