"""The rules of a match that a coordinator makes by hand."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.matching.domain.ids import ParticipantId, PersonId
from services.matching.domain.match.manual import RuleViolated, require_allowed, score_of, violations
from services.matching.domain.run.constraints import ConstraintCode as Code
from services.matching.domain.run.market import Candidate, PersonPair, Role
from services.matching.domain.run.settings import Format, RunSettings, Weights

MARIA = PersonId(UUID(int=1))
TOM = PersonId(UUID(int=2))
SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE, weights=Weights(skills=1), weeks=(date(2027, 1, 4),), min_level_gap=1
)
MENTOR = Candidate(
    participant_id=ParticipantId(UUID(int=11)),
    person_id=MARIA,
    roles=frozenset({Role.MENTOR}),
    mentor_seats=1,
    job_level=6,
    languages=frozenset({"en"}),
    skills_offered=frozenset({"python"}),
)
MENTEE = Candidate(
    participant_id=ParticipantId(UUID(int=12)),
    person_id=TOM,
    roles=frozenset({Role.MENTEE}),
    mentee_slots=1,
    job_level=4,
    languages=frozenset({"en"}),
    skills_wanted=frozenset({"python", "rust"}),
)
NOBODY: frozenset[PersonPair] = frozenset()


def test_a_pair_that_meets_all_rules_has_no_violation() -> None:
    assert violations(MENTOR, MENTEE, NOBODY, SETTINGS) == ()
    assert score_of(MENTOR, MENTEE, SETTINGS).score == 500_000


def test_every_rule_that_a_pair_fails_is_found() -> None:
    strange = replace(MENTEE, languages=frozenset({"fr"}), job_level=None, in_audience=False)
    apart = frozenset({frozenset({MARIA, TOM})})
    found = violations(MENTOR, strange, apart, replace(SETTINGS, min_shared_minutes=60))

    assert found == (
        Code.NOT_IN_AUDIENCE,
        Code.EXCLUDED,
        Code.LEVEL_UNKNOWN,
        Code.NO_COMMON_LANGUAGE,
        Code.AVAILABILITY_UNKNOWN,
    )


@pytest.mark.parametrize(
    ("mentor", "mentee", "code"),
    [
        (MENTOR, replace(MENTEE, line_above=frozenset({MARIA})), Code.REPORTING_LINE),
        (replace(MENTOR, line_above=frozenset({TOM})), MENTEE, Code.REPORTING_LINE),
        (replace(MENTOR, mentor_seats=0), MENTEE, Code.NO_CAPACITY),
        (MENTOR, replace(MENTEE, person_id=MARIA), Code.SAME_PERSON),
        (MENTOR, MENTOR, Code.SAME_PERSON),
    ],
)
def test_some_rules_cannot_be_waived(mentor: Candidate, mentee: Candidate, code: Code) -> None:
    """Never one's own line, never without a seat, never oneself."""
    found = violations(mentor, mentee, NOBODY, SETTINGS)

    assert found == (code,)
    with pytest.raises(RuleViolated) as refusal:
        require_allowed(found, frozenset(Code))
    assert refusal.value.parameters == {"constraint": code.value, "waivable": "no"}


def test_the_first_violation_that_is_not_waived_is_told() -> None:
    found = (Code.EXCLUDED, Code.LEVEL_GAP)
    require_allowed(found, frozenset({Code.EXCLUDED, Code.LEVEL_GAP}))

    with pytest.raises(RuleViolated) as refusal:
        require_allowed(found, frozenset({Code.EXCLUDED}))
    assert refusal.value.parameters == {"constraint": "level_gap", "waivable": "yes"}
