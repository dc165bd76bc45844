"""What members are asked: fit checks and pulses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.fit_check import FitAnswer, FitCheck
from services.engagement.domain.ids import MatchId, PersonId, ProgramId, PulseId
from services.engagement.domain.pulse import SHOWN_FROM, Pulse
from services.engagement.persistence.tables import fit_check, pulse, pulse_reply, pulse_tally


@dataclass(frozen=True, slots=True)
class PulseFigure:
    """The answers to one question of a round: how many, and the sum of their ratings."""

    round: int
    question: str
    answers: int
    total: int


class Questions:
    """The tables of fit checks and pulses."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def fit_checks(self, match_id: MatchId) -> list[FitCheck]:
        """The questions to all members of a match."""
        rows = await self._connection.execute(
            select(fit_check).where(fit_check.c.match_id == match_id).order_by(fit_check.c.person_id)
        )
        return [
            FitCheck(
                match_id=MatchId(row.match_id),
                person_id=PersonId(row.person_id),
                round=row.round,
                asked_at=row.asked_at,
                answer=FitAnswer(row.answer) if row.answer else None,
                answered_at=row.answered_at,
            )
            for row in rows
        ]

    async def put_fit_checks(self, checks: Iterable[FitCheck]) -> None:
        """Keep questions that were asked or answered."""
        for check in checks:
            values = {
                "round": check.round,
                "asked_at": check.asked_at,
                "answer": check.answer.value if check.answer else None,
                "answered_at": check.answered_at,
            }
            row = upsert(fit_check).values(match_id=check.match_id, person_id=check.person_id, **values)
            await self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=[fit_check.c.match_id, fit_check.c.person_id], set_=values
                )
            )

    async def add_pulse(self, new: Pulse) -> None:
        """Keep a round that was asked."""
        await self._connection.execute(
            insert(pulse).values(
                pulse_id=new.id, match_id=new.match_id, round=new.round, asked_at=new.asked_at
            )
        )

    async def latest_pulse(self, match_id: MatchId) -> Pulse | None:
        """The last round that was asked."""
        rows = await self._connection.execute(
            select(pulse).where(pulse.c.match_id == match_id).order_by(pulse.c.round.desc()).limit(1)
        )
        row = rows.first()
        if row is None:
            return None
        replied = await self._connection.scalars(
            select(pulse_reply.c.person_id).where(pulse_reply.c.pulse_id == row.pulse_id)
        )
        return Pulse(
            id=PulseId(row.pulse_id),
            match_id=MatchId(row.match_id),
            round=row.round,
            asked_at=row.asked_at,
            replied=frozenset(PersonId(each) for each in replied),
        )

    async def add_reply(
        self, answered: Pulse, program_id: ProgramId, person_id: PersonId, answers: Mapping[str, int]
    ) -> None:
        """Remember that a member answered, and count the ratings apart from that."""
        await self._connection.execute(insert(pulse_reply).values(pulse_id=answered.id, person_id=person_id))
        for question, rating in sorted(answers.items()):
            row = upsert(pulse_tally).values(
                program_id=program_id, round=answered.round, question=question, rating=rating, answers=1
            )
            await self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=list(pulse_tally.primary_key.columns),
                    set_={"answers": pulse_tally.c.answers + 1},
                )
            )

    async def figures(self, program_id: ProgramId) -> list[PulseFigure]:
        """What may be shown of a program's pulses: questions with enough answers in a round."""
        answers = func.sum(pulse_tally.c.answers)
        rows = await self._connection.execute(
            select(
                pulse_tally.c.round,
                pulse_tally.c.question,
                answers.label("answers"),
                func.sum(pulse_tally.c.answers * pulse_tally.c.rating).label("total"),
            )
            .where(pulse_tally.c.program_id == program_id)
            .group_by(pulse_tally.c.round, pulse_tally.c.question)
            .having(answers >= SHOWN_FROM)
            .order_by(pulse_tally.c.round, pulse_tally.c.question)
        )
        return [PulseFigure(row.round, row.question, int(row.answers), int(row.total)) for row in rows]

    async def forget(self, person_id: PersonId) -> None:
        """Delete what a person was asked and answered; counted ratings name nobody and stay."""
        await self._connection.execute(delete(fit_check).where(fit_check.c.person_id == person_id))
        await self._connection.execute(delete(pulse_reply).where(pulse_reply.c.person_id == person_id))
