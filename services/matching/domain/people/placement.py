"""Observations placed on the local calendar of where the person works, in the one order that counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.matching.domain.people.effective import start_of
from services.matching.domain.people.observation import Field, Observation
from services.matching.domain.people.zones import ZoneTable

OrderKey = tuple[date, datetime, str]
_Place = tuple[str | None, str | None]  # location code, country


@dataclass(frozen=True, slots=True)
class Placed:
    """An observation with its local day and the UTC instant at which that day begins."""

    observation: Observation
    day: date
    acts_at: datetime

    @property
    def order(self) -> OrderKey:
        """Effective day, then when the source recorded it, then the content hash: arrival has no say."""
        return (self.day, self.observation.recorded_at, self.observation.content_hash)


def place(observations: Iterable[Observation], zones: ZoneTable) -> tuple[Placed, ...]:
    """Return the distinct observations in order; the result depends on the set alone.

    The zone decides the day of an instant, and the location in force decides the zone, so a first ordering
    without zones finds the locations; what precedes the first known location is read with that one.
    """
    distinct = {observation.content_hash: observation for observation in observations}
    first = sorted(
        distinct.values(), key=lambda o: (o.effective_from.day_in(None), o.recorded_at, o.content_hash)
    )
    placed: list[Placed] = []
    for observation, zone in zip(first, _zones_along(first, zones), strict=True):
        day = observation.effective_from.day_in(zone)
        placed.append(Placed(observation, day, start_of(day, zone)))
    return tuple(sorted(placed, key=lambda p: p.order))


def zone_on(day: date, placed: Sequence[Placed], zones: ZoneTable) -> ZoneInfo | None:
    """Return the zone of the work location in force on `day`, else of the first one known."""
    along = _zones_along([p.observation for p in placed], zones)
    until = [zone for p, zone in zip(placed, along, strict=True) if p.day <= day]
    return until[-1] if until else next(iter(along), None)


def _zones_along(ordered: Sequence[Observation], zones: ZoneTable) -> list[ZoneInfo | None]:
    found: list[ZoneInfo | None] = []
    unplaced: int | None = None
    place: _Place = (None, None)
    for observation in ordered:
        place = _moved(place, observation)
        if unplaced is None and place != (None, None):
            unplaced = len(found)
        found.append(zones.zone_of(*place))
    if unplaced is not None:
        found[:unplaced] = [found[unplaced]] * unplaced
    return found


def _moved(place: _Place, observation: Observation) -> _Place:
    """Return the place after `observation`: another code forgets the country of the one before."""
    code, country = place
    if Field.LOCATION_CODE in observation.fields:
        new = observation.text(Field.LOCATION_CODE)
        country = country if new == code else None
        code = new
    if Field.COUNTRY in observation.fields:
        country = observation.text(Field.COUNTRY)
    return code, country
