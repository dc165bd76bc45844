"""When a person can meet: what HR says of the place, and what the person chose, taken together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.working_hours import WorkingHours, default_hours
from services.scheduling.domain.zones import ZoneDoubt, ZoneFound, ZoneQuestion, ZoneSource, zone_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works, as HR's codes."""

    location: str | None = None
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """What somebody set; it survives every move. None: nothing."""

    zone: str | None = None
    hours: WorkingHours | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """Zone and weekly hours; without a zone there is a doubt, and nothing can be booked."""

    hours: WorkingHours
    zone: str | None = None
    source: ZoneSource | None = None
    doubt: ZoneDoubt | None = None

    def tells_the_same_as(self, other: "Availability | None") -> bool:
        """Whether the world would see no difference."""
        return other is not None and (self.zone, self.source, self.hours) == (
            other.zone,
            other.source,
            other.hours,
        )


@dataclass(frozen=True, slots=True)
class Person:
    """What scheduling knows of somebody; `availability` None: not heard of yet, or forgotten.

    `version` counts the changes that an editor must have seen.
    """

    id: PersonId
    place: Place = field(default_factory=Place)
    own: OwnChoice = field(default_factory=OwnChoice)
    availability: Availability | None = None
    version: int = 0


def availability_of(place: Place, own: OwnChoice, location_zones: Mapping[str, str]) -> Availability:
    """The own choice first, then what the place tells; `location_zones` is made by `location_table`."""
    hours = own.hours or default_hours(place.country)
    zone = zone_of(
        own_choice=own.zone, location=place.location, country=place.country, location_zones=location_zones
    )
    if isinstance(zone, ZoneFound):
        return Availability(hours, zone.zone, zone.source)
    return Availability(hours, doubt=zone.doubt)


def zone_candidates(place: Place) -> tuple[str, ...]:
    """The zones that a question offers first: the country's, empty when it has one or is not known."""
    answer = zone_of(country=place.country, location_zones={})
    return answer.candidates if isinstance(answer, ZoneQuestion) else ()
