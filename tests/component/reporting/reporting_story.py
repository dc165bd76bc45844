"""A small program, told day by day."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry

from services.reporting.domain.access import Viewer
from services.reporting.domain.figures import (
    PersonId,
    Report,
)
from services.reporting.metrics import Channel, ReportingMetrics
from services.reporting.reports import Reports
from shared.events.base import Event, Format, Member, Role
from shared.events.engagement import (
    SessionLogged,
    SessionOutcome,
)
from shared.events.match_runs import MatchRunCompleted, UnmatchedCount
from shared.events.matches import (
    MatchActivated,
    MatchProposed,
)
from shared.events.participants import ParticipantEnrolled
from shared.events.programs import ProgramPublished
from shared.events.sessions import SessionScheduled
from tests.component.reporting.reporting_world import COHORT, COORDINATOR, PROGRAM, START, ident
from tests.support.harness import Harness

OTHER_COHORT = ident("other-cohort")
COORDINATES = Viewer(PersonId(COORDINATOR), frozenset({"coordinator"}))


class Story:
    """Events at days after the start, handed over at once."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def on(self, day: float, *events: Event) -> None:
        """Hand over events of a day; days never go back."""
        self.harness.clock.move_to(START + timedelta(days=day))
        await self.harness.deliver(*events)

    async def report(self, day: float, cohort: UUID | None = None) -> Report:
        """The coordinator's report of a day."""
        self.harness.clock.move_to(START + timedelta(days=day))
        kernel = self.harness.service.kernel
        reports = Reports(kernel.units, kernel.clock, ReportingMetrics(CollectorRegistry()))
        return await reports.report(COORDINATES, PROGRAM, cohort, Channel.API)


def program() -> ProgramPublished:
    return ProgramPublished(
        program_id=PROGRAM,
        version=1,
        title="Leadership",
        format=Format.ONE_TO_ONE,
        coordinator_ids=(COORDINATOR,),
        cadence_days=10,
        session_minutes=60,
        first_session_within_days=10,
        duration_days=100,
    )


def enrolled(number: int, role: Role = Role.MENTEE, *, cohort: UUID = COHORT, capacity: int = 1) -> Event:
    return ParticipantEnrolled(
        participant_id=ident("participant", number),
        person_id=ident("person", number),
        program_id=PROGRAM,
        cohort_id=cohort,
        roles=(role,),
        capacity=capacity,
    )


def of_match(number: int, cohort: UUID = COHORT) -> dict[str, Any]:
    return {"match_id": ident("match", number), "program_id": PROGRAM, "cohort_id": cohort}


def in_match(number: int) -> dict[str, Any]:
    return {"match_id": ident("match", number), "program_id": PROGRAM}


def members(mentor: int, mentee: int) -> tuple[Member, ...]:
    return tuple(
        Member(participant_id=ident("participant", number), person_id=ident("person", number), role=role)
        for number, role in ((mentor, Role.MENTOR), (mentee, Role.MENTEE))
    )


def proposed(number: int, mentor: int, mentee: int, cohort: UUID = COHORT) -> Event:
    return MatchProposed(
        **of_match(number, cohort), format=Format.ONE_TO_ONE, members=members(mentor, mentee), score=700_000
    )


def activated(number: int, mentor: int, mentee: int, at: float) -> Event:
    start = START + timedelta(days=at)
    return MatchActivated(
        **of_match(number),
        format=Format.ONE_TO_ONE,
        members=members(mentor, mentee),
        activated_at=start,
        ends_at=start + timedelta(days=100),
    )


def logged(
    number: int, day: float, outcome: SessionOutcome = SessionOutcome.HELD, minutes: int = 50
) -> Event:
    return SessionLogged(
        **in_match(number),
        session_log_id=ident(f"log-{number}", round(day * 10)),
        outcome=outcome,
        minutes=minutes,
        occurred_at=START + timedelta(days=day),
    )


def run(number: int, cohort: UUID, proposals: int, **left: int) -> Event:
    return MatchRunCompleted(
        match_run_id=ident("run", number),
        program_id=PROGRAM,
        cohort_id=cohort,
        program_version=1,
        eligible=30,
        mentors=10,
        mentees=10,
        proposals=proposals,
        objective=1_000_000,
        bound=1_000_000,
        gap=0,
        unmatched=tuple(UnmatchedCount(reason=reason, people=people) for reason, people in left.items()),
        inputs_hash="hash",
        engine="test",
    )


def booked(match: int, number: int, day: float) -> Event:
    starts: datetime = START + timedelta(days=day)
    return SessionScheduled(
        session_id=ident("session", number),
        **in_match(match),
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
    )
