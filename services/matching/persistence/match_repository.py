"""Matches in the store."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, any_, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import PersonId
from services.matching.domain.match.model import Match
from services.matching.domain.match.states import FlagCode, MatchState
from services.matching.domain.run.market import PersonPair
from services.matching.persistence.match_codec import StoredPart, match_from_rows, match_values, member_values
from services.matching.persistence.seats import holds_seats
from services.matching.persistence.tables import match, match_member, pair_exclusion
from services.matching.persistence.wish_repository import WishRepository
from shared.errors import NotFound


class MatchNotFound(NotFound):
    """There is no such match, or not for the caller."""

    code = "match_not_found"


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """A match with what never changes after its proposal."""

    match: Match
    breakdown: tuple[StoredPart, ...]
    waived: tuple[str, ...]
    health: str | None


class MatchRepository:
    """Matches and the pairs that are not proposed again."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, match_id: UUID) -> Match:
        """One match, to be changed. Raises MatchNotFound."""
        found = await self._load(select(match).where(match.c.id == match_id), lock=True)
        if not found:
            raise MatchNotFound(match_id=str(match_id))
        return found[0].match

    async def get(self, match_id: UUID) -> StoredMatch:
        """One match, to be read. Raises MatchNotFound."""
        found = await self._load(select(match).where(match.c.id == match_id))
        if not found:
            raise MatchNotFound(match_id=str(match_id))
        return found[0]

    async def lock_live_of(
        self, person_ids: Collection[UUID], participant_id: UUID | None = None
    ) -> list[Match]:
        """The matches of people that are not over, of one enrolment if named.

        They are locked in the order of their ids, so that two units never wait for each other.
        """
        member = select(match_member.c.match_id).where(match_member.c.person_id.in_(person_ids))
        if participant_id is not None:
            member = member.where(match_member.c.participant_id == participant_id)
        query = select(match).where(match.c.id.in_(member), holds_seats())
        return [stored.match for stored in await self._load(query, lock=True)]

    async def are_there_live(self) -> bool:
        """Whether any match is not over."""
        return (
            await self._connection.execute(select(match.c.id).where(holds_seats()).limit(1))
        ).first() is not None

    async def locked_of(self, cohort_id: UUID) -> list[Match]:
        """The matches of a cohort that are not over and that a coordinator has locked."""
        query = select(match).where(match.c.cohort_id == cohort_id, match.c.locked.is_(True), holds_seats())
        return [stored.match for stored in await self._load(query)]

    async def is_any_proposed(self, run_id: UUID) -> bool:
        """Whether a run has proposals that nobody has been shown yet."""
        query = select(match.c.id).where(match.c.run_id == run_id, match.c.state == MatchState.PROPOSED.value)
        return (await self._connection.execute(query.limit(1))).first() is not None

    async def lock_proposed(
        self, cohort_id: UUID, limit: int, *, run_id: UUID | None = None, unlocked: bool = False
    ) -> list[Match]:
        """Proposals of a cohort that nobody has been shown yet, locked."""
        query = select(match).where(
            match.c.cohort_id == cohort_id, match.c.state == MatchState.PROPOSED.value
        )
        if run_id is not None:
            query = query.where(match.c.run_id == run_id)
        if unlocked:
            query = query.where(match.c.locked.is_(False))
        return [stored.match for stored in await self._load(query.limit(limit), lock=True)]

    async def page(
        self,
        program_id: UUID,
        after: UUID | None,
        limit: int,
        *,
        cohort_id: UUID | None = None,
        run_id: UUID | None = None,
        state: MatchState | None = None,
        flag: FlagCode | None = None,
    ) -> Sequence[StoredMatch]:
        """Matches of a program by id."""
        query = select(match).where(match.c.program_id == program_id).limit(limit)
        if after is not None:
            query = query.where(match.c.id > after)
        if cohort_id is not None:
            query = query.where(match.c.cohort_id == cohort_id)
        if run_id is not None:
            query = query.where(match.c.run_id == run_id)
        if state is not None:
            query = query.where(match.c.state == state.value)
        if flag is not None:
            query = query.where(literal(flag.value) == any_(match.c.flags))
        return await self._load(query)

    async def page_of_person(self, person_id: UUID, after: UUID | None, limit: int) -> list[StoredMatch]:
        """The matches that a person was ever offered, by id."""
        mine = select(match_member.c.match_id).where(match_member.c.person_id == person_id)
        query = select(match).where(match.c.id.in_(mine), match.c.expires_at.is_not(None)).limit(limit)
        if after is not None:
            query = query.where(match.c.id > after)
        return await self._load(query)

    async def add(self, new: Match, breakdown: Iterable[StoredPart], waived: Iterable[str] = ()) -> None:
        """Store a new match."""
        fixed = {"breakdown": list(breakdown), "waived": sorted(waived)}
        await self._connection.execute(insert(match).values(match_values(new) | fixed))
        await self._connection.execute(insert(match_member), member_values(new))

    async def save(self, changed: Match) -> None:
        """Store a changed match."""
        await self._connection.execute(
            update(match).where(match.c.id == changed.id).values(match_values(changed))
        )
        same = and_(
            match_member.c.match_id == bindparam("of_match"),
            match_member.c.participant_id == bindparam("of_participant"),
        )
        rows = [
            {
                "of_match": changed.id,
                "of_participant": member.participant_id,
                "accepted": member.accepted,
                "confirmed": member.confirmed,
                "away": member.away,
            }
            for member in changed.members
        ]
        await self._connection.execute(update(match_member).where(same), rows)

    async def keep_health(self, match_id: UUID, health: str) -> None:
        """Note how a match is doing; a match that is not here is nobody's."""
        await self._connection.execute(update(match).where(match.c.id == match_id).values(health=health))

    async def exclude(self, cohort_id: UUID, people: Iterable[UUID], match_id: UUID | None) -> None:
        """Never propose these people to each other again in the cohort."""
        rows = [
            {"cohort_id": cohort_id, "first_person_id": one, "second_person_id": other, "match_id": match_id}
            for one, other in combinations(sorted(people), 2)
        ]
        await self._connection.execute(upsert(pair_exclusion).on_conflict_do_nothing(), rows)

    async def excluded_pairs(self, cohort_id: UUID) -> frozenset[PersonPair]:
        """Who must not be proposed to whom in a cohort: as somebody decided, or as one of the two wishes."""
        rows = await self._connection.execute(
            select(pair_exclusion.c.first_person_id, pair_exclusion.c.second_person_id).where(
                pair_exclusion.c.cohort_id == cohort_id
            )
        )
        decided = frozenset(frozenset((PersonId(one), PersonId(other))) for one, other in rows)
        return decided | await WishRepository(self._connection).apart(cohort_id)

    async def live_pairs(
        self, program_id: UUID, *, replaceable_of: UUID | None = None
    ) -> frozenset[PersonPair]:
        """Who is together in a match of a program that is not over.

        `replaceable_of` names a cohort whose proposals may be replaced: they do not count.
        """
        one, other = match_member.alias("one"), match_member.alias("other")
        rows = await self._connection.execute(
            select(one.c.person_id, other.c.person_id)
            .join(other, and_(other.c.match_id == one.c.match_id, other.c.person_id > one.c.person_id))
            .join(match, match.c.id == one.c.match_id)
            .where(match.c.program_id == program_id, holds_seats(replaceable_of))
        )
        return frozenset(frozenset((PersonId(first), PersonId(second))) for first, second in rows)

    async def count_live_of(self, program_id: UUID, participant_ids: Collection[UUID] | None = None) -> int:
        """How many matches of a program are not over, of some participants or of all."""
        query = select(func.count()).select_from(match)
        query = query.where(match.c.program_id == program_id, holds_seats())
        if participant_ids is not None:
            mine = select(match_member.c.match_id).where(match_member.c.participant_id.in_(participant_ids))
            query = query.where(match.c.id.in_(mine))
        return await self._connection.scalar(query) or 0

    async def count_by_state(self) -> dict[MatchState, int]:
        """How many matches there are in each state."""
        rows = await self._connection.execute(select(match.c.state, func.count()).group_by(match.c.state))
        counted = {state: count for state, count in rows}  # noqa: C416 - rows are no tuples to mypy
        return {state: counted.get(state.value, 0) for state in MatchState}

    async def _load(self, query: Select[Any], *, lock: bool = False) -> list[StoredMatch]:
        query = query.order_by(match.c.id)
        rows = (await self._connection.execute(query.with_for_update() if lock else query)).all()
        members: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
        of_these = match_member.c.match_id.in_([row.id for row in rows])
        found = select(match_member).where(of_these).order_by(match_member.c.participant_id)
        for member in await self._connection.execute(found) if rows else ():
            members[member.match_id].append(member)
        return [
            StoredMatch(
                match_from_rows(row, members[row.id]), tuple(row.breakdown), tuple(row.waived), row.health
            )
            for row in rows
        ]
