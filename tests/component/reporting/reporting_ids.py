"""Ids, dates and sizes of the world."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from shared.events.base import Event

START: Final = datetime(2027, 1, 4, 9, tzinfo=UTC)
END: Final = START + timedelta(days=84)
MENTORS, MENTEES, MATCHES = 22, 30, 26
CADENCE_DAYS: Final = 14

Moment = tuple[timedelta, Event]
_SPACE: Final = UUID("6f1f9a52-6f57-4c3e-8f0e-0d6f6b6f6a01")
FUNCTIONS: Final = ("engineering", "engineering", "engineering", "sales", "sales", "finance", "operations")
COUNTRIES: Final = ("DE", "DE", "DE", "FR", "FR", "BR", "US", "US", "JP")


def ident(kind: str, number: int = 0) -> UUID:
    """The same id for the same thing in every run."""
    return uuid5(_SPACE, f"{kind}-{number}")


PROGRAM: Final = ident("program")
COHORT: Final = ident("cohort")
COORDINATOR: Final = ident("person", 900)


def day(number: float) -> timedelta:
    """Days after the start."""
    return timedelta(days=number)
