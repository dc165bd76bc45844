"""How matches come into being, each with a seat of every member under lock."""

from collections.abc import Iterable
from uuid import UUID

from services.matching.domain.enrolment import (
    Participant,
    ParticipantNotFound,
    ParticipantStatus,
    ParticipantStatusConflict,
    PersonCannotJoin,
)
from services.matching.domain.ids import MatchId, MatchRunId, ParticipantId
from services.matching.domain.match import manual
from services.matching.domain.match.manual import RuleViolated
from services.matching.domain.match.model import Match, Member
from services.matching.domain.match.propose import propose
from services.matching.domain.match.states import By
from services.matching.domain.programs.program import Cohort
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.market import Candidate, Role
from services.matching.handlers.match_events import emit_decision
from services.matching.handlers.rights import require_coordinator
from services.matching.persistence.market_reader import MarketReader, run_settings
from services.matching.persistence.match_codec import StoredPart, breakdown_to_json
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.program_repository import ProgramRepository
from shared.errors import Conflict
from shared.persistence.unit_of_work import UnitOfWork


class AlreadyTogether(Conflict):
    """The two are in a match of this program that is not over."""

    code = "already_together"


class OtherCohort(Conflict):
    """Two participants of different cohorts cannot be matched."""

    code = "other_cohort"


async def add_match(
    uow: UnitOfWork,
    cohort: Cohort,
    terms: ProgramTerms,
    members: tuple[tuple[Participant, Role], ...],
    *,
    score: int,
    breakdown: Iterable[StoredPart],
    run_id: MatchRunId | None = None,
    waived: Iterable[ConstraintCode] = (),
) -> Match:
    """Store and tell a proposal; the caller holds the lock of the members' seats."""
    parts = list(breakdown)
    decision = propose(
        match_id=MatchId(uow.new_id()),
        program_id=cohort.program_id,
        cohort_id=cohort.id,
        run_id=run_id,
        match_format=terms.format,
        members=tuple(
            Member(participant_id=each.id, person_id=each.person_id, role=role) for each, role in members
        ),
        score=score,
        starts_at=cohort.starts_at,
        duration_days=terms.duration_days,
    )
    await MatchRepository(uow.connection).add(decision.match, parts, (code.value for code in waived))
    by = By.SYSTEM if run_id is not None else By.COORDINATOR
    emit_decision(uow, decision, by, parts)
    return decision.match


class ManualMatches:
    """Matches that a coordinator makes by hand."""

    def __init__(self, max_participants: int) -> None:
        self._max_participants = max_participants

    async def propose(
        self,
        uow: UnitOfWork,
        mentor_id: UUID,
        mentee_id: UUID,
        person_id: UUID,
        waived: frozenset[ConstraintCode] = frozenset(),
    ) -> Match:
        """A proposal of a coordinator; every hard rule holds that is not waived, and some cannot be."""
        participants = ParticipantRepository(uow.connection)
        mentor, mentee = await participants.get(mentor_id), await participants.get(mentee_id)
        programs = ProgramRepository(uow.connection)
        program = await programs.get(mentor.program_id)
        require_coordinator(program, person_id)
        if mentor.cohort_id != mentee.cohort_id:
            raise OtherCohort(field="mentee_id")
        locked = await participants.lock_seats(program.id, [mentor.person_id, mentee.person_id])
        mentor, mentee = locked[mentor.id], locked[mentee.id]
        terms, cohort = program.current, await programs.cohort(mentor.cohort_id)
        one, other = await self._candidates(uow, (mentor, mentee), terms)
        matches = MatchRepository(uow.connection)
        if frozenset((mentor.person_id, mentee.person_id)) in await matches.live_pairs(program.id):
            raise AlreadyTogether(field="mentee_id")
        settings = run_settings(cohort, terms, uow.now, self._max_participants)
        found = manual.violations(one, other, await matches.excluded_pairs(cohort.id), settings)
        manual.require_allowed(found, waived)
        breakdown = manual.score_of(one, other, settings)
        return await add_match(
            uow,
            cohort,
            terms,
            ((mentor, Role.MENTOR), (mentee, Role.MENTEE)),
            score=breakdown.score,
            breakdown=breakdown_to_json(breakdown),
            waived=found,
        )

    @staticmethod
    async def _candidates(
        uow: UnitOfWork, pair: tuple[Participant, Participant], terms: ProgramTerms
    ) -> tuple[Candidate, Candidate]:
        for participant, role in zip(pair, (Role.MENTOR, Role.MENTEE), strict=True):
            if participant.status is not ParticipantStatus.ENROLLED:
                raise ParticipantStatusConflict(
                    participant_id=str(participant.id), status=participant.status.value
                )
            if role not in participant.roles:
                raise ParticipantNotFound(field=f"{role.value}_id")
        if pair[0].person_id == pair[1].person_id:
            raise RuleViolated(ConstraintCode.SAME_PERSON)
        people = [each.person_id for each in pair]
        taken = await ParticipantRepository(uow.connection).seats_taken(pair[0].program_id, people)
        candidates = await MarketReader(uow.connection).candidates(pair, terms, taken)
        by_id = {candidate.participant_id: candidate for candidate in candidates}
        for participant in pair:
            if ParticipantId(participant.id) not in by_id:
                raise PersonCannotJoin(person_id=str(participant.person_id))
        return by_id[pair[0].id], by_id[pair[1].id]
