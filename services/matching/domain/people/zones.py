"""The time zone of a work location, from a table the enterprise configures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """IANA zone names by location code, and all zones of a country by ISO 3166-1 alpha-2 code.

    Raises ValueError naming the entry when a zone does not exist.
    """

    by_location: Mapping[str, str] = field(default_factory=dict)
    by_country: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = [*self.by_location.items()]
        entries += [(country, zone) for country, zones in self.by_country.items() for zone in zones]
        for place, zone in entries:
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"no such time zone for {place}: {zone}") from error

    def zone_of(self, location_code: str | None, country: str | None) -> ZoneInfo | None:
        """Return the zone; None where several are possible: a guess would move a day."""
        if location_code is not None and location_code in self.by_location:
            return ZoneInfo(self.by_location[location_code])
        zones = self.by_country.get(country, ()) if country is not None else ()
        return ZoneInfo(zones[0]) if len(zones) == 1 else None
