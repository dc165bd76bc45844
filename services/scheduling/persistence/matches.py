"""Matches with their members. Whoever changes a match or one of its sessions holds the match's row."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId
from services.scheduling.domain.match import Match, MatchState, Unscheduled, UnscheduledReason
from services.scheduling.persistence.tables import match, match_member, person


class Matches:
    """The tables of matches and members."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_or_hear_of(self, match_id: MatchId, program_id: ProgramId) -> Match:
        """The match, held until the transaction ends; made when this is the first we hear of it."""
        row = insert(match).values(match_id=match_id, program_id=program_id, state=MatchState.HEARD_OF.value)
        await self._connection.execute(row.on_conflict_do_nothing())
        found = await self._load(select(match).where(match.c.match_id == match_id).with_for_update())
        return found[0]

    async def lock(self, match_id: MatchId, *, skip_locked: bool = False) -> Match | None:
        """The match, held; None when there is none, or with `skip_locked` when another holds it."""
        found = await self._load(
            select(match).where(match.c.match_id == match_id).with_for_update(skip_locked=skip_locked)
        )
        return found[0] if found else None

    async def get(self, match_id: MatchId) -> Match | None:
        """The match, to read."""
        found = await self._load(select(match).where(match.c.match_id == match_id))
        return found[0] if found else None

    async def save(self, changed: Match) -> None:
        """Keep what can change of a match; its members never do."""
        unscheduled = changed.unscheduled
        await self._connection.execute(
            update(match)
            .where(match.c.match_id == changed.id)
            .values(
                program_id=changed.program_id,
                state=changed.state.value,
                activated_at=changed.activated_at,
                ends_at=changed.ends_at,
                last_start=changed.last_start,
                unscheduled_reason=unscheduled.reason.value if unscheduled else None,
                unscheduled_since=unscheduled.since if unscheduled else None,
            )
        )

    async def add_members(self, match_id: MatchId, members: Sequence[PersonId]) -> None:
        """Keep who is in a match."""
        rows = [{"match_id": match_id, "person_id": member} for member in members]
        await self._connection.execute(insert(match_member).on_conflict_do_nothing(), rows)

    async def unscheduled_of_person(
        self, person_id: PersonId, *, after: MatchId | None, limit: int
    ) -> Sequence[Match]:
        """A person's matches that have nothing in the calendar, in the order of their ids."""
        mine = select(match_member.c.match_id).where(match_member.c.person_id == person_id)
        return await self._unscheduled(select(match).where(match.c.match_id.in_(mine)), after, limit)

    async def unscheduled_of_program(
        self, program_id: ProgramId, *, after: MatchId | None, limit: int
    ) -> Sequence[Match]:
        """The same for a program."""
        return await self._unscheduled(select(match).where(match.c.program_id == program_id), after, limit)

    async def zone_questions(
        self, program_id: ProgramId, *, after: PersonId | None, limit: int
    ) -> Sequence[tuple[PersonId, str]]:
        """Who in the program's open matches has to name a zone, and the doubt; in the order of their ids."""
        members = (
            select(match_member.c.person_id)
            .join(match, match.c.match_id == match_member.c.match_id)
            .where(
                match.c.program_id == program_id,
                match.c.state.in_((MatchState.ACTIVE.value, MatchState.PAUSED.value)),
            )
        )
        query = select(person.c.person_id, person.c.zone_doubt).where(
            person.c.known, person.c.time_zone.is_(None), person.c.person_id.in_(members)
        )
        if after is not None:
            query = query.where(person.c.person_id > after)
        rows = await self._connection.execute(query.order_by(person.c.person_id).limit(limit))
        return [(PersonId(row.person_id), row.zone_doubt) for row in rows]

    async def _unscheduled(self, query: Select[Any], after: MatchId | None, limit: int) -> list[Match]:
        query = query.where(match.c.unscheduled_reason.is_not(None))
        if after is not None:
            query = query.where(match.c.match_id > after)
        return await self._load(query.order_by(match.c.match_id).limit(limit))

    async def _load(self, query: Select[Any]) -> list[Match]:
        rows = (await self._connection.execute(query)).all()
        members: dict[MatchId, list[PersonId]] = defaultdict(list)
        if rows:
            found = await self._connection.execute(
                select(match_member)
                .where(match_member.c.match_id.in_([row.match_id for row in rows]))
                .order_by(match_member.c.match_id, match_member.c.person_id)
            )
            for row in found:
                members[row.match_id].append(PersonId(row.person_id))
        return [_match(row, tuple(members[row.match_id])) for row in rows]


def _match(row: Row[Any], members: tuple[PersonId, ...]) -> Match:
    return Match(
        id=MatchId(row.match_id),
        program_id=ProgramId(row.program_id),
        members=members,
        state=MatchState(row.state),
        activated_at=row.activated_at,
        ends_at=row.ends_at,
        last_start=row.last_start,
        unscheduled=Unscheduled(UnscheduledReason(row.unscheduled_reason), row.unscheduled_since)
        if row.unscheduled_reason
        else None,
    )
