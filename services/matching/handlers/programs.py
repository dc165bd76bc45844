"""The use cases of programs and cohorts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import CohortId, ProgramId
from services.matching.domain.programs import program as rules
from services.matching.domain.programs.audience import miss
from services.matching.domain.programs.program import Cohort, Program
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.handlers.rights import require_coordinator
from services.matching.persistence.audience_sql import count_eligible
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.person_reader import PersonReader
from services.matching.persistence.program_repository import ProgramRepository
from shared.events import programs as events
from shared.events.base import Format, Role
from shared.http.pages import check_version
from shared.persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramDiff:
    """What publishing other terms would do, without doing it.

    `out_of_audience` counts participants who would no longer be in the audience in any role of theirs,
    `their_matches` the matches of theirs that are not over.
    """

    changed: tuple[str, ...]
    participants: int
    matches: int
    out_of_audience: int
    their_matches: int
    eligible_now: int
    eligible_then: int


class ProgramHandlers:
    """Drafts, versions, cohorts."""

    async def create(self, uow: UnitOfWork, terms: ProgramTerms) -> Program:
        """A program that only its coordinators see."""
        new = rules.create(ProgramId(uow.new_id()), terms)
        await ProgramRepository(uow.connection).add(new)
        return new

    async def edit(
        self, uow: UnitOfWork, program_id: UUID, terms: ProgramTerms, person_id: UUID, revision: int
    ) -> Program:
        """Another draft."""
        programs = ProgramRepository(uow.connection)
        before = await programs.get(program_id, lock=True)
        require_coordinator(before, person_id)
        check_version(revision, before.revision)
        after = rules.edit(before, terms)
        await programs.save(after)
        return after

    async def publish(self, uow: UnitOfWork, program_id: UUID, person_id: UUID, revision: int) -> Program:
        """The draft becomes the version to work by; an evergreen program opens its one cohort."""
        programs = ProgramRepository(uow.connection)
        before = await programs.get(program_id, lock=True)
        require_coordinator(before, person_id)
        check_version(revision, before.revision)
        after = rules.publish(before)
        await programs.save(after)
        await programs.add_version(after, uow.now)
        uow.emit(_published(after))
        if after.current.evergreen and before.version == 0:
            await self._open(uow, after, uow.now.date(), evergreen=True)
        return after

    async def open_cohort(
        self, uow: UnitOfWork, program_id: UUID, person_id: UUID, starts_on: date
    ) -> Cohort:
        """An intake of a program."""
        program = await ProgramRepository(uow.connection).get(program_id, lock=True)
        require_coordinator(program, person_id)
        if program.current.evergreen:
            raise rules.CohortIsEvergreen(program_id=str(program_id))
        return await self._open(uow, program, starts_on, evergreen=False)

    async def close_cohort(self, uow: UnitOfWork, cohort_id: UUID, person_id: UUID) -> Cohort:
        """The cohort takes nobody in any more; runs and matches in it go on."""
        programs = ProgramRepository(uow.connection)
        cohort = await programs.cohort(cohort_id, lock=True)
        require_coordinator(await programs.get(cohort.program_id), person_id)
        closed = rules.close(cohort)
        await programs.save_cohort(closed)
        uow.emit(events.CohortClosed(program_id=closed.program_id, cohort_id=closed.id))
        return closed

    async def diff(
        self, connection: AsyncConnection, program_id: UUID, person_id: UUID, terms: ProgramTerms | None
    ) -> ProgramDiff:
        """What the given terms, or else the draft, would change."""
        program = await ProgramRepository(connection).get(program_id)
        require_coordinator(program, person_id)
        after = terms or program.draft
        if after is None:
            raise rules.NothingToPublish(program_id=str(program_id))
        rules.edit(program, after)
        participants = await ParticipantRepository(connection).live_of_program(program_id)
        people = await PersonReader(connection).applicants({each.person_id for each in participants})
        out = [
            each.id
            for each in participants
            if each.person_id in people
            and all(miss(after.audience.of(role), people[each.person_id].facts) for role in each.roles)
        ]
        matches = MatchRepository(connection)
        now = program.published
        return ProgramDiff(
            changed=rules.changed_fields(now, after),
            participants=len(participants),
            matches=await matches.count_live_of(program_id),
            out_of_audience=len(out),
            their_matches=await matches.count_live_of(program_id, out),
            eligible_now=await count_eligible(connection, now) if now else 0,
            eligible_then=await count_eligible(connection, after),
        )

    @staticmethod
    async def _open(uow: UnitOfWork, program: Program, starts_on: date, *, evergreen: bool) -> Cohort:
        cohort = rules.open_cohort(CohortId(uow.new_id()), program, starts_on, evergreen=evergreen)
        await ProgramRepository(uow.connection).add_cohort(cohort)
        eligible = await count_eligible(uow.connection, program.current)
        uow.emit(
            events.CohortOpened(
                program_id=program.id, cohort_id=cohort.id, starts_on=starts_on, eligible=eligible
            )
        )
        return cohort


def _published(program: Program) -> events.ProgramPublished:
    terms = program.current
    return events.ProgramPublished(
        program_id=program.id,
        version=program.version,
        title=terms.title,
        format=Format(terms.format.value),
        coordinator_ids=terms.coordinator_ids,
        cadence_days=terms.cadence_days,
        session_minutes=terms.session_minutes,
        first_session_within_days=terms.first_session_within_days,
        duration_days=terms.duration_days,
        milestones=tuple(
            events.MilestoneTemplate(
                code=milestone.code,
                offset_days=milestone.offset_days,
                tasks=tuple(
                    events.TaskTemplate(
                        code=task.code,
                        offset_days=task.offset_days,
                        role=Role(task.role.value) if task.role else None,
                    )
                    for task in milestone.tasks
                ),
            )
            for milestone in terms.milestones
        ),
        themes=terms.themes,
    )
