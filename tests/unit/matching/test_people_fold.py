"""How observations become a profile: employments, last working days that move, leave, single fields."""

from __future__ import annotations

from datetime import date

from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.observation import Observation
from services.matching.domain.people.profile import (
    ManagerRef,
    ManagerRefKind,
    ManagerRelation,
    PersonProfile,
)
from tests.unit.matching.people_builders import HIRED, ZONES, seen, utc

LEAVES_IN_JUNE = seen("termination", "2026-06-30", "2026-06-01", {"last_working_day": "2026-06-30"})


def status(at: str, *observations: Observation) -> str:
    return profile(at, *observations).status.value


def profile(at: str, *observations: Observation) -> PersonProfile:
    return profile_as_of(observations, utc(at), ZONES)


def test_somebody_first_heard_of_by_an_update_is_taken_as_employed() -> None:
    assert status("2026-01-01", seen("update", "2025-01-01", "2025-01-01", {"job_code": "J1"})) == "active"


def test_an_employment_ends_when_the_last_working_day_has_ended_at_the_work_location() -> None:
    """30 June ends in Berlin at 22:00 UTC."""
    assert status("2026-06-30T21:59:59", HIRED, LEAVES_IN_JUNE) == "active"
    assert status("2026-06-30T22:00:00", HIRED, LEAVES_IN_JUNE) == "left"


def test_a_planned_end_is_kept_in_silence() -> None:
    before = profile("2026-06-10", HIRED, LEAVES_IN_JUNE)

    assert before.last_working_day is None
    assert before.next_change_at == utc("2026-06-30T22:00")
    assert profile("2026-07-01", HIRED, LEAVES_IN_JUNE).last_working_day == date(2026, 6, 30)


def test_a_termination_without_a_date_ends_on_its_effective_day() -> None:
    bare = seen("termination", "2026-06-30", "2026-06-01")

    assert status("2026-06-30T21:59", HIRED, bare) == "active"
    assert status("2026-06-30T22:00", HIRED, bare) == "left"


def test_a_last_working_day_moves_later_although_the_move_is_effective_only_then() -> None:
    moved = seen("update", "2026-07-31", "2026-06-10", {"last_working_day": "2026-07-31"})

    assert status("2026-07-01", HIRED, LEAVES_IN_JUNE, moved) == "active"
    assert status("2026-07-31T22:00", HIRED, LEAVES_IN_JUNE, moved) == "left"


def test_a_last_working_day_moves_earlier() -> None:
    moved = seen("update", "2026-06-05", "2026-06-03", {"last_working_day": "2026-06-05"})

    assert status("2026-06-05T22:00", HIRED, LEAVES_IN_JUNE, moved) == "left"


def test_a_move_recorded_before_the_termination_in_force_changes_nothing() -> None:
    older = seen("update", "2026-07-31", "2026-05-20", {"last_working_day": "2026-07-31"})

    assert status("2026-07-01", HIRED, older, LEAVES_IN_JUNE) == "left"


def test_a_rescinded_termination_leaves_the_person_active() -> None:
    rescinded = seen("rescind", "2026-06-15", "2026-06-15")

    assert status("2026-08-01", HIRED, LEAVES_IN_JUNE, rescinded) == "active"
    assert profile("2026-06-20", HIRED, LEAVES_IN_JUNE, rescinded).next_change_at is None


def test_a_rehire_reopens_the_person_from_its_day() -> None:
    again = seen("rehire", "2026-09-01", "2026-08-20", {"hire_date": "2026-09-01"})
    history = (HIRED, LEAVES_IN_JUNE, again)

    assert status("2026-08-31T21:59", *history) == "left"
    assert profile("2026-08-25", *history).next_change_at == utc("2026-08-31T22:00")
    assert status("2026-08-31T22:00", *history) == "active"
    assert profile("2026-09-02", *history).last_working_day is None
    assert profile("2026-09-02", *history).hire_date == date(2026, 9, 1)
    assert profile("2026-09-02", *history).held == ()


def test_a_rehire_on_the_last_working_day_itself_stays_open() -> None:
    again = seen("rehire", "2026-06-30", "2026-06-20", {"hire_date": "2026-06-30"})

    assert status("2026-07-01", HIRED, LEAVES_IN_JUNE, again) == "active"


def test_a_second_termination_ends_the_second_employment() -> None:
    again = seen("rehire", "2026-09-01", "2026-08-20")
    second = seen("termination", "2026-12-31", "2026-12-01", {"last_working_day": "2026-12-31"})

    assert status("2026-12-31", HIRED, LEAVES_IN_JUNE, again, second) == "active"
    assert status("2027-01-01", HIRED, LEAVES_IN_JUNE, again, second) == "left"


