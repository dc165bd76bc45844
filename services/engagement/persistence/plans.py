"""What members did of their plan."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.domain.plan import Progress, Tick, Ticked
from services.engagement.persistence.tables import milestone_reached, tick


class Plans:
    """The tables of ticks and of milestones reached."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def progress(self, match_id: MatchId) -> Progress:
        """What was done so far."""
        ticks = await self._connection.execute(select(tick).where(tick.c.match_id == match_id))
        reached = await self._connection.execute(
            select(milestone_reached.c.milestone, milestone_reached.c.reached_at)
            .where(milestone_reached.c.match_id == match_id)
            .order_by(milestone_reached.c.milestone)
        )
        return Progress(
            ticks=frozenset(Tick(row.milestone, row.task, PersonId(row.person_id)) for row in ticks),
            reached=tuple((row.milestone, row.reached_at) for row in reached),
        )

    async def add(self, match_id: MatchId, ticked: Ticked, now: datetime) -> None:
        """Keep what a tick adds."""
        if ticked.tick is not None:
            await self._connection.execute(
                insert(tick).values(
                    match_id=match_id,
                    milestone=ticked.tick.milestone,
                    task=ticked.tick.task,
                    person_id=ticked.tick.person_id,
                )
            )
        if ticked.reached is not None:
            await self._connection.execute(
                insert(milestone_reached).values(match_id=match_id, milestone=ticked.reached, reached_at=now)
            )
