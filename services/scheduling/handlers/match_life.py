"""What the life of a match does to its calendar."""

from dataclasses import replace

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId
from services.scheduling.domain.match import Match, MatchState
from services.scheduling.domain.session import Actor, ActorKind, CancellationReason, SessionRules, StopMatch
from services.scheduling.domain.session_life import decide
from services.scheduling.handlers.keeping import SessionKeeper
from services.scheduling.handlers.waiting import NEXT_SESSION
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.people import People
from services.scheduling.persistence.programs import Programs
from services.scheduling.persistence.sessions import Sessions
from shared.events.matches import MatchActivated, MatchCompleted, MatchEnded, MatchPaused, MatchResumed
from shared.persistence.unit_of_work import UnitOfWork


class MatchLifeHandlers:
    """Begins, rests and ends the calendar of a match."""

    def __init__(self, keeper: SessionKeeper, rules: SessionRules) -> None:
        self._keeper = keeper
        self._rules = rules

    async def match_activated(self, event: MatchActivated, uow: UnitOfWork) -> None:
        """The pair may meet from now on."""
        matches = Matches(uow.connection)
        match = await matches.lock_or_hear_of(MatchId(event.match_id), ProgramId(event.program_id))
        members = sorted({PersonId(member.person_id) for member in event.members})
        await People(uow.connection).expect(members)
        await Programs(uow.connection).expect(match.program_id)
        await matches.add_members(match.id, members)
        active = replace(
            match, state=MatchState.ACTIVE, activated_at=event.activated_at, ends_at=event.ends_at
        )
        await matches.save(active)
        await uow.schedule(NEXT_SESSION, match.id, uow.now)

    async def match_paused(self, event: MatchPaused, uow: UnitOfWork) -> None:
        """The pair rests: nothing is booked, nothing is looked for."""
        await self._stop(uow, MatchId(event.match_id), MatchState.PAUSED, CancellationReason.MATCH_PAUSED)

    async def match_resumed(self, event: MatchResumed, uow: UnitOfWork) -> None:
        """The pair goes on."""
        matches = Matches(uow.connection)
        match = await matches.lock(MatchId(event.match_id))
        if match is not None:
            await matches.save(replace(match, state=MatchState.ACTIVE, ends_at=event.ends_at))
            await uow.schedule(NEXT_SESSION, match.id, uow.now)

    async def match_completed(self, event: MatchCompleted, uow: UnitOfWork) -> None:
        """The planned end."""
        await self._stop(uow, MatchId(event.match_id), MatchState.CLOSED, CancellationReason.MATCH_COMPLETED)

    async def match_ended(self, event: MatchEnded, uow: UnitOfWork) -> None:
        """An end before that; also of a match that never became active."""
        await self._stop(uow, MatchId(event.match_id), MatchState.CLOSED, CancellationReason.MATCH_ENDED)

    async def _stop(
        self, uow: UnitOfWork, match_id: MatchId, state: MatchState, reason: CancellationReason
    ) -> None:
        matches = Matches(uow.connection)
        match = await matches.lock(match_id)
        if match is None:
            return
        await matches.save(replace(match, state=state, unscheduled=None))
        await uow.unschedule(NEXT_SESSION, match_id)
        await self._call_off(uow, match, reason)

    async def _call_off(self, uow: UnitOfWork, match: Match, reason: CancellationReason) -> None:
        for session in await Sessions(uow.connection).upcoming(match.id, uow.now):
            decision = decide(
                session,
                StopMatch(reason),
                actor=Actor(ActorKind.SYSTEM),
                now=uow.now,
                rules=self._rules,
            )
            await self._keeper.keep(uow, decision, session)
