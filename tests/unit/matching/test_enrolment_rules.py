"""Who may join, with what, and what a participant may do then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.matching.domain import enrolment as rules
from services.matching.domain.enrolment import Applicant, Offer, Participant, ParticipantStatus
from services.matching.domain.ids import CohortId, ParticipantId, PersonId, ProgramId
from services.matching.domain.programs.audience import FieldTest, HrField, Operator
from services.matching.domain.programs.program import Cohort, CohortIsClosed
from services.matching.domain.programs.terms import Audience, CapacityTerms, ProgramTerms, Purpose
from services.matching.domain.run.market import Role

TOM = PersonId(UUID(int=1))
SENIOR = FieldTest(HrField.JOB_LEVEL, Operator.GTE, (6,))
TERMS = ProgramTerms(
    purpose=Purpose.CAREER,
    title="Growing",
    coordinator_ids=(PersonId(UUID(int=9)),),
    audience=Audience(mentor=SENIOR),
    capacity=CapacityTerms(default=2, limit=3),
)
COHORT = Cohort(id=CohortId(UUID(int=2)), program_id=ProgramId(UUID(int=3)), starts_on=date(2027, 1, 4))
APPLICANT = Applicant(person_id=TOM, at_work=True, facts={HrField.JOB_LEVEL: 4})
OFFER = Offer(roles=frozenset({Role.MENTEE}), languages=("en",), skills_wanted=("python",))
MENTOR = frozenset({Role.MENTOR})


def joined(offer: Offer = OFFER, applicant: Applicant = APPLICANT) -> Participant:
    """Tom, enrolled."""
    return rules.enrol(ParticipantId(UUID(int=4)), COHORT, TERMS, applicant, offer)


def test_an_applicant_in_the_audience_becomes_a_participant() -> None:
    tom = joined()

    assert (tom.person_id, tom.program_id, tom.cohort_id) == (TOM, COHORT.program_id, COHORT.id)
    assert (tom.status, tom.revision, tom.capacity) == (ParticipantStatus.ENROLLED, 1, 2)


def test_a_mentee_has_one_seat_and_a_mentor_as_many_as_they_say() -> None:
    senior = replace(APPLICANT, facts={HrField.JOB_LEVEL: 6})
    both = joined(replace(OFFER, roles=frozenset({Role.MENTOR, Role.MENTEE}), capacity=3), senior)

    assert [both.seats(role) for role in (Role.MENTOR, Role.MENTEE, Role.PEER)] == [3, 1, 0]


def test_the_audience_of_the_role_counts_and_the_refusal_says_what_is_missing() -> None:
    with pytest.raises(rules.NotInAudience) as refusal:
        joined(replace(OFFER, roles=MENTOR))

    assert refusal.value.parameters == {
        "role": "mentor",
        "predicate": "",
        "hr_field": "job_level",
        "op": "gte",
    }


def test_somebody_who_is_not_at_work_cannot_join() -> None:
    with pytest.raises(rules.PersonCannotJoin):
        joined(applicant=replace(APPLICANT, at_work=False))


def test_a_closed_cohort_takes_nobody_in() -> None:
    with pytest.raises(CohortIsClosed):
        rules.enrol(ParticipantId(UUID(int=4)), replace(COHORT, closed=True), TERMS, APPLICANT, OFFER)


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (replace(OFFER, roles=frozenset()), "roles"),
        (replace(OFFER, roles=frozenset({Role.PEER})), "roles"),
        (replace(OFFER, languages=()), "languages"),
        (replace(OFFER, languages=("EN",)), "languages"),
        (replace(OFFER, languages=("en",) * 21), "languages"),
        (replace(OFFER, skills_wanted=("",)), "skills_wanted"),
        (replace(OFFER, skills_offered=("two words",)), "skills_offered"),
        (replace(OFFER, skills_offered=tuple(f"s{n}" for n in range(51))), "skills_offered"),
        (replace(OFFER, capacity=4), "capacity"),
        (replace(OFFER, capacity=-1), "capacity"),
    ],
)
def test_an_offer_that_cannot_be_meant_is_refused_with_its_field(offer: Offer, field: str) -> None:
    with pytest.raises(rules.EnrolmentInvalid) as refusal:
        joined(offer)

    assert refusal.value.field == field


def test_a_role_that_somebody_has_already_is_not_asked_for_again() -> None:
    """Who moved out of the audience since may still change their languages, but take no new role."""
    moved = {HrField.JOB_LEVEL: None}
    senior = joined(replace(OFFER, roles=MENTOR), replace(APPLICANT, facts={HrField.JOB_LEVEL: 6}))
    updated = rules.update(senior, TERMS, moved, replace(OFFER, roles=MENTOR, languages=("de",)))

    assert (updated.languages, updated.revision) == (("de",), 2)
    with pytest.raises(rules.NotInAudience):
        rules.update(joined(), TERMS, moved, replace(OFFER, roles=MENTOR))


Step = Callable[[Participant], Participant]


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((rules.pause,), ParticipantStatus.PAUSED),
        ((rules.pause, rules.resume), ParticipantStatus.ENROLLED),
        ((rules.withdraw,), ParticipantStatus.WITHDRAWN),
        ((rules.pause, rules.withdraw), ParticipantStatus.WITHDRAWN),
    ],
)
def test_a_participant_rests_comes_back_and_leaves(
    steps: tuple[Step, ...], status: ParticipantStatus
) -> None:
    tom = joined()
    for step in steps:
        tom = step(tom)

    assert (tom.status, tom.revision) == (status, 1 + len(steps))


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((rules.pause,), rules.pause),
        ((), rules.resume),
        ((rules.withdraw,), rules.resume),
        ((rules.withdraw,), rules.pause),
        ((rules.withdraw,), rules.withdraw),
    ],
)
def test_a_step_that_the_status_does_not_allow_is_refused(before: tuple[Step, ...], step: Step) -> None:
    tom = joined()
    for earlier in before:
        tom = earlier(tom)

    with pytest.raises(rules.ParticipantStatusConflict):
        step(tom)


def test_dialects_of_a_language_are_a_language_in_common() -> None:
    assert rules.primary_languages(("en-GB", "zh-Hant-TW", "de")) == {"en", "zh", "de"}
