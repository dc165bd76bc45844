"""A score is the exact weighted mean of five parts in millionths."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.hours import WeeklyHours
from services.matching.domain.run.market import Candidate, Market, ParticipantId, PersonId, Role
from services.matching.domain.run.score import ScorePart, Scoring
from services.matching.domain.run.settings import Criterion, Format, RunSettings, Weights

EQUAL = Weights(skills=1, function=1, seniority=1, zone=1, language=1)
SETTINGS = RunSettings(format=Format.ONE_TO_ONE, weights=EQUAL, weeks=(date(2027, 3, 15),))
MENTOR = Candidate(
    participant_id=ParticipantId(UUID(int=1)),
    person_id=PersonId(UUID(int=101)),
    roles=frozenset({Role.MENTOR}),
    mentor_seats=1,
    skills_offered=frozenset({"python", "speaking", "budget"}),
    function="it",
    job_level=6,
    languages=frozenset({"en", "de", "fr"}),
    hours=WeeklyHours("America/New_York", ()),
)
MENTEE = Candidate(
    participant_id=ParticipantId(UUID(int=2)),
    person_id=PersonId(UUID(int=102)),
    roles=frozenset({Role.MENTEE}),
    mentee_slots=1,
    skills_wanted=frozenset({"python", "speaking", "law"}),
    function="it",
    job_level=4,
    languages=frozenset({"en", "de"}),
    hours=WeeklyHours("Europe/Berlin", ()),
)


def scoring(mentor: Candidate, mentee: Candidate, *others: Candidate, **rules: Any) -> Scoring:
    return Scoring(Market(candidates=(mentor, mentee, *others)), replace(SETTINGS, **rules))


def part(criterion: Criterion, mentor: Candidate, mentee: Candidate, **rules: Any) -> ScorePart:
    parts = scoring(mentor, mentee, **rules).breakdown(mentor, mentee).parts
    return next(one for one in parts if one.criterion is criterion)


def test_a_breakdown_tells_each_part_and_adds_up_to_the_score() -> None:
    """New York is 5 hours behind Berlin in the week of 15 March 2027, not 6; one language is extra."""
    weights = Weights(skills=40, function=10, seniority=20, zone=20, language=10)
    breakdown = scoring(MENTOR, MENTEE, weights=weights).breakdown(MENTOR, MENTEE)

    assert breakdown.parts == (
        ScorePart(Criterion.SKILLS, 666_666, 40, 266_666, known=True),
        ScorePart(Criterion.FUNCTION, 1_000_000, 10, 100_000, known=True),
        ScorePart(Criterion.SENIORITY, 1_000_000, 20, 200_000, known=True),
        ScorePart(Criterion.ZONE, 583_333, 20, 116_667, known=True),
        ScorePart(Criterion.LANGUAGE, 500_000, 10, 50_000, known=True),
    )
    assert breakdown.score == 733_333


def test_a_perfect_pair_scores_one_also_with_weights_that_do_not_divide() -> None:
    mentor = replace(MENTOR, skills_offered=MENTEE.skills_wanted, hours=MENTEE.hours)
    mentee = replace(MENTEE, languages=MENTOR.languages)
    breakdown = scoring(mentor, mentee, weights=Weights(skills=1, function=1, zone=1)).breakdown(
        mentor, mentee
    )

    assert breakdown.score == 1_000_000
    assert [one.contribution for one in breakdown.parts] == [333_334, 333_333, 0, 333_333, 0]


@pytest.mark.parametrize(
    ("gap", "value"),
    [(-1, 0), (0, 300_000), (1, 1_000_000), (3, 1_000_000), (4, 750_000), (6, 250_000), (7, 0)],
)
def test_one_to_three_levels_between_the_two_are_best(gap: int, value: int) -> None:
    mentor = replace(MENTOR, job_level=10)

    assert part(Criterion.SENIORITY, mentor, replace(MENTEE, job_level=10 - gap)).value == value
    reverse = replace(MENTEE, job_level=10 + gap)
    assert part(Criterion.SENIORITY, mentor, reverse, format=Format.REVERSE).value == value


@pytest.mark.parametrize(
    ("zone", "value"),
    [
        ("Europe/Berlin", 1_000_000),
        ("America/New_York", 583_333),
        ("Asia/Kolkata", 625_000),
        ("Pacific/Honolulu", 83_333),
    ],
)
def test_the_zone_part_falls_with_the_distance_of_the_clocks(zone: str, value: int) -> None:
    assert part(Criterion.ZONE, replace(MENTOR, hours=WeeklyHours(zone, ())), MENTEE).value == value


def test_clocks_a_day_apart_tell_nearly_the_same_time() -> None:
    """Honolulu is 24 hours behind Kiritimati."""
    mentor = replace(MENTOR, hours=WeeklyHours("Pacific/Honolulu", ()))
    mentee = replace(MENTEE, hours=WeeklyHours("Pacific/Kiritimati", ()))

    assert part(Criterion.ZONE, mentor, mentee).value == 1_000_000


@pytest.mark.parametrize(
    ("languages", "required", "value"),
    [("en", True, 0), ("en", False, 500_000), ("en de", True, 500_000), ("en de fr", True, 1_000_000)],
)
def test_languages_count_beyond_the_required_one(languages: str, required: bool, value: int) -> None:
    mentee = replace(MENTEE, languages=frozenset(languages.split()))

    assert part(Criterion.LANGUAGE, MENTOR, mentee, language_required=required).value == value


@pytest.mark.parametrize(
    ("criterion", "mentee"),
    [
        (Criterion.SKILLS, {"skills_wanted": frozenset()}),
        (Criterion.FUNCTION, {"function": None}),
        (Criterion.SENIORITY, {"job_level": None}),
        (Criterion.ZONE, {"hours": None}),
        (Criterion.LANGUAGE, {"languages": frozenset()}),
    ],
)
def test_what_is_not_known_counts_nothing_and_is_marked(criterion: Criterion, mentee: dict[str, Any]) -> None:
    unknown = part(criterion, MENTOR, replace(MENTEE, **mentee))

    assert (unknown.value, unknown.contribution, unknown.known) == (0, 0, False)


def test_offering_a_skill_that_nobody_wants_changes_nothing() -> None:
    boasting = replace(MENTOR, skills_offered=MENTOR.skills_offered | {f"boast-{n}" for n in range(50)})

    assert scoring(boasting, MENTEE).breakdown(boasting, MENTEE) == scoring(MENTOR, MENTEE).breakdown(
        MENTOR, MENTEE
    )


def test_offering_everything_that_is_wanted_counts_less_than_offering_what_this_mentee_wants() -> None:
    """Of 20 skills in demand, the allowance is 10: each of 20 offered ones counts half."""
    demand = frozenset(f"skill-{n}" for n in range(17)) | MENTEE.skills_wanted
    crowd = replace(
        MENTEE,
        participant_id=ParticipantId(UUID(int=3)),
        person_id=PersonId(UUID(int=103)),
        skills_wanted=demand,
    )
    everything = replace(MENTOR, skills_offered=demand)
    values = [
        scoring(mentor, MENTEE, crowd).breakdown(mentor, MENTEE).parts[0].value
        for mentor in (everything, MENTOR)
    ]

    assert values == [500_000, 666_666]


SKILLS = st.frozensets(st.sampled_from("abcdefghijklmnop"), max_size=16)


@given(SKILLS, SKILLS, st.sampled_from("abcdefghijklmnop"), st.integers(1, 12))
def test_wanting_one_more_skill_never_raises_a_score_with_a_mentor_who_does_not_offer_it(
    offered: frozenset[str], wanted: frozenset[str], more: str, allowance: int
) -> None:
    mentor = replace(MENTOR, skills_offered=offered - {more})
    before, after = (replace(MENTEE, skills_wanted=want) for want in (wanted, wanted | {more}))

    assert (
        scoring(mentor, after, skills_allowance=allowance).score(mentor, after)
        <= scoring(mentor, before, skills_allowance=allowance).score(mentor, before)
    )  # fmt: skip


@given(
    st.lists(st.integers(0, 1_000), min_size=5, max_size=5).filter(any),
    SKILLS,
    SKILLS,
    st.none() | st.integers(0, 12),
)
def test_scores_stay_within_zero_and_one_and_contributions_add_up(
    weights: list[int], offered: frozenset[str], wanted: frozenset[str], level: int | None
) -> None:
    skills, function, seniority, zone, language = weights
    rules = Weights(skills=skills, function=function, seniority=seniority, zone=zone, language=language)
    mentor, mentee = (
        replace(MENTOR, skills_offered=offered),
        replace(MENTEE, skills_wanted=wanted, job_level=level),
    )
    prepared = scoring(mentor, mentee, weights=rules)
    breakdown = prepared.breakdown(mentor, mentee)

    assert 0 <= breakdown.score <= 1_000_000
    assert (
        sum(one.contribution for one in breakdown.parts) == breakdown.score == prepared.score(mentor, mentee)
    )
