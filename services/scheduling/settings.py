"""What scheduling is told by its environment."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.scheduling.domain.session_checks import check_link
from services.scheduling.domain.zones import location_table
from services.scheduling.invitation import check_address
from shared.errors import DomainError
from shared.settings import ServiceSettings

_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"


class SchedulingSettings(ServiceSettings):
    """The shared settings and scheduling's own; durations are ISO 8601 (P1D) or seconds."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_")

    location_zones: dict[str, str] = Field(
        default_factory=dict,
        max_length=10_000,
        description='JSON object from HR location code to IANA time zone: {"NYC": "America/New_York"}',
    )
    minimum_notice: timedelta = Field(
        default=timedelta(days=1),
        ge=timedelta(0),
        le=timedelta(days=14),
        description="how far ahead a session is booked at least",
    )
    retry_after: timedelta = Field(
        default=timedelta(days=1),
        ge=timedelta(minutes=1),
        description="how long until a match without a free slot is looked at again",
    )
    reminder_before: timedelta = Field(
        default=timedelta(days=1),
        gt=timedelta(0),
        description="how long before a session its reminder is due",
    )
    meeting_link: str | None = Field(
        default="https://meet.example/{session_id}",
        description="https address of a session's meeting, {session_id} stands for its id; empty: none",
    )
    organizer_name: str = Field(
        default="Mentoring",
        min_length=1,
        max_length=200,
        description="the name under which invitations are sent",
    )
    organizer_email: str = Field(
        default="mentoring@mentoring.example", description="who invites to the sessions"
    )
    uid_domain: str = Field(
        default="mentoring.example",
        pattern=_HOST,
        description="the domain of the invitations' ids; never change it, or calendars lose what they hold",
    )

    @field_validator("location_zones", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value or "{}")
        except ValueError as error:
            message = "must be a JSON object"
            raise ValueError(message) from error

    @field_validator("location_zones")
    @classmethod
    def _known_zones(cls, value: dict[str, str]) -> dict[str, str]:
        try:
            return location_table(value)
        except DomainError as error:
            message = "names a zone that the IANA database does not have"
            raise ValueError(message) from error

    @field_validator("meeting_link")
    @classmethod
    def _usable_link(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            check_link(value.format(session_id=UUID(int=0)))
        except (DomainError, KeyError, IndexError, ValueError) as error:
            message = "must be an https address, with no other placeholder than {session_id}"
            raise ValueError(message) from error
        return value

    @field_validator("organizer_email")
    @classmethod
    def _usable_address(cls, value: str) -> str:
        try:
            check_address(value)
        except DomainError as error:
            message = "is no e-mail address that calendars take"
            raise ValueError(message) from error
        return value
