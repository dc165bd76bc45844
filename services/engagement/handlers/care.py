"""Nudges and flags."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from services.engagement.domain.care import (
    BY_COORDINATOR,
    Care,
    FlagCode,
    NudgeCode,
    Resolution,
    care_after,
)
from services.engagement.domain.errors import FlagAlreadyResolved, NoSuchFlag, NoSuchNudge
from services.engagement.domain.health import Health
from services.engagement.domain.ids import FlagId, MatchId, NudgeId, PersonId, ProgramId
from services.engagement.domain.match import Match
from services.engagement.metrics import EngagementMetrics
from services.engagement.persistence.care import CareBook, Flag, Nudge
from services.engagement.persistence.programs import coordinates
from shared.errors import Invalid
from shared.events.engagement import FlagRaised, FlagResolved, NudgeSent
from shared.persistence.unit_of_work import SYSTEM, UnitOfWork


class CareHandlers:
    """Sends nudges, raises and resolves flags."""

    def __init__(self, metrics: EngagementMetrics) -> None:
        self._metrics = metrics

    async def health_changed(
        self, uow: UnitOfWork, match: Match, *, previous: Health | None, cadence: timedelta
    ) -> None:
        """Do what follows from a change of health; a match without health gets no care."""
        if match.health is None:
            return
        for care in care_after(previous, match.health):
            if care is Care.NUDGE:
                everybody = [member.person_id for member in match.members]
                parameters = {"cadence_days": cadence.days}
                await self.nudge(uow, match, NudgeCode.SESSION_OVERDUE, everybody, parameters)
            elif care is Care.FLAG:
                await self.raise_flag(uow, match.id, match.program_id, FlagCode.STALLED)
            else:
                await self.cause_gone(uow, match.id, {FlagCode.STALLED}, Resolution.HEALTH_RECOVERED)

    async def nudge(
        self,
        uow: UnitOfWork,
        match: Match,
        code: NudgeCode,
        recipients: Collection[PersonId],
        parameters: Mapping[str, int],
    ) -> None:
        """Put a nudge into the inbox of the recipients."""
        nudge = Nudge(NudgeId(uow.new_id()), match.id, code, parameters, uow.now)
        await CareBook(uow.connection).add_nudge(nudge, recipients)
        uow.emit(
            NudgeSent(match_id=match.id, program_id=match.program_id, nudge_id=nudge.id, code=code.value),
            actor=SYSTEM,
        )
        self._metrics.nudges.labels(code.value).inc()

    async def nudge_seen(self, uow: UnitOfWork, nudge_id: NudgeId, person_id: PersonId) -> None:
        """A person saw a nudge; once is enough."""
        book = CareBook(uow.connection)
        seen = await book.see_nudge(nudge_id, person_id, uow.now)
        if not seen and not await book.has_nudge(nudge_id, person_id):
            raise NoSuchNudge

    async def raise_flag(
        self, uow: UnitOfWork, match_id: MatchId, program_id: ProgramId, code: FlagCode
    ) -> None:
        """Tell the coordinator, unless a flag of this kind is open."""
        flag = Flag(FlagId(uow.new_id()), match_id, program_id, code, uow.now)
        if await CareBook(uow.connection).raise_flag(flag):
            uow.emit(
                FlagRaised(match_id=match_id, program_id=program_id, flag_id=flag.id, code=code.value),
                actor=SYSTEM,
            )
            self._metrics.flags_raised.labels(code.value).inc()

    async def cause_gone(
        self, uow: UnitOfWork, match_id: MatchId, codes: Collection[FlagCode], resolution: Resolution
    ) -> None:
        """Resolve the open flags of these kinds, for there is nothing left to do."""
        for flag in await CareBook(uow.connection).resolve_open(match_id, codes, resolution, uow.now):
            uow.emit(_resolved(flag, resolution), actor=SYSTEM)
            self._metrics.flags_resolved.labels(resolution.value).inc()

    async def resolve_flag(
        self, uow: UnitOfWork, flag_id: FlagId, coordinator: PersonId, resolution: Resolution
    ) -> None:
        """A coordinator of the program dealt with a flag."""
        book = CareBook(uow.connection)
        flag = await book.lock_flag(flag_id)
        if flag is None or not await coordinates(uow.connection, flag.program_id, coordinator):
            raise NoSuchFlag
        if resolution not in BY_COORDINATOR:
            raise Invalid(field="resolution")
        if flag.resolved_at is not None:
            raise FlagAlreadyResolved
        await book.resolve(flag_id, resolution, uow.now)
        uow.emit(_resolved(flag, resolution))
        self._metrics.flags_resolved.labels(resolution.value).inc()


def _resolved(flag: Flag, resolution: Resolution) -> FlagResolved:
    return FlagResolved(
        match_id=flag.match_id,
        program_id=flag.program_id,
        flag_id=flag.id,
        code=flag.code.value,
        resolution=resolution.value,
    )
