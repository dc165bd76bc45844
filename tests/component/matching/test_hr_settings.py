"""What the environment may say about HR feeds, and what it says when it is wrong."""

import base64
from zoneinfo import ZoneInfo

import pytest

from services.matching.settings import MatchingSettings
from shared.settings import load_settings

ENOUGH = {
    "MATCHING_MODE": "test",
    "MATCHING_DATABASE_URL": "postgresql+asyncpg://m:m@127.0.0.1/m",
    "MATCHING_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "MATCHING_SEAL_KEY": base64.b64encode(b"s" * 32).decode(),
    "MATCHING_OIDC_ISSUER": "https://issuer.example",
    "MATCHING_OIDC_AUDIENCE": "mentoring",
    "MATCHING_OIDC_JWKS_URL": "https://issuer.example/jwks",
}


def load(**values: str) -> MatchingSettings:
    named = {f"MATCHING_{name.upper()}": value for name, value in values.items()}
    return load_settings(MatchingSettings, ENOUGH | named)


def test_the_topics_and_zones_of_an_enterprise_come_as_text() -> None:
    settings = load(
        hris_topics="acme.workers=adp, acme.people=canonical", location_zones='{"NYC": "America/New_York"}'
    )

    assert settings.hris_topics == {"acme.workers": "adp", "acme.people": "canonical"}
    assert settings.zones.zone_of("NYC", "US") == ZoneInfo("America/New_York")


def test_a_country_with_one_clock_has_a_zone_and_one_with_several_has_none() -> None:
    zones = load().zones

    assert zones.zone_of(None, "DE") == ZoneInfo("Europe/Berlin")
    assert zones.zone_of(None, "IN") == ZoneInfo("Asia/Kolkata")
    assert zones.zone_of(None, "US") is None
    assert zones.zone_of("unknown", None) is None


def test_without_a_key_of_its_own_erasure_takes_one_that_is_not_the_seal_key() -> None:
    own = base64.b64encode(b"e" * 32).decode()

    assert load(erasure_key=own).erasure_bytes == b"e" * 32
    assert len(load().erasure_bytes) == 32
    assert load().erasure_bytes == load().erasure_bytes != load().seal_bytes


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("hris_topics", "acme.workers=workday", "adp, canonical"),
        ("hris_topics", "acme.workers", "adp, canonical"),
        ("location_zones", '{"MARS": "Mars/Olympus"}', "Mars/Olympus"),
        ("location_zones", "NYC", "JSON"),
        ("erasure_key", "c2hvcnQ=", "32 bytes"),
        ("erasure_key", "%", "base64"),
        ("login_field", "shoe_size", "work_email"),
        ("mass_leavers_ppm", "1000001", "millionths"),
        ("mass_leavers_window", "PT0S", "seconds"),
    ],
)
def test_a_wrong_setting_names_the_variable_and_what_it_should_look_like(
    name: str, value: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        load(**{name: value})

    assert stopped.value.code == 78
    told = capsys.readouterr().err
    assert told.startswith(f"MATCHING_{name.upper()}: ")
    assert hint in told
