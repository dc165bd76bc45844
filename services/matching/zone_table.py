"""Work locations' zones: the enterprise's own table, and the countries of the IANA database."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from services.matching.domain.people.zones import ZoneTable

_FROM: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DAYS: Final = 2 * 365


def zone_table(by_location: Mapping[str, str]) -> ZoneTable:
    """The zones by location code, backed by those of each country. Raises ValueError for an unknown zone."""
    return ZoneTable(by_location=by_location, by_country=_by_country())


@cache
def _by_country() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country in `zone.tab` of the tzdata package, as far as their clocks differ.

    Zones of one country that agree on every day from 2026 to 2027 are one: taking it is no guess.
    """
    zones: defaultdict[str, list[str]] = defaultdict(list)
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones[country].append(zone)
    return {country: _distinct(names) for country, names in zones.items()}


def _distinct(names: list[str]) -> tuple[str, ...]:
    if len(names) == 1:
        return tuple(names)
    by_clock: dict[tuple[timedelta | None, ...], str] = {}
    days = [_FROM + timedelta(days=day) for day in range(_DAYS)]
    for name in names:
        zone = ZoneInfo(name)
        by_clock.setdefault(tuple(day.astimezone(zone).utcoffset() for day in days), name)
    return tuple(by_clock.values())
