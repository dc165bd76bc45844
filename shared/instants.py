"""Days and moments that stores can hold and arithmetic cannot overflow: the years 2000 to 2200.

Outside of them lie slips of the pen, and values that a driver takes for infinity.
"""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
"""A date of the calendar."""

Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(lambda instant: instant.astimezone(UTC)),
]
"""A moment with its offset; kept in UTC."""

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def read_instant(text: str) -> datetime:
    """The moment that a text in ISO 8601 names, in UTC; ValueError for anything that is no Instant."""
    return _INSTANT.validate_python(text)
