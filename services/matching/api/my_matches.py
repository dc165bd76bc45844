"""Matches over HTTP, for their members."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.api.context import SIGNED_IN, Context
from services.matching.api.match_models import MyMatchView, my_match_view
from services.matching.domain.ids import PersonId
from services.matching.domain.match.states import MatchInput
from services.matching.persistence.match_repository import MatchRepository, StoredMatch
from services.matching.persistence.person_reader import PersonReader
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity
from shared.http.commands import CurrentCall
from shared.http.pages import Page, Pages
from shared.persistence.unit_of_work import UnitOfWork

_COMMANDS = {
    MatchInput.ACCEPT: ("match_accepted", "Say yes to the offer."),
    MatchInput.DECLINE: ("match_declined", "Say no to the offer; the other side does not learn who did."),
    MatchInput.CONFIRM: (
        "match_resumption_confirmed",
        "Go on after a leave; it resumes when everybody said so.",
    ),
}


def my_match_routes(context: Context) -> APIRouter:
    """What the caller was offered and has."""
    router = APIRouter(tags=["my matches"], dependencies=[SIGNED_IN])
    handlers, units = context.handlers.matches, context.units

    @router.get("/my/matches")
    async def list_my_matches(pages: Pages, identity: CurrentIdentity) -> Page[MyMatchView]:
        """List the matches that the caller was ever offered."""
        person = PersonId(identity.require_person())
        async with units.read() as connection:
            found = await MatchRepository(connection).page_of_person(person, pages.after(UUID), pages.fetch)
            views = await _views(connection, person, found)
        return pages.page(views, key=lambda view: view.id)

    @router.get("/my/matches/{match_id}")
    async def read_my_match(match_id: UUID, identity: CurrentIdentity) -> MyMatchView:
        """Show one of the caller's matches."""
        person = PersonId(identity.require_person())
        async with units.read() as connection:
            stored = await MatchRepository(connection).get(match_id)
            return (await _views(connection, person, [stored]))[0]

    def add_command(what: MatchInput, action: str, text: str) -> None:
        async def run(match_id: UUID, call: CurrentCall) -> Response:
            person = PersonId(call.person_id)

            async def command(uow: UnitOfWork) -> MyMatchView:
                await handlers.by_member(uow, match_id, person, what)
                # Answers are kept for a day under the caller's key, and names are not for keeping.
                return my_match_view(await MatchRepository(uow.connection).get(match_id), person, {})

            return await call.run(command, Audit(action, "match", match_id))

        run.__doc__ = text
        path = f"/my/matches/{{match_id}}/{what.value}"
        router.add_api_route(
            path, run, methods=["POST"], name=f"{what.value}_my_match", response_model=MyMatchView
        )

    for what, (action, text) in _COMMANDS.items():
        add_command(what, action, text)
    return router


async def _views(
    connection: AsyncConnection, person: PersonId, found: list[StoredMatch]
) -> list[MyMatchView]:
    people = {member.person_id for stored in found for member in stored.match.members}
    names = await PersonReader(connection).names(people)
    return [my_match_view(stored, person, names) for stored in found]
