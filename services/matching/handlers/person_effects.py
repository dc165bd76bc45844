"""What a change of a person in HR does to their matches and enrolments.

The handler of the HR feed stores the person first and then calls `person_changed`, in the same unit.
"""

from collections.abc import Collection
from uuid import UUID

from services.matching.domain.enrolment import Participant, withdraw
from services.matching.domain.ids import PersonId
from services.matching.domain.match.cases import Given
from services.matching.domain.match.model import Match
from services.matching.domain.match.states import By, MatchInput, Policy
from services.matching.domain.people.changes import PersonChange
from services.matching.domain.programs.audience import HrFacts, miss
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.handlers.matches import carry_out
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.person_reader import PersonReader
from services.matching.persistence.program_repository import ProgramRepository
from shared.events.participants import ParticipantWithdrawn, WithdrawalReason
from shared.persistence.unit_of_work import UnitOfWork

_PRESENCE = {
    PersonChange.LEFT: MatchInput.MEMBER_LEFT,
    PersonChange.DECEASED: MatchInput.MEMBER_DECEASED,
    PersonChange.WENT_ON_LEAVE: MatchInput.MEMBER_ON_LEAVE,
    PersonChange.SUSPENDED: MatchInput.MEMBER_ON_LEAVE,
    PersonChange.BECAME_PREHIRE: MatchInput.MEMBER_ON_LEAVE,
    PersonChange.RETURNED: MatchInput.MEMBER_RETURNED,
    PersonChange.BECAME_ACTIVE: MatchInput.MEMBER_RETURNED,
}
_GONE = frozenset({PersonChange.LEFT, PersonChange.DECEASED})
_AUDIENCE = frozenset(
    {PersonChange.JOB_CHANGED, PersonChange.ORG_CHANGED, PersonChange.LOCATION_CHANGED},
)


class PersonEffects:
    """Facts from HR, as inputs of the match life."""

    async def person_changed(
        self, person_id: UUID, changes: Collection[PersonChange], uow: UnitOfWork
    ) -> None:
        """Pause, end or flag what the changes touch; events never say more than `partner_unavailable`."""
        person = PersonId(person_id)
        gone = bool(_GONE.intersection(changes))
        # Enrolments are locked before matches, as everywhere.
        enrolled = await ParticipantRepository(uow.connection).of_person(person, lock=True) if gone else ()
        for change in changes:
            if change in _PRESENCE:
                await self._presence(person, _PRESENCE[change], uow)
        for participant in enrolled:
            await self._withdraw(participant, WithdrawalReason.UNAVAILABLE, uow)
        if gone:
            return
        if PersonChange.MANAGER_CHANGED in changes or PersonChange.BECAME_ACTIVE in changes:
            await self.line_changed(person, uow)
        if _AUDIENCE.intersection(changes):
            await self._audience(person, uow)

    async def line_changed(self, person_id: UUID, uow: UnitOfWork) -> None:
        """Find the matches whose members are in one line now: of the person and of everybody below."""
        if not await MatchRepository(uow.connection).are_there_live():
            # The first load of HR moves everybody before there are matches.
            return
        reader = PersonReader(uow.connection)
        moved = await reader.with_everybody_below(person_id)
        matches = await MatchRepository(uow.connection).lock_live_of(moved)
        above = await reader.lines_above({member.person_id for match in matches for member in match.members})
        terms = await ProgramRepository(uow.connection).terms_of({match.program_id for match in matches})
        for match in matches:
            people = {member.person_id for member in match.members}
            if any(above.get(one, frozenset()) & (people - {one}) for one in people):
                policy = terms[match.program_id].on_line_conflict
                given = Given(what=MatchInput.LINE_CONFLICT, by=By.HR, policy=policy)
                await carry_out(uow, match, given)

    async def _presence(self, person: PersonId, what: MatchInput, uow: UnitOfWork) -> None:
        for match in await MatchRepository(uow.connection).lock_live_of([person]):
            await carry_out(uow, match, Given(what=what, by=By.HR, person_id=person))

    async def _audience(self, person: PersonId, uow: UnitOfWork) -> None:
        participants = ParticipantRepository(uow.connection)
        facts = (await PersonReader(uow.connection).applicant(person)).facts
        enrolled = await participants.of_person(person, lock=True)
        matches = await MatchRepository(uow.connection).lock_live_of([person])
        programs = {each.program_id for each in enrolled} | {match.program_id for match in matches}
        terms = await ProgramRepository(uow.connection).terms_of(programs)
        for match in matches:
            if _is_out(match, person, terms[match.program_id], facts):
                policy = terms[match.program_id].on_audience_exit
                given = Given(what=MatchInput.AUDIENCE_EXIT, by=By.HR, person_id=person, policy=policy)
                await carry_out(uow, match, given)
        for participant in enrolled:
            theirs = terms[participant.program_id]
            out = all(miss(theirs.audience.of(role), facts) for role in participant.roles)
            if out and theirs.on_audience_exit is Policy.END:
                await self._withdraw(participant, WithdrawalReason.OUT_OF_AUDIENCE, uow)

    @staticmethod
    async def _withdraw(participant: Participant, reason: WithdrawalReason, uow: UnitOfWork) -> None:
        await ParticipantRepository(uow.connection).save(withdraw(participant))
        uow.emit(ParticipantWithdrawn(participant_id=participant.id, reason=reason))


def _is_out(match: Match, person: PersonId, terms: ProgramTerms, facts: HrFacts) -> bool:
    member = match.member_of(person)
    return member is not None and miss(terms.audience.of(member.role), facts) is not None
