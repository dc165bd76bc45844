"""What a pair wrote: goals and notes, their words as ciphertext, and the wrapped key of each match."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.errors import NoSuchGoal
from services.engagement.domain.goals import Goal
from services.engagement.domain.ids import GoalId, MatchId, NoteId, PersonId
from services.engagement.domain.notes import Note
from services.engagement.persistence.tables import goal, match_key, note


class Writings:
    """The tables of goals, notes and keys."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def wrapped_key(self, match_id: MatchId) -> bytes | None:
        """The wrapped key of a match, None when there is none, or none any more."""
        key: bytes | None = await self._connection.scalar(
            select(match_key.c.wrapped).where(match_key.c.match_id == match_id)
        )
        return key

    async def add_key(self, match_id: MatchId, wrapped: bytes) -> None:
        """Keep the wrapped key of a match."""
        await self._connection.execute(insert(match_key).values(match_id=match_id, wrapped=wrapped))

    async def forget(self, matches: Collection[MatchId]) -> None:
        """Destroy the keys of the matches and all words in them; numbers and dates of goals stay."""
        await self._connection.execute(delete(match_key).where(match_key.c.match_id.in_(matches)))
        await self._connection.execute(delete(note).where(note.c.match_id.in_(matches)))
        await self._connection.execute(update(goal).where(goal.c.match_id.in_(matches)).values(words=None))

    async def count_goals(self, match_id: MatchId) -> int:
        """How many goals a match has."""
        return await self._connection.scalar(select(func.count()).where(goal.c.match_id == match_id)) or 0

    async def add_goal(self, new: Goal, words: bytes) -> None:
        """Keep a goal."""
        await self._connection.execute(
            insert(goal).values(
                goal_id=new.id,
                match_id=new.match_id,
                set_by=new.set_by,
                set_at=new.set_at,
                due_on=new.due_on,
                percent=new.percent,
                reached_at=new.reached_at,
                words=words,
            )
        )

    async def lock_goal(self, match_id: MatchId, goal_id: GoalId) -> Goal:
        """A goal of the match, held; raises NoSuchGoal."""
        rows = await self._connection.execute(
            select(goal).where(goal.c.goal_id == goal_id, goal.c.match_id == match_id).with_for_update()
        )
        row = rows.first()
        if row is None:
            raise NoSuchGoal
        return _goal(row)

    async def save_goal(self, changed: Goal) -> None:
        """Keep how far a goal is."""
        await self._connection.execute(
            update(goal)
            .where(goal.c.goal_id == changed.id)
            .values(percent=changed.percent, reached_at=changed.reached_at)
        )

    async def goals(self, match_id: MatchId) -> list[tuple[Goal, bytes | None]]:
        """The goals of a match with their sealed words, in the order in which they were set."""
        rows = await self._connection.execute(
            select(goal).where(goal.c.match_id == match_id).order_by(goal.c.goal_id)
        )
        return [(_goal(row), row.words) for row in rows]

    async def count_notes(self, match_id: MatchId) -> int:
        """How many notes a match has."""
        return await self._connection.scalar(select(func.count()).where(note.c.match_id == match_id)) or 0

    async def add_note(self, new: Note, words: bytes) -> None:
        """Keep a note."""
        await self._connection.execute(
            insert(note).values(
                note_id=new.id,
                match_id=new.match_id,
                author_id=new.author_id,
                written_at=new.written_at,
                words=words,
                **_changing(new),
            )
        )

    async def lock_note(self, match_id: MatchId, note_id: NoteId) -> Note | None:
        """A note of the match, held."""
        rows = await self._connection.execute(
            select(note).where(note.c.note_id == note_id, note.c.match_id == match_id).with_for_update()
        )
        row = rows.first()
        return None if row is None else _note(row)

    async def save_note(self, changed: Note, words: bytes | None = None) -> None:
        """Keep an edited note; `words` None: they stay as they are."""
        values = _changing(changed) | ({} if words is None else {"words": words})
        await self._connection.execute(update(note).where(note.c.note_id == changed.id).values(values))

    async def delete_note(self, note_id: NoteId) -> None:
        """Delete a note."""
        await self._connection.execute(delete(note).where(note.c.note_id == note_id))

    async def page_of_notes(
        self, match_id: MatchId, reader: PersonId, *, after: NoteId | None, limit: int
    ) -> Sequence[tuple[Note, bytes]]:
        """The notes that a member may read with their sealed words, the newest first."""
        query = select(note).where(
            note.c.match_id == match_id, or_(note.c.author_id == reader, note.c.shared)
        )
        if after is not None:
            query = query.where(note.c.note_id < after)
        rows = await self._connection.execute(query.order_by(note.c.note_id.desc()).limit(limit))
        return [(_note(row), row.words) for row in rows]


def _changing(row: Note) -> dict[str, Any]:
    return {"shared": row.shared, "edited_at": row.edited_at, "revision": row.revision}


def _goal(row: Row[Any]) -> Goal:
    return Goal(
        id=GoalId(row.goal_id),
        match_id=MatchId(row.match_id),
        set_by=PersonId(row.set_by),
        set_at=row.set_at,
        due_on=row.due_on,
        percent=row.percent,
        reached_at=row.reached_at,
    )


def _note(row: Row[Any]) -> Note:
    return Note(
        id=NoteId(row.note_id),
        match_id=MatchId(row.match_id),
        author_id=PersonId(row.author_id),
        shared=row.shared,
        written_at=row.written_at,
        edited_at=row.edited_at,
        revision=row.revision,
    )
