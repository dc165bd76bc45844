"""Words, numbers and dates in the reader's language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "de")
DEFAULT: Final = "en"
_MESSAGES: Final = Path(__file__).parent / "messages"
_MAX_HEADER: Final = 200
_HOUR, _DAY = 3600, 86400
_SHORT_DAYS: Final = 2


def choose_language(asked: str | None, accepted: str | None) -> str:
    """The language asked for by name, else what the browser likes best (RFC 9110 §12.5.4), else English."""
    if asked in LANGUAGES:
        return str(asked)
    best, best_weight = DEFAULT, 0.0
    for part in (accepted or "")[:_MAX_HEADER].split(","):
        name, _, weight_text = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        weight = _weight(weight_text)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    digits = value.strip()
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


@cache
def catalog(language: str) -> Mapping[str, str]:
    """The messages of a language."""
    messages: dict[str, str] = json.loads((_MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return messages


@dataclass(frozen=True, slots=True)
class Language:
    """One language as templates use it."""

    code: str

    def say(self, key: str, **values: str | int) -> str:
        """A message; a missing one is an error, found by a test that compares the catalogs."""
        return catalog(self.code)[key].format(**values)

    def count(self, key: str, count: int, **values: str | int) -> str:
        """A message that depends on a number: `<key>.one` or `<key>.other`."""
        return self.say(f"{key}.{'one' if count == 1 else 'other'}", count=self.number(count), **values)

    def term(self, kind: str, code: str) -> str:
        """The name of a code; one that the catalog does not know is shown with a capital and blanks."""
        return catalog(self.code).get(f"{kind}.{code}", (code[:1].upper() + code[1:]).replace("_", " "))

    def number(self, value: int, digits: int = 0, scale: int = 1) -> str:
        """An integer in units of 1/scale, with grouping and so many decimal digits."""
        text = f"{value / scale:,.{digits}f}"
        return text if self.code == "en" else text.translate(str.maketrans(",.", ".,"))

    def percent(self, millionths: int) -> str:
        """A share."""
        text = self.number(millionths, scale=10_000)
        return f"{text}%" if self.code == "en" else f"{text}\N{NO-BREAK SPACE}%"

    def duration(self, seconds: int) -> str:
        """Hours below two days, days above."""
        unit, size = ("hours", _HOUR) if seconds < _SHORT_DAYS * _DAY else ("days", _DAY)
        tenths = round(seconds * 10 / size)
        key = "one" if tenths == 10 else "other"  # noqa: PLR2004 - one unit
        return self.say(f"duration.{unit}.{key}", count=self.number(tenths, int(tenths % 10 != 0), 10))

    def day(self, moment: date) -> str:
        """A date in words."""
        month = self.say(f"month.{moment.month}")
        return self.say("date.day", day=moment.day, month=month, year=moment.year)

    def moment(self, moment: datetime) -> str:
        """A date and a time in UTC."""
        return self.say("date.moment", day=self.day(moment), time=f"{moment:%H:%M}")
