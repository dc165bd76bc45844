"""Matches with their members."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.active_time import Pause, Timeline
from services.engagement.domain.errors import NoSuchMatch
from services.engagement.domain.health import Health
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId
from services.engagement.domain.match import Match, MatchState, Member
from services.engagement.persistence.tables import match, match_member


class Matches:
    """The tables of matches and members."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: Match) -> None:
        """Keep a match that became active."""
        await self._connection.execute(
            insert(match).values(match_id=new.id, program_id=new.program_id, **_values(new))
        )
        rows = [
            {
                "match_id": new.id,
                "participant_id": member.participant_id,
                "person_id": member.person_id,
                "role": member.role,
                "position": position,
            }
            for position, member in enumerate(new.members)
        ]
        await self._connection.execute(insert(match_member), rows)

    async def save(self, changed: Match) -> None:
        """Keep what can change of a match; its members never do."""
        await self._connection.execute(
            update(match).where(match.c.match_id == changed.id).values(_values(changed))
        )

    async def lock(self, match_id: MatchId) -> Match | None:
        """The match, held until the transaction ends; None when it never became active, as far as we know."""
        found = await self._load(select(match).where(match.c.match_id == match_id).with_for_update())
        return found[0] if found else None

    async def lock_of_member(self, match_id: MatchId, person_id: PersonId) -> Match:
        """The match of one of its members, held; NoSuchMatch for everybody else."""
        found = await self.lock(match_id)
        if found is None:
            raise NoSuchMatch
        found.member(person_id)
        return found

    async def of_member(self, match_id: MatchId, person_id: PersonId) -> Match:
        """The match of one of its members, to read; NoSuchMatch for everybody else."""
        found = await self._load(select(match).where(match.c.match_id == match_id))
        if not found:
            raise NoSuchMatch
        found[0].member(person_id)
        return found[0]

    async def page_of_person(
        self, person_id: PersonId, *, after: MatchId | None, limit: int
    ) -> Sequence[Match]:
        """A person's matches, newest first."""
        query = select(match).where(
            match.c.match_id.in_(select(match_member.c.match_id).where(match_member.c.person_id == person_id))
        )
        if after is not None:
            query = query.where(match.c.match_id < after)
        return await self._load(query.order_by(match.c.match_id.desc()).limit(limit))

    async def page_of_program(
        self, program_id: ProgramId, *, after: MatchId | None, limit: int
    ) -> Sequence[Match]:
        """A program's open matches in the order of their ids."""
        return await self._load(_open_of_program(program_id, after).limit(limit))

    async def lock_of_program(
        self, program_id: ProgramId, *, after: MatchId | None, limit: int
    ) -> Sequence[Match]:
        """The same, held until the transaction ends."""
        return await self._load(_open_of_program(program_id, after).limit(limit).with_for_update())

    async def lock_of_person(self, person_id: PersonId) -> list[MatchId]:
        """All matches that a person ever was in, held in the order of their ids."""
        mine = select(match_member.c.match_id).where(match_member.c.person_id == person_id)
        rows = await self._connection.scalars(
            select(match.c.match_id)
            .where(match.c.match_id.in_(mine))
            .order_by(match.c.match_id)
            .with_for_update()
        )
        return [MatchId(row) for row in rows]

    async def _load(self, query: Select[Any]) -> list[Match]:
        rows = (await self._connection.execute(query)).all()
        members: dict[MatchId, list[Member]] = defaultdict(list)
        if rows:
            found = await self._connection.execute(
                select(match_member)
                .where(match_member.c.match_id.in_([row.match_id for row in rows]))
                .order_by(match_member.c.match_id, match_member.c.position)
            )
            for row in found:
                members[row.match_id].append(
                    Member(ParticipantId(row.participant_id), PersonId(row.person_id), row.role)
                )
        return [_match(row, tuple(members[row.match_id])) for row in rows]


def _open_of_program(program_id: ProgramId, after: MatchId | None) -> Select[Any]:
    query = select(match).where(match.c.program_id == program_id, match.c.closed_at.is_(None))
    if after is not None:
        query = query.where(match.c.match_id > after)
    return query.order_by(match.c.match_id)


def _values(row: Match) -> dict[str, object]:
    return {
        "state": row.state.value,
        "activated_at": row.timeline.activated_at,
        "ends_at": row.ends_at,
        "pauses": [
            [pause.started_at.isoformat(), pause.ended_at.isoformat() if pause.ended_at else None]
            for pause in row.timeline.pauses
        ],
        "closed_at": row.closed_at,
        "health": row.health.value if row.health else None,
        "pulses": row.pulses,
    }


def _match(row: Row[Any], members: tuple[Member, ...]) -> Match:
    pauses = tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)
        for start, end in row.pauses
    )
    return Match(
        id=MatchId(row.match_id),
        program_id=ProgramId(row.program_id),
        members=members,
        state=MatchState(row.state),
        timeline=Timeline(row.activated_at, pauses),
        ends_at=row.ends_at,
        closed_at=row.closed_at,
        health=Health(row.health) if row.health else None,
        pulses=row.pulses,
    )
