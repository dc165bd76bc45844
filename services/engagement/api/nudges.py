"""A person's inbox."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from services.engagement.api.context import Context, View
from services.engagement.domain.care import NudgeCode
from services.engagement.domain.ids import NudgeId, PersonId
from services.engagement.messages import choose_language, nudge_text
from services.engagement.persistence.care import CareBook
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall
from shared.http.pages import Page, Pages


class NudgeView(View):
    """A reminder: its code with parameters, and as text in the reader's language (en, de)."""

    nudge_id: UUID
    match_id: UUID
    code: NudgeCode
    parameters: dict[str, int]
    text: str
    sent_at: datetime
    seen_at: datetime | None


def nudge_routes(context: Context) -> APIRouter:
    """Reading nudges."""
    router = APIRouter(prefix="/nudges", tags=["nudges"], dependencies=[allow_signed_in()])

    @router.get("")
    async def list_nudges(
        pages: Pages,
        identity: CurrentIdentity,
        accept_language: Annotated[str, Header()] = "en",
        unseen: bool = True,
    ) -> Page[NudgeView]:
        """The caller's nudges, the newest first."""
        person, after = PersonId(identity.require_person()), pages.after(UUID)
        language = choose_language(accept_language)
        async with context.units.read() as connection:
            nudges = await CareBook(connection).page_of_nudges(
                person, after=NudgeId(after) if after else None, limit=pages.fetch, unseen=unseen
            )
        views = [
            NudgeView(
                nudge_id=nudge.id,
                match_id=nudge.match_id,
                code=nudge.code,
                parameters=dict(nudge.parameters),
                text=nudge_text(nudge.code, nudge.parameters, language),
                sent_at=nudge.sent_at,
                seen_at=nudge.seen_at,
            )
            for nudge in nudges
        ]
        return pages.page(views, key=lambda view: view.nudge_id)

    @router.post("/{nudge_id}/seen", status_code=204, response_class=Response)
    async def see_nudge(nudge_id: UUID, call: CurrentCall) -> Response:
        """The caller saw a nudge; once is enough."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: context.handlers.care.nudge_seen(uow, NudgeId(nudge_id), person),
            Audit("nudge_seen", "nudge", nudge_id),
        )

    return router
