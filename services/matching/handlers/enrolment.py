"""The use cases of enrolment."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import enrolment as rules
from services.matching.domain.enrolment import Offer, Participant
from services.matching.domain.ids import ParticipantId, PersonId
from services.matching.domain.match.cases import Given
from services.matching.domain.match.states import By, MatchInput
from services.matching.domain.programs.audience import HrFacts, HrField
from services.matching.handlers.matches import carry_out
from services.matching.handlers.rights import require_coordinator
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.person_reader import PersonReader
from services.matching.persistence.program_repository import ProgramRepository
from shared.events import participants as events
from shared.events.base import Role
from shared.http.pages import check_version
from shared.persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gives a command, and whether as a coordinator."""

    person_id: PersonId
    as_coordinator: bool = False

    @property
    def by(self) -> By:
        """The same in the words of the match life."""
        return By.COORDINATOR if self.as_coordinator else By.MEMBER


class EnrolmentHandlers:
    """Joining, changing, resting, leaving; by the person or by a coordinator of the program."""

    async def enrol(
        self, uow: UnitOfWork, cohort_id: UUID, person_id: UUID, offer: Offer, caller: Caller
    ) -> Participant:
        """Take a person into a cohort."""
        programs = ProgramRepository(uow.connection)
        cohort = await programs.cohort(cohort_id, lock=True)
        program = await programs.get(cohort.program_id)
        if caller.as_coordinator:
            require_coordinator(program, caller.person_id)
        participants = ParticipantRepository(uow.connection)
        if await participants.is_enrolled(cohort_id, person_id):
            raise rules.AlreadyEnrolled(cohort_id=str(cohort_id))
        applicant = await PersonReader(uow.connection).applicant(person_id)
        new = rules.enrol(ParticipantId(uow.new_id()), cohort, program.current, applicant, offer)
        await participants.add(new)
        uow.emit(_enrolled(new, applicant.facts))
        return new

    async def update(
        self, uow: UnitOfWork, participant_id: UUID, offer: Offer, caller: Caller, revision: int
    ) -> Participant:
        """Change what is wanted, offered or possible."""
        before = await self._load(uow, participant_id, caller)
        check_version(revision, before.revision)
        terms = (await ProgramRepository(uow.connection).get(before.program_id)).current
        facts = (await PersonReader(uow.connection).applicant(before.person_id)).facts
        after = rules.update(before, terms, facts, offer)
        await ParticipantRepository(uow.connection).save(after)
        uow.emit(
            events.ParticipantUpdated(
                participant_id=after.id,
                roles=_roles(after),
                capacity=after.capacity,
                languages=after.languages,
                skills_wanted=after.skills_wanted,
                skills_offered=after.skills_offered,
            )
        )
        return after

    async def pause(self, uow: UnitOfWork, participant_id: UUID, caller: Caller) -> Participant:
        """No new matches for now."""
        after = rules.pause(await self._load(uow, participant_id, caller))
        await ParticipantRepository(uow.connection).save(after)
        uow.emit(events.ParticipantPaused(participant_id=after.id))
        return after

    async def resume(self, uow: UnitOfWork, participant_id: UUID, caller: Caller) -> Participant:
        """New matches again."""
        after = rules.resume(await self._load(uow, participant_id, caller))
        await ParticipantRepository(uow.connection).save(after)
        uow.emit(events.ParticipantResumed(participant_id=after.id))
        return after

    async def withdraw(self, uow: UnitOfWork, participant_id: UUID, caller: Caller) -> Participant:
        """Leave the program; matches that are not over end and free the partners."""
        after = rules.withdraw(await self._load(uow, participant_id, caller))
        await ParticipantRepository(uow.connection).save(after)
        own = events.WithdrawalReason.OWN_WISH
        reason = events.WithdrawalReason.COORDINATOR if caller.as_coordinator else own
        uow.emit(events.ParticipantWithdrawn(participant_id=after.id, reason=reason))
        for match in await MatchRepository(uow.connection).lock_live_of([after.person_id], after.id):
            given = Given(what=MatchInput.MEMBER_WITHDREW, by=caller.by, person_id=after.person_id)
            await carry_out(uow, match, given)
        return after

    @staticmethod
    async def _load(uow: UnitOfWork, participant_id: UUID, caller: Caller) -> Participant:
        """The participant, locked; for a stranger there is none."""
        found = await ParticipantRepository(uow.connection).get(participant_id, lock=True)
        if caller.as_coordinator:
            require_coordinator(
                await ProgramRepository(uow.connection).get(found.program_id), caller.person_id
            )
        elif found.person_id != caller.person_id:
            raise rules.ParticipantNotFound(participant_id=str(participant_id))
        return found


def _enrolled(new: Participant, facts: HrFacts) -> events.ParticipantEnrolled:
    return events.ParticipantEnrolled(
        participant_id=new.id,
        person_id=new.person_id,
        program_id=new.program_id,
        cohort_id=new.cohort_id,
        roles=_roles(new),
        capacity=new.capacity,
        languages=new.languages,
        skills_wanted=new.skills_wanted,
        skills_offered=new.skills_offered,
        hr=_codes(facts),
    )


def _codes(facts: HrFacts) -> events.HrCodes:
    level = facts.get(HrField.JOB_LEVEL)

    def code(field: HrField) -> str | None:
        value = facts.get(field)
        return value if isinstance(value, str) else None

    return events.HrCodes(
        function=code(HrField.FUNCTION),
        business_unit=code(HrField.BUSINESS_UNIT),
        country=code(HrField.COUNTRY),
        job_level=level if isinstance(level, int) else None,
    )


def _roles(participant: Participant) -> tuple[Role, ...]:
    return tuple(sorted(Role(role.value) for role in participant.roles))
