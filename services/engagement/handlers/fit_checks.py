"""Answers to the fit check."""

from services.engagement.domain.fit_check import FitAnswer, answer
from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.questions import Questions
from shared.events.engagement import FitAnswer as FitAnswerCode
from shared.events.engagement import FitCheckAnswered
from shared.events.envelope import WITHHELD
from shared.persistence.unit_of_work import UnitOfWork


class FitCheckHandlers:
    """Takes answers and tells them without who gave them."""

    async def answer(self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, given: FitAnswer) -> None:
        """A member says whether the match fits."""
        match = await Matches(uow.connection).lock_of_member(match_id, person_id)
        match.require_open()
        questions = Questions(uow.connection)
        checks = {check.person_id: check for check in await questions.fit_checks(match_id)}
        await questions.put_fit_checks([answer(checks.get(person_id), given, uow.now)])
        uow.emit(
            FitCheckAnswered(
                match_id=match_id, program_id=match.program_id, answer=FitAnswerCode(given.value)
            ),
            actor=WITHHELD,
        )
