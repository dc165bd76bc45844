"""A key that comes back as somebody else waits for a human; a name alone is an update."""

from __future__ import annotations

from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.identity import Verdict, decision
from services.matching.domain.people.login import LoginField, login_subject
from services.matching.domain.people.observation import Observation
from services.matching.domain.people.profile import Names, PersonProfile
from tests.unit.matching.people_builders import ADA, GRACE, HIRED, ZONES, seen, utc

SOMEBODY_ELSE = seen("hire", "2024-05-01", "2024-04-20", GRACE)
HER_MOVE = seen("update", "2024-06-01", "2024-06-01", {"department": "D9"})


def now(*observations: Observation) -> PersonProfile:
    return profile_as_of(observations, utc("2026-01-01"), ZONES)


def decided(verdict: Verdict, at: str = "2025-01-01") -> Observation:
    identity = now(HIRED, SOMEBODY_ELSE).held[0].identity
    return decision(source="adp", person_key="G1", identity=identity, verdict=verdict, decided_at=utc(at))


def test_another_name_and_another_hire_date_are_held() -> None:
    profile = now(HIRED, SOMEBODY_ELSE)

    assert profile.names == Names("Ada", "Byron")
    assert [one.claim_hash for one in profile.held] == [SOMEBODY_ELSE.content_hash]
    assert profile.held[0].hire_date == "2024-05-01"


def test_what_follows_without_a_name_waits_with_the_latest_claimant() -> None:
    profile = now(HIRED, SOMEBODY_ELSE, HER_MOVE)

    assert profile.organization.department is None
    assert profile.held[0].observation_hashes == (SOMEBODY_ELSE.content_hash, HER_MOVE.content_hash)


def test_a_termination_of_the_newcomer_does_not_end_the_employment_of_the_first() -> None:
    end = seen("termination", "2025-01-31", "2025-01-02", {"last_working_day": "2025-01-31"})

    assert now(HIRED, SOMEBODY_ELSE, end).status.value == "active"


def test_an_observation_that_names_the_first_person_is_hers_again() -> None:
    ada_moves = seen(
        "update",
        "2025-03-01",
        "2025-03-01",
        {"given_name": "ada", "family_name": "BYRON ", "department": "D1"},
    )
    unnamed = seen("update", "2025-04-01", "2025-04-01", {"job_title": "Lead"})
    profile = now(HIRED, SOMEBODY_ELSE, ada_moves, unnamed)

    assert (profile.organization.department, profile.job.title) == ("D1", "Lead")
    assert profile.held[0].observation_hashes == (SOMEBODY_ELSE.content_hash,)


def test_another_name_alone_is_an_update() -> None:
    married = seen("update", "2024-05-01", "2024-05-01", {"family_name": "Lovelace"})
    profile = now(HIRED, married)

    assert profile.names == Names("Ada", "Lovelace")
    assert profile.held == ()


def test_a_rehire_under_the_married_name_is_the_same_person() -> None:
    married = seen("update", "2022-05-01", "2022-05-01", {"family_name": "Lovelace"})
    rehired = seen(
        "rehire",
        "2025-01-01",
        "2024-12-01",
        {"given_name": "Ada", "family_name": "Lovelace", "hire_date": "2025-01-01"},
    )

    assert now(HIRED, married, rehired).held == ()


def test_a_rehire_with_the_same_name_is_no_collision() -> None:
    rehired = seen("rehire", "2025-01-01", "2024-12-01", {**ADA, "hire_date": "2025-01-01"})

    assert now(HIRED, rehired).held == ()


def test_a_new_name_with_the_same_original_hire_date_is_the_same_career() -> None:
    rehired = seen(
        "rehire", "2025-01-01", "2024-12-01", {**ADA, "family_name": "Lovelace", "hire_date": "2025-01-01"}
    )

    assert now(HIRED, rehired).held == ()
    assert now(HIRED, rehired).names == Names("Ada", "Lovelace")


def test_a_human_who_says_same_person_lets_the_held_ones_in() -> None:
    profile = now(HIRED, SOMEBODY_ELSE, HER_MOVE, decided(Verdict.SAME_PERSON))

    assert profile.names == Names("Grace", "Murray")
    assert profile.organization.department == "D9"
    assert profile.held == ()


def test_a_human_who_says_different_person_keeps_them_out_for_good() -> None:
    replayed = seen("hire", "2024-05-01", "2025-06-01", GRACE)
    profile = now(HIRED, SOMEBODY_ELSE, HER_MOVE, replayed, decided(Verdict.DIFFERENT_PERSON))

    assert profile.names == Names("Ada", "Byron")
    assert profile.organization.department is None
    assert profile.held == ()


def test_a_later_decision_replaces_an_earlier_one() -> None:
    kept_out = decided(Verdict.DIFFERENT_PERSON, "2025-01-01")
    let_in = decided(Verdict.SAME_PERSON, "2025-02-01")

    assert now(let_in, HIRED, kept_out, SOMEBODY_ELSE).names == Names("Grace", "Murray")


def test_a_collision_announced_for_the_future_is_shown_to_the_human_today() -> None:
    future = seen(
        "hire", "2027-01-01", "2025-12-01", {**GRACE, "hire_date": "2027-01-01", "original_hire_date": None}
    )
    profile = now(HIRED, future)

    assert len(profile.held) == 1
    assert profile.next_change_at is None


def test_a_login_subject_is_the_configured_field_in_lower_case() -> None:
    profile = now(HIRED, seen("update", "2024-01-01", "2024-01-01", {"work_email": "Ada@Example.com"}))

    assert login_subject(profile, "G1-Key", LoginField.WORK_EMAIL) == "ada@example.com"
    assert login_subject(profile, "G1-Key", LoginField.PERSON_KEY) == "g1-key"
    assert login_subject(profile, "G1-Key", LoginField.WORKER_ID) is None
