"""The console as a client of the issuer."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final

import httpx
import structlog

from services.reporting.domain.login import LoginAttempt, authorize_url, safe_next
from services.reporting.settings import ReportingSettings
from shared.http.jwks import JwksKeys
from shared.http.tokens import KeySource, TokenRefused, TokenRules, TokenVerifier
from shared.kernel import Kernel

CALLBACK_PATH: Final = "/login/callback"
_MAX_ANSWER_BYTES: Final = 64 * 1024

_log = structlog.get_logger()


class SignInFailed(Exception):
    """The issuer did not vouch for anybody; the reason is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IssuerUnreachable(SignInFailed):
    """The issuer did not answer as it should."""


@dataclass(frozen=True, slots=True)
class _Endpoints:
    authorize: str
    token: str


class OidcClient:
    """Authorization code with PKCE; the endpoints are settings, or what the issuer publishes."""

    def __init__(self, kernel: Kernel, settings: ReportingSettings, keys: KeySource | None) -> None:
        self._http = kernel.http
        self._settings = settings
        rules = TokenRules(
            issuer=settings.oidc_issuer, audience=settings.oidc_client_id, types=frozenset({"JWT"})
        )
        self._id_tokens = TokenVerifier(rules, keys or JwksKeys(settings.oidc_jwks_url, kernel.http))
        self._redirect_uri = f"{settings.console_url}{CALLBACK_PATH}"
        self._endpoints: _Endpoints | None = None
        if settings.oidc_authorize_url and settings.oidc_token_url:
            self._endpoints = _Endpoints(settings.oidc_authorize_url, settings.oidc_token_url)

    async def begin(self, next_path: str | None) -> tuple[str, LoginAttempt]:
        """Where to send the browser, and what it must bring back; IssuerUnreachable."""
        endpoints = await self._discovered()
        attempt = LoginAttempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next_path=safe_next(next_path),
        )
        url = authorize_url(
            endpoints.authorize,
            attempt,
            client_id=self._settings.oidc_client_id,
            redirect_uri=self._redirect_uri,
            scope=self._settings.oidc_scope,
        )
        return url, attempt

    async def finish(self, attempt: LoginAttempt, state: str, code: str) -> str:
        """The access token that a code stands for, once state and ID token fit the attempt; SignInFailed."""
        if not hmac.compare_digest(state.encode(), attempt.state.encode()):
            raise SignInFailed("state")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": self._settings.oidc_client_id,
            "code_verifier": attempt.verifier,
        }
        if self._settings.oidc_client_secret is not None:
            form["client_secret"] = self._settings.oidc_client_secret.get_secret_value()
        answer = await self._json("POST", (await self._discovered()).token, form)
        access_token, id_token = answer.get("access_token"), answer.get("id_token")
        if not isinstance(access_token, str) or not isinstance(id_token, str):
            raise SignInFailed("token_answer")
        try:
            claims = await self._id_tokens.verify(id_token)
        except TokenRefused as refused:
            raise SignInFailed(f"id_token_{refused.fault}") from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
            raise SignInFailed("nonce")
        return access_token

    async def _discovered(self) -> _Endpoints:
        if self._endpoints is None:
            issuer = self._settings.oidc_issuer.rstrip("/")
            if not issuer.startswith("https://"):
                raise IssuerUnreachable("no_endpoints")
            document = await self._json("GET", f"{issuer}/.well-known/openid-configuration")
            authorize, token = document.get("authorization_endpoint"), document.get("token_endpoint")
            if document.get("issuer") != self._settings.oidc_issuer or not (
                isinstance(authorize, str)
                and isinstance(token, str)
                and authorize.startswith("https://")
                and token.startswith("https://")
            ):
                raise IssuerUnreachable("discovery_document")
            self._endpoints = _Endpoints(authorize, token)
        return self._endpoints

    async def _json(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, url, data=form)
        except httpx.HTTPError as error:
            _log.warning("issuer_unreachable", reason=type(error).__name__)
            raise IssuerUnreachable("no_answer") from error
        if answer.status_code != httpx.codes.OK or len(answer.content) > _MAX_ANSWER_BYTES:
            raise SignInFailed(f"status_{answer.status_code}")
        try:
            document = answer.json()
        except ValueError:
            raise SignInFailed("no_json") from None
        if not isinstance(document, dict):
            raise SignInFailed("no_object")
        return document
