"""The pure parts of signing in: OIDC's authorization code flow with PKCE (RFC 7636, method S256)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

_MAX_NEXT = 500
_MAX_PART = 200


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What the browser that began a sign-in must bring back; `next_path` is where it wanted to go."""

    state: str
    nonce: str
    verifier: str
    next_path: str

    def to_text(self) -> str:
        """As a cookie keeps it."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


def read_attempt(text: str) -> LoginAttempt | None:
    """The attempt of a cookie's text, None for anything else."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None
    names = ("state", "nonce", "verifier", "next_path")
    if not isinstance(parts, dict) or set(parts) != set(names):
        return None
    if not all(isinstance(part, str) and 0 < len(part) <= _MAX_NEXT for part in parts.values()):
        return None
    return LoginAttempt(
        parts["state"][:_MAX_PART],
        parts["nonce"][:_MAX_PART],
        parts["verifier"][:_MAX_PART],
        safe_next(parts["next_path"]),
    )


def safe_next(path: str | None) -> str:
    """A path on this site to go on to, `/` for anything that a browser could take elsewhere."""
    if path is None or not path.startswith("/") or len(path) > _MAX_NEXT:
        return "/"
    elsewhere = path.startswith("//") or "\\" in path or not path.isascii()
    return "/" if elsewhere or any(ord(character) <= ord(" ") for character in path) else path


def challenge(verifier: str) -> str:
    """The code challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def authorize_url(
    endpoint: str, attempt: LoginAttempt, *, client_id: str, redirect_uri: str, scope: str
) -> str:
    """Where the browser goes to sign in."""
    asked: Mapping[str, str] = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
