"""Pulses: asked by the calendar, reminded of once, answered without a name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.engagement.domain.care import NudgeCode
from services.engagement.domain.ids import MatchId, PersonId, PulseId
from services.engagement.domain.match import Match
from services.engagement.domain.pulse import Calendar, Pulse, check_answers, due_round
from services.engagement.handlers.care import CareHandlers
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.questions import Questions
from shared.events.engagement import PulseAnswered
from shared.events.envelope import WITHHELD
from shared.persistence.unit_of_work import UnitOfWork

PULSE: Final = "pulse"
PULSE_REMINDER: Final = "pulse_reminder"


@dataclass(frozen=True, slots=True)
class PulseRules:
    """What the settings say of pulses."""

    calendar: Calendar
    reminder_after: timedelta
    questions: tuple[str, ...]


class PulseHandlers:
    """Asks, reminds, takes answers."""

    def __init__(self, care: CareHandlers, rules: PulseRules) -> None:
        self._care = care
        self.rules = rules

    async def follow(self, uow: UnitOfWork, match: Match) -> None:
        """Plan the next pulse of a match, or none."""
        due = due_round(match, self.rules.calendar, uow.now)
        at = due.next_at if due.round is None else uow.now
        if at is None:
            await uow.unschedule(PULSE, match.id)
        else:
            await uow.schedule(PULSE, match.id, at)
        if match.closed:
            await uow.unschedule(PULSE_REMINDER, match.id)

    async def pulse_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """Ask the round that is due."""
        match = await Matches(uow.connection).lock(MatchId(subject))
        if match is None:
            return
        due = due_round(match, self.rules.calendar, uow.now)
        if due.round is not None:
            asked = Pulse(PulseId(uow.new_id()), match.id, due.round, uow.now)
            await Questions(uow.connection).add_pulse(asked)
            match = replace(match, pulses=due.round)
            await Matches(uow.connection).save(match)
            await uow.schedule(PULSE_REMINDER, match.id, uow.now + self.rules.reminder_after)
        await self.follow(uow, match)

    async def pulse_reminder_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """Remind whoever has not answered; a resting match is left in peace."""
        match = await Matches(uow.connection).lock(MatchId(subject))
        if match is None or match.closed or match.timeline.resting:
            return
        pulse = await Questions(uow.connection).latest_pulse(match.id)
        waiting = pulse.waiting_for(match) if pulse else ()
        if waiting:
            parameters = {"questions": len(self.rules.questions)}
            await self._care.nudge(uow, match, NudgeCode.PULSE_WAITING, waiting, parameters)

    async def answer(
        self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, answers: Mapping[str, int]
    ) -> None:
        """A member answered the open pulse."""
        match = await Matches(uow.connection).lock_of_member(match_id, person_id)
        match.require_open()
        questions = Questions(uow.connection)
        latest = await questions.latest_pulse(match_id)
        pulse = check_answers(latest, person_id, answers, self.rules.questions)
        await questions.add_reply(pulse, match.program_id, person_id, answers)
        for question, rating in sorted(answers.items()):
            uow.emit(
                PulseAnswered(
                    match_id=match_id, program_id=match.program_id, question=question, rating=rating
                ),
                actor=WITHHELD,
            )