def test_a_hire_postponed_before_it_began_is_prehire_until_the_new_day() -> None:
    first = seen("hire", "2026-03-01", "2026-02-01", {"location_code": "BER"})
    postponed = seen("hire", "2026-04-01", "2026-02-20", {"location_code": "BER"})

    assert status("2026-03-15", first, postponed) == "prehire"
    assert status("2026-04-02", first, postponed) == "active"


def test_a_second_hire_notice_never_makes_an_employee_a_prehire() -> None:
    conversion = seen("hire", "2027-01-01", "2026-11-01")

    assert status("2026-12-01", HIRED, conversion) == "active"


def test_leave_and_return_act_on_their_days() -> None:
    leave = seen("leave", "2026-02-26", "2026-02-20")
    back = seen("return_from_leave", "2026-05-01", "2026-04-20")

    assert status("2026-02-25", HIRED, leave, back) == "active"
    assert status("2026-03-10", HIRED, leave, back) == "leave"
    assert status("2026-05-02", HIRED, leave, back) == "active"


def test_suspension_is_a_status_of_its_own() -> None:
    assert status("2026-03-10", HIRED, seen("suspended", "2026-03-01", "2026-03-01")) == "suspended"


def test_leave_does_not_survive_a_rehire() -> None:
    leave = seen("leave", "2026-06-01", "2026-06-01")
    again = seen("rehire", "2026-09-01", "2026-08-20")

    assert status("2026-09-02", HIRED, leave, LEAVES_IN_JUNE, again) == "active"


def test_death_is_final_and_a_death_reported_in_error_can_be_withdrawn() -> None:
    death = seen("deceased", "2026-03-09", "2026-03-09", {"last_working_day": "2026-03-09"})
    later = seen("return_from_leave", "2026-04-01", "2026-04-01")
    withdrawn = seen("rescind", "2026-03-20", "2026-03-20")

    assert status("2026-05-01", HIRED, death, later) == "deceased"
    assert status("2026-03-09T12:00", HIRED, death) == "deceased"
    assert status("2026-05-01", HIRED, death, withdrawn) == "active"


def test_a_snapshot_that_mentions_a_leaver_counts_only_without_a_notice() -> None:
    mention = seen("update", "2026-08-01", "2026-08-01", {"status": "left"})

    assert status("2026-08-02", HIRED, mention) == "left"
    assert profile("2026-08-02", HIRED, LEAVES_IN_JUNE, mention).last_working_day == date(2026, 6, 30)


def test_a_snapshot_that_says_active_ends_a_leave_but_no_termination() -> None:
    leave = seen("leave", "2026-02-01", "2026-02-01")
    says_active = seen("update", "2026-07-15", "2026-07-15", {"status": "active"})

    assert status("2026-07-16", HIRED, leave, says_active) == "active"
    assert status("2026-07-16", HIRED, LEAVES_IN_JUNE, says_active) == "left"


def test_what_was_recorded_later_wins_for_the_same_day() -> None:
    first = seen("update", "2026-01-01", "2026-01-05", {"job_title": "Clerk"})
    corrected = seen("update", "2026-01-01", "2026-01-09", {"job_title": "Analyst"})

    assert profile("2026-02-01", corrected, first).job.title == "Analyst"


def test_a_back_dated_change_does_not_undo_a_later_day() -> None:
    later_day = seen("update", "2026-02-01", "2026-02-01", {"job_title": "Analyst"})
    back_dated = seen("update", "2026-01-01", "2026-03-01", {"job_title": "Clerk", "department": "D7"})
    now = profile("2026-04-01", later_day, back_dated)

    assert (now.job.title, now.organization.department) == ("Analyst", "D7")
    assert profile("2026-01-15", later_day, back_dated).job.title == "Clerk"


def test_an_explicit_nothing_clears_a_field() -> None:
    mail = seen("update", "2026-01-01", "2026-01-01", {"work_email": "ada@example.com"})
    removed = seen("update", "2026-02-01", "2026-02-01", {"work_email": None})

    assert profile("2026-01-15", mail, removed).work_email == "ada@example.com"
    assert profile("2026-02-15", mail, removed).work_email is None


def test_manager_pointers_are_kept_with_their_kind_and_relation() -> None:
    managed = seen(
        "update",
        "2026-01-01",
        "2026-01-01",
        {
            "managers": [
                {"kind": "position", "value": "P9", "relation": "supervisor"},
                {"kind": "person", "value": "G2", "relation": "line"},
            ]
        },
    )

    assert profile("2026-02-01", managed).managers == (
        ManagerRef(ManagerRefKind.PERSON, "G2", ManagerRelation.LINE),
        ManagerRef(ManagerRefKind.POSITION, "P9", ManagerRelation.SUPERVISOR),
    )
