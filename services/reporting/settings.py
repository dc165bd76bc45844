"""What the environment tells this service."""

from datetime import timedelta

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import Duration, ServiceSettings


class ReportingSettings(ServiceSettings):
    """The shared settings, and those of the console."""

    model_config = SettingsConfigDict(
        env_prefix="REPORTING_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    console_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^/?#]+$",
        description="scheme and host under which browsers reach the console: https://mentoring.example.com",
    )
    oidc_client_id: str = Field(
        default="mentoring-console", min_length=1, description="the name of the console at the issuer"
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="none: a public client, PKCE alone"
    )
    oidc_authorize_url: str = Field(
        default="", description="where browsers sign in; empty: as the issuer's discovery document says"
    )
    oidc_token_url: str = Field(
        default="", description="where codes become tokens; empty: as the issuer's discovery document says"
    )
    oidc_scope: str = Field(default="openid", description="the scopes that the console asks for")
    session_lifetime: Duration = Field(
        default=timedelta(hours=8), description="seconds after which everybody signs in anew"
    )
    session_idle: Duration = Field(
        default=timedelta(hours=1), description="seconds without a request after which one signs in anew"
    )
