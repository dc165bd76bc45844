"""People: place, choice and availability; and the contact for invitations."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.availability import Availability, OwnChoice, Person, Place
from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.working_hours import WorkingHours, working_hours
from services.scheduling.domain.zones import ZoneDoubt, ZoneSource
from services.scheduling.persistence.tables import busy_time, person


@dataclass(frozen=True, slots=True)
class Contact:
    """Who somebody is for an invitation and for the sign-in."""

    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    login: str | None = None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given_name, self.family_name) if part)


async def find_person(connection: AsyncConnection, login: str) -> UUID | None:
    """The one person with this login; None also when, for a moment of a feed, two have it."""
    rows = await connection.scalars(
        select(person.c.person_id).where(person.c.login_subject == login).limit(2)
    )
    found = list(rows)
    return found[0] if len(found) == 1 else None


class People:
    """The table of people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def expect(self, ids: Collection[PersonId]) -> None:
        """Make a row for everybody who has none, so that it can be held."""
        row = insert(person).on_conflict_do_nothing()
        await self._connection.execute(row, [{"person_id": each} for each in sorted(ids)])

    async def lock(self, person_id: PersonId) -> Person:
        """The person, held until the transaction ends, heard of or not."""
        await self.expect([person_id])
        return (await self.lock_all([person_id]))[person_id]

    async def lock_all(
        self, ids: Collection[PersonId], *, skip_locked: bool = False
    ) -> dict[PersonId, Person]:
        """Those who are there, held in the order of their ids; `skip_locked`: but whom another holds."""
        rows = await self._connection.execute(
            select(person)
            .where(person.c.person_id.in_(ids))
            .order_by(person.c.person_id)
            .with_for_update(key_share=True, skip_locked=skip_locked)
        )
        return {PersonId(row.person_id): _person(row) for row in rows}

    async def get_all(self, ids: Collection[PersonId]) -> dict[PersonId, Person]:
        """Those who are there, to read."""
        rows = await self._connection.execute(select(person).where(person.c.person_id.in_(ids)))
        return {PersonId(row.person_id): _person(row) for row in rows}

    async def contacts(self, ids: Collection[PersonId]) -> dict[PersonId, Contact]:
        """How they are reached, in the order of their ids."""
        rows = await self._connection.execute(
            select(person).where(person.c.person_id.in_(ids)).order_by(person.c.person_id)
        )
        return {
            PersonId(row.person_id): Contact(
                row.given_name, row.family_name, row.work_email, row.login_subject
            )
            for row in rows
        }

    async def save(self, changed: Person) -> None:
        """Keep place, choice, availability and version."""
        await self._update(changed.id, **_values(changed))

    async def save_contact(self, person_id: PersonId, contact: Contact, status: str) -> None:
        """Keep the contact and the status that HR tells."""
        await self._update(
            person_id,
            given_name=contact.given_name,
            family_name=contact.family_name,
            work_email=contact.email,
            login_subject=contact.login,
            status=status,
        )

    async def erase(self, gone: Person) -> None:
        """Forget everything but that there was somebody with this pseudonym."""
        nothing = Person(gone.id, version=gone.version + 1)
        await self._connection.execute(delete(busy_time).where(busy_time.c.person_id == gone.id))
        await self._update(
            gone.id,
            **_values(nothing),
            given_name=None,
            family_name=None,
            work_email=None,
            login_subject=None,
            status=None,
        )

    async def _update(self, person_id: PersonId, **values: object) -> None:
        await self._connection.execute(update(person).where(person.c.person_id == person_id).values(values))


def _values(row: Person) -> dict[str, object]:
    now = row.availability
    return {
        "known": now is not None,
        "location_code": row.place.location,
        "country": row.place.country,
        "subdivision": row.place.subdivision,
        "own_zone": row.own.zone,
        "own_hours": _week_row(row.own.hours),
        "time_zone": now.zone if now else None,
        "zone_source": now.source.value if now and now.source else None,
        "zone_doubt": now.doubt.value if now and now.doubt else None,
        "hours": _week_row(now.hours if now else None),
        "version": row.version,
    }


def _person(row: Row[Any]) -> Person:
    hours = _week(row.hours)
    return Person(
        id=PersonId(row.person_id),
        place=Place(row.location_code, row.country, row.subdivision),
        own=OwnChoice(row.own_zone, _week(row.own_hours)),
        availability=Availability(
            hours,
            row.time_zone,
            ZoneSource(row.zone_source) if row.zone_source else None,
            ZoneDoubt(row.zone_doubt) if row.zone_doubt else None,
        )
        if row.known and hours
        else None,
        version=row.version,
    )


def _week_row(hours: WorkingHours | None) -> list[list[int]] | None:
    if hours is None:
        return None
    return [[each.weekday, each.start_minute, each.end_minute] for each in hours.intervals]


def _week(row: list[list[int]] | None) -> WorkingHours | None:
    return None if row is None else working_hours((weekday, start, end) for weekday, start, end in row)
