"""What engagement is told by its environment."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.settings import Duration, ServiceSettings

_CODE = r"^[a-z][a-z0-9_]{0,49}$"


class EngagementSettings(ServiceSettings):
    """The shared settings and engagement's own; durations are ISO 8601: P2D, PT12H."""

    model_config = SettingsConfigDict(env_prefix="ENGAGEMENT_")

    session_log_grace: Duration = Field(
        default=timedelta(days=2),
        ge=timedelta(0),
        description="how long after its end a session that nobody logged still counts as booked",
    )
    pulse_first_after: Duration = Field(
        default=timedelta(days=30),
        gt=timedelta(0),
        description="active time from activation to the first pulse",
    )
    pulse_every: Duration = Field(
        default=timedelta(days=60), gt=timedelta(0), description="active time between two pulses"
    )
    pulse_reminder_after: Duration = Field(
        default=timedelta(days=7), gt=timedelta(0), description="how long a pulse waits before its one nudge"
    )
    pulse_questions: Annotated[tuple[Annotated[str, Field(pattern=_CODE)], ...], NoDecode] = Field(
        default=("sessions_useful", "trust", "progress"),
        min_length=1,
        max_length=10,
        description="codes of the rated questions, separated by commas",
    )

    @field_validator("pulse_questions", mode="before")
    @classmethod
    def _split_questions(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
