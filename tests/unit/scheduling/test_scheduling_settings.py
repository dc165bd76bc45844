"""What scheduling makes of its environment."""

from datetime import timedelta

import pytest

from services.scheduling.messages import TEXTS, choose_language
from services.scheduling.settings import SchedulingSettings
from shared.settings import load_settings

SHARED = {
    "SCHEDULING_MODE": "test",
    "SCHEDULING_DATABASE_URL": "postgresql+asyncpg://role@host/scheduling",
    "SCHEDULING_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
    "SCHEDULING_SEAL_KEY": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=",
    "SCHEDULING_OIDC_ISSUER": "https://issuer.example",
    "SCHEDULING_OIDC_AUDIENCE": "mentoring",
    "SCHEDULING_OIDC_JWKS_URL": "https://issuer.example/keys",
}


def _load(**own: str) -> SchedulingSettings:
    return load_settings(SchedulingSettings, SHARED | {f"SCHEDULING_{name}": own[name] for name in own})


def test_without_a_word_there_are_defaults() -> None:
    """A day's notice, a reminder the day before, no locations."""
    settings = _load()

    assert (settings.minimum_notice, settings.reminder_before) == (timedelta(days=1), timedelta(days=1))
    assert settings.location_zones == {}
    assert settings.meeting_link == "https://meet.example/{session_id}"


def test_locations_are_a_json_object_with_legal_zones() -> None:
    """Codes in any case; a link of the database becomes what it points to."""
    settings = _load(LOCATION_ZONES='{" NYC ": "US/Eastern", "ber": "Europe/Berlin"}')

    assert settings.location_zones == {"nyc": "America/New_York", "ber": "Europe/Berlin"}


def test_an_empty_meeting_link_is_none() -> None:
    """For enterprises that meet in person."""
    assert _load(MEETING_LINK="").meeting_link is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOCATION_ZONES", "NYC=America/New_York"),
        ("LOCATION_ZONES", '{"NYC": "America/Gotham"}'),
        ("MEETING_LINK", "http://meet.example/{session_id}"),
        ("MEETING_LINK", "https://meet.example/{person}"),
        ("MEETING_LINK", "https://meet.example/{"),
        ("ORGANIZER_EMAIL", "Mentoring <mentoring@example.com>"),
        ("UID_DOMAIN", "mentoring example"),
        ("MINIMUM_NOTICE", "P15D"),
        ("REMINDER_BEFORE", "PT0S"),
    ],
)
def test_what_could_not_work_stops_the_start_and_is_named(
    name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """EX_CONFIG, and the variable on standard error."""
    with pytest.raises(SystemExit) as stop:
        _load(**{name: value})

    assert stop.value.code == 78
    assert f"SCHEDULING_{name}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "language"),
    [("de-CH,fr;q=0.9", "de"), ("fr, en;q=0.5", "en"), ("", "en"), ("tlh", "en")],
)
def test_the_first_language_that_we_have_is_taken(header: str, language: str) -> None:
    """English when there is none."""
    assert choose_language(header) == language


def test_every_language_has_all_texts() -> None:
    """None is empty."""
    assert set(TEXTS) == {"en", "de"}
    assert all(text.summary and text.description and text.link_label for text in TEXTS.values())
