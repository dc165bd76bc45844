"""The same inputs give the same result to the byte, in any order and in any process."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_context
from random import Random
from time import perf_counter
from uuid import UUID

import pytest

from services.matching.domain.hours import LocalInterval, WeeklyHours
from services.matching.domain.run.canonical import canonical_hash, canonical_json
from services.matching.domain.run.market import (
    Candidate,
    LockedPair,
    Market,
    ParticipantId,
    PersonId,
    Role,
    exclusions_between,
)
from services.matching.domain.run.settings import Format, RunSettings, Weights
from services.matching.domain.run.solve_market import run_market

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE,
    weights=Weights(skills=40, function=10, seniority=20, zone=20, language=10),
    weeks=tuple(date(2027, 1, 4) + timedelta(weeks=week) for week in range(26)),
    min_shared_minutes=120,
)
PLAIN = replace(SETTINGS, weights=Weights(function=1), min_shared_minutes=0)
"""With nobody's function known every pair scores 0: only ties decide."""

CHILD = (
    "import pickle, sys\n"
    "from services.matching.domain.run.canonical import canonical_json\n"
    "from services.matching.domain.run.solve_market import run_market\n"
    "sys.stdout.write(canonical_json(run_market(*pickle.load(sys.stdin.buffer))))\n"
)


def make_market(mentors: int, mentees: int, seed: int, *, alike: bool = False) -> Market:
    random = Random(seed)  # noqa: S311 - a market that can be made again
    skills = [f"skill-{number}" for number in range(40)]

    def make(role: Role) -> Candidate:
        start = random.randrange(7 * 60, 10 * 60, 15)
        zone = random.choice(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/London"])
        days = tuple(LocalInterval(day, start, start + 9 * 60) for day in range(5))
        return Candidate(
            participant_id=ParticipantId(UUID(int=random.getrandbits(128))),
            person_id=PersonId(UUID(int=random.getrandbits(128))),
            roles=frozenset({Role.MENTOR, Role.MENTEE} if random.random() < 0.1 else {role}),
            mentor_seats=3,
            mentee_slots=1,
            skills_wanted=frozenset(random.sample(skills, 4)),
            skills_offered=frozenset(random.sample(skills, 8)),
            function=None if alike else random.choice("abcdef"),
            job_level=random.randrange(1, 9),
            languages=frozenset({"en", random.choice(["de", "fr", "es"])}),
            hours=WeeklyHours(zone, days),
        )

    people = [make(Role.MENTOR) for _ in range(mentors)] + [make(Role.MENTEE) for _ in range(mentees)]
    apart = [(people[0].person_id, other.person_id) for other in people[mentors : mentors + 5]]
    lock = LockedPair(people[0].participant_id, people[-1].participant_id)
    return Market(candidates=tuple(people), exclusions=exclusions_between(apart), locked=frozenset({lock}))


@pytest.mark.parametrize(("alike", "rules"), [(False, SETTINGS), (True, PLAIN)])
def test_shuffled_people_give_the_same_result_to_the_byte(alike: bool, rules: RunSettings) -> None:
    market = make_market(15, 40, seed=1, alike=alike)
    expected = canonical_json(run_market(market, rules))
    random = Random(2)  # noqa: S311 - an order that can be made again

    for _ in range(5):
        people = random.sample(market.candidates, len(market.candidates))
        assert canonical_json(run_market(replace(market, candidates=tuple(people)), rules)) == expected


@pytest.mark.parametrize(("alike", "rules"), [(False, SETTINGS), (True, PLAIN)])
@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_a_process_with_another_hash_seed_gives_the_same_result_to_the_byte(
    seed: str, alike: bool, rules: RunSettings
) -> None:
    market = make_market(15, 40, seed=3, alike=alike)
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=pickle.dumps((market, rules)),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )

    assert done.stdout.decode() == canonical_json(run_market(market, rules))


def test_a_run_is_a_plain_function_that_a_worker_process_can_be_given() -> None:
    market = make_market(5, 12, seed=4)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(run_market, market, SETTINGS).result(timeout=60)

    assert result.proven
    assert result == run_market(market, SETTINGS)


def test_among_equal_pairs_the_salt_decides_and_not_the_age_of_an_id() -> None:
    market = make_market(15, 60, seed=5, alike=True)
    left_over = {
        salt: {one.participant for one in run_market(market, replace(PLAIN, tie_break_salt=salt)).unmatched}
        for salt in ("spring", "autumn")
    }

    assert left_over["spring"]
    assert left_over["spring"] != left_over["autumn"]


def test_the_inputs_hash_names_every_input() -> None:
    market = make_market(3, 6, seed=6)
    person = market.candidates[0]
    changed = [
        (replace(market, candidates=(replace(person, mentor_seats=9), *market.candidates[1:])), SETTINGS),
        (replace(market, exclusions=frozenset()), SETTINGS),
        (replace(market, locked=frozenset()), SETTINGS),
        (market, replace(SETTINGS, min_shared_minutes=121)),
        (market, SETTINGS),
    ]

    assert len({run_market(*inputs).inputs_hash for inputs in changed}) == 5


def test_the_canonical_text_is_fixed() -> None:
    pair = LockedPair(ParticipantId(UUID(int=2)), ParticipantId(UUID(int=1)))

    assert canonical_json((frozenset({"b", "a"}), pair, Format.REVERSE, date(2027, 1, 4), None, True)) == (
        '[["a","b"],{"mentee":"00000000-0000-0000-0000-000000000001",'
        '"mentor":"00000000-0000-0000-0000-000000000002"},"reverse","2027-01-04",null,true]'
    )
    assert canonical_hash("a") == "0eb5b8d6f81bc677da8a08567cc4fa9a06a57e9ec8da85ed73a7f62727996002"
    with pytest.raises(TypeError):
        canonical_json(0.5)


def test_five_hundred_mentees_and_all_their_pairs_are_solved_and_proven_in_seconds() -> None:
    market = make_market(170, 500, seed=7)
    started = perf_counter()
    result = run_market(market, replace(SETTINGS, min_shared_minutes=0))

    assert perf_counter() - started < 10
    assert result.feasible_pairs > 80_000
    assert result.proven
