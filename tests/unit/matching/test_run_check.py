"""Before a run it is told exactly which rules stand in the way."""

from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.run.answers import Relaxation
from services.matching.domain.run.check import (
    BrokenLock,
    HeldLock,
    MarketCheck,
    RuleEffect,
    Stuck,
    Supply,
    check_market,
    smallest_conflict,
)
from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import (
    Candidate,
    Market,
    ParticipantId,
    PersonId,
    Role,
    exclusions_between,
)
from services.matching.domain.run.settings import Format, RunSettings, Weights

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE, weights=Weights(skills=1), weeks=(date(2027, 1, 4),), min_level_gap=1
)
CODES = list(ConstraintCode)
LANGUAGE, LEVEL = ConstraintCode.NO_COMMON_LANGUAGE, ConstraintCode.LEVEL_GAP


def one(number: int, role: Role, level: int, languages: str, **changes: Any) -> Candidate:
    candidate = Candidate(
        participant_id=ParticipantId(UUID(int=number)),
        person_id=PersonId(UUID(int=1_000 + number)),
        roles=frozenset({role}),
        mentor_seats=1 if role is Role.MENTOR else 0,
        mentee_slots=1 if role is Role.MENTEE else 0,
        job_level=level,
        languages=frozenset(languages.split()),
    )
    return replace(candidate, **changes)


def check(*candidates: Candidate, locks: tuple[HeldLock, ...] = (), **parts: Any) -> MarketCheck:
    market = Market(candidates=candidates, **parts)
    return check_market(market, SETTINGS, locks, PairRules(replace(market, exclusions=frozenset()), SETTINGS))


def test_who_is_stuck_reads_the_smallest_conflict_and_what_to_waive() -> None:
    """For 11 one mentor speaks no English and is senior enough, the other is the other way round."""
    found = check(
        one(1, Role.MENTOR, 6, "fr"),
        one(2, Role.MENTOR, 4, "en"),
        one(11, Role.MENTEE, 4, "en"),
        one(12, Role.MENTEE, 3, "en"),
    )

    assert found.stuck == (
        Stuck(
            ParticipantId(UUID(int=1)),
            Role.MENTOR,
            (LANGUAGE,),
            (Relaxation((LANGUAGE,), 2, (ParticipantId(UUID(int=11)), ParticipantId(UUID(int=12)))),),
        ),
        Stuck(
            ParticipantId(UUID(int=11)),
            Role.MENTEE,
            (LEVEL, LANGUAGE),
            (
                Relaxation((LEVEL,), 1, (ParticipantId(UUID(int=2)),)),
                Relaxation((LANGUAGE,), 1, (ParticipantId(UUID(int=1)),)),
            ),
        ),
    )
    assert found.rules == (RuleEffect(LEVEL, 1, 2, 1), RuleEffect(LANGUAGE, 2, 3, 2))
    assert found.supply == (Supply(None, None, 2, 1),)
    assert (found.mentors, found.mentees, found.allowed_pairs) == (2, 2, 1)


def test_seats_are_counted_for_each_group_that_the_program_may_compare() -> None:
    """Six in Germany can reach both mentors, five in France only the one who speaks French."""
    mentors = (one(1, Role.MENTOR, 6, "en"), one(2, Role.MENTOR, 6, "en fr", mentor_seats=3))
    german = [one(10 + n, Role.MENTEE, 3, "en", groups=(("country", "DE"),)) for n in range(6)]
    french = [one(20 + n, Role.MENTEE, 3, "fr", groups=(("country", "FR"),)) for n in range(5)]

    assert check(*mentors, *german, *french).supply == (
        Supply(None, None, 11, 4),
        Supply("country", "DE", 6, 4),
        Supply("country", "FR", 5, 3),
    )


def test_a_locked_match_that_fails_a_rule_today_is_told() -> None:
    """The seat that it holds itself, and being together already, are no faults of it."""
    people = (one(1, Role.MENTOR, 6, "fr", mentor_seats=0), one(11, Role.MENTEE, 3, "en", mentee_slots=0))
    lock = HeldLock(UUID(int=7), people[0].participant_id, people[1].participant_id)
    together = exclusions_between([(people[0].person_id, people[1].person_id)])

    assert check(*people, locks=(lock,), exclusions=together).broken_locks == (BrokenLock(lock, (LANGUAGE,)),)


def test_somebody_alone_conflicts_with_no_rule() -> None:
    assert check(one(1, Role.MENTOR, 6, "fr")).stuck == (
        Stuck(ParticipantId(UUID(int=1)), Role.MENTOR, (), ()),
    )


@given(st.lists(st.integers(1, 2 ** len(CODES) - 1), min_size=1, max_size=6))
def test_no_smaller_set_of_rules_refuses_every_partner(masks: list[int]) -> None:
    found = smallest_conflict(masks)
    bits = {code: 1 << at for at, code in enumerate(CODES)}

    def refuses_all(rules: tuple[ConstraintCode, ...]) -> bool:
        return all(any(mask & bits[code] for code in rules) for mask in masks)

    assert refuses_all(found)
    assert not any(refuses_all(rules) for rules in combinations(CODES, len(found) - 1))
