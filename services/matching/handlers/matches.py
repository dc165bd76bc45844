"""The use cases of a match: load, let the life table decide, save, tell, look again in time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.ids import PersonId
from services.matching.domain.match.cases import Given
from services.matching.domain.match.decide import decide
from services.matching.domain.match.model import Decision, Match
from services.matching.domain.match.states import By, FlagCode, MatchInput, MatchState
from services.matching.domain.match.timers import Timer, timers
from services.matching.handlers.match_events import emit_decision
from services.matching.handlers.rights import require_coordinator
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.program_repository import ProgramRepository
from services.matching.persistence.run_repository import RunRepository, RunState
from shared.errors import Conflict, Invalid
from shared.events.engagement import FitAnswer, FitCheckAnswered, HealthChanged
from shared.persistence.unit_of_work import UnitOfWork

MAX_OFFERS = 500
"""How many proposals of a run are offered by one command."""

_DUE = {
    Timer.EXPIRY: MatchInput.EXPIRY_DUE,
    Timer.START: MatchInput.START_DUE,
    Timer.END: MatchInput.END_DUE,
}


class RunNotPublished(Conflict):
    """Only a run that is published whole can be offered."""

    code = "run_not_published"


class SamePerson(Invalid):
    """Two different people are needed."""

    code = "same_person"


async def carry_out(uow: UnitOfWork, before: Match, given: Given) -> Match:
    """Apply an input to a locked match, store and tell what comes of it."""
    decision = decide(before, given, uow.now)
    await keep(uow, before, decision)
    emit_decision(uow, decision, given.by)
    after = decision.match
    if (
        after.state is MatchState.ACCEPTED
        and uow.now >= after.starts_at
        and given.what is not MatchInput.START_DUE
    ):
        # The cohort has begun: there is nothing to wait for.
        return await carry_out(uow, after, Given(what=MatchInput.START_DUE, by=By.SYSTEM))
    return after


async def keep(uow: UnitOfWork, before: Match, decision: Decision) -> None:
    """Store a decision about a match that exists, and what falls due for it."""
    repository = MatchRepository(uow.connection)
    after = decision.match
    if after != before:
        await repository.save(after)
    if decision.excludes_pair:
        people = [member.person_id for member in after.members]
        await repository.exclude(after.cohort_id, people, after.id)
    await _set_timers(uow, after, timers(before))


async def _set_timers(uow: UnitOfWork, match: Match, before: Mapping[Timer, datetime]) -> None:
    wanted = timers(match)
    for timer in before.keys() - wanted.keys():
        await uow.unschedule(timer, match.id)
    for timer, at in wanted.items():
        if before.get(timer) != at:
            await uow.schedule(timer, match.id, at)


class MatchHandlers:
    """Commands of members and coordinators, due times, and what engagement says."""

    async def by_coordinator(
        self, uow: UnitOfWork, match_id: UUID, person_id: UUID, what: MatchInput, flag: FlagCode | None = None
    ) -> Match:
        """A command of a coordinator of the match's program."""
        match = await MatchRepository(uow.connection).lock(match_id)
        program = await ProgramRepository(uow.connection).get(match.program_id)
        require_coordinator(program, person_id)
        if what is MatchInput.OFFER:
            return await self.offer(uow, match, program.current.proposal_expiry_days)
        return await carry_out(uow, match, Given(what=what, by=By.COORDINATOR, flag=flag))

    async def by_member(self, uow: UnitOfWork, match_id: UUID, person_id: UUID, what: MatchInput) -> Match:
        """A command of a member; for anybody else the match does not exist."""
        match = await MatchRepository(uow.connection).lock(match_id)
        return await carry_out(uow, match, Given(what=what, by=By.MEMBER, person_id=PersonId(person_id)))

    async def offer(self, uow: UnitOfWork, match: Match, expiry_days: int, by: By = By.COORDINATOR) -> Match:
        """Show a proposal to its members, who have `expiry_days` to answer."""
        expires_at = uow.now + timedelta(days=expiry_days)
        return await carry_out(uow, match, Given(what=MatchInput.OFFER, by=by, expires_at=expires_at))

    async def due(self, timer: Timer, match_id: UUID, uow: UnitOfWork) -> None:
        """A time that was set for a match has come; the table knows what is stale."""
        match = await MatchRepository(uow.connection).lock(match_id)
        await carry_out(uow, match, Given(what=_DUE[timer], by=By.SYSTEM))

    async def proposal_due(self, match_id: UUID, uow: UnitOfWork) -> None:
        """Nobody, or not everybody, answered in time."""
        await self.due(Timer.EXPIRY, match_id, uow)

    async def start_due(self, match_id: UUID, uow: UnitOfWork) -> None:
        """The cohort begins."""
        await self.due(Timer.START, match_id, uow)

    async def end_due(self, match_id: UUID, uow: UnitOfWork) -> None:
        """The planned end has come."""
        await self.due(Timer.END, match_id, uow)

    async def fit_check_answered(self, event: FitCheckAnswered, uow: UnitOfWork) -> None:
        """Not a good fit: the match ends without blame and frees both."""
        if event.answer is not FitAnswer.NOT_A_GOOD_FIT:
            return
        match = await MatchRepository(uow.connection).lock(event.match_id)
        await carry_out(uow, match, Given(what=MatchInput.NOT_A_GOOD_FIT, by=By.ENGAGEMENT))

    async def health_changed(self, event: HealthChanged, uow: UnitOfWork) -> None:
        """Coordinators list matches with their health."""
        await MatchRepository(uow.connection).keep_health(event.match_id, event.health.value)

    async def offer_run(self, uow: UnitOfWork, run_id: UUID, person_id: UUID) -> tuple[int, bool]:
        """Offer proposals of a published run: how many, and whether more are left for another command."""
        run = await RunRepository(uow.connection).get(run_id)
        program = await ProgramRepository(uow.connection).get(run.program_id)
        require_coordinator(program, person_id)
        if run.state is not RunState.PUBLISHED:
            raise RunNotPublished(state=run.state.value)
        found = await MatchRepository(uow.connection).lock_proposed(
            run.cohort_id, MAX_OFFERS + 1, run_id=run_id
        )
        for match in found[:MAX_OFFERS]:
            await self.offer(uow, match, program.current.proposal_expiry_days)
        return len(found[:MAX_OFFERS]), len(found) > MAX_OFFERS

    async def exclude(
        self, uow: UnitOfWork, cohort_id: UUID, people: tuple[UUID, UUID], person_id: UUID
    ) -> None:
        """Keep two people apart in a cohort; a match that they have already goes on."""
        programs = ProgramRepository(uow.connection)
        cohort = await programs.cohort(cohort_id)
        require_coordinator(await programs.get(cohort.program_id), person_id)
        if people[0] == people[1]:
            raise SamePerson(field="person_ids")
        await MatchRepository(uow.connection).exclude(cohort_id, people, None)
