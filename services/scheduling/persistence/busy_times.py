"""The busy times that people enter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.busy_time import BusyTime
from services.scheduling.domain.ids import BusyTimeId, PersonId
from services.scheduling.domain.span import Span
from services.scheduling.persistence.tables import busy_time


class BusyTimes:
    """The table of busy times."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: BusyTime) -> None:
        """Keep a busy time."""
        await self._connection.execute(
            insert(busy_time).values(
                busy_time_id=new.id,
                person_id=new.person_id,
                starts_at=new.time.start,
                ends_at=new.time.end,
            )
        )

    async def count_after_tidying(self, person_id: PersonId, now: datetime) -> int:
        """Drop what is over, and count the rest."""
        await self._connection.execute(
            delete(busy_time).where(busy_time.c.person_id == person_id, busy_time.c.ends_at <= now)
        )
        count = await self._connection.scalar(
            select(func.count()).select_from(busy_time).where(busy_time.c.person_id == person_id)
        )
        return count or 0

    async def remove(self, person_id: PersonId, busy_time_id: BusyTimeId) -> bool:
        """Drop one of a person's; whether there was one."""
        rows = await self._connection.execute(
            delete(busy_time)
            .where(busy_time.c.busy_time_id == busy_time_id, busy_time.c.person_id == person_id)
            .returning(busy_time.c.busy_time_id)
        )
        return rows.first() is not None

    async def page(
        self, person_id: PersonId, *, after: tuple[datetime, BusyTimeId] | None, limit: int
    ) -> Sequence[BusyTime]:
        """A person's busy times, the first to end first."""
        query = select(busy_time).where(busy_time.c.person_id == person_id)
        order = tuple_(busy_time.c.ends_at, busy_time.c.busy_time_id)
        if after is not None:
            query = query.where(order > after)
        rows = await self._connection.execute(query.order_by(order).limit(limit))
        return [
            BusyTime(BusyTimeId(row.busy_time_id), PersonId(row.person_id), Span(row.starts_at, row.ends_at))
            for row in rows
        ]
