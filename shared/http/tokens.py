"""Bearer tokens: JWT access tokens of one configured issuer, checked as RFC 8725 and RFC 9068 ask."""

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry, deserialize_compact

from shared.clock import system_now

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA", "Ed25519"})
MAX_TOKEN_BYTES = 8 * 1024
MAX_LEEWAY_S = 60
_MAX_TEXT = 255
_MAX_HEADER_BYTES = 4096
_SEGMENTS = 3


class Fault(StrEnum):
    """Why a token was refused: for the log, never for the caller."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    CRITICAL_HEADER = "critical_header"
    TYPE = "type"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CLAIMS = "claims"


class TokenRefused(Exception):
    """The token does not hold."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class KeySource(Protocol):
    """The issuer's public keys."""

    async def find(self, kid: str) -> Key | None:
        """The key of this id, None when the issuer has none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What a token must say. `types` takes `JWT` too only for issuers that know no `at+jwt`."""

    issuer: str
    audience: str
    leeway_s: int = 30
    types: frozenset[str] = frozenset({"at+jwt"})

    def __post_init__(self) -> None:
        if not self.issuer or not self.audience:
            raise ValueError("issuer and audience must be set")
        if not 0 <= self.leeway_s <= MAX_LEEWAY_S:
            raise ValueError(f"leeway_s must lie between 0 and {MAX_LEEWAY_S}")
        if not self.types <= {"at+jwt", "JWT"}:
            raise ValueError("types must be at+jwt or JWT")


class TokenVerifier:
    """Checks tokens against the rules and the issuer's keys, in system time."""

    def __init__(
        self, rules: TokenRules, keys: KeySource, *, now: Callable[[], datetime] = system_now
    ) -> None:
        self._rules = rules
        self._keys = keys
        self._now = now
        self._types = {name.lower() for name in rules.types} | {
            f"application/{name.lower()}" for name in rules.types
        }

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that holds; TokenRefused otherwise."""
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenRefused(Fault.TOO_LARGE)
        segments = token.split(".")
        if len(segments) != _SEGMENTS or not token.isascii():
            raise TokenRefused(Fault.MALFORMED)
        header = _json_object(segments[0])
        algorithm, kid = self._check_header(header)
        key = await self._keys.find(kid)
        if key is None:
            raise TokenRefused(Fault.UNKNOWN_KEY)
        _check_key(key, algorithm)
        try:
            deserialize_compact(token, key, [algorithm], registry=_Registry(algorithm))
        except (JoseError, ValueError):
            raise TokenRefused(Fault.SIGNATURE) from None
        claims = _json_object(segments[1])
        self._check_claims(claims)
        return claims

    def _check_header(self, header: Mapping[str, Any]) -> tuple[str, str]:
        """`jwk`, `jku`, `x5c` and `x5u` are never looked at: keys come from the issuer only."""
        algorithm, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise TokenRefused(Fault.ALGORITHM)
        if "crit" in header or "b64" in header:
            raise TokenRefused(Fault.CRITICAL_HEADER)
        if not isinstance(typ, str) or typ.lower() not in self._types:
            raise TokenRefused(Fault.TYPE)
        if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_TEXT:
            raise TokenRefused(Fault.UNKNOWN_KEY)
        return algorithm, kid

    def _check_claims(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._rules.issuer:
            raise TokenRefused(Fault.ISSUER)
        audience = claims.get("aud")
        if self._rules.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused(Fault.AUDIENCE)
        now, leeway = self._now().timestamp(), self._rules.leeway_s
        if now >= _seconds(claims, "exp", required=True) + leeway:
            raise TokenRefused(Fault.EXPIRED)
        if now < max(_seconds(claims, "nbf"), _seconds(claims, "iat")) - leeway:
            raise TokenRefused(Fault.NOT_YET_VALID)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_TEXT:
            raise TokenRefused(Fault.CLAIMS)


class _Registry(JWSRegistry):
    """One algorithm; the header was checked before."""

    max_header_length = _MAX_HEADER_BYTES

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm], strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        """As the base class, but without a warning for a name: issuers still say EdDSA for Ed25519."""
        if not self.allowed or name not in self.allowed:
            raise TokenRefused(Fault.ALGORITHM)
        return self.algorithms[name]


def _check_key(key: Key, algorithm: str) -> None:
    """The algorithm belongs to the key, not to the token: no key serves two kinds."""
    kind = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}[algorithm]
    if key.key_type != kind:
        raise TokenRefused(Fault.ALGORITHM)


def _seconds(claims: Mapping[str, Any], name: str, *, required: bool = False) -> float:
    value = claims.get(name)
    if value is None and not required:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused(Fault.CLAIMS)
    return float(value)


def _json_object(segment: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, binascii.Error, RecursionError):
        raise TokenRefused(Fault.MALFORMED) from None
    if not isinstance(value, dict):
        raise TokenRefused(Fault.MALFORMED)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parsers disagree on which of two equal names counts, so there may be only one."""
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name occurs twice")
    return names


def _refuse(_: str) -> None:
    raise ValueError("no number")
