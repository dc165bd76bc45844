"""What every service is told by its environment, and nothing else."""

import base64
import binascii
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.http.auth import check_issuer
from shared.messaging.broker import Cluster
from shared.messaging.sealing import KEY_BYTES

CONFIGURATION_ERROR: Final = 78
"""Exit code EX_CONFIG of sysexits.h."""


class Mode(StrEnum):
    """Where a service runs."""

    EMBEDDED = "embedded"
    TEST = "test"
    PRODUCTION = "production"


def _seconds(value: Any) -> Any:
    """Plain numbers in an environment are seconds."""
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""Seconds, or ISO 8601 as in PT10S and P2D."""


class ServiceSettings(BaseSettings):
    """The settings that all four services share; each adds its own prefix and its own few.

    A secret may come as a file: `<PREFIX>_DATABASE_URL_FILE` names it.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mode: Mode = Mode.PRODUCTION
    database_url: SecretStr = Field(description="postgresql+asyncpg://role:password@host:5432/database")
    database_pool_size: int = Field(default=5, ge=2, le=50)
    kafka_bootstrap_servers: Annotated[tuple[str, ...], NoDecode] = Field(
        description="host:port, several separated by commas", min_length=1
    )
    topic_prefix: str = Field(
        default="", pattern=r"^[a-zA-Z0-9._-]{0,50}$", description="put before every topic name"
    )
    replica_slot: int | None = Field(
        default=None, ge=0, le=999, description="a number of its own for each replica: its place in the group"
    )
    session_timeout: Duration = Field(
        default=timedelta(seconds=10),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=30),
        description="seconds until a silent member is out",
    )
    seal_key: SecretStr = Field(
        description="32 random bytes in base64, the same in all replicas of this service"
    )
    http_host: str = "0.0.0.0"  # noqa: S104  a container listens on all its interfaces
    http_port: int = Field(default=8000, ge=0, le=65535)
    oidc_issuer: str = Field(description="the issuer of access tokens, exactly as in their `iss`")
    oidc_audience: str = Field(min_length=1, description="what `aud` must hold")
    oidc_jwks_url: str = Field(description="https address of the issuer's keys")
    login_claim: str = Field(default="sub", description="the claim that equals a person's login subject")
    roles_claim: str = Field(
        default="roles", description="the claim with a list of coordinator, analyst, ops"
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in counts: `load_settings` is the one reader of the environment."""
        return (init_settings,)

    @field_validator("kafka_bootstrap_servers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("database_url")
    @classmethod
    def _asyncpg(cls, value: SecretStr) -> SecretStr:
        try:
            url = make_url(value.get_secret_value())
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.drivername != "postgresql+asyncpg" or not url.database:
            message = "must be an address of a database"
            raise ValueError(message) from None
        return value

    @field_validator("seal_key")
    @classmethod
    def _key(cls, value: SecretStr) -> SecretStr:
        try:
            key = base64.b64decode(value.get_secret_value(), validate=True)
        except binascii.Error as error:
            message = "must be base64"
            raise ValueError(message) from error
        if len(key) != KEY_BYTES:
            message = f"must be {KEY_BYTES} bytes in base64"
            raise ValueError(message)
        return value

    @field_validator("session_timeout", mode="before")
    @classmethod
    def _seconds(cls, value: Any) -> Any:
        try:
            return timedelta(seconds=float(value)) if isinstance(value, str) else value
        except (ValueError, OverflowError):
            message = "must be a number of seconds"
            raise ValueError(message) from None

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str, info: ValidationInfo) -> str:
        check_issuer(value, info.data.get("mode", Mode.PRODUCTION))
        return value

    @property
    def seal_bytes(self) -> bytes:
        """The key that seals records with personal data."""
        return base64.b64decode(self.seal_key.get_secret_value())

    @property
    def cluster(self) -> Cluster:
        """The broker as these settings describe it."""
        embedded = self.mode is Mode.EMBEDDED
        return Cluster(
            bootstrap_servers=self.kafka_bootstrap_servers,
            prefix=self.topic_prefix,
            idempotent=not embedded,
            session_timeout=self.session_timeout,
            fetch_max_wait=timedelta(milliseconds=40 if embedded else 500),
        )


S = TypeVar("S", bound=ServiceSettings)


def load_settings(settings: type[S], environment: dict[str, str]) -> S:
    """Read the environment, or say which variable is wrong and what it should look like, and exit with 78."""
    prefix = settings.model_config.get("env_prefix", "")
    values = {name: value for name, value in environment.items() if name.startswith(prefix)}
    for name, path in [(name, value) for name, value in values.items() if name.endswith("_FILE")]:
        try:
            values[name.removesuffix("_FILE")] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            sys.stderr.write(f"{name}: cannot be read ({type(error).__name__}): the path of a text file\n")
            sys.exit(CONFIGURATION_ERROR)
    fields = {name.removeprefix(prefix).lower(): value for name, value in values.items()}
    try:
        return settings.model_validate(
            {name: value for name, value in fields.items() if name in settings.model_fields}
        )
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            field = settings.model_fields.get(name)
            hint = f" ({field.description})" if field and field.description else ""
            sys.stderr.write(f"{prefix}{name.upper()}: {problem['msg']}{hint}\n")
        sys.exit(CONFIGURATION_ERROR)
