"""What a run keeps: levels with prices, a log that can be made again, a certificate that says no."""

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.hours import LocalInterval, WeeklyHours
from services.matching.domain.run import solve_market as solving
from services.matching.domain.run.decision_log import RunContext
from services.matching.domain.run.market import (
    Candidate,
    LockedPair,
    Market,
    ParticipantId,
    PersonId,
    Role,
    exclusions_between,
)
from services.matching.domain.run.record import RunRecord, replay, solve_and_record
from services.matching.domain.run.result import CertificateFailure
from services.matching.domain.run.settings import Format, RunSettings, Weights
from services.matching.domain.run.solve_market import solve_market
from services.matching.domain.run.stored import inputs_hash, inputs_text, read_inputs, without_person
from services.matching.domain.solver.assignment import AssignmentProblem, solve

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE, weights=Weights(skills=1), weeks=(date(2027, 1, 4),), language_required=False
)
RUN = RunContext(
    match_run_id=UUID(int=1),
    program_id=UUID(int=2),
    cohort_id=UUID(int=3),
    program_version=4,
    dry_run=False,
    replace_proposals=True,
)


def mentor(number: int, offered: str, **changes: Any) -> Candidate:
    return replace(_one(number, Role.MENTOR), mentor_seats=1, skills_offered=frozenset(offered), **changes)


def mentee(number: int, wanted: str, **changes: Any) -> Candidate:
    return replace(_one(number, Role.MENTEE), mentee_slots=1, skills_wanted=frozenset(wanted), **changes)


def _one(number: int, role: Role) -> Candidate:
    return Candidate(
        participant_id=ParticipantId(UUID(int=number)),
        person_id=PersonId(UUID(int=1_000 + number)),
        roles=frozenset({role}),
    )


APART = exclusions_between([(PersonId(UUID(int=1_002)), PersonId(UUID(int=1_011)))])
MARKET = Market(
    candidates=(mentor(1, "abcd"), mentor(2, "a"), mentee(11, "x"), mentee(12, "abcd")), exclusions=APART
)
"""12 would have 1.0 with 1 and 0.25 with 2; 11 may have 1 alone, for 0."""


def levels(record: RunRecord) -> list[tuple[str, int, int, int, int]]:
    return [
        (level.code, level.value, level.bound, level.price, level.price_matched)
        for level in record.log.levels
    ]


def test_each_level_tells_its_value_and_what_it_costs_in_total_score() -> None:
    """Two matches come before the better single one: that costs 0.75."""
    record = solve_and_record(MARKET, SETTINGS, RUN)

    assert levels(record) == [
        ("locked_pairs", 0, 0, 0, 0),
        ("most_matches", 2, 2, 750_000, 0),
        ("total_score", 250_000, 250_000, 0, 0),
    ]


def test_a_lock_has_a_price_in_matches_and_in_total() -> None:
    """12 locked to 1 leaves 11 over: one match fewer, 0.75 more in total."""
    lock = LockedPair(ParticipantId(UUID(int=1)), ParticipantId(UUID(int=12)))
    record = solve_and_record(replace(MARKET, locked=frozenset({lock})), SETTINGS, RUN)

    assert levels(record) == [
        ("locked_pairs", 1, 1, -750_000, 1),
        ("most_matches", 1, 1, 0, 0),
        ("total_score", 1_000_000, 1_000_000, 0, 0),
    ]


def test_the_inputs_are_read_again_as_they_were() -> None:
    hours = WeeklyHours("Europe/Berlin", (LocalInterval(0, 540, 1_020),))
    rich = mentor(
        1,
        "ab",
        function="it",
        job_level=6,
        languages=frozenset({"en", "de"}),
        hours=hours,
        line_above=frozenset({PersonId(UUID(int=5))}),
        groups=(("country", "DE"),),
        in_audience=False,
    )
    lock = LockedPair(ParticipantId(UUID(int=1)), ParticipantId(UUID(int=12)))
    market = Market(candidates=(rich, mentee(12, "a")), exclusions=APART, locked=frozenset({lock}))
    settings = replace(SETTINGS, min_level_gap=2, min_shared_minutes=60, tie_break_salt="x")
    text = inputs_text(market, settings)

    assert read_inputs(text) == (market, settings)
    assert (
        inputs_hash(text)
        == sha256(text.encode()).hexdigest()
        == solve_market(market, settings).result.inputs_hash
    )


def test_a_replay_gives_the_same_bytes_and_changed_inputs_others() -> None:
    record = solve_and_record(MARKET, SETTINGS, RUN)
    other = inputs_text(replace(MARKET, exclusions=frozenset()), SETTINGS)

    assert replay(record.inputs, RUN) == record.log_text
    assert json.loads(record.log_text)["result_hash"] == record.log.result_hash
    assert replay(other, RUN) != record.log_text
    assert replay(record.inputs, replace(RUN, program_version=5)) != record.log_text


def test_nothing_of_a_forgotten_person_is_left_but_ids_and_seats() -> None:
    left = without_person(MARKET, UUID(int=1_012))

    assert left.candidates[:3] == MARKET.candidates[:3]
    assert left.candidates[3] == mentee(12, "")


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (lambda chosen: chosen[:-1], CertificateFailure.TOO_FEW_MATCHES),
        (lambda chosen: [(0, 0), (1, 1)], CertificateFailure.GAP),
        (lambda chosen: [(0, 0), (0, 1)], CertificateFailure.PAIRS_AT_FAULT),
    ],
    ids=["a pair dropped", "two pairs swapped", "a seat given twice"],
)
def test_a_solver_that_answers_wrong_is_refused_by_the_certificate(
    monkeypatch: pytest.MonkeyPatch, fault: Any, failure: CertificateFailure
) -> None:
    """Best is 1 with 12 and 2 with 11, 1.0 each; each planted fault is told by its name."""
    market = Market(candidates=(mentor(1, "ab"), mentor(2, "cd"), mentee(11, "cd"), mentee(12, "ab")))

    def wrong(problem: AssignmentProblem) -> frozenset[tuple[int, int]]:
        return frozenset(fault(sorted(solve(problem))))

    assert solve_market(market, SETTINGS).result.failure is None
    monkeypatch.setattr(solving, "solve", wrong)
    assert solve_market(market, SETTINGS).result.failure is failure
