"""Nudges for people and flags for coordinators."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.care import FlagCode, NudgeCode, Resolution
from services.engagement.domain.ids import FlagId, MatchId, NudgeId, PersonId, ProgramId
from services.engagement.persistence.tables import flag, nudge, nudge_recipient


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that needs the coordinator; open until `resolved_at`."""

    id: FlagId
    match_id: MatchId
    program_id: ProgramId
    code: FlagCode
    raised_at: datetime
    resolved_at: datetime | None = None
    resolution: Resolution | None = None


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder as one person sees it."""

    id: NudgeId
    match_id: MatchId
    code: NudgeCode
    parameters: Mapping[str, int]
    sent_at: datetime
    seen_at: datetime | None = None


class CareBook:
    """The tables of nudges and flags."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_nudge(self, new: Nudge, recipients: Collection[PersonId]) -> None:
        """Keep a nudge for its recipients."""
        await self._connection.execute(
            insert(nudge).values(
                nudge_id=new.id,
                match_id=new.match_id,
                code=new.code.value,
                parameters=dict(new.parameters),
                sent_at=new.sent_at,
            )
        )
        await self._connection.execute(
            insert(nudge_recipient),
            [{"nudge_id": new.id, "person_id": person, "seen_at": None} for person in recipients],
        )

    async def page_of_nudges(
        self, person_id: PersonId, *, after: NudgeId | None, limit: int, unseen: bool
    ) -> Sequence[Nudge]:
        """A person's nudges, the newest first."""
        query = (
            select(nudge, nudge_recipient.c.seen_at)
            .join(nudge_recipient, nudge_recipient.c.nudge_id == nudge.c.nudge_id)
            .where(nudge_recipient.c.person_id == person_id)
        )
        if unseen:
            query = query.where(nudge_recipient.c.seen_at.is_(None))
        if after is not None:
            query = query.where(nudge.c.nudge_id < after)
        rows = await self._connection.execute(query.order_by(nudge.c.nudge_id.desc()).limit(limit))
        return [
            Nudge(
                NudgeId(r.nudge_id),
                MatchId(r.match_id),
                NudgeCode(r.code),
                r.parameters,
                r.sent_at,
                r.seen_at,
            )
            for r in rows
        ]

    async def see_nudge(self, nudge_id: NudgeId, person_id: PersonId, now: datetime) -> bool:
        """Remember that a person saw a nudge; False when it is not that person's, or was seen before."""
        result = await self._connection.execute(
            update(nudge_recipient)
            .where(
                nudge_recipient.c.nudge_id == nudge_id,
                nudge_recipient.c.person_id == person_id,
                nudge_recipient.c.seen_at.is_(None),
            )
            .values(seen_at=now)
            .returning(nudge_recipient.c.nudge_id)
        )
        return result.first() is not None

    async def has_nudge(self, nudge_id: NudgeId, person_id: PersonId) -> bool:
        """Whether the nudge is the person's."""
        found = await self._connection.scalar(
            select(nudge_recipient.c.nudge_id).where(
                nudge_recipient.c.nudge_id == nudge_id, nudge_recipient.c.person_id == person_id
            )
        )
        return found is not None

    async def forget(self, person_id: PersonId) -> None:
        """Delete a person's inbox."""
        await self._connection.execute(
            delete(nudge_recipient).where(nudge_recipient.c.person_id == person_id)
        )

    async def raise_flag(self, new: Flag) -> bool:
        """Keep a flag; False when one of its kind is open already."""
        row = upsert(flag).values(
            flag_id=new.id,
            match_id=new.match_id,
            program_id=new.program_id,
            code=new.code.value,
            raised_at=new.raised_at,
        )
        result = await self._connection.execute(row.on_conflict_do_nothing().returning(flag.c.flag_id))
        return result.first() is not None

    async def lock_flag(self, flag_id: FlagId) -> Flag | None:
        """A flag, held."""
        rows = await self._connection.execute(select(flag).where(flag.c.flag_id == flag_id).with_for_update())
        row = rows.first()
        return None if row is None else _flag(row)

    async def resolve(self, flag_id: FlagId, resolution: Resolution, now: datetime) -> None:
        """A flag was dealt with."""
        await self._connection.execute(
            update(flag).where(flag.c.flag_id == flag_id).values(resolved_at=now, resolution=resolution.value)
        )

    async def resolve_open(
        self, match_id: MatchId, codes: Collection[FlagCode], resolution: Resolution, now: datetime
    ) -> list[Flag]:
        """Resolve a match's open flags of these kinds; which ones there were."""
        rows = await self._connection.execute(
            update(flag)
            .where(
                flag.c.match_id == match_id,
                flag.c.code.in_([code.value for code in codes]),
                flag.c.resolved_at.is_(None),
            )
            .values(resolved_at=now, resolution=resolution.value)
            .returning(flag)
        )
        return sorted((_flag(row) for row in rows), key=lambda each: each.id)

    async def page_of_flags(
        self, program_id: ProgramId, *, after: FlagId | None, limit: int, open_only: bool
    ) -> Sequence[Flag]:
        """A program's flags, the newest first."""
        query = select(flag).where(flag.c.program_id == program_id)
        if open_only:
            query = query.where(flag.c.resolved_at.is_(None))
        if after is not None:
            query = query.where(flag.c.flag_id < after)
        rows = await self._connection.execute(query.order_by(flag.c.flag_id.desc()).limit(limit))
        return [_flag(row) for row in rows]


def _flag(row: Row[Any]) -> Flag:
    return Flag(
        id=FlagId(row.flag_id),
        match_id=MatchId(row.match_id),
        program_id=ProgramId(row.program_id),
        code=FlagCode(row.code),
        raised_at=row.raised_at,
        resolved_at=row.resolved_at,
        resolution=Resolution(row.resolution) if row.resolution else None,
    )
