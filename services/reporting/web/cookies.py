"""The two cookies of the console."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import Request, Response

ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
_MAX_VALUE: Final = 4096


@dataclass(frozen=True, slots=True)
class Cookies:
    """Cookies that no script reads and no other site sends.

    `secure` adds Secure and the prefix `__Host-`: no other host can set them. Only plain http on this machine
    (the embedded mode) goes without, because Safari keeps no secure cookie from there.
    """

    secure: bool

    def session(self, request: Request) -> str | None:
        """The session's token."""
        return self._get(request, "session")

    def set_session(self, response: Response, token: str) -> None:
        """Until the browser closes; the store ends it earlier."""
        self._set(response, "session", token, None)

    def attempt(self, request: Request) -> str | None:
        """The sign-in that this browser began."""
        return self._get(request, "sign-in")

    def set_attempt(self, response: Response, text: str) -> None:
        """For as long as somebody may take to sign in."""
        self._set(response, "sign-in", text, ATTEMPT_LIFETIME)

    def forget_attempt(self, response: Response) -> None:
        """The sign-in is over."""
        self._delete(response, "sign-in")

    def forget_session(self, response: Response) -> None:
        """The session is over."""
        self._delete(response, "session")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else f"mentoring-{name}"

    def _get(self, request: Request, name: str) -> str | None:
        value = request.cookies.get(self._name(name))
        return value if value and len(value) <= _MAX_VALUE else None

    def _set(self, response: Response, name: str, value: str, lifetime: timedelta | None) -> None:
        response.set_cookie(
            self._name(name),
            value,
            max_age=None if lifetime is None else round(lifetime.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(self._name(name), path="/", secure=self.secure, httponly=True, samesite="lax")
