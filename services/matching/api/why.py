"""Why, over HTTP: any pair and anybody in a run for its coordinators, one's own place for members."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.api.context import COORDINATOR, SIGNED_IN, Context, coordinated
from services.matching.api.why_models import (
    MyWhyView,
    PairWhyView,
    PlaceWhyView,
    my_role,
    pair_why,
    place_why,
)
from services.matching.domain.enrolment import ParticipantNotFound
from services.matching.domain.run.answers import PlaceAnswer
from services.matching.domain.run.market import Role
from services.matching.handlers.explanations import ParticipantNotInRun, RunExplained, explained
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.run_repository import RunRepository
from shared.errors import Conflict
from shared.http.auth import CurrentIdentity, Identity
from shared.persistence.unit_of_work import Units


class NoRunYet(Conflict):
    """No run of the cohort has been published."""

    code = "no_run_yet"


def why_routes(context: Context) -> APIRouter:
    """The reasons of a run."""
    router = APIRouter(tags=["match runs"])
    _add_for_coordinators(router, context.units)
    _add_for_members(router, context.units)
    return router


def _add_for_coordinators(router: APIRouter, units: Units) -> None:
    @router.get("/runs/{run_id}/why/{mentor_id}/{mentee_id}", dependencies=[COORDINATOR])
    async def explain_pair(
        run_id: UUID, mentor_id: UUID, mentee_id: UUID, identity: CurrentIdentity
    ) -> PairWhyView:
        """Tell why a pair was chosen, which rules refuse it, or what choosing it would cost the others."""
        async with units.read() as connection:
            kept = await _own(connection, run_id, identity)
        return pair_why(await kept.pair(mentor_id, mentee_id))

    @router.get("/runs/{run_id}/why/{participant_id}", dependencies=[COORDINATOR])
    async def explain_place(
        run_id: UUID, participant_id: UUID, identity: CurrentIdentity
    ) -> list[PlaceWhyView]:
        """Tell what somebody got in each role; where nobody, what stood in the way and what would help."""
        async with units.read() as connection:
            kept = await _own(connection, run_id, identity)
            reasons = await RunRepository(connection).reasons(run_id, participant_id)
        answers = await _places(kept, participant_id)
        return [place_why(answer, reasons.get(answer.role)) for answer in answers]


def _add_for_members(router: APIRouter, units: Units) -> None:
    @router.get("/my/enrolments/{participant_id}/why", dependencies=[SIGNED_IN])
    async def explain_my_place(participant_id: UUID, identity: CurrentIdentity) -> MyWhyView:
        """Tell the caller what the latest run made of them, and which answers of theirs would have helped."""
        async with units.read() as connection:
            mine = await ParticipantRepository(connection).get(participant_id)
            if mine.person_id != identity.require_person():
                raise ParticipantNotFound(participant_id=str(participant_id))
            runs = RunRepository(connection)
            run = await runs.latest_published(mine.cohort_id)
            if run is None:
                raise NoRunYet(cohort_id=str(mine.cohort_id))
            reasons = await runs.reasons(run.id, participant_id)
            under_way = await MatchRepository(connection).is_any_proposed(run.id)
            kept = await explained(connection, run)
        answers = await _places(kept, participant_id)
        roles = [my_role(answer, reasons.get(answer.role), under_way=under_way) for answer in answers]
        return MyWhyView(run_id=run.id, roles=roles)


async def _places(kept: RunExplained, participant_id: UUID) -> list[PlaceAnswer]:
    """The answers for the roles in which the participant took part. Raises ParticipantNotInRun for none."""
    found = []
    for role in (Role.MENTOR, Role.MENTEE):
        try:
            found.append(await kept.place(participant_id, role))
        except ParticipantNotInRun:
            continue
    if not found:
        raise ParticipantNotInRun(participant_id=str(participant_id))
    return found


async def _own(connection: AsyncConnection, run_id: UUID, identity: Identity) -> RunExplained:
    run = await RunRepository(connection).get(run_id)
    await coordinated(connection, run.program_id, identity)
    return await explained(connection, run)
