"""Short ways to say what an HR source observed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.observation import Field, FieldValue, Observation, ObservationKind
from services.matching.domain.people.zones import ZoneTable

ZONES = ZoneTable(
    by_location={
        "BER": "Europe/Berlin",
        "NYC": "America/New_York",
        "LAX": "America/Los_Angeles",
        "TYO": "Asia/Tokyo",
        "AKL": "Pacific/Auckland",
    },
    by_country={
        "DE": ("Europe/Berlin",),
        "IN": ("Asia/Kolkata",),
        "US": ("America/New_York", "America/Chicago"),
    },
)
ADA: dict[str, FieldValue] = {
    "given_name": "Ada",
    "family_name": "Byron",
    "hire_date": "2020-03-02",
    "original_hire_date": "2020-03-02",
    "location_code": "BER",
}
GRACE: dict[str, FieldValue] = {
    "given_name": "Grace",
    "family_name": "Murray",
    "hire_date": "2024-05-01",
    "original_hire_date": "2024-05-01",
}


def utc(text: str) -> datetime:
    """Read `2026-03-10` or `2026-03-10T05:00` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seen(
    kind: str, effective: str, recorded: str, fields: dict[str, FieldValue] | None = None
) -> Observation:
    """Build an observation; `effective` is a local day, or an instant where it holds a `T`."""
    from_day = Effective.on(date.fromisoformat(effective)) if "T" not in effective else None
    return Observation(
        source="adp",
        person_key="G1",
        employment_key=None,
        kind=ObservationKind(kind),
        effective_from=from_day or Effective.at_midnight(utc(effective)),
        recorded_at=utc(recorded),
        fields={Field(name): value for name, value in (fields or {}).items()},
    )


HIRED = seen("hire", "2020-03-02", "2020-02-20", ADA)
