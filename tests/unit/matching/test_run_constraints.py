"""A refused pair carries the first hard constraint that it fails."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.hours import LocalInterval, WeeklyHours
from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import (
    Candidate,
    InvalidMarket,
    Market,
    ParticipantId,
    PersonId,
    Role,
    exclusions_between,
)
from services.matching.domain.run.settings import Format, InvalidSettings, RunSettings, Weights

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE,
    weights=Weights(skills=1),
    weeks=(date(2027, 1, 4),),
    min_shared_minutes=60,
)
MORNING = WeeklyHours("UTC", (LocalInterval(0, 540, 600),))
AFTERNOON = WeeklyHours("UTC", (LocalInterval(0, 780, 840),))
ANNA, BEN = PersonId(UUID(int=101)), PersonId(UUID(int=102))
MENTOR = Candidate(
    participant_id=ParticipantId(UUID(int=1)),
    person_id=ANNA,
    roles=frozenset({Role.MENTOR}),
    mentor_seats=1,
    languages=frozenset({"en", "de"}),
    hours=MORNING,
    job_level=5,
)
MENTEE = Candidate(
    participant_id=ParticipantId(UUID(int=2)),
    person_id=BEN,
    roles=frozenset({Role.MENTEE}),
    mentee_slots=1,
    languages=frozenset({"en", "fr"}),
    hours=MORNING,
    job_level=3,
)


def refusal(mentor: Candidate, mentee: Candidate, **rules: Any) -> ConstraintCode | None:
    market = Market(candidates=(mentor, mentee))
    return PairRules(market, replace(SETTINGS, **rules)).refusal(mentor, mentee)


def test_a_pair_that_fails_nothing_is_allowed() -> None:
    assert refusal(MENTOR, MENTEE) is None


@pytest.mark.parametrize(
    ("mentor", "mentee", "code"),
    [
        ({"person_id": BEN}, {}, ConstraintCode.SAME_PERSON),
        ({"in_audience": False}, {}, ConstraintCode.NOT_IN_AUDIENCE),
        ({}, {"in_audience": False}, ConstraintCode.NOT_IN_AUDIENCE),
        ({}, {"line_above": frozenset({ANNA})}, ConstraintCode.REPORTING_LINE),
        ({"line_above": frozenset({BEN})}, {}, ConstraintCode.REPORTING_LINE),
        ({"languages": frozenset({"de"})}, {}, ConstraintCode.NO_COMMON_LANGUAGE),
        ({}, {"languages": frozenset()}, ConstraintCode.NO_COMMON_LANGUAGE),
        ({"hours": None}, {}, ConstraintCode.AVAILABILITY_UNKNOWN),
        ({}, {"hours": AFTERNOON}, ConstraintCode.TOO_LITTLE_SHARED_TIME),
        ({"mentor_seats": 0}, {}, ConstraintCode.NO_CAPACITY),
        ({}, {"mentee_slots": 0}, ConstraintCode.NO_CAPACITY),
    ],
)
def test_each_rule_refuses_with_its_own_code(
    mentor: dict[str, Any], mentee: dict[str, Any], code: ConstraintCode
) -> None:
    assert refusal(replace(MENTOR, **mentor), replace(MENTEE, **mentee)) is code


def test_an_excluded_pair_is_refused_in_both_orders_and_others_are_not() -> None:
    for pair in ((ANNA, BEN), (BEN, ANNA)):
        market = Market(candidates=(MENTOR, MENTEE), exclusions=exclusions_between([pair]))
        assert PairRules(market, SETTINGS).refusal(MENTOR, MENTEE) is ConstraintCode.EXCLUDED
    elsewhere = exclusions_between([(ANNA, PersonId(UUID(int=103)))])
    market = Market(candidates=(MENTOR, MENTEE), exclusions=elsewhere)
    assert PairRules(market, SETTINGS).refusal(MENTOR, MENTEE) is None


def test_the_first_failed_rule_is_the_one_that_is_told() -> None:
    """This pair fails everything; taking away the cause of each reason uncovers the next."""
    mentor = replace(
        MENTOR,
        person_id=BEN,
        in_audience=False,
        languages=frozenset(),
        hours=None,
        mentor_seats=0,
        job_level=None,
    )
    mentee = replace(MENTEE, line_above=frozenset({ANNA}))
    told = []
    repairs: list[dict[str, Any]] = [
        {},
        {"person_id": ANNA},
        {"in_audience": True},
        {"line_above": frozenset()},
        {"job_level": 2},
        {"job_level": 5},
        {"languages": frozenset({"fr"})},
        {"hours": AFTERNOON},
        {"hours": MORNING},
        {"mentor_seats": 1},
    ]
    for repair in repairs:
        if "line_above" in repair:
            mentee = replace(mentee, **repair)
        else:
            mentor = replace(mentor, **repair)
        told.append(refusal(mentor, mentee, min_level_gap=1))

    assert told == [
        ConstraintCode.SAME_PERSON,
        ConstraintCode.NOT_IN_AUDIENCE,
        ConstraintCode.REPORTING_LINE,
        ConstraintCode.LEVEL_UNKNOWN,
        ConstraintCode.LEVEL_GAP,
        ConstraintCode.NO_COMMON_LANGUAGE,
        ConstraintCode.AVAILABILITY_UNKNOWN,
        ConstraintCode.TOO_LITTLE_SHARED_TIME,
        ConstraintCode.NO_CAPACITY,
        None,
    ]


@pytest.mark.parametrize(
    ("rule", "mentor"),
    [
        ({"audience_required": False}, {"in_audience": False}),
        ({"forbid_reporting_line": False}, {"line_above": frozenset({BEN})}),
        ({"language_required": False}, {"languages": frozenset()}),
        ({"min_shared_minutes": 0}, {"hours": None}),
        ({"min_level_gap": None}, {"job_level": None}),
    ],
)
def test_a_rule_that_the_program_does_not_ask_for_refuses_nobody(
    rule: dict[str, Any], mentor: dict[str, Any]
) -> None:
    assert refusal(replace(MENTOR, **mentor), MENTEE, **rule) is None


def test_in_a_reverse_program_the_mentor_is_the_junior_one() -> None:
    senior, junior = replace(MENTOR, job_level=3), replace(MENTEE, job_level=7)

    assert refusal(senior, junior, format=Format.REVERSE, min_level_gap=2) is None
    assert refusal(MENTOR, MENTEE, format=Format.REVERSE, min_level_gap=1) is ConstraintCode.LEVEL_GAP
    assert refusal(MENTOR, MENTEE, min_level_gap=2) is None


def test_the_worst_week_of_the_program_decides_about_shared_time() -> None:
    """09:00-10:00 in New York is 15:00-16:00 in Berlin except between the two time changes of March 2027."""
    mentor = replace(MENTOR, hours=WeeklyHours("America/New_York", (LocalInterval(2, 540, 600),)))
    mentee = replace(MENTEE, hours=WeeklyHours("Europe/Berlin", (LocalInterval(2, 900, 960),)))

    assert refusal(mentor, mentee, weeks=(date(2027, 3, 8),)) is None
    assert (
        refusal(mentor, mentee, weeks=(date(2027, 3, 8), date(2027, 3, 15)))
        is ConstraintCode.TOO_LITTLE_SHARED_TIME
    )


@pytest.mark.parametrize(
    "rules",
    [
        {"format": Format.PEER},
        {"format": Format.CIRCLE},
        {"format": Format.FLASH},
        {"weeks": ()},
        {"weeks": (date(2027, 1, 5),)},
        {"min_shared_minutes": -1},
        {"skills_allowance": 0},
    ],
)
def test_settings_that_no_run_can_be_made_with_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings):
        replace(SETTINGS, **rules)


@pytest.mark.parametrize("weights", [{}, {"skills": -1, "zone": 2}, {"skills": 1_001}])
def test_weights_are_bounded_and_not_all_zero(weights: dict[str, int]) -> None:
    with pytest.raises(InvalidSettings):
        Weights(**weights)


def test_a_market_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidMarket):
        Market(candidates=(MENTOR, MENTOR))
    with pytest.raises(InvalidMarket):
        replace(MENTOR, mentor_seats=-1)
    with pytest.raises(InvalidMarket):
        Market(candidates=(), exclusions=frozenset({frozenset({ANNA})}))
