"""Matches over HTTP, for coordinators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.matching.api.context import COORDINATOR, Body, Context, coordinated
from services.matching.api.match_models import CommandReason, MatchView, match_view
from services.matching.domain.match.manual import WaiverReason
from services.matching.domain.match.states import FlagCode, MatchInput, MatchState
from services.matching.domain.run.constraints import ConstraintCode
from services.matching.persistence.match_repository import MatchRepository
from shared.errors import Invalid
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import Page, Pages
from shared.persistence.unit_of_work import UnitOfWork, Units

_COMMANDS = {
    MatchInput.OFFER: ("match_offered", "Show the proposal to its members."),
    MatchInput.WITHDRAW: ("match_withdrawn", "Take back a proposal or an offer."),
    MatchInput.PAUSE: ("match_paused", "Let the match rest."),
    MatchInput.RESUME: ("match_resumed", "Let a match that a coordinator paused go on."),
    MatchInput.COMPLETE: ("match_completed", "Complete the match before its planned end."),
    MatchInput.END: ("match_ended", "End the match early."),
    MatchInput.LOCK: ("match_locked", "Keep the match: no run replaces it, no policy ends it."),
    MatchInput.UNLOCK: ("match_unlocked", "Take the lock off."),
}


class WaiverMissing(Invalid):
    """Waiving a rule needs a reason."""

    code = "waiver_reason_missing"


class ManualBody(Body):
    """A pair, and the rules that are waived for it with the reason."""

    mentor_id: UUID
    mentee_id: UUID
    waive: frozenset[ConstraintCode] = frozenset()
    reason: WaiverReason | None = None


class ReasonBody(Body):
    """Why; for the audit alone."""

    reason: CommandReason


class OverrideBody(ReasonBody):
    """The flag that is set aside."""

    flag: FlagCode = Field(description="what the match is flagged for")


class Wanted(BaseModel):
    """Which matches are listed; absent: all. The page's own parameters stand beside these."""

    model_config = ConfigDict(frozen=True)

    cohort_id: UUID | None = None
    run_id: UUID | None = None
    state: MatchState | None = None
    flag: FlagCode | None = None


def match_routes(context: Context) -> APIRouter:
    """Matches of the programs that the caller coordinates."""
    router = APIRouter(tags=["matches"], dependencies=[COORDINATOR])
    handlers = context.handlers

    @router.post("/matches", response_model=MatchView, status_code=201)
    async def propose_match(body: ManualBody, call: CurrentCall) -> Response:
        """Propose a pair by hand. Hard rules hold; some cannot be waived."""
        if body.waive and body.reason is None:
            raise WaiverMissing(field="body.reason")

        async def command(uow: UnitOfWork) -> Outcome:
            match = await handlers.manual.propose(
                uow, body.mentor_id, body.mentee_id, call.person_id, body.waive
            )
            return Outcome(body=await _shown(uow, match.id), status=201, subject_id=match.id)

        return await call.run(command, Audit("match_proposed", "match", reason=body.reason))

    @router.post("/matches/{match_id}/override", response_model=MatchView)
    async def override_flag(match_id: UUID, body: OverrideBody, call: CurrentCall) -> Response:
        """Keep a flagged match as it is; the same flag is not raised again."""

        async def command(uow: UnitOfWork) -> MatchView:
            await handlers.matches.by_coordinator(
                uow, match_id, call.person_id, MatchInput.OVERRIDE, body.flag
            )
            return await _shown(uow, match_id)

        return await call.run(command, Audit("match_overridden", "match", match_id, body.reason))

    for what, (action, text) in _COMMANDS.items():
        _add_command(router, context, what, action, text)
    _add_reads(router, context.units)
    return router


def _add_reads(router: APIRouter, units: Units) -> None:
    @router.get("/programs/{program_id}/matches")
    async def list_matches(
        program_id: UUID, pages: Pages, identity: CurrentIdentity, wanted: Annotated[Wanted, Query()]
    ) -> Page[MatchView]:
        """List the matches of a program."""
        async with units.read() as connection:
            await coordinated(connection, program_id, identity)
            found = await MatchRepository(connection).page(
                program_id,
                pages.after(UUID),
                pages.fetch,
                cohort_id=wanted.cohort_id,
                run_id=wanted.run_id,
                state=wanted.state,
                flag=wanted.flag,
            )
        return pages.page([match_view(stored) for stored in found], key=lambda view: view.id)

    @router.get("/matches/{match_id}")
    async def read_match(match_id: UUID, identity: CurrentIdentity) -> MatchView:
        """Show a match."""
        async with units.read() as connection:
            stored = await MatchRepository(connection).get(match_id)
            await coordinated(connection, stored.match.program_id, identity)
        return match_view(stored)


def _add_command(router: APIRouter, context: Context, what: MatchInput, action: str, text: str) -> None:
    async def run(match_id: UUID, body: ReasonBody, call: CurrentCall) -> Response:
        async def command(uow: UnitOfWork) -> MatchView:
            await context.handlers.matches.by_coordinator(uow, match_id, call.person_id, what)
            return await _shown(uow, match_id)

        return await call.run(command, Audit(action, "match", match_id, body.reason))

    run.__doc__ = text
    path = f"/matches/{{match_id}}/{what.value}"
    router.add_api_route(path, run, methods=["POST"], name=f"{what.value}_match", response_model=MatchView)


async def _shown(uow: UnitOfWork, match_id: UUID) -> MatchView:
    return match_view(await MatchRepository(uow.connection).get(match_id))
