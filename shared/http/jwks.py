"""The issuer's public keys: fetched, cached, and kept through an outage."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

FRESH_S = 600.0
KEPT_S = 24 * 3600.0
MIN_REFRESH_S = 30.0
MIN_RSA_BITS = 2048
_MAX_DOCUMENT_BYTES = 256 * 1024
_MAX_KEYS = 50
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_log = structlog.get_logger()


class StaticKeys:
    """Keys that are already here: of an issuer in the same process."""

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        self._keys = usable_keys(documents)

    async def find(self, kid: str) -> Key | None:
        return self._keys.get(kid)


class JwksKeys:
    """The keys of one URL that the configuration names; no redirect and no token leads elsewhere.

    Fetched again after 10 minutes, or for an unknown key id, but at most each 30 s; when the issuer
    does not answer the last good set counts for 24 hours.
    """

    def __init__(
        self, url: str, client: httpx.AsyncClient, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("the address of the issuer's keys must be https")
        self._url = url
        self._client = client
        self._monotonic = monotonic
        self._keys: dict[str, Key] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        if kid not in self._keys or self._older_than(self._fetched_at, FRESH_S):
            async with self._lock:
                if self._older_than(self._tried_at, MIN_REFRESH_S):
                    self._tried_at = self._monotonic()
                    await self._refresh()
        if self._older_than(self._fetched_at, KEPT_S):
            return None
        return self._keys.get(kid)

    def _older_than(self, moment: float | None, seconds: float) -> bool:
        return moment is None or self._monotonic() - moment > seconds

    async def _refresh(self) -> None:
        try:
            self._keys = usable_keys((await self._fetch())["keys"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            _log.warning("issuer_keys_unavailable", exc_info=True)
        else:
            self._fetched_at = self._monotonic()

    async def _fetch(self) -> Any:
        body = bytearray()
        async with self._client.stream("GET", self._url, follow_redirects=False, timeout=5) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError("the issuer's keys were not served")
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_DOCUMENT_BYTES:
                    raise ValueError("the issuer's keys are too long a document")
        return json.loads(body)


def usable_keys(documents: Iterable[dict[str, Any]]) -> dict[str, Key]:
    """The public signature keys that are strong enough, by key id; all others are left out."""
    keys: dict[str, Key] = {}
    for document in list(documents)[:_MAX_KEYS]:
        if not _is_strong(document):
            continue
        try:
            keys[str(document["kid"])] = JWKRegistry.import_key(document)
        except (JoseError, ValueError, TypeError):
            _log.warning("issuer_key_unusable")
    return keys


def _is_strong(document: object) -> bool:
    if not isinstance(document, dict) or "kid" not in document or document.get("use", "sig") != "sig":
        return False
    match document.get("kty"):
        case "RSA":
            modulus = str(document.get("n", ""))
            raw = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)).lstrip(b"\0")
            return len(raw) * 8 >= MIN_RSA_BITS
        case "EC":
            return document.get("crv") == "P-256"
        case "OKP":
            return document.get("crv") == "Ed25519"
        case _:
            return False
