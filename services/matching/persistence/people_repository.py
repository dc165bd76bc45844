"""People as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Select, String, cast, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.people.employment import PersonStatus
from services.matching.persistence.people_tables import person
from services.matching.persistence.person_codec import StoredPerson, person_from_row, person_values
from services.matching.persistence.tables import availability
from shared.errors import NotFound

_LOCK: Final = 0x70656F706C65
_PRESENT: Final = (PersonStatus.ACTIVE.value, PersonStatus.LEAVE.value, PersonStatus.SUSPENDED.value)


class PersonNotFound(NotFound):
    """HR never named such a person, or they were erased."""

    code = "person_not_found"


class Leaving(StrEnum):
    """Where the leaving of somebody stands that the mass-change brake caught."""

    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Known:
    """A person with what only the feed needs to know; `noticed_at` is system time."""

    person: StoredPerson
    leaving: Leaving | None
    noticed_at: datetime | None


async def lock_people(connection: AsyncConnection) -> None:
    """Take turns with everybody else who changes people, until the transaction ends.

    A manager pointer and the person whom it means arrive in any order: two transactions that do not see each
    other would each leave it to the other. It is taken before any row of people, so that turns never block
    each other.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def find_person(connection: AsyncConnection, login: str) -> UUID | None:
    """Whose HR identity link a login is; one that two people have is nobody's."""
    query = select(person.c.id).where(person.c.login_subject == login).limit(2)
    found = (await connection.execute(query)).scalars().all()
    return found[0] if len(found) == 1 else None


class PeopleRepository:
    """People by id."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self, person_id: UUID) -> Known | None:
        """A person with the state of their leaving, None for somebody new."""
        query = select(person).where(person.c.id == person_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        leaving = Leaving(row.leaving) if row.leaving is not None else None
        return Known(person_from_row(row), leaving, row.leaving_noticed_at)

    async def get(self, person_id: UUID) -> StoredPerson:
        """One person. Raises PersonNotFound."""
        known = await self.known(person_id)
        if known is None:
            raise PersonNotFound(person_id=str(person_id))
        return known.person

    async def many(self, person_ids: Sequence[UUID]) -> list[StoredPerson]:
        """People by id, in that order; somebody unknown is missing."""
        query = select(person).where(person.c.id.in_(person_ids)).order_by(person.c.id)
        return [person_from_row(row) for row in await self._connection.execute(query)]

    async def save(self, stored: StoredPerson) -> None:
        """Store somebody new or changed."""
        values = person_values(stored)
        await self._connection.execute(
            upsert(person).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        )

    async def forget(self, person_id: UUID) -> None:
        """Delete a person with all that hangs on the row, and when they work."""
        await self._connection.execute(delete(availability).where(availability.c.person_id == person_id))
        await self._connection.execute(delete(person).where(person.c.id == person_id))

    async def notice_leaving(self, person_id: UUID, leaving: Leaving | None, at: datetime | None) -> None:
        """Note where the leaving of a person stands."""
        await self._connection.execute(
            update(person)
            .where(person.c.id == person_id)
            .values(leaving=None if leaving is None else leaving.value, leaving_noticed_at=at)
        )

    async def leavers_since(self, since: datetime) -> Sequence[datetime]:
        """When leavers were noticed, after a moment of system time."""
        query = select(person.c.leaving_noticed_at).where(person.c.leaving_noticed_at > since)
        return [noticed for noticed in (await self._connection.execute(query)).scalars() if noticed]

    async def any_held_since(self, since: datetime) -> bool:
        """Whether the leaving of somebody was held back after a moment of system time."""
        query = select(person.c.id).where(
            person.c.leaving == Leaving.HELD.value, person.c.leaving_noticed_at > since
        )
        return (await self._connection.execute(query.limit(1))).first() is not None

    async def count_present(self) -> int:
        """How many people work here, those on leave included."""
        query = select(func.count()).select_from(person).where(person.c.status.in_(_PRESENT))
        return await self._connection.scalar(query) or 0

    async def release(self, limit: int, person_ids: Sequence[UUID] | None = None) -> Sequence[UUID]:
        """Let held leavers go, all or the named, at most `limit`; earlier leavers no longer count."""
        held = select(person.c.id).where(person.c.leaving == Leaving.HELD.value)
        if person_ids is not None:
            held = held.where(person.c.id.in_(person_ids))
        held = held.order_by(person.c.id).limit(limit)
        released = await self._connection.execute(
            update(person)
            .where(person.c.id.in_(held))
            .values(leaving=Leaving.RELEASED.value, leaving_noticed_at=None)
            .returning(person.c.id)
        )
        ids = list(released.scalars())
        await self._connection.execute(
            update(person)
            .where(person.c.leaving.is_(None), person.c.leaving_noticed_at.is_not(None))
            .values(leaving_noticed_at=None)
        )
        return sorted(ids)

    async def count_held_leavers(self) -> int:
        """How many leavers wait for a human."""
        query = select(func.count()).select_from(person).where(person.c.leaving == Leaving.HELD.value)
        return await self._connection.scalar(query) or 0

    async def page(
        self,
        after: UUID | None,
        limit: int,
        *,
        search: str | None = None,
        held: bool = False,
        leaving: Leaving | None = None,
    ) -> list[Known]:
        """People by id; `search` is a part of a name or an e-mail address."""
        query: Select[tuple[object, ...]] = select(person).order_by(person.c.id).limit(limit)
        if after is not None:
            query = query.where(person.c.id > after)
        if search:
            whole = func.concat_ws(literal(" "), person.c.given_name, person.c.family_name)
            query = query.where(
                or_(
                    cast(whole, String).icontains(search, autoescape=True),
                    person.c.work_email.icontains(search, autoescape=True),
                )
            )
        if held:
            query = query.where(person.c.held)
        if leaving is not None:
            query = query.where(person.c.leaving == leaving.value)
        rows = await self._connection.execute(query)
        return [
            Known(
                person_from_row(row),
                Leaving(row.leaving) if row.leaving is not None else None,
                row.leaving_noticed_at,
            )
            for row in rows
        ]

    async def is_above_oneself(self, person_id: UUID) -> bool:
        """Whether the line of a person leads back to the person."""
        walk = text(
            """
            with recursive up(above) as (
                select unnest(manager_ids) from person where id = :person
                union
                select unnest(person.manager_ids) from up join person on person.id = up.above
            )
            select exists (select from up where above = :person)
            """
        )
        return bool(await self._connection.scalar(walk, {"person": person_id}))
