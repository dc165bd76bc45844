"""What the environment tells matching about the HR feeds."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field, Json, SecretStr, field_validator
from pydantic_settings import NoDecode

from services.matching.domain.people.changes import MassChangeBrake
from services.matching.domain.people.login import LoginField
from services.matching.domain.people.zones import ZoneTable
from services.matching.sources import ADAPTERS
from services.matching.zone_table import zone_table
from shared.messaging.sealing import KEY_BYTES
from shared.settings import ServiceSettings

_ERASURE: Final = b"matching erasure"


class HrSettings(ServiceSettings):
    """The part of matching's settings that is about people."""

    hris_topics: Annotated[Mapping[str, str], NoDecode] = Field(
        default={"hris.adp": "adp", "hris.canonical": "canonical"},
        description="topic=adapter, several separated by commas; adapters: " + ", ".join(sorted(ADAPTERS)),
    )
    location_zones: Mapping[str, str] | Json[Mapping[str, str]] = Field(
        default={}, description='JSON of IANA zones by work location: {"BER": "Europe/Berlin"}'
    )
    login_field: LoginField = Field(
        default=LoginField.WORK_EMAIL,
        description="what the login claim equals: work_email, worker_id or person_key",
    )
    mass_leavers_ppm: int = Field(
        default=50_000,
        ge=0,
        le=1_000_000,
        description="millionths of the people at work who may leave within the window",
    )
    mass_leavers_window: timedelta = Field(
        default=timedelta(hours=1), gt=timedelta(0), description="of system time, seconds or PT1H"
    )
    mass_leavers_floor: int = Field(default=5, ge=0, description="leavers who may always pass")
    erasure_key: SecretStr | None = Field(
        default=None,
        description=f"{KEY_BYTES} random bytes in base64, kept for good; else derived from the seal key",
    )

    @field_validator("hris_topics", mode="before")
    @classmethod
    def _topics(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {topic.strip(): adapter.strip() for topic, _, adapter in pairs}

    @field_validator("hris_topics")
    @classmethod
    def _known_adapters(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for topic, adapter in value.items():
            if not topic or adapter not in ADAPTERS:
                raise ValueError(f"must be topic=adapter with an adapter of {', '.join(sorted(ADAPTERS))}")
        return value

    @field_validator("location_zones")
    @classmethod
    def _known_zones(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        ZoneTable(by_location=value)
        return value

    @field_validator("erasure_key")
    @classmethod
    def _whole_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            whole = (
                value is None or len(base64.b64decode(value.get_secret_value(), validate=True)) == KEY_BYTES
            )
        except binascii.Error as error:
            raise ValueError("must be base64") from error
        if not whole:
            raise ValueError(f"must be {KEY_BYTES} bytes in base64")
        return value

    @property
    def erasure_bytes(self) -> bytes:
        """The key of the hashes that keep the erased away; another key forgets them."""
        if self.erasure_key is None:
            return hmac.digest(self.seal_bytes, _ERASURE, hashlib.sha256)
        return base64.b64decode(self.erasure_key.get_secret_value())

    @property
    def zones(self) -> ZoneTable:
        """The zones of work locations: the configured ones first, else a country's if it has one."""
        return zone_table(self.location_zones)

    @property
    def brake(self) -> MassChangeBrake:
        """From when on leavers wait for a human."""
        return MassChangeBrake(self.mass_leavers_ppm, self.mass_leavers_window, self.mass_leavers_floor)
