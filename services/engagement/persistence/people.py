"""People: a name for the pair's own view, and the login that tells who calls."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.ids import PersonId
from services.engagement.persistence.tables import person


@dataclass(frozen=True, slots=True)
class Name:
    """What a pair sees of each other; both None when unknown or erased."""

    given: str | None = None
    family: str | None = None


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

    async def put(self, person_id: PersonId, name: Name, login: str | None) -> None:
        """Keep the latest state of a person."""
        await self._put(
            person_id, given_name=name.given, family_name=name.family, login_subject=login, erased=False
        )

    async def erase(self, person_id: PersonId) -> None:
        """Forget everything but that there was somebody with this pseudonym."""
        await self._put(person_id, given_name=None, family_name=None, login_subject=None, erased=True)

    async def names(self, ids: Collection[PersonId]) -> dict[PersonId, Name]:
        """The names that are known."""
        rows = await self._connection.execute(
            select(person.c.person_id, person.c.given_name, person.c.family_name).where(
                person.c.person_id.in_(ids)
            )
        )
        return {PersonId(row.person_id): Name(row.given_name, row.family_name) for row in rows}

    async def any_erased(self, ids: Collection[PersonId]) -> bool:
        """Whether one of them was erased."""
        found = await self._connection.scalar(
            select(person.c.person_id).where(person.c.person_id.in_(ids), person.c.erased).limit(1)
        )
        return found is not None

    async def _put(self, person_id: PersonId, **values: str | bool | None) -> None:
        row = insert(person).values(person_id=person_id, **values)
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=[person.c.person_id], set_=values)
        )
