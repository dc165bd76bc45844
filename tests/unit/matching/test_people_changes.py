"""What changed about a person, who is above whom, and when too many leave at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.matching.domain.people.changes import (
    BrakeDecision,
    BrakeVerdict,
    MassChangeBrake,
    PersonChange,
    diff,
)
from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.identity import HeldIdentity
from services.matching.domain.people.line import Dangling, ReportingLine, resolve
from services.matching.domain.people.profile import (
    Location,
    ManagerRef,
    ManagerRefKind,
    ManagerRelation,
    Names,
    Organization,
    PersonProfile,
)
from tests.unit.matching.people_builders import utc

ACTIVE = PersonProfile(PersonStatus.ACTIVE, names=Names("Ada", "Byron"))
BOSS, LEAD, ADA, PEER = (UUID(int=number) for number in (1, 2, 3, 4))


def points_at(key: str, kind: ManagerRefKind = ManagerRefKind.PERSON) -> ManagerRef:
    return ManagerRef(kind, key, ManagerRelation.LINE)


INDEX = {
    ManagerRefKind.PERSON: {"boss": BOSS, "lead": LEAD, "ada": ADA, "peer": PEER},
    ManagerRefKind.POSITION: {"P1": BOSS},
}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (PersonStatus.PREHIRE, PersonStatus.ACTIVE, PersonChange.BECAME_ACTIVE),
        (PersonStatus.LEFT, PersonStatus.ACTIVE, PersonChange.BECAME_ACTIVE),
        (PersonStatus.LEAVE, PersonStatus.ACTIVE, PersonChange.RETURNED),
        (PersonStatus.SUSPENDED, PersonStatus.ACTIVE, PersonChange.RETURNED),
        (PersonStatus.ACTIVE, PersonStatus.LEAVE, PersonChange.WENT_ON_LEAVE),
        (PersonStatus.ACTIVE, PersonStatus.SUSPENDED, PersonChange.SUSPENDED),
        (PersonStatus.LEAVE, PersonStatus.LEFT, PersonChange.LEFT),
        (PersonStatus.ACTIVE, PersonStatus.DECEASED, PersonChange.DECEASED),
        (PersonStatus.ACTIVE, PersonStatus.PREHIRE, PersonChange.BECAME_PREHIRE),
    ],
)
def test_a_status_that_changed_has_a_name(
    before: PersonStatus, after: PersonStatus, change: PersonChange
) -> None:
    assert diff(replace(ACTIVE, status=before), replace(ACTIVE, status=after)) == (change,)


def test_every_part_of_a_profile_that_changed_is_named() -> None:
    after = replace(
        ACTIVE,
        names=Names("Ada", "Lovelace"),
        organization=Organization(department="D2"),
        location=Location(code="BER"),
        managers=(points_at("boss"),),
        work_email="ada@example.com",
        worker_type="CAS",
    )

    assert diff(ACTIVE, after) == (
        PersonChange.NAME_CHANGED,
        PersonChange.CONTACT_CHANGED,
        PersonChange.JOB_CHANGED,
        PersonChange.ORG_CHANGED,
        PersonChange.LOCATION_CHANGED,
        PersonChange.MANAGER_CHANGED,
    )
    assert diff(after, after) == ()


def test_a_person_not_known_before_only_enters_a_status() -> None:
    assert diff(None, ACTIVE) == (PersonChange.BECAME_ACTIVE,)
    assert diff(None, replace(ACTIVE, status=PersonStatus.LEFT)) == (PersonChange.LEFT,)


def test_an_identity_that_waits_and_one_that_was_decided_are_changes() -> None:
    waiting = replace(ACTIVE, held=(HeldIdentity("i1", "h1", ("h1",), None),))

    assert diff(ACTIVE, waiting) == (PersonChange.IDENTITY_HELD,)
    assert diff(waiting, ACTIVE) == (PersonChange.IDENTITY_DECIDED,)


def test_more_leavers_than_the_threshold_within_the_window_wait_for_a_human() -> None:
    """5 % of 500 people are 25: the 26th within the hour waits."""
    now = utc("2026-03-10T12:00")
    leavers = [now - timedelta(minutes=minute) for minute in range(26)]
    brake = MassChangeBrake()

    assert brake.decide(leavers[:25], workforce=500, now=now) == BrakeDecision(BrakeVerdict.PASS, 25, 25)
    assert brake.decide(leavers, workforce=500, now=now) == BrakeDecision(BrakeVerdict.HOLD, 26, 25)


def test_leavers_before_the_window_do_not_count() -> None:
    now = utc("2026-03-10T12:00")
    leavers = [now - timedelta(hours=1)] * 30 + [now]

    assert MassChangeBrake().decide(leavers, workforce=100, now=now).leavers == 1


def test_a_few_leavers_of_a_small_company_pass() -> None:
    now = utc("2026-03-10T12:00")

    assert MassChangeBrake().decide([now] * 5, workforce=10, now=now).verdict is BrakeVerdict.PASS
    assert MassChangeBrake().decide([now] * 6, workforce=10, now=now).verdict is BrakeVerdict.HOLD
    assert MassChangeBrake(floor=0).decide([now], workforce=10, now=now).verdict is BrakeVerdict.HOLD


def test_the_line_above_is_everybody_up_to_the_top() -> None:
    line, faults = resolve(
        {
            ADA: [points_at("lead")],
            LEAD: [points_at("P1", ManagerRefKind.POSITION)],
            PEER: [points_at("lead")],
        },
        INDEX,
    )

    assert line.line_above(ADA) == (LEAD, BOSS)
    assert line.in_one_line(ADA, BOSS)
    assert line.in_one_line(BOSS, ADA)
    assert not line.in_one_line(ADA, PEER)
    assert (faults.dangling, faults.self_managed, faults.cycles) == ((), (), ())


def test_a_second_manager_is_above_too() -> None:
    line, _ = resolve({ADA: [points_at("lead"), points_at("peer")], PEER: [points_at("boss")]}, INDEX)

    assert line.line_above(ADA) == (LEAD, PEER, BOSS)


def test_cycles_dangling_and_self_managing_pointers_are_reported_and_harmless() -> None:
    nobody = points_at("nobody")
    line, faults = resolve(
        {
            BOSS: [points_at("ada")],
            LEAD: [points_at("boss")],
            ADA: [points_at("lead"), nobody],
            PEER: [points_at("peer")],
        },
        INDEX,
    )

    assert faults.cycles == ((BOSS, LEAD, ADA),)
    assert faults.dangling == (Dangling(ADA, nobody),)
    assert faults.self_managed == (PEER,)
    assert set(line.line_above(ADA)) == {LEAD, BOSS}
    assert line.line_above(PEER) == ()


def test_a_chain_as_long_as_the_company_is_walked() -> None:
    chain = [UUID(int=number) for number in range(5_000)]
    refs = {person: [points_at(str(number + 1))] for number, person in enumerate(chain[:-1])}
    line, faults = resolve(refs, {ManagerRefKind.PERSON: {str(n): person for n, person in enumerate(chain)}})

    assert len(line.line_above(chain[0])) == 4_999
    assert faults.cycles == ()


def test_nobody_is_above_a_person_without_managers() -> None:
    assert ReportingLine({}).line_above(ADA) == ()
