"""People in programs: who may join, with what they want, offer and can give."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from services.matching.domain.ids import CohortId, ParticipantId, PersonId, ProgramId
from services.matching.domain.programs.audience import HrFacts, miss
from services.matching.domain.programs.program import Cohort
from services.matching.domain.programs.terms import ROLES_OF, ProgramTerms
from services.matching.domain.run.market import Role
from shared.errors import Conflict, Invalid, NotFound

MAX_SKILLS = 50
MAX_LANGUAGES = 20
MENTEE_SEATS = 1
SKILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#+-]{0,99}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""A BCP 47 tag of language, script and region in their usual case; mostly ISO 639-1 alone."""


class ParticipantStatus(StrEnum):
    """Whether a participant takes new matches."""

    ENROLLED = "enrolled"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class ParticipantNotFound(NotFound):
    """There is no such participant, or not for the caller."""

    code = "participant_not_found"


class NotInAudience(Conflict):
    """HR fields keep the person out; `predicate` is the path to the first that does."""

    code = "not_in_audience"


class PersonCannotJoin(Conflict):
    """The person is not at work: not yet, not now or no longer."""

    code = "person_cannot_join"


class AlreadyEnrolled(Conflict):
    """The person takes part in this cohort already."""

    code = "already_enrolled"


class EnrolmentInvalid(Invalid):
    """A field of the enrolment cannot be meant."""

    code = "enrolment_invalid"


class ParticipantStatusConflict(Conflict):
    """The participant's status does not allow it."""

    code = "participant_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a participant brings and looks for.

    `capacity` counts matches as mentor (or peer) at once; None takes the program's default. As a mentee
    somebody has one match at a time.
    """

    roles: frozenset[Role]
    languages: tuple[str, ...]
    skills_wanted: tuple[str, ...] = ()
    skills_offered: tuple[str, ...] = ()
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person in a cohort of a program; `revision` counts changes."""

    id: ParticipantId
    person_id: PersonId
    program_id: ProgramId
    cohort_id: CohortId
    roles: frozenset[Role]
    capacity: int
    languages: tuple[str, ...]
    skills_wanted: tuple[str, ...] = ()
    skills_offered: tuple[str, ...] = ()
    status: ParticipantStatus = ParticipantStatus.ENROLLED
    revision: int = 1

    def seats(self, role: Role) -> int:
        """How many matches the participant may have in a role at once."""
        if role not in self.roles:
            return 0
        return MENTEE_SEATS if role is Role.MENTEE else self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Somebody who could join: who, whether they are at work, what HR says."""

    person_id: PersonId
    at_work: bool
    facts: HrFacts


def enrol(
    participant_id: ParticipantId, cohort: Cohort, terms: ProgramTerms, applicant: Applicant, offer: Offer
) -> Participant:
    """A participant. Raises CohortIsClosed, PersonCannotJoin, EnrolmentInvalid or NotInAudience."""
    cohort.require_open()
    if not applicant.at_work:
        raise PersonCannotJoin(person_id=str(applicant.person_id))
    capacity = _sound(terms, offer)
    require_audience(terms, offer.roles, applicant.facts)
    return Participant(
        id=participant_id,
        person_id=applicant.person_id,
        program_id=cohort.program_id,
        cohort_id=cohort.id,
        roles=offer.roles,
        capacity=capacity,
        languages=offer.languages,
        skills_wanted=offer.skills_wanted,
        skills_offered=offer.skills_offered,
    )


def update(participant: Participant, terms: ProgramTerms, facts: HrFacts, offer: Offer) -> Participant:
    """The participant with another offer. Raises as `enrol`; matches that exist keep their seats."""
    _require_status(participant, ParticipantStatus.ENROLLED, ParticipantStatus.PAUSED)
    capacity = _sound(terms, offer)
    require_audience(terms, offer.roles - participant.roles, facts)
    return replace(
        participant,
        roles=offer.roles,
        capacity=capacity,
        languages=offer.languages,
        skills_wanted=offer.skills_wanted,
        skills_offered=offer.skills_offered,
        revision=participant.revision + 1,
    )


def pause(participant: Participant) -> Participant:
    """No new matches for now; the ones that exist go on."""
    _require_status(participant, ParticipantStatus.ENROLLED)
    return replace(participant, status=ParticipantStatus.PAUSED, revision=participant.revision + 1)


def resume(participant: Participant) -> Participant:
    """New matches again."""
    _require_status(participant, ParticipantStatus.PAUSED)
    return replace(participant, status=ParticipantStatus.ENROLLED, revision=participant.revision + 1)


def withdraw(participant: Participant) -> Participant:
    """Out of the program."""
    _require_status(participant, ParticipantStatus.ENROLLED, ParticipantStatus.PAUSED)
    return replace(participant, status=ParticipantStatus.WITHDRAWN, revision=participant.revision + 1)


def require_audience(terms: ProgramTerms, roles: Iterable[Role], facts: HrFacts) -> None:
    """Raise NotInAudience with the first predicate that keeps the person out of one of the roles."""
    for role in sorted(roles):
        found = miss(terms.audience.of(role), facts)
        if found is not None:
            details = {"hr_field": found.field, "op": found.op}
            known = {name: value.value for name, value in details.items() if value is not None}
            raise NotInAudience(field="roles", role=role.value, predicate=found.path, **known)


def primary_languages(tags: Iterable[str]) -> frozenset[str]:
    """The languages of tags without script and region: `en-GB` and `en` are one language in common."""
    return frozenset(tag.split("-", 1)[0] for tag in tags)


def _sound(terms: ProgramTerms, offer: Offer) -> int:
    if not offer.roles or not offer.roles <= ROLES_OF[terms.format]:
        raise EnrolmentInvalid(field="roles", reason="roles_not_of_the_format")
    if not 0 < len(offer.languages) <= MAX_LANGUAGES or not all(map(LANGUAGE.fullmatch, offer.languages)):
        raise EnrolmentInvalid(field="languages", reason="language_tags")
    for field, skills in (("skills_wanted", offer.skills_wanted), ("skills_offered", offer.skills_offered)):
        if len(skills) > MAX_SKILLS or not all(map(SKILL.fullmatch, skills)):
            raise EnrolmentInvalid(field=field, reason="skill_codes")
    capacity = terms.capacity.default if offer.capacity is None else offer.capacity
    if not 0 <= capacity <= terms.capacity.limit:
        raise EnrolmentInvalid(field="capacity", reason="capacity_above_limit", limit=terms.capacity.limit)
    return capacity


def _require_status(participant: Participant, *allowed: ParticipantStatus) -> None:
    if participant.status not in allowed:
        raise ParticipantStatusConflict(participant_id=str(participant.id), status=participant.status.value)
