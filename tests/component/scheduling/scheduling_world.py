"""People, a program and matches as the other services publish them, and a short hand for the calendar.

It is Monday, 7 June 2027, ten in the morning in Berlin. Whoever works nine to five there is free from 07:00
to 15:00 UTC, best at 10:30, and with a day's notice first on Tuesday.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from shared.events.base import Format, Member, Role
from shared.events.engagement import SessionLogged, SessionOutcome
from shared.events.matches import (
    EndReason,
    MatchActivated,
    MatchCompleted,
    MatchEnded,
    MatchPaused,
    MatchResumed,
    PauseReason,
)
from shared.events.people import PersonChanged, PersonStatus
from shared.events.programs import ProgramPublished
from shared.events.sessions import SessionScheduled
from shared.ids import new_id
from tests.support.harness import Harness

NOW = datetime(2027, 6, 7, 8, tzinfo=UTC)
TUESDAY = datetime(2027, 6, 8, 10, 30, tzinfo=UTC)
TWO_WEEKS_LATER = datetime(2027, 6, 22, 10, 30, tzinfo=UTC)
MATCH_ENDS = datetime(2027, 12, 7, 8, tzinfo=UTC)
ANNA, BELA, CORA, DORA = (UUID(int=0xA0 + n) for n in range(4))
PROGRAM, MATCH, OTHER_MATCH, COHORT = (UUID(int=0xB0 + n) for n in range(4))
LOCATIONS = {"NYC": "America/New_York"}


def person(person_id: UUID, login: str | None = None, **values: Any) -> PersonChanged:
    """Somebody in Germany, unless the values say otherwise."""
    return PersonChanged.model_validate(
        {
            "person_id": person_id,
            "status": PersonStatus.ACTIVE,
            "given_name": (login or "Some").title(),
            "family_name": "Body",
            "work_email": f"{login}@example.com" if login else None,
            "login_subject": login,
            "country": "DE",
        }
        | values
    )


def program(
    program_id: UUID = PROGRAM, *, version: int = 1, cadence_days: int = 14, coordinator: UUID = DORA
) -> ProgramPublished:
    return ProgramPublished(
        program_id=program_id,
        version=version,
        title="Program",
        format=Format.ONE_TO_ONE,
        coordinator_ids=(coordinator,),
        cadence_days=cadence_days,
        session_minutes=60,
        first_session_within_days=14,
        duration_days=180,
    )


def activated(
    match_id: UUID = MATCH,
    people: Sequence[UUID] = (ANNA, BELA),
    *,
    program_id: UUID = PROGRAM,
    at: datetime = NOW,
    ends_at: datetime = MATCH_ENDS,
) -> MatchActivated:
    roles = (Role.MENTOR, *([Role.MENTEE] * (len(people) - 1)))
    return MatchActivated(
        match_id=match_id,
        program_id=program_id,
        cohort_id=COHORT,
        format=Format.ONE_TO_ONE,
        members=tuple(
            Member(participant_id=new_id(), person_id=each, role=role)
            for each, role in zip(people, roles, strict=True)
        ),
        activated_at=at,
        ends_at=ends_at,
    )


def paused(match_id: UUID = MATCH) -> MatchPaused:
    return MatchPaused(
        match_id=match_id, program_id=PROGRAM, cohort_id=COHORT, reason=PauseReason.COORDINATOR
    )


def resumed(ends_at: datetime, match_id: UUID = MATCH) -> MatchResumed:
    return MatchResumed(match_id=match_id, program_id=PROGRAM, cohort_id=COHORT, ends_at=ends_at)


def completed(match_id: UUID = MATCH) -> MatchCompleted:
    return MatchCompleted(match_id=match_id, program_id=PROGRAM, cohort_id=COHORT)


def ended(match_id: UUID = MATCH) -> MatchEnded:
    return MatchEnded(
        match_id=match_id, program_id=PROGRAM, cohort_id=COHORT, reason=EndReason.NOT_A_GOOD_FIT
    )


def logged(
    session_id: UUID | None,
    occurred_at: datetime,
    outcome: SessionOutcome = SessionOutcome.HELD,
    match_id: UUID = MATCH,
) -> SessionLogged:
    return SessionLogged(
        match_id=match_id,
        program_id=PROGRAM,
        session_log_id=new_id(),
        session_id=session_id,
        outcome=outcome,
        minutes=60 if outcome is SessionOutcome.HELD else 0,
        occurred_at=occurred_at,
    )


async def booked_pair(harness: Harness) -> UUID:
    """Anna and Bela with their first session on Tuesday; its id."""
    await harness.deliver(person(ANNA, "anna"), person(BELA, "bela"), program(), activated())
    await harness.run_due()
    (session,) = await harness.events(SessionScheduled)
    return session.session_id


async def starts(harness: Harness, match_id: UUID = MATCH) -> list[tuple[str, datetime]]:
    """The sessions of a match in its calendar: state and start, by time."""
    rows = await harness.fetch(
        "select state, starts_at from session where match_id = :match order by starts_at, session_id",
        match=match_id,
    )
    return [(row["state"], row["starts_at"]) for row in rows]


async def unscheduled(harness: Harness, match_id: UUID = MATCH) -> str | None:
    """Why nothing is booked."""
    rows = await harness.fetch("select unscheduled_reason from match where match_id = :match", match=match_id)
    return cast("str | None", rows[0]["unscheduled_reason"])
