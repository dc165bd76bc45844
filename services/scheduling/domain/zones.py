"""Whose clock a person lives by: their own choice, the location table, the country; else a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.scheduling.domain.tz_database import ZoneUnknown, zone_names
from services.scheduling.domain.zone_data import ALPHA_3, COUNTRY_ZONES, LINKS

# Codes that HR systems send and ISO 3166 reserves for a country that has another code.
_RESERVED: Final = {"UK": "GB"}
_ALPHA_2: Final = frozenset(ALPHA_3.values())


class ZoneSource(StrEnum):
    OWN_CHOICE = "own_choice"
    LOCATION = "location"
    COUNTRY = "country"


class ZoneDoubt(StrEnum):
    """Why the person is asked."""

    SEVERAL_ZONES = "several_zones"
    COUNTRY_UNKNOWN = "country_unknown"


@dataclass(frozen=True, slots=True)
class ZoneFound:
    """An IANA name, and what it was taken from."""

    zone: str
    source: ZoneSource


@dataclass(frozen=True, slots=True)
class ZoneQuestion:
    """Nothing settles the zone. `candidates` are the country's, empty when the country is not known."""

    doubt: ZoneDoubt
    candidates: tuple[str, ...]


def zone_name(name: str) -> str:
    """The name to store for `name`: a legal IANA name as it is, a backward-compatible link as its target.

    `US/Eastern` becomes `America/New_York`; `Europe/Oslo` stays, because `zone.tab` lists it. Case matters,
    Windows names are not known here.

    Raises:
        ZoneUnknown: the IANA database has no such name.
    """
    if name not in zone_names():
        raise ZoneUnknown(field="time_zone")
    return LINKS.get(name, name)


def country_code(code: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code for an alpha-2 or alpha-3 code in any case (`UK` is `GB`), or None."""
    given = (code or "").strip().upper()
    alpha_2 = _RESERVED.get(given) or ALPHA_3.get(given) or given
    return alpha_2 if alpha_2 in _ALPHA_2 else None


def location_table(zones: Mapping[str, str]) -> dict[str, str]:
    """The configured zones by location code for `zone_of`; case and outer blanks of a code do not matter.

    Raises:
        ZoneUnknown: a zone of the table is not legal.
    """
    return {_location_key(code): zone_name(zone) for code, zone in zones.items()}


def zone_of(
    *,
    own_choice: str | None = None,
    location: str | None = None,
    country: str | None = None,
    location_zones: Mapping[str, str],
) -> ZoneFound | ZoneQuestion:
    """The zone of one person: the first of these that names a legal one, never a guess.

    Own choice, the location's by `location_zones` (made by `location_table`), the country's
    if all its clocks agree (see `zone_data`). A name that is not legal is passed over.
    """
    for source, name in (
        (ZoneSource.OWN_CHOICE, own_choice),
        (ZoneSource.LOCATION, location_zones.get(_location_key(location or ""))),
    ):
        if name is not None and name in zone_names():
            return ZoneFound(zone_name(name), source)
    candidates = COUNTRY_ZONES.get(country_code(country) or "", ())
    if len(candidates) == 1:
        return ZoneFound(candidates[0], ZoneSource.COUNTRY)
    return ZoneQuestion(ZoneDoubt.SEVERAL_ZONES if candidates else ZoneDoubt.COUNTRY_UNKNOWN, candidates)


def _location_key(code: str) -> str:
    return code.strip().casefold()
