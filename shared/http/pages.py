"""Cursor pages, and versions as entity tags."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query
from pydantic import BaseModel, ConfigDict

from shared.http.errors import FieldError, Problem

MAX_LIMIT = 200
_MAX_CURSOR = 500
_MAX_VERSION_DIGITS = 18

T = TypeVar("T")
CursorPart = str | int | UUID | datetime


class Page(BaseModel, Generic[T]):
    """One page; `next_cursor` is absent on the last."""

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next_cursor: str | None = None


class Paging:
    """What a route's `cursor` and `limit` ask for; `fetch` is what the query's LIMIT takes."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
        cursor: Annotated[str | None, Query(max_length=_MAX_CURSOR)] = None,
    ) -> None:
        self.limit = limit
        self.cursor = cursor

    @property
    def fetch(self) -> int:
        """One more than the page holds, which tells whether there is a next one."""
        return self.limit + 1

    def after(self, kind: Callable[[str], T]) -> T | None:
        """The one-part key after which the page starts, None on the first page; 400 for a forged one.

        `kind` reads it from text: `UUID`, `int`, `datetime.fromisoformat`, `str`.
        """
        parts = self.parts(1)
        return None if parts is None else _read(kind, parts[0])

    def parts(self, count: int) -> list[str] | None:
        """The `count` parts of the key after which the page starts, as text."""
        return None if self.cursor is None else _decode(self.cursor, count)

    def page(self, rows: Sequence[T], key: Callable[[T], CursorPart | tuple[CursorPart, ...]]) -> Page[T]:
        """The page of up to `fetch` rows in the order of `key`."""
        items = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return Page(items=items)
        last = key(items[-1])
        return Page(items=items, next_cursor=_encode(last if isinstance(last, tuple) else (last,)))


Pages = Annotated[Paging, Depends(Paging)]
"""A route's parameter: `async def list_matches(pages: Pages) -> Page[MatchView]`."""


def _encode(parts: tuple[CursorPart, ...]) -> str:
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return base64.urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _decode(cursor: str, count: int) -> list[str]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise _bad_cursor() from None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(p, str) for p in parts):
        raise _bad_cursor()
    return parts


def _read(kind: Callable[[str], T], text: str) -> T:
    try:
        return kind(text)
    except (ValueError, TypeError, OverflowError):
        raise _bad_cursor() from None


def _bad_cursor() -> Problem:
    return Problem(400, "cursor_invalid", errors=[FieldError(field="query.cursor", reason="cursor_invalid")])


def etag(version: int) -> str:
    """A row's version as a strong entity tag."""
    return f'"{version}"'


def _if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise Problem(428, "if_match_required")
    digits = if_match[1:-1]
    if (etag_is_malformed := if_match != f'"{digits}"' or not (digits.isascii() and digits.isdigit())) or len(
        digits
    ) > _MAX_VERSION_DIGITS:
        reason = "etag_malformed" if etag_is_malformed else "etag_too_long"
        raise Problem(400, "if_match_invalid", errors=[FieldError(field="header.If-Match", reason=reason)])
    return int(digits)


IfMatch = Annotated[int, Depends(_if_match)]
"""The version that the caller edits; a request without it is refused with 428."""


def check_version(expected: int, actual: int) -> None:
    """412 when somebody else was faster."""
    if expected != actual:
        raise Problem(412, "version_stale", parameters={"version": actual})
