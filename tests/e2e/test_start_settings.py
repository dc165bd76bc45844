"""A setting that is missing or wrong ends the start with its name and with what it should look like."""

import asyncio
import os

import pytest

from shared.events.catalog import SERVICES
from tests.support.processes import run_command

CONFIGURATION_ERROR = 78
NEEDED = {
    "DATABASE_URL": "postgresql+asyncpg://role:password@host:5432/database",
    "KAFKA_BOOTSTRAP_SERVERS": "host:port, several separated by commas",
    "SEAL_KEY": "32 random bytes in base64",
    "OIDC_ISSUER": "the issuer of access tokens",
    "OIDC_AUDIENCE": "what `aud` must hold",
    "OIDC_JWKS_URL": "https address of the issuer's keys",
}
WRONG = {
    "DATABASE_URL": "mysql://canary:canary-secret@host/canary",
    "KAFKA_BOOTSTRAP_SERVERS": " , ",
    "TOPIC_PREFIX": "canary prefix!",
    "REPLICA_SLOT": "canary-slot",
    "SESSION_TIMEOUT": "canary-soon",
    "SEAL_KEY": "Y2FuYXJ5LXRvby1zaG9ydA==",
    "HTTP_PORT": "canary-port",
    "LOG_LEVEL": "CANARY",
    "OIDC_ISSUER": "urn:mentoring:development",
    "OIDC_AUDIENCE": "",
    "OIDC_JWKS_URL": "https://issuer.example/canary-keys",
}


async def refusal(service: str, values: dict[str, str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a start."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {f"{service.upper()}_{name}": value for name, value in values.items()}
    done = await asyncio.to_thread(run_command, service, environment)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_missing_is_named_with_its_form(service: str) -> None:
    code, _, told = await refusal(service, {})

    assert code == CONFIGURATION_ERROR
    lines = {line.partition(":")[0]: line for line in told.splitlines()}
    assert set(lines) == {f"{service.upper()}_{name}" for name in NEEDED}
    for name, form in NEEDED.items():
        assert form in lines[f"{service.upper()}_{name}"]


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_wrong_is_named_and_its_value_is_not_repeated(service: str) -> None:
    code, said, told = await refusal(service, WRONG)

    assert code == CONFIGURATION_ERROR
    named = {line.partition(":")[0] for line in told.splitlines()}
    assert named == {f"{service.upper()}_{name}" for name in WRONG} - {f"{service.upper()}_OIDC_JWKS_URL"}
    assert "canary" not in (said + told).lower()
    assert WRONG["SEAL_KEY"] not in said + told


async def test_a_secret_file_that_is_not_there_is_named() -> None:
    code, _, told = await refusal("matching", {"DATABASE_URL_FILE": "/nowhere/canary"})

    assert code == CONFIGURATION_ERROR
    assert told == "MATCHING_DATABASE_URL_FILE: cannot be read (FileNotFoundError): the path of a text file\n"
