"""Single values out of HR records, cleaned: what is not what it should be is None."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Final

from services.matching.domain.people.effective import EARLIEST, LATEST, Effective
from services.matching.sources.countries import ALPHA_2_OF

MAX_TEXT = 256
MAX_KEY = 128
MAX_EMAIL = 254
_OFFSET_WITHOUT_COLON: Final = re.compile(r"([+-]\d{2})(\d{2})$")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_QUARTER_HOURS: Final = (0, 15, 30, 45)


def clean_text(value: object, limit: int = MAX_TEXT) -> str | None:
    """Return trimmed text; None for no text, nothing, too much, control characters or lone surrogates."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > limit or any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return None
    return text


def clean_email(value: object) -> str | None:
    text = clean_text(value, MAX_EMAIL)
    return text if text is not None and _EMAIL.fullmatch(text) else None


def clean_country(value: object) -> str | None:
    """Return the ISO 3166-1 alpha-2 code for an alpha-2 or alpha-3 code or `UK`."""
    text = clean_text(value)
    if text is None:
        return None
    code = ALPHA_2_OF.get(text.upper(), text.upper())
    return code if _COUNTRY.fullmatch(code) else None


def read_instant(value: object) -> datetime | None:
    """Return a point in time written with its offset (`Z`, `+00:00` or `+0000`), in UTC."""
    read = _read(value)
    return read.astimezone(UTC) if isinstance(read, datetime) and read.tzinfo is not None else None


def read_day(value: object) -> str | None:
    """Return a calendar date as ISO text; an instant stands for the day whose midnight it may be."""
    effective = read_effective(value, midnights=True)
    return effective.day_in(None).isoformat() if effective is not None else None


def read_effective(value: object, *, midnights: bool) -> Effective | None:
    """Return when a fact starts to hold.

    A date, or a time without offset, is a local day. With `midnights`, an instant on a whole quarter of an
    hour is somebody's local midnight, as every offset from UTC is a multiple of a quarter of an hour.
    """
    read = _read(value)
    if read is None:
        return None
    if not isinstance(read, datetime):
        return Effective.on(read)
    if read.tzinfo is None:
        return Effective.on(read.date())
    utc = read.astimezone(UTC)
    if midnights and utc.time() in {time(utc.hour, quarter) for quarter in _QUARTER_HOURS}:
        return Effective.at_midnight(utc)
    return Effective.at(utc)


def _read(value: object) -> date | datetime | None:
    text = clean_text(value)
    if text is None:
        return None
    text = _OFFSET_WITHOUT_COLON.sub(r"\1:\2", text) if "T" in text else text
    try:
        read: date | datetime = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None
    # The day is compared, not the instant: converting the last instants of the calendar to UTC overflows.
    day = read.date() if isinstance(read, datetime) else read
    return read if EARLIEST <= day <= LATEST else None
