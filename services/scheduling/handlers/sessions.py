"""What members do with a session, what engagement's log says of it, and its reminder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId, SessionId
from services.scheduling.domain.match import Match, MatchState, later
from services.scheduling.domain.planning_errors import NoSuchSession, check_plan
from services.scheduling.domain.session import (
    Accept,
    Actor,
    ActorKind,
    Cancel,
    LogHeld,
    LogMissed,
    Move,
    Remind,
    Session,
    SessionDecision,
    SessionRules,
    SessionWarning,
    Step,
)
from services.scheduling.domain.session_life import decide
from services.scheduling.domain.span import Span
from services.scheduling.handlers.booking import COME_BACK
from services.scheduling.handlers.keeping import SESSION_REMINDER, SessionKeeper
from services.scheduling.handlers.waiting import NEXT_SESSION
from services.scheduling.persistence.calendars import Calendars, Holidays
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.people import People
from services.scheduling.persistence.sessions import Sessions
from shared.events.engagement import SessionLogged, SessionOutcome
from shared.persistence.unit_of_work import UnitOfWork

_SYSTEM: Final = Actor(ActorKind.SYSTEM)
_STEPS: Final[dict[SessionOutcome, Step]] = {
    SessionOutcome.HELD: LogHeld(),
    SessionOutcome.NO_SHOW: LogMissed(),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """The session at its new time, and what its members should know of that."""

    session: Session
    warnings: Sequence[SessionWarning]


class SessionHandlers:
    """Changes sessions, always with the match's row held."""

    def __init__(self, keeper: SessionKeeper, holidays: Holidays, rules: SessionRules) -> None:
        self._keeper = keeper
        self._holidays = holidays
        self._rules = rules

    async def accept(self, uow: UnitOfWork, session_id: SessionId, person_id: PersonId) -> Session:
        """A member says yes to the present time."""
        _, session = await self._lock(uow, session_id, person_id)
        return await self._keeper.keep(uow, self._decide(uow, session, Accept(), person_id), session)

    async def move(
        self, uow: UnitOfWork, session_id: SessionId, person_id: PersonId, starts_at: datetime
    ) -> Moved:
        """A member moves the session, as long as it is, to another start."""
        match, session = await self._lock(uow, session_id, person_id)
        time = Span(starts_at, starts_at + session.time.length)
        check_plan(match, time, uow.now)
        people = await People(uow.connection).lock_all(match.members)
        around = await Calendars(uow.connection, self._holidays).surroundings(people, time)
        decision = self._decide(uow, session, Move(time, around), person_id)
        return Moved(await self._keeper.keep(uow, decision, session), decision.warnings)

    async def cancel(self, uow: UnitOfWork, session_id: SessionId, person_id: PersonId) -> Session:
        """A member calls the session off; the one after it is looked for an interval later."""
        match, session = await self._lock(uow, session_id, person_id)
        cancelled = await self._keeper.keep(uow, self._decide(uow, session, Cancel(), person_id), session)
        await self._go_on_after(uow, match, session.time.start)
        return cancelled

    async def session_logged(self, event: SessionLogged, uow: UnitOfWork) -> None:
        """A session was held or missed, in the calendar or not: the next one is looked for."""
        match = await Matches(uow.connection).lock_or_hear_of(
            MatchId(event.match_id), ProgramId(event.program_id)
        )
        step = _STEPS.get(event.outcome)
        if event.session_id is not None and step is not None:
            found = await Sessions(uow.connection).get(SessionId(event.session_id))
            if found is not None and found.session.match_id == match.id:
                decision = decide(found.session, step, actor=_SYSTEM, now=uow.now, rules=self._rules)
                await self._keeper.keep(uow, decision, found.session)
        await self._go_on_after(uow, match, min(event.occurred_at, uow.now))

    async def session_reminder_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """Remind the members, unless the session has moved or is off; it waits for no row."""
        sessions, session_id = Sessions(uow.connection), SessionId(subject)
        match_id = await sessions.match_of(session_id)
        if match_id is None:
            return
        if await Matches(uow.connection).lock(match_id, skip_locked=True) is None:
            await uow.schedule(SESSION_REMINDER, session_id, uow.now + COME_BACK)
            return
        found = await sessions.get(session_id)
        if found is not None:
            decision = decide(found.session, Remind(), actor=_SYSTEM, now=uow.now, rules=self._rules)
            await self._keeper.keep(uow, decision, found.session)

    async def _lock(
        self, uow: UnitOfWork, session_id: SessionId, person_id: PersonId
    ) -> tuple[Match, Session]:
        match_id = await Sessions(uow.connection).match_of(session_id)
        match = await Matches(uow.connection).lock(match_id) if match_id else None
        found = await Sessions(uow.connection).get(session_id)
        if match is None or found is None or person_id not in match.members:
            raise NoSuchSession
        return match, found.session

    def _decide(self, uow: UnitOfWork, session: Session, step: Step, person_id: PersonId) -> SessionDecision:
        member = Actor(ActorKind.MEMBER, person_id)
        return decide(session, step, actor=member, now=uow.now, rules=self._rules)

    async def _go_on_after(self, uow: UnitOfWork, match: Match, start: datetime) -> None:
        await Matches(uow.connection).save(replace(match, last_start=later(match.last_start, start)))
        if match.state is MatchState.ACTIVE:
            await uow.schedule(NEXT_SESSION, match.id, uow.now)
