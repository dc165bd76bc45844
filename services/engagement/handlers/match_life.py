"""The life of a match, as matching tells it."""

from services.engagement.domain.active_time import Timeline
from services.engagement.domain.care import FlagCode, Resolution
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId
from services.engagement.domain.match import Match, MatchState, Member, close, pause, resume
from services.engagement.handlers.care import CareHandlers
from services.engagement.handlers.health import HealthHandlers
from services.engagement.handlers.pulses import PulseHandlers
from services.engagement.persistence.matches import Matches
from shared.events import matches as events
from shared.persistence.unit_of_work import UnitOfWork


class MatchLifeHandlers:
    """Follows each match from its activation; what comes before it concerns nobody here but its flags."""

    def __init__(self, care: CareHandlers, health: HealthHandlers, pulses: PulseHandlers) -> None:
        self._care = care
        self._health = health
        self._pulses = pulses

    async def match_activated(self, event: events.MatchActivated, uow: UnitOfWork) -> None:
        """A relationship began."""
        match = Match(
            id=MatchId(event.match_id),
            program_id=ProgramId(event.program_id),
            members=tuple(
                Member(ParticipantId(each.participant_id), PersonId(each.person_id), each.role.value)
                for each in event.members
            ),
            state=MatchState.ACTIVE,
            timeline=Timeline(event.activated_at),
            ends_at=event.ends_at,
        )
        await Matches(uow.connection).add(match)
        await self._follow(uow, match)

    async def match_paused(self, event: events.MatchPaused, uow: UnitOfWork) -> None:
        """A relationship rests."""
        match = await Matches(uow.connection).lock(MatchId(event.match_id))
        if match is not None:
            await self._keep(uow, pause(match, uow.occurred_at or uow.now))

    async def match_resumed(self, event: events.MatchResumed, uow: UnitOfWork) -> None:
        """A relationship goes on."""
        match = await Matches(uow.connection).lock(MatchId(event.match_id))
        if match is not None:
            await self._keep(uow, resume(match, uow.occurred_at or uow.now, event.ends_at))

    async def match_completed(self, event: events.MatchCompleted, uow: UnitOfWork) -> None:
        """A relationship reached its planned end."""
        await self._close(uow, event, MatchState.COMPLETED)

    async def match_over(
        self, event: events.MatchEnded | events.MatchDeclined | events.MatchExpired, uow: UnitOfWork
    ) -> None:
        """A match ended before its time, perhaps before it began."""
        await self._close(uow, event, MatchState.ENDED_EARLY)

    async def match_flagged(self, event: events.MatchFlagged, uow: UnitOfWork) -> None:
        """Matching leaves a decision to the coordinator."""
        match_id = MatchId(event.match_id)
        match = await Matches(uow.connection).lock(match_id)
        if match is None or not match.closed:
            code = FlagCode(event.code.value)
            await self._care.raise_flag(uow, match_id, ProgramId(event.program_id), code)

    async def _close(self, uow: UnitOfWork, event: events.MatchEvent, state: MatchState) -> None:
        match_id = MatchId(event.match_id)
        match = await Matches(uow.connection).lock(match_id)
        if match is not None:
            await self._keep(uow, close(match, state, uow.occurred_at or uow.now))
        await self._care.cause_gone(uow, match_id, tuple(FlagCode), Resolution.MATCH_CLOSED)

    async def _keep(self, uow: UnitOfWork, match: Match) -> None:
        await Matches(uow.connection).save(match)
        await self._follow(uow, match)

    async def _follow(self, uow: UnitOfWork, match: Match) -> None:
        assessed = await self._health.assess(uow, match)
        await self._pulses.follow(uow, assessed)
