"""A session as its members see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from services.scheduling.api.context import View
from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.session import (
    CancellationReason,
    Session,
    SessionState,
    SessionWarning,
    WarningCode,
)


class WarningView(View):
    """`outside_working_hours`: whose hours the time lies outside of."""

    code: WarningCode
    person_id: UUID

    @classmethod
    def of(cls, warning: SessionWarning) -> Self:
        return cls(code=warning.code, person_id=warning.person_id)


class SessionView(View):
    """`revision` is the SEQUENCE of the invitation; `accepted` are the members who said yes to this time."""

    session_id: UUID
    match_id: UUID
    program_id: UUID
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    revision: int
    members: list[UUID]
    accepted: list[UUID]
    accepted_by_me: bool
    meeting_link: str | None
    cancellation: CancellationReason | None

    @classmethod
    def of(cls, session: Session, reader: PersonId) -> Self:
        return cls(
            session_id=session.session_id,
            match_id=session.match_id,
            program_id=session.program_id,
            state=session.state,
            starts_at=session.time.start,
            ends_at=session.time.end,
            revision=session.sequence,
            members=sorted(session.members),
            accepted=sorted(session.accepted),
            accepted_by_me=reader in session.accepted,
            meeting_link=session.meeting_link,
            cancellation=session.cancellation,
        )


class MovedView(View):
    """The session at its new time, and warnings that do not stand in the way."""

    session: SessionView
    warnings: list[WarningView]

    @classmethod
    def made_of(cls, session: Session, warnings: Sequence[SessionWarning], reader: PersonId) -> Self:
        return cls(
            session=SessionView.of(session, reader),
            warnings=[WarningView.of(warning) for warning in warnings],
        )
