"""Sessions in the calendar, and what was logged of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.ids import MatchId, PersonId, SessionId, SessionLogId
from services.engagement.domain.session_log import Calendar, Outcome, Session, SessionLog
from services.engagement.persistence.tables import session, session_log


class Sessions:
    """The tables of sessions and of their logs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, booked: Session) -> None:
        """Keep a session as it is booked now."""
        values = {"starts_at": booked.starts_at, "ends_at": booked.ends_at, "cancelled": booked.cancelled}
        row = upsert(session).values(session_id=booked.id, match_id=booked.match_id, **values)
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=[session.c.session_id], set_=values)
        )

    async def cancel(self, session_id: SessionId) -> None:
        """The session is off."""
        await self._connection.execute(
            update(session).where(session.c.session_id == session_id).values(cancelled=True)
        )

    async def calendar(self, match_id: MatchId, session_id: SessionId | None) -> Calendar:
        """What is known of the session that a log names."""
        if session_id is None:
            return Calendar(None, logged=False)
        rows = await self._connection.execute(select(session).where(session.c.session_id == session_id))
        row = rows.first()
        logged = await self._connection.scalar(
            select(func.count()).where(
                session_log.c.match_id == match_id, session_log.c.session_id == session_id
            )
        )
        return Calendar(None if row is None else _session(row), logged=bool(logged))

    async def upcoming(self, match_id: MatchId, now: datetime, *, limit: int) -> list[Session]:
        """The next sessions that are on."""
        rows = await self._connection.execute(
            select(session)
            .where(session.c.match_id == match_id, ~session.c.cancelled, session.c.ends_at > now)
            .order_by(session.c.starts_at)
            .limit(limit)
        )
        return [_session(row) for row in rows]

    async def last_booked_end(self, match_id: MatchId) -> datetime | None:
        """When the last session ends that is on and was not logged; it may lie in the past."""
        logged = exists().where(
            and_(session_log.c.match_id == match_id, session_log.c.session_id == session.c.session_id)
        )
        ends_at: datetime | None = await self._connection.scalar(
            select(func.max(session.c.ends_at)).where(
                session.c.match_id == match_id, ~session.c.cancelled, ~logged
            )
        )
        return ends_at

    async def last_held_at(self, match_id: MatchId) -> datetime | None:
        """When the last held session took place."""
        occurred_at: datetime | None = await self._connection.scalar(
            select(func.max(session_log.c.occurred_at)).where(
                session_log.c.match_id == match_id, session_log.c.outcome == Outcome.HELD.value
            )
        )
        return occurred_at

    async def add_log(self, log: SessionLog) -> None:
        """Keep a log."""
        await self._connection.execute(
            insert(session_log).values(
                session_log_id=log.id,
                match_id=log.match_id,
                session_id=log.session_id,
                logged_by=log.logged_by,
                outcome=log.outcome.value,
                minutes=log.minutes,
                themes=list(log.themes),
                occurred_at=log.occurred_at,
                logged_at=log.logged_at,
            )
        )

    async def page_of_logs(
        self, match_id: MatchId, *, after: tuple[datetime, SessionLogId] | None, limit: int
    ) -> Sequence[SessionLog]:
        """The logs of a match, the latest session first."""
        query = select(session_log).where(session_log.c.match_id == match_id)
        order = tuple_(session_log.c.occurred_at, session_log.c.session_log_id)
        if after is not None:
            query = query.where(order < tuple_(*after))
        rows = await self._connection.execute(
            query.order_by(session_log.c.occurred_at.desc(), session_log.c.session_log_id.desc()).limit(limit)
        )
        return [_log(row) for row in rows]

    async def discussed(self, match_id: MatchId) -> list[str]:
        """The themes of all held sessions, each as often as it was discussed."""
        rows = await self._connection.scalars(
            select(func.unnest(session_log.c.themes)).where(
                session_log.c.match_id == match_id, session_log.c.outcome == Outcome.HELD.value
            )
        )
        return list(rows)


def _session(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.session_id),
        match_id=MatchId(row.match_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cancelled=row.cancelled,
    )


def _log(row: Row[Any]) -> SessionLog:
    return SessionLog(
        id=SessionLogId(row.session_log_id),
        match_id=MatchId(row.match_id),
        logged_by=PersonId(row.logged_by),
        outcome=Outcome(row.outcome),
        minutes=row.minutes,
        themes=tuple(row.themes),
        occurred_at=row.occurred_at,
        logged_at=row.logged_at,
        session_id=SessionId(row.session_id) if row.session_id else None,
    )
