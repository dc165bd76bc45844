"""What a domain refuses, by kind; the HTTP layer turns a kind into a status.

Pure, so that domain packages may raise it: `class OfferExpired(Conflict): code = "offer_expired"`.
"""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a closed-set code.

    `field` names the input that it is about; `parameters` are codes and numbers for the message
    catalog, never what a person wrote.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, *, field: str | None = None, **parameters: str | int) -> None:
        super().__init__(self.code)
        self.field = field
        self.parameters = parameters


class NotFound(DomainError):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The state of the thing does not allow it."""

    code = "conflict"
    status = 409


class Forbidden(DomainError):
    """The caller may not do it."""

    code = "forbidden"
    status = 403


class Invalid(DomainError):
    """The input cannot be right, whatever the state."""

    code = "invalid"
    status = 422
