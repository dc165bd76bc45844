"""Keeping the health of matches: after every fact it depends on, and at the instant at which it changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.engagement.domain.health import Rhythm, assess
from services.engagement.domain.ids import MatchId
from services.engagement.domain.match import Match
from services.engagement.handlers.care import CareHandlers
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.programs import Programs
from services.engagement.persistence.sessions import Sessions
from shared.events.engagement import Health as HealthCode
from shared.events.engagement import HealthChanged
from shared.persistence.unit_of_work import SYSTEM, UnitOfWork

HEALTH_CHECK: Final = "health_check"


class HealthHandlers:
    """Assesses matches; `grace` is how long after its end a session that nobody logged counts as booked."""

    def __init__(self, care: CareHandlers, *, grace: timedelta) -> None:
        self._care = care
        self._grace = grace

    async def health_check_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """The health may change now."""
        await self.reassess(uow, MatchId(subject))

    async def reassess(self, uow: UnitOfWork, match_id: MatchId) -> None:
        """Assess a match if there is one."""
        match = await Matches(uow.connection).lock(match_id)
        if match is not None:
            await self.assess(uow, match)

    async def assess(self, uow: UnitOfWork, match: Match) -> Match:
        """Keep the health of a held match, tell its change and what follows from it.

        Without its program a match has no health yet; closed it has none any more.
        """
        if match.closed:
            await uow.unschedule(HEALTH_CHECK, match.id)
            return match
        program = await Programs(uow.connection).get_or_hold_off(match.program_id)
        if program is None:
            return match
        sessions = Sessions(uow.connection)
        booked_end = await sessions.last_booked_end(match.id)
        rhythm = Rhythm(
            timeline=match.timeline,
            cadence=program.cadence,
            last_held_at=await sessions.last_held_at(match.id),
            booked_until=booked_end + self._grace if booked_end else None,
        )
        assessment = assess(rhythm, uow.now)
        if assessment.next_check_at is None:
            await uow.unschedule(HEALTH_CHECK, match.id)
        else:
            await uow.schedule(HEALTH_CHECK, match.id, assessment.next_check_at)
        if assessment.health is match.health:
            return match
        changed = replace(match, health=assessment.health)
        await Matches(uow.connection).save(changed)
        uow.emit(
            HealthChanged(
                match_id=match.id,
                program_id=match.program_id,
                health=HealthCode(assessment.health.value),
                previous=HealthCode(match.health.value) if match.health else None,
            ),
            actor=SYSTEM,
        )
        await self._care.health_changed(uow, changed, previous=match.health, cadence=program.cadence)
        return changed
