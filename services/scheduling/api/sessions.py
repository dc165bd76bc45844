"""What a member does with a session; for everybody else there is none."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.api.context import Body, Context, View
from services.scheduling.api.session_view import MovedView, SessionView
from services.scheduling.domain.alternatives import alternatives, window_around
from services.scheduling.domain.ids import PersonId, SessionId
from services.scheduling.domain.planning_errors import NoSuchSession
from services.scheduling.domain.session import Session, SessionState
from services.scheduling.domain.span import Span
from services.scheduling.invitations import Sender, invitation_of
from services.scheduling.messages import choose_language
from services.scheduling.persistence.calendars import Calendars
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.people import People
from services.scheduling.persistence.sessions import Revised, Sessions
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall
from shared.instants import Instant
from shared.persistence.unit_of_work import UnitOfWork

_ALTERNATIVES: Final = 3


class MoveBody(Body):
    """The new start, on a whole minute; the session stays as long as it is."""

    starts_at: Instant


class SlotView(View):
    starts_at: datetime
    ends_at: datetime


class SlotsView(View):
    """Up to three times that suit everybody, the best first."""

    slots: list[SlotView]


def session_routes(context: Context) -> APIRouter:
    """Reading and changing one session."""
    router = APIRouter(prefix="/sessions/{session_id}", tags=["sessions"], dependencies=[allow_signed_in()])
    handlers = context.handlers.sessions
    sender = Sender(
        context.settings.organizer_name, context.settings.organizer_email, context.settings.uid_domain
    )

    @router.get("")
    async def one_session(session_id: UUID, identity: CurrentIdentity) -> SessionView:
        """A session of the caller's."""
        person = PersonId(identity.require_person())
        async with context.units.read() as connection:
            found = await _of_member(connection, session_id, person)
        return SessionView.of(found.session, person)

    @router.get("/slots")
    async def other_slots(session_id: UUID, identity: CurrentIdentity) -> SlotsView:
        """Other times within two weeks; none for a session that has begun or is off."""
        person, now = PersonId(identity.require_person()), context.clock.now()
        async with context.units.read() as connection:
            found = await _of_member(connection, session_id, person)
            slots = await _alternatives(context, connection, found.session, now)
        return SlotsView(slots=[SlotView(starts_at=slot.start, ends_at=slot.end) for slot in slots])

    @router.get("/invitation.ics", response_class=Response)
    async def invitation(
        session_id: UUID, identity: CurrentIdentity, accept_language: Annotated[str, Header()] = "en"
    ) -> Response:
        """The session for a calendar: METHOD REQUEST, or CANCEL once it is off, with the present SEQUENCE."""
        person = PersonId(identity.require_person())
        async with context.units.read() as connection:
            found = await _of_member(connection, session_id, person)
            contacts = await People(connection).contacts(found.session.members)
        media_type, content = invitation_of(found, contacts, sender, choose_language(accept_language))
        disposition = f'attachment; filename="session-{session_id}.ics"'
        return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})

    @router.post("/accept", response_model=SessionView)
    async def accept(session_id: UUID, call: CurrentCall) -> Response:
        """Say yes to the present time."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> SessionView:
            return SessionView.of(await handlers.accept(uow, SessionId(session_id), person), person)

        return await call.run(run, Audit("session_accepted", "session", session_id))

    @router.post("/move", response_model=MovedView)
    async def move(session_id: UUID, body: MoveBody, call: CurrentCall) -> Response:
        """Move the session; the other members are asked again."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> MovedView:
            moved = await handlers.move(uow, SessionId(session_id), person, body.starts_at)
            return MovedView.made_of(moved.session, moved.warnings, person)

        return await call.run(run, Audit("session_moved", "session", session_id))

    @router.post("/cancel", response_model=SessionView)
    async def cancel(session_id: UUID, call: CurrentCall) -> Response:
        """Call the session off; the next one is looked for an interval later."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> SessionView:
            return SessionView.of(await handlers.cancel(uow, SessionId(session_id), person), person)

        return await call.run(run, Audit("session_cancelled", "session", session_id))

    return router


async def _of_member(connection: AsyncConnection, session_id: UUID, person: PersonId) -> Revised:
    found = await Sessions(connection).get(SessionId(session_id))
    if found is None or person not in found.session.members:
        raise NoSuchSession
    return found


async def _alternatives(
    context: Context, connection: AsyncConnection, session: Session, now: datetime
) -> tuple[Span, ...]:
    match = await Matches(connection).get(session.match_id)
    if match is None or match.ends_at is None:
        return ()
    if session.state is not SessionState.SCHEDULED or session.time.start <= now:
        return ()
    window = window_around(session.time, match_ends_at=match.ends_at, now=now)
    people = await People(connection).get_all(session.members)
    if window is None or any(
        person.availability is None or person.availability.zone is None for person in people.values()
    ):
        return ()
    times = await Calendars(connection, context.holidays).member_times(
        people, window, moving=session.session_id
    )
    return alternatives(
        times,
        current=session.time,
        window=window,
        not_before=now + context.settings.minimum_notice,
        count=_ALTERNATIVES,
    )
