"""What a run decides about, read in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.enrolment import Applicant, Participant, ParticipantStatus, primary_languages
from services.matching.domain.hours import WeeklyHours
from services.matching.domain.ids import PersonId
from services.matching.domain.programs.audience import HrField, miss
from services.matching.domain.programs.program import Cohort
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.domain.run.market import Candidate, Market, Role
from services.matching.domain.run.settings import MAX_WEEKS, RunSettings
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository, SeatsTaken
from services.matching.persistence.person_reader import PersonReader
from services.matching.persistence.wish_repository import WishRepository

WEEK_DAYS = 7


class MarketReader:
    """Candidates, exclusions and rules of a cohort."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._people = PersonReader(connection)
        self._participants = ParticipantRepository(connection)
        self._matches = MatchRepository(connection)
        self._wishes = WishRepository(connection)

    async def market(
        self, cohort: Cohort, terms: ProgramTerms, limit: int, *, replace_proposals: bool = False
    ) -> Market:
        """Everybody in the cohort who wants matches and is at work, with the seats that they have left.

        At most `limit` participants are read; a run refuses a market of so many.
        """
        enrolled = await self._participants.page(cohort.id, None, limit, ParticipantStatus.ENROLLED)
        replaceable = cohort.id if replace_proposals else None
        taken = await self._participants.seats_taken(cohort.program_id, replaceable_of=replaceable)
        together = await self._matches.live_pairs(cohort.program_id, replaceable_of=replaceable)
        apart = await self._matches.excluded_pairs(cohort.id)
        return Market(
            candidates=await self.candidates(enrolled, terms, taken),
            exclusions=together | apart,
        )

    async def candidates(
        self, participants: Sequence[Participant], terms: ProgramTerms, taken: SeatsTaken
    ) -> tuple[Candidate, ...]:
        """Participants as a run sees them; those who are not at work are left out."""
        people = {each.person_id for each in participants}
        applicants = await self._people.applicants(people)
        above = await self._people.lines_above(people)
        hours = await self._people.hours(people)
        choices = await self._wishes.choices([each.id for each in participants])
        return tuple(
            _candidate(
                each,
                applicants[each.person_id],
                terms,
                taken,
                hours=hours.get(each.person_id),
                line_above=above.get(each.person_id, frozenset()),
                choices=choices.get(each.id, ()),
            )
            for each in participants
            if each.person_id in applicants and applicants[each.person_id].at_work
        )


def run_settings(cohort: Cohort, terms: ProgramTerms, now: datetime, max_candidates: int) -> RunSettings:
    """The rules of a run of the cohort that is made now."""
    return RunSettings(
        format=terms.format,
        weights=terms.weights,
        weeks=_weeks(max(cohort.starts_on, now.date()), terms.duration_days),
        min_shared_minutes=terms.constraints.min_shared_minutes,
        language_required=terms.constraints.language_required,
        min_level_gap=terms.constraints.min_level_gap,
        max_candidates=max_candidates,
        tie_break_salt=str(cohort.id),
    )


def _weeks(start: date, days: int) -> tuple[date, ...]:
    first = start - timedelta(days=start.weekday())
    last = start + timedelta(days=days - 1)
    count = min(MAX_WEEKS, (last - first).days // WEEK_DAYS + 1)
    return tuple(first + timedelta(weeks=week) for week in range(count))


def _candidate(
    participant: Participant,
    applicant: Applicant,
    terms: ProgramTerms,
    taken: SeatsTaken,
    *,
    hours: WeeklyHours | None,
    line_above: frozenset[PersonId],
    choices: tuple[PersonId, ...],
) -> Candidate:
    allowed = frozenset(
        role for role in participant.roles if miss(terms.audience.of(role), applicant.facts) is None
    )
    level = applicant.facts.get(HrField.JOB_LEVEL)
    function = applicant.facts.get(HrField.FUNCTION)

    def left(role: Role) -> int:
        return max(0, participant.seats(role) - taken[participant.person_id, role])

    return Candidate(
        participant_id=participant.id,
        person_id=participant.person_id,
        roles=allowed or participant.roles,
        mentor_seats=left(Role.MENTOR),
        mentee_slots=left(Role.MENTEE),
        skills_wanted=frozenset(participant.skills_wanted),
        skills_offered=frozenset(participant.skills_offered),
        function=function if isinstance(function, str) else None,
        job_level=level if isinstance(level, int) else None,
        languages=primary_languages(participant.languages),
        hours=hours,
        line_above=line_above,
        in_audience=bool(allowed),
        choices=choices,
        groups=tuple(
            (field.value, str(value))
            for field in sorted(terms.fairness_groups)
            if (value := applicant.facts.get(field)) is not None
        ),
    )
