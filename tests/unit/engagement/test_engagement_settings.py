"""What engagement is told by its environment."""

import base64
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.engagement.settings import EngagementSettings

NEEDED = {
    "database_url": "postgresql+asyncpg://engagement@localhost/engagement",
    "kafka_bootstrap_servers": "localhost:9092",
    "seal_key": base64.b64encode(b"s" * 32).decode(),
    "oidc_issuer": "https://login.example.com",
    "oidc_audience": "mentoring",
    "oidc_jwks_url": "https://login.example.com/jwks",
}


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = EngagementSettings.model_validate(NEEDED)

    assert settings.session_log_grace == timedelta(days=2)
    assert settings.pulse_first_after == timedelta(days=30)
    assert settings.pulse_every == timedelta(days=60)
    assert settings.pulse_reminder_after == timedelta(days=7)
    assert settings.pulse_questions == ("sessions_useful", "trust", "progress")


def test_durations_and_questions_are_read_from_text() -> None:
    settings = EngagementSettings.model_validate(
        NEEDED | {"pulse_every": "P45D", "session_log_grace": "PT1H", "pulse_questions": "trust, energy"}
    )

    assert settings.pulse_every == timedelta(days=45)
    assert settings.session_log_grace == timedelta(hours=1)
    assert settings.pulse_questions == ("trust", "energy")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pulse_every", "PT0S"),
        ("session_log_grace", "-P1D"),
        ("pulse_questions", ""),
        ("pulse_questions", "How?"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        EngagementSettings.model_validate(NEEDED | {name: value})

    assert refusal.value.errors()[0]["loc"][0] == name
