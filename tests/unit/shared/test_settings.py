"""A service that is told something wrong names the variable and what it should be, and never its value."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from shared.settings import Mode, ServiceSettings, load_settings


class ThingSettings(ServiceSettings):
    """The settings of a service that does not exist."""

    model_config = SettingsConfigDict(env_prefix="THING_")


SEAL = base64.b64encode(b"s" * 32).decode()
GOOD = {
    "THING_DATABASE_URL": "postgresql+asyncpg://thing:hunter2@db:5432/thing",
    "THING_KAFKA_BOOTSTRAP_SERVERS": "kafka-1:9092, kafka-2:9092",
    "THING_SEAL_KEY": SEAL,
    "THING_OIDC_ISSUER": "https://login.example.com/realms/work",
    "THING_OIDC_AUDIENCE": "mentoring",
    "THING_OIDC_JWKS_URL": "https://login.example.com/keys",
}


def refusal(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    """What is printed when the environment is refused."""
    with pytest.raises(SystemExit) as exit_:
        load_settings(ThingSettings, environment)
    assert exit_.value.code == 78
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_good_settings_are_read() -> None:
    settings = load_settings(
        ThingSettings, GOOD | {"THING_SESSION_TIMEOUT": "6", "PATH": "/bin", "OTHER_MODE": "x"}
    )

    assert settings.kafka_bootstrap_servers == ("kafka-1:9092", "kafka-2:9092")
    assert settings.session_timeout == timedelta(seconds=6)
    assert settings.mode is Mode.PRODUCTION
    assert settings.seal_bytes == b"s" * 32
    assert settings.cluster.idempotent
    assert settings.cluster.prefix == ""


@pytest.mark.parametrize("name", GOOD)
def test_a_variable_that_is_missing_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {key: value for key, value in GOOD.items() if key != name}

    printed = refusal(environment, capsys)

    assert printed.startswith(f"{name}: ")
    assert len(printed.splitlines()) == 1
    assert "hunter2" not in printed


@pytest.mark.parametrize(
    ("name", "value", "should_be"),
    [
        ("THING_DATABASE_URL", "hunter3", "postgresql+asyncpg://role:password@host:5432/database"),
        ("THING_DATABASE_URL", "postgresql://thing:hunter3@db/thing", "postgresql+asyncpg://"),
        ("THING_DATABASE_URL", "postgresql+asyncpg://thing:hunter3@db:port/thing", "postgresql+asyncpg://"),
        ("THING_DATABASE_URL", "postgresql+asyncpg://thing:hunter3@db", "postgresql+asyncpg://"),
        ("THING_KAFKA_BOOTSTRAP_SERVERS", " , ", "host:port"),
        ("THING_TOPIC_PREFIX", "hunter3/", "put before every topic name"),
        ("THING_REPLICA_SLOT", "hunter3", "a number of its own for each replica"),
        ("THING_REPLICA_SLOT", "1000", "a number of its own for each replica"),
        ("THING_SESSION_TIMEOUT", "hunter3", "seconds until a silent member is out"),
        ("THING_SESSION_TIMEOUT", "0", "seconds until a silent member is out"),
        ("THING_SESSION_TIMEOUT", "1e999", "seconds until a silent member is out"),
        ("THING_SEAL_KEY", "hunter3", "32 random bytes in base64"),
        ("THING_SEAL_KEY", "hünter3", "32 random bytes in base64"),
        ("THING_SEAL_KEY", base64.b64encode(b"hunter3").decode(), "32 random bytes in base64"),
        ("THING_HTTP_PORT", "hunter3", "integer"),
        ("THING_HTTP_PORT", "65536", "65535"),
        ("THING_MODE", "hunter3", "'embedded', 'test' or 'production'"),
        ("THING_LOG_LEVEL", "hunter3", "DEBUG|INFO|WARNING|ERROR"),
        ("THING_OIDC_AUDIENCE", "", "what `aud` must hold"),
        ("THING_DATABASE_POOL_SIZE", "1", "greater than or equal to 2"),
    ],
)
def test_a_variable_that_is_wrong_is_named_with_what_it_should_look_like_and_not_shown(
    name: str, value: str, should_be: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = refusal(GOOD | {name: value}, capsys)

    assert printed.startswith(f"{name}: ")
    assert should_be in printed
    assert "hunter" not in printed
    assert SEAL not in printed


def test_all_that_is_wrong_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    printed = refusal({}, capsys)

    assert [line.split(":")[0] for line in printed.splitlines()] == list(GOOD)


def test_a_secret_may_come_as_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "database-url"
    secret.write_text(GOOD["THING_DATABASE_URL"] + "\n")
    environment = {key: value for key, value in GOOD.items() if key != "THING_DATABASE_URL"}

    settings = load_settings(ThingSettings, environment | {"THING_DATABASE_URL_FILE": str(secret)})

    assert settings.database_url.get_secret_value() == GOOD["THING_DATABASE_URL"]
    assert "hunter2" not in repr(settings)


def test_a_file_that_is_not_there_is_named_by_its_variable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = refusal(GOOD | {"THING_SEAL_KEY_FILE": str(tmp_path / "missing")}, capsys)

    assert printed.startswith("THING_SEAL_KEY_FILE: cannot be read (FileNotFoundError)")


@pytest.mark.parametrize("mode", ["test", "production"])
def test_the_development_issuer_is_refused_outside_of_the_embedded_mode(
    mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = refusal(GOOD | {"THING_MODE": mode, "THING_OIDC_ISSUER": "urn:mentoring:development"}, capsys)

    assert printed.startswith("THING_OIDC_ISSUER: ")
    assert f"is refused in the mode {mode}" in printed


def test_the_embedded_mode_takes_the_development_issuer_and_a_broker_without_producer_ids() -> None:
    settings = load_settings(
        ThingSettings, GOOD | {"THING_MODE": "embedded", "THING_OIDC_ISSUER": "urn:mentoring:development"}
    )

    assert not settings.cluster.idempotent


def test_settings_never_change(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings(ThingSettings, GOOD)

    with pytest.raises(ValueError, match="frozen"):
        settings.http_port = 1  # type: ignore[misc]  # that is the point
