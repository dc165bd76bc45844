"""An issuer for component tests: its key lives in the process, nothing is fetched."""

import time
from collections.abc import Sequence
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from shared.http.jwks import StaticKeys

ISSUER = "urn:mentoring:test"
AUDIENCE = "mentoring"


class TestIssuer:
    """Signs access tokens with a key made at start."""

    __test__ = False

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"})

    @property
    def keys(self) -> StaticKeys:
        """The public side."""
        return StaticKeys(self.public_documents)

    @property
    def public_documents(self) -> list[dict[str, Any]]:
        """The public side as a JWKS has it."""
        return [dict(self._key.as_dict(private=False))]

    def token(self, login: str, roles: Sequence[str] = ()) -> str:
        """An access token that is good for ten minutes."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": login,
            "roles": list(roles),
            "iat": now,
            "exp": now + 600,
        }
        return jwt.encode({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, claims, self._key)
