"""Twelve weeks of one program, as the events that the other services would have published."""

from collections.abc import Iterator
from datetime import date, datetime

from shared.events.availability import AvailabilityChanged, WeeklyInterval, ZoneSource
from shared.events.base import Event, Format, Role
from shared.events.match_runs import MatchRunCompleted, UnmatchedCount
from shared.events.participants import (
    HrCodes,
    ParticipantEnrolled,
    ParticipantPaused,
    ParticipantResumed,
    ParticipantUpdated,
    ParticipantWithdrawn,
    WithdrawalReason,
)
from shared.events.people import PersonChanged, PersonStatus
from shared.events.programs import CohortClosed, CohortOpened, ProgramPublished
from tests.component.reporting.reporting_ids import (
    CADENCE_DAYS,
    COHORT,
    COORDINATOR,
    COUNTRIES,
    FUNCTIONS,
    MATCHES,
    MENTEES,
    MENTORS,
    PROGRAM,
    START,
    Moment,
    day,
    ident,
)
from tests.component.reporting.reporting_matches import MatchStory

__all__ = ["COHORT", "COORDINATOR", "PROGRAM", "START", "ident", "world"]


def world() -> list[tuple[datetime, Event]]:
    """All events with their time, in its order; those of one key stay in the order that they were made."""
    moments = [*_people(), *_program(), *_participants(), *_run()]
    for number in range(MATCHES):
        moments += MatchStory(number).events()
    return [(START + after, event) for after, event in sorted(moments, key=lambda moment: moment[0])]


def _people() -> Iterator[Moment]:
    yield (
        day(0),
        PersonChanged(
            person_id=COORDINATOR, status=PersonStatus.ACTIVE, given_name="Ines", login_subject="coordinator"
        ),
    )
    for number in range(MENTORS + MENTEES):
        person = ident("person", number)
        for version, title in enumerate(("Associate", "Senior Associate")):
            yield (
                day(version * 40),
                PersonChanged(
                    person_id=person,
                    status=PersonStatus.ACTIVE,
                    given_name="Zebedee",
                    family_name="Quillfeather",
                    work_email=f"zebedee.{number}@example.com",
                    login_subject=f"login-{number}",
                    job_title=title,
                ),
            )
        yield day(1), AvailabilityChanged(person_id=person, zone_source=ZoneSource.UNKNOWN)
        if number % 9:
            yield (
                day(2),
                AvailabilityChanged(
                    person_id=person,
                    time_zone="Europe/Berlin",
                    zone_source=ZoneSource.LOCATION,
                    hours=(WeeklyInterval(weekday=0, start_minute=540, end_minute=1020),),
                ),
            )


def _program() -> Iterator[Moment]:
    for version, title in ((1, "Leadership"), (2, "Leadership 2027")):
        yield (
            day(version - 1),
            ProgramPublished(
                program_id=PROGRAM,
                version=version,
                title=title,
                format=Format.ONE_TO_ONE,
                coordinator_ids=(COORDINATOR,),
                cadence_days=CADENCE_DAYS,
                session_minutes=60,
                first_session_within_days=14,
                duration_days=180,
            ),
        )
    yield day(1), CohortOpened(program_id=PROGRAM, cohort_id=COHORT, starts_on=date(2027, 1, 4), eligible=118)
    yield day(20), CohortClosed(program_id=PROGRAM, cohort_id=COHORT)


def _participants() -> Iterator[Moment]:
    for number in range(MENTORS + MENTEES):
        mentor = number < MENTORS
        participant, roles = ident("participant", number), (Role.MENTOR if mentor else Role.MENTEE,)
        yield (
            day(2 + number % 5),
            ParticipantEnrolled(
                participant_id=participant,
                person_id=ident("person", number),
                program_id=PROGRAM,
                cohort_id=COHORT,
                roles=roles,
                capacity=1 + number % 2 if mentor else 1,
                hr=HrCodes(
                    function=FUNCTIONS[number % 7],
                    country=COUNTRIES[number % 9],
                    business_unit="north" if number % 3 else "south",
                    job_level=(4 if mentor else 2) + number % 2,
                ),
            ),
        )
        if number % 10 == 3:
            yield day(8), ParticipantUpdated(participant_id=participant, roles=roles, capacity=2)
        if number % 17 == 5:
            yield day(9), ParticipantPaused(participant_id=participant)
            yield day(12), ParticipantResumed(participant_id=participant)
        if number >= MENTORS + MENTEES - 2:
            yield day(15), ParticipantWithdrawn(participant_id=participant, reason=WithdrawalReason.OWN_WISH)


def _run() -> Iterator[Moment]:
    for number, proposals in enumerate((20, MATCHES)):
        yield (
            day(7 + number),
            MatchRunCompleted(
                match_run_id=ident("run", number),
                program_id=PROGRAM,
                cohort_id=COHORT,
                program_version=2,
                eligible=118,
                mentors=MENTORS,
                mentees=MENTEES,
                proposals=proposals,
                objective=20_400_000,
                bound=20_400_000,
                gap=0,
                unmatched=(
                    UnmatchedCount(reason="availability_unknown", people=1),
                    UnmatchedCount(reason="all_feasible_partners_full", people=6),
                    UnmatchedCount(reason="no_feasible_partner", people=2),
                ),
                inputs_hash="abc",
                engine="test",
            ),
        )
