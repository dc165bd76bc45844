"""Who a login is."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.persistence.tables import person


async def find_person(connection: AsyncConnection, login: str) -> UUID | None:
    """The person of a login; None when HR knows nobody for it, several, or one who left."""
    query = (
        select(person.c.person_id).where(person.c.login_subject == login, person.c.status != "left").limit(2)
    )
    found = list(await connection.scalars(query))
    return found[0] if len(found) == 1 else None
