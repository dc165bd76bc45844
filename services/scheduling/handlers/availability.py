"""When people can meet: derived from HR, overridden by themselves."""

from collections.abc import Mapping
from dataclasses import replace

from services.scheduling.domain.availability import Availability, OwnChoice, Person, availability_of
from services.scheduling.domain.busy_time import BusyTime, NoSuchBusyTime, check_busy_time
from services.scheduling.domain.ids import BusyTimeId, PersonId
from services.scheduling.domain.span import Span
from services.scheduling.domain.working_hours import WorkingHours
from services.scheduling.domain.zones import zone_name
from services.scheduling.handlers.waiting import availability_of_person, wake
from services.scheduling.persistence.busy_times import BusyTimes
from services.scheduling.persistence.people import People
from shared.events.availability import AvailabilityChanged, WeeklyInterval, ZoneSource
from shared.http.pages import check_version
from shared.persistence.unit_of_work import UnitOfWork


class AvailabilityHandlers:
    """Sets, derives and publishes availability."""

    def __init__(self, location_zones: Mapping[str, str]) -> None:
        self._location_zones = location_zones

    async def settle(self, uow: UnitOfWork, before: Person, changed: Person) -> Person:
        """Derive the availability anew, save it, and tell whoever waits; published when it differs."""
        now = availability_of(changed.place, changed.own, self._location_zones)
        differs = not now.tells_the_same_as(before.availability)
        version = before.version + (differs or changed.own != before.own)
        settled = replace(changed, availability=now, version=version)
        await People(uow.connection).save(settled)
        if differs:
            uow.emit(published(settled.id, now))
        if differs or settled.place != before.place:
            await wake(uow, availability_of_person(settled.id))
        return settled

    async def choose_zone(
        self, uow: UnitOfWork, person_id: PersonId, zone: str | None, version: int
    ) -> Person:
        """A person names the own time zone, or (None) leaves it to the place again; ZoneUnknown."""
        person = await People(uow.connection).lock(person_id)
        check_version(version, person.version)
        own = OwnChoice(zone_name(zone) if zone else None, person.own.hours)
        return await self.settle(uow, person, replace(person, own=own))

    async def choose_hours(
        self, uow: UnitOfWork, person_id: PersonId, hours: WorkingHours | None, version: int
    ) -> Person:
        """A person sets the weekly hours, or (None) leaves them to what is usual in the country."""
        person = await People(uow.connection).lock(person_id)
        check_version(version, person.version)
        return await self.settle(uow, person, replace(person, own=OwnChoice(person.own.zone, hours)))

    async def add_busy_time(self, uow: UnitOfWork, person_id: PersonId, time: Span) -> BusyTime:
        """A person cannot meet at a time; what is booked already stays."""
        await People(uow.connection).lock(person_id)
        busy_times = BusyTimes(uow.connection)
        new = BusyTime(BusyTimeId(uow.new_id()), person_id, time)
        others = await busy_times.count_after_tidying(person_id, uow.now)
        check_busy_time(new, others=others, now=uow.now)
        await busy_times.add(new)
        return new

    async def remove_busy_time(self, uow: UnitOfWork, person_id: PersonId, busy_time_id: BusyTimeId) -> None:
        """A person can meet then after all."""
        await People(uow.connection).lock(person_id)
        if not await BusyTimes(uow.connection).remove(person_id, busy_time_id):
            raise NoSuchBusyTime
        await wake(uow, availability_of_person(person_id))


def published(person_id: PersonId, availability: Availability) -> AvailabilityChanged:
    """The state of a person for the world."""
    source = availability.source
    return AvailabilityChanged(
        person_id=person_id,
        time_zone=availability.zone,
        zone_source=ZoneSource(source.value) if source else ZoneSource.UNKNOWN,
        hours=tuple(
            WeeklyInterval(weekday=each.weekday, start_minute=each.start_minute, end_minute=each.end_minute)
            for each in availability.hours.intervals
        ),
    )
