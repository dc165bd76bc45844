"""The identity provider of the embedded mode: whoever sits at this machine may sign in as anybody.

It exists for development only. Its key lives as long as the process, every other mode refuses its issuer
(`shared.http.auth.check_issuer`), and it answers this machine alone. The flow is OIDC's authorization
code with PKCE (RFC 7636, S256).
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.http.auth import DEVELOPMENT_ISSUER

CODE_S = 60.0
TOKEN_S = 3600
_MAX_CODES = 1000
_MAX_FORM_BYTES = 16 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_ASKED = ("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method")
_CARRIED = ("state", "nonce", "scope")

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SignIn:
    """One choice on the sign-in page."""

    login: str
    label: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Code:
    person: SignIn
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    expires: float


class DevelopmentIssuer:
    """Mounted under `base_url`; `redirect_uris` is an allow-list, compared as a whole."""

    def __init__(
        self,
        people: Callable[[], Iterable[SignIn]],
        *,
        base_url: str,
        audience: str,
        redirect_uris: Collection[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._base_url = base_url.rstrip("/")
        self._audience = audience
        self._redirect_uris = frozenset(redirect_uris)
        self._monotonic = monotonic
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._codes: OrderedDict[str, _Code] = OrderedDict()
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", _local(self._configuration)),
                Route("/jwks", _local(self._jwks)),
                Route("/authorize", _local(self._authorize), methods=["GET", "POST"]),
                Route("/token", _local(self._token), methods=["POST"]),
            ]
        )

    def public_keys(self) -> list[dict[str, Any]]:
        """The public half of the key, as the JWKS has it."""
        return [dict(self._key.as_dict(private=False))]

    def mint(self, login: str, roles: Iterable[str], audience: str | None = None) -> str:
        """An access token without a browser: for drivers and tests."""
        return self._sign("at+jwt", {"aud": audience or self._audience, "sub": login, "roles": sorted(roles)})

    def _sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        now = int(time.time())
        header = {"alg": "ES256", "kid": self._key.kid, "typ": typ}
        times = {"iat": now, "nbf": now, "exp": now + TOKEN_S, "jti": secrets.token_urlsafe(12)}
        return jwt.encode(header, {"iss": DEVELOPMENT_ISSUER, **times, **claims}, self._key)

    async def _configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": DEVELOPMENT_ISSUER,
                "authorization_endpoint": f"{self._base_url}/authorize",
                "token_endpoint": f"{self._base_url}/token",
                "jwks_uri": f"{self._base_url}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": ["openid"],
            }
        )

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": self.public_keys()})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params) if request.method == "GET" else await _form(request)
        if fault := self._fault(asked):
            # A request that cannot be trusted is not sent on to the address that it names.
            return JSONResponse({"error": "invalid_request", "error_description": fault}, status_code=400)
        if request.method == "GET":
            return _page(asked, self._people())
        person = next((person for person in self._people() if person.login == asked.get("login")), None)
        if person is None:
            return JSONResponse({"error": "access_denied"}, status_code=400)
        answer = {"code": self._issue(asked, person)}
        if "state" in asked:
            answer["state"] = asked["state"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=303)

    def _fault(self, asked: Mapping[str, str]) -> str | None:
        if asked.get("redirect_uri") not in self._redirect_uris:
            return "redirect_uri"
        if asked.get("response_type") != "code":
            return "response_type"
        if not asked.get("client_id"):
            return "client_id"
        if asked.get("code_challenge_method") != "S256":
            return "code_challenge_method"
        return None if _CHALLENGE.fullmatch(asked.get("code_challenge", "")) else "code_challenge"

    def _issue(self, asked: Mapping[str, str], person: SignIn) -> str:
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(
            person,
            asked["client_id"],
            asked["redirect_uri"],
            asked["code_challenge"],
            asked.get("nonce"),
            self._monotonic() + CODE_S,
        )
        while len(self._codes) > _MAX_CODES:
            self._codes.popitem(last=False)
        return code

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        # A code is spent by the first attempt, right or wrong.
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or not self._redeems(code, form):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        person = code.person
        identity = {"aud": code.client_id, "sub": person.login}
        if code.nonce is not None:
            identity["nonce"] = code.nonce
        return JSONResponse(
            {
                "access_token": self.mint(person.login, person.roles),
                "id_token": self._sign("JWT", identity),
                "token_type": "Bearer",
                "expires_in": TOKEN_S,
            },
            headers={"Cache-Control": "no-store"},
        )

    def _redeems(self, code: _Code, form: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            self._monotonic() < code.expires
            and form.get("client_id") == code.client_id
            and form.get("redirect_uri") == code.redirect_uri
            and hmac.compare_digest(challenge, code.challenge)
        )


def _local(endpoint: Endpoint) -> Endpoint:
    """Only this machine, and only under its own name: a page elsewhere cannot rebind a name to it."""

    async def guarded(request: Request) -> Response:
        client = request.client.host if request.client else ""
        if client not in _LOOPBACK or request.url.hostname not in _LOOPBACK:
            return JSONResponse({"error": "access_denied"}, status_code=403)
        return await endpoint(request)

    return guarded


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _page(asked: Mapping[str, str], people: Iterable[SignIn]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked[name])}">'
        for name in (*_ASKED, *_CARRIED)
        if name in asked
    )
    choices = "".join(
        f'<li><button name="login" value="{escape(person.login)}">{escape(person.label)}'
        f" ({escape(', '.join(person.roles))})</button></li>"
        for person in people
    )
    target = urlsplit(asked["redirect_uri"])
    # Browsers hold the redirect that answers a form against form-action too.
    policy = (
        f"default-src 'none'; form-action 'self' {target.scheme}://{target.netloc}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>'
        "<h1>Sign in</h1><p>Development only: choose who you are. No password is asked.</p>"
        f'<form method="post" action="authorize">{hidden}<ul>{choices}</ul></form></main></body></html>',
        headers={
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
