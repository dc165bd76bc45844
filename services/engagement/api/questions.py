"""Answering what is asked: the fit check and pulses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.engagement.api.context import Body, Code, Context
from services.engagement.domain.fit_check import FitAnswer
from services.engagement.domain.ids import MatchId, PersonId
from shared.http.audit import Audit
from shared.http.auth import allow_signed_in
from shared.http.commands import CurrentCall


class FitCheckBody(Body):
    """How the match fits."""

    answer: FitAnswer


class PulseBody(Body):
    """Ratings from 1 (worst) to 5 (best) by the code of the question; questions may be left out."""

    answers: Annotated[dict[Code, Annotated[int, Field(ge=1, le=5)]], Field(min_length=1, max_length=10)]


def question_routes(context: Context) -> APIRouter:
    """Answers; what is asked is read with the match."""
    handlers = context.handlers
    router = APIRouter(prefix="/matches/{match_id}", tags=["questions"], dependencies=[allow_signed_in()])

    @router.post("/fit-check", status_code=204, response_class=Response)
    async def answer_fit_check(match_id: UUID, body: FitCheckBody, call: CurrentCall) -> Response:
        """Answer the open fit check; no event and no other member is told who did."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: handlers.fit_checks.answer(uow, MatchId(match_id), person, body.answer),
            Audit("fit_check_answered", "match", match_id, reason=body.answer.value),
        )

    @router.post("/pulse", status_code=204, response_class=Response)
    async def answer_pulse(match_id: UUID, body: PulseBody, call: CurrentCall) -> Response:
        """Answer the open pulse; ratings are counted without a name."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: handlers.pulses.answer(uow, MatchId(match_id), person, body.answers),
            Audit("pulse_answered", "match", match_id),
        )

    return router
