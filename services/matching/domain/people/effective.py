"""From when an HR fact holds: a calendar day, or an instant that still has to be read as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 1, 1)


class Written(StrEnum):
    """How the source wrote it; only the reader knows the zone of the work location."""

    DAY = "day"  # a local calendar day
    MIDNIGHT = "midnight"  # the local midnight of a day, converted to UTC by the source
    MOMENT = "moment"  # a point in time; it holds from the local day that contains it


@dataclass(frozen=True, slots=True)
class Effective:
    """The start of an HR fact. `value` is a UTC instant; for a DAY only its date means something."""

    written: Written
    value: datetime

    @classmethod
    def on(cls, day: date) -> Effective:
        return cls(Written.DAY, datetime.combine(day, time.min, UTC))

    @classmethod
    def at(cls, instant: datetime) -> Effective:
        return cls(Written.MOMENT, instant.astimezone(UTC))

    @classmethod
    def at_midnight(cls, instant: datetime) -> Effective:
        return cls(Written.MIDNIGHT, instant.astimezone(UTC))

    @classmethod
    def parse(cls, text: str) -> Effective:
        """Read what `text` wrote. Raises ValueError on anything else."""
        written, _, value = text.partition(":")
        return cls(Written(written), datetime.fromisoformat(value).astimezone(UTC))

    def text(self) -> str:
        """One canonical spelling, for hashes and for storage."""
        return f"{self.written}:{self.value.isoformat()}"

    def day_in(self, zone: ZoneInfo | None) -> date:
        """Return the local calendar day this holds from, for work done in `zone` (None: not known).

        A midnight of the work location's zone is that day. A midnight of some other zone (head office wrote
        it, or the zone is not known) is the nearest UTC date: every zone from UTC-11:45 to UTC+12 rounds to
        its own day, so 04:00Z stays and 22:00Z is the next day.
        """
        if self.written is Written.DAY:
            return self.value.date()
        local = self.value.astimezone(zone or UTC)
        if self.written is Written.MOMENT or (zone is not None and local.time() == time.min):
            return local.date()
        return (self.value + timedelta(hours=12)).date()


def start_of(day: date, zone: ZoneInfo | None) -> datetime:
    """Return the UTC instant at which `day` begins in `zone` (UTC where the zone is not known)."""
    return datetime.combine(day, time.min, zone or UTC).astimezone(UTC)
