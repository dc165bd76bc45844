"""The use case of looking before a run: the same snapshot as a run's, asked about and not solved."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.programs.program import Cohort, Program
from services.matching.domain.run.check import HeldLock, MarketCheck, check_market
from services.matching.domain.run.constraints import PairRules
from services.matching.domain.run.market import InvalidMarket, Market, ParticipantId, Role
from services.matching.domain.run.settings import RunSettings
from services.matching.handlers.explanations import READERS
from services.matching.persistence.market_reader import MarketReader, run_settings
from services.matching.persistence.match_repository import MatchRepository
from shared.errors import Conflict


class MarketTooLarge(Conflict):
    """The cohort is larger than a run may be."""

    code = "market_too_large"


class CohortChecks:
    """Checks of cohorts of at most so many participants."""

    def __init__(self, max_participants: int) -> None:
        self._max_participants = max_participants

    async def snapshot(
        self,
        connection: AsyncConnection,
        cohort: Cohort,
        program: Program,
        now: datetime,
        *,
        replace_proposals: bool,
    ) -> "Snapshot":
        """What a run that is asked for now would read."""
        matches = MatchRepository(connection)
        settings = run_settings(cohort, program.current, now, self._max_participants)
        market = await MarketReader(connection).market(
            cohort, program.current, self._max_participants + 1, replace_proposals=replace_proposals
        )
        apart = await matches.excluded_pairs(cohort.id)
        return Snapshot(market, replace(market, exclusions=apart), settings, await _locks(matches, cohort.id))


class Snapshot:
    """The market of a run that could be asked for, and the matches that are locked beside it."""

    def __init__(
        self, market: Market, of_locks: Market, settings: RunSettings, locks: tuple[HeldLock, ...]
    ) -> None:
        self._market = market
        self._of_locks = of_locks
        self._settings = settings
        self._locks = locks

    async def check(self) -> MarketCheck:
        """Ask every rule about every pair, beside the event loop. Raises MarketTooLarge."""
        try:
            return await asyncio.get_running_loop().run_in_executor(READERS, self._check)
        except InvalidMarket:
            raise MarketTooLarge(limit=self._settings.max_candidates) from None

    def _check(self) -> MarketCheck:
        lock_rules = PairRules(self._of_locks, self._settings)
        return check_market(self._market, self._settings, self._locks, lock_rules)


async def _locks(matches: MatchRepository, cohort_id: UUID) -> tuple[HeldLock, ...]:
    found = []
    for match in await matches.locked_of(cohort_id):
        sides = {member.role: member.participant_id for member in match.members}
        if Role.MENTOR in sides and Role.MENTEE in sides:
            mentor, mentee = ParticipantId(sides[Role.MENTOR]), ParticipantId(sides[Role.MENTEE])
            found.append(HeldLock(match.id, mentor, mentee))
    return tuple(found)
