"""Wishes over HTTP: everybody's own, and nobody else's."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.matching.api.context import SIGNED_IN, Body, Context, View
from services.matching.domain.enrolment import ParticipantNotFound
from services.matching.domain.ids import PersonId
from services.matching.domain.run.ties import MOST_CHOICES
from services.matching.domain.wishes import MOST_APART, Wishes
from services.matching.handlers.wishes import change_wishes
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.wish_repository import WishRepository
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity
from shared.http.commands import CurrentCall
from shared.persistence.unit_of_work import UnitOfWork


class WishesBody(Body):
    """People by id: `choices` by rank, `apart` in any order."""

    choices: tuple[UUID, ...] = Field(default=(), max_length=MOST_CHOICES)
    apart: tuple[UUID, ...] = Field(default=(), max_length=MOST_APART)


class WishesView(View):
    """The same, as kept."""

    choices: list[UUID]
    apart: list[UUID]


def wish_routes(context: Context) -> APIRouter:
    """Reading and replacing one's wishes."""
    router = APIRouter(tags=["enrolment"], dependencies=[SIGNED_IN])
    units = context.units

    @router.get("/my/enrolments/{participant_id}/wishes")
    async def read_my_wishes(participant_id: UUID, identity: CurrentIdentity) -> WishesView:
        """Show whom the caller would like to be matched with, and whom never."""
        async with units.read() as connection:
            mine = await ParticipantRepository(connection).get(participant_id)
            if mine.person_id != identity.require_person():
                raise ParticipantNotFound(participant_id=str(participant_id))
            return _view(await WishRepository(connection).get(participant_id))

    @router.put("/my/enrolments/{participant_id}/wishes", response_model=WishesView)
    async def change_my_wishes(participant_id: UUID, body: WishesBody, call: CurrentCall) -> Response:
        """Replace them, from the next run on.

        Two who are each other's first choice, and whom the rules allow, are always matched; other choices
        decide between results that are equally good. Whoever is named in `apart` is never proposed, nor told.
        """
        person = PersonId(call.person_id)
        wishes = Wishes(tuple(map(PersonId, body.choices)), tuple(map(PersonId, body.apart)))

        async def command(uow: UnitOfWork) -> WishesView:
            return _view(await change_wishes(uow, participant_id, person, wishes))

        return await call.run(command, Audit("wishes_changed", "participant", participant_id))

    return router


def _view(wishes: Wishes) -> WishesView:
    return WishesView(choices=list(wishes.choices), apart=list(wishes.apart))
