"""Sessions, and the time that the scheduled ones take from each member."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId, SessionId
from services.scheduling.domain.session import Booked, CancellationReason, Session, SessionState
from services.scheduling.domain.span import Span
from services.scheduling.persistence.tables import booked_time, match_member, person, session


@dataclass(frozen=True, slots=True)
class Revised:
    """A session, and when its invitation last changed."""

    session: Session
    revised_at: datetime


class Sessions:
    """The tables of sessions and booked times."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def match_of(self, session_id: SessionId) -> MatchId | None:
        """The match to hold before the session is changed; it never changes."""
        found = await self._connection.scalar(
            select(session.c.match_id).where(session.c.session_id == session_id)
        )
        return None if found is None else MatchId(found)

    async def get(self, session_id: SessionId) -> Revised | None:
        """The session as it is now."""
        found = await self._load(select(session).where(session.c.session_id == session_id))
        return found[0] if found else None

    async def save(self, changed: Session, before: Session | None, now: datetime) -> None:
        """Keep the session and the time it takes; its members' rows are held when that is new time."""
        values = _values(changed)
        if before is None or changed.sequence != before.sequence:
            values["revised_at"] = now
        row = insert(session).values(
            session_id=changed.session_id,
            match_id=changed.match_id,
            program_id=changed.program_id,
            **{"revised_at": now} | values,
        )
        await self._connection.execute(row.on_conflict_do_update(index_elements=["session_id"], set_=values))
        if before is None or (changed.state, changed.time) != (before.state, before.time):
            await self._take_time(changed)

    async def _take_time(self, changed: Session) -> None:
        await self._connection.execute(
            delete(booked_time).where(booked_time.c.session_id == changed.session_id)
        )
        if changed.state is SessionState.SCHEDULED:
            columns = ["session_id", "person_id", "person_number", "starts_at", "ends_at"]
            taken = select(
                literal(changed.session_id),
                person.c.person_id,
                person.c.number,
                literal(changed.time.start),
                literal(changed.time.end),
            ).where(person.c.person_id.in_(changed.members))
            await self._connection.execute(insert(booked_time).from_select(columns, taken))

    async def upcoming(self, match_id: MatchId, now: datetime) -> Sequence[Session]:
        """What is scheduled and not over, by time."""
        rows = await self._load(
            _scheduled(match_id).where(session.c.ends_at > now).order_by(session.c.starts_at)
        )
        return [row.session for row in rows]

    async def last_begun(self, match_id: MatchId, now: datetime) -> datetime | None:
        """The start of the last session that is over and was not logged."""
        found: datetime | None = await self._connection.scalar(
            select(func.max(session.c.starts_at)).where(
                session.c.match_id == match_id,
                session.c.state == SessionState.SCHEDULED.value,
                session.c.ends_at <= now,
            )
        )
        return found

    async def page_of_person(
        self, person_id: PersonId, *, since: datetime, after: tuple[datetime, SessionId] | None, limit: int
    ) -> Sequence[Session]:
        """The sessions of a person's matches that end after `since`, by time."""
        mine = select(match_member.c.match_id).where(match_member.c.person_id == person_id)
        query = select(session).where(session.c.match_id.in_(mine), session.c.ends_at > since)
        return await self._page(query, after, limit)

    async def page_of_match(
        self, match_id: MatchId, *, after: tuple[datetime, SessionId] | None, limit: int
    ) -> Sequence[Session]:
        """All sessions of a match, by time."""
        return await self._page(select(session).where(session.c.match_id == match_id), after, limit)

    async def booked(self, people: Collection[PersonId], window: Span) -> tuple[Booked, ...]:
        """The time in a window that scheduled sessions take from these people."""
        rows = await self._connection.execute(
            select(booked_time).where(
                booked_time.c.person_id.in_(people),
                booked_time.c.ends_at > window.start,
                booked_time.c.starts_at < window.end,
            )
        )
        return tuple(
            Booked(PersonId(row.person_id), SessionId(row.session_id), Span(row.starts_at, row.ends_at))
            for row in rows
        )

    async def _page(
        self, query: Select[Any], after: tuple[datetime, SessionId] | None, limit: int
    ) -> Sequence[Session]:
        order = tuple_(session.c.starts_at, session.c.session_id)
        if after is not None:
            query = query.where(order > after)
        return [row.session for row in await self._load(query.order_by(order).limit(limit))]

    async def _load(self, query: Select[Any]) -> list[Revised]:
        rows = (await self._connection.execute(query)).all()
        members: dict[MatchId, set[PersonId]] = {MatchId(row.match_id): set() for row in rows}
        if rows:
            found = await self._connection.execute(
                select(match_member).where(match_member.c.match_id.in_(members))
            )
            for row in found:
                members[row.match_id].add(PersonId(row.person_id))
        return [Revised(_session(row, frozenset(members[row.match_id])), row.revised_at) for row in rows]


def _scheduled(match_id: MatchId) -> Select[Any]:
    return select(session).where(
        session.c.match_id == match_id, session.c.state == SessionState.SCHEDULED.value
    )


def _values(row: Session) -> dict[str, object]:
    return {
        "state": row.state.value,
        "starts_at": row.time.start,
        "ends_at": row.time.end,
        "sequence": row.sequence,
        "accepted": sorted(row.accepted),
        "reminder_due_at": row.reminder_due_at,
        "meeting_link": row.meeting_link,
        "cancellation": row.cancellation.value if row.cancellation else None,
    }


def _session(row: Row[Any], members: frozenset[PersonId]) -> Session:
    return Session(
        session_id=SessionId(row.session_id),
        match_id=MatchId(row.match_id),
        program_id=ProgramId(row.program_id),
        members=members,
        time=Span(row.starts_at, row.ends_at),
        state=SessionState(row.state),
        sequence=row.sequence,
        accepted=frozenset(PersonId(each) for each in row.accepted),
        reminder_due_at=row.reminder_due_at,
        meeting_link=row.meeting_link,
        cancellation=CancellationReason(row.cancellation) if row.cancellation else None,
    )
