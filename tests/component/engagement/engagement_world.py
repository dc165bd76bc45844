"""A program, a pair and their events, as engagement hears of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx

from shared.events.base import Format, Member, Role
from shared.events.matches import (
    EndReason,
    MatchActivated,
    MatchCompleted,
    MatchEnded,
    MatchFlagCode,
    MatchFlagged,
    MatchPaused,
    MatchResumed,
    PauseReason,
)
from shared.events.people import PersonChanged, PersonStatus
from shared.events.programs import MilestoneTemplate, ProgramPublished, TaskTemplate
from shared.events.sessions import CancellationReason, SessionCancelled, SessionRescheduled, SessionScheduled
from tests.support.harness import START, Harness

DAY: Final = timedelta(days=1)
API: Final = "/api/engagement/v1"
ANA, BEN, CLEO, EVE = (UUID(int=number) for number in (1, 2, 3, 4))
PROGRAM, COHORT, MATCH = UUID(int=20), UUID(int=21), UUID(int=10)
LOGINS: Final = {ANA: "ana", BEN: "ben", CLEO: "cleo", EVE: "eve"}


def day(number: float) -> datetime:
    """So many days after the start of each test."""
    return START + number * DAY


def person(person_id: UUID, given: str, family: str) -> PersonChanged:
    """A person who may sign in."""
    return PersonChanged(
        person_id=person_id,
        status=PersonStatus.ACTIVE,
        given_name=given,
        family_name=family,
        login_subject=LOGINS[person_id],
    )


PEOPLE: Final = (
    person(ANA, "Ana", "Araujo"),
    person(BEN, "Ben", "Bauer"),
    person(CLEO, "Cleo", "Costa"),
    person(EVE, "Eve", "Egger"),
)


def program(version: int = 1, cadence_days: int = 14, program_id: UUID = PROGRAM) -> ProgramPublished:
    """Cleo coordinates it; a session every two weeks."""
    return ProgramPublished(
        program_id=program_id,
        version=version,
        title="Leading for the first time",
        format=Format.ONE_TO_ONE,
        coordinator_ids=(CLEO,),
        cadence_days=cadence_days,
        session_minutes=45,
        first_session_within_days=14,
        duration_days=180,
        milestones=(
            MilestoneTemplate(
                code="getting_started",
                offset_days=14,
                tasks=(
                    TaskTemplate(code="agree_on_rules", offset_days=7),
                    TaskTemplate(code="write_expectations", offset_days=10, role=Role.MENTEE),
                ),
            ),
            MilestoneTemplate(code="half_time", offset_days=90),
        ),
        themes=("feedback", "delegation", "conflict", "career"),
    )


def activated(match_id: UUID = MATCH, members: Sequence[UUID] = (ANA, BEN)) -> MatchActivated:
    """Ana mentors Ben from the start on, for 180 days."""
    mentor, mentee = members
    return MatchActivated(
        match_id=match_id,
        program_id=PROGRAM,
        cohort_id=COHORT,
        format=Format.ONE_TO_ONE,
        members=(
            Member(participant_id=UUID(int=mentor.int + 100), person_id=mentor, role=Role.MENTOR),
            Member(participant_id=UUID(int=mentee.int + 100), person_id=mentee, role=Role.MENTEE),
        ),
        activated_at=START,
        ends_at=day(180),
    )


@dataclass(frozen=True, slots=True)
class _Life:
    """The other events of the match."""

    match_id: UUID = MATCH

    def paused(self) -> MatchPaused:
        return MatchPaused(**self._ids, reason=PauseReason.PARTNER_UNAVAILABLE)

    def resumed(self, ends_at: datetime) -> MatchResumed:
        return MatchResumed(**self._ids, ends_at=ends_at)

    def completed(self) -> MatchCompleted:
        return MatchCompleted(**self._ids)

    def ended(self) -> MatchEnded:
        return MatchEnded(**self._ids, reason=EndReason.PARTNER_UNAVAILABLE)

    def flagged(self, code: MatchFlagCode = MatchFlagCode.REPORTING_LINE) -> MatchFlagged:
        return MatchFlagged(**self._ids, code=code)

    @property
    def _ids(self) -> dict[str, UUID]:
        return {"match_id": self.match_id, "program_id": PROGRAM, "cohort_id": COHORT}


LIFE: Final = _Life()


def booked(number: int, starts_at: datetime, match_id: UUID = MATCH) -> SessionScheduled:
    """Session `number` of the match, an hour long."""
    return SessionScheduled(
        session_id=UUID(int=1000 + number),
        match_id=match_id,
        program_id=PROGRAM,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


def moved(number: int, starts_at: datetime, revision: int = 1) -> SessionRescheduled:
    """The session takes place at another time."""
    return SessionRescheduled(
        session_id=UUID(int=1000 + number),
        match_id=MATCH,
        program_id=PROGRAM,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        revision=revision,
    )


def cancelled(number: int, reason: CancellationReason = CancellationReason.MEMBER) -> SessionCancelled:
    """The session is off."""
    return SessionCancelled(
        session_id=UUID(int=1000 + number), match_id=MATCH, program_id=PROGRAM, reason=reason
    )


async def pair(h: Harness) -> None:
    """Everybody and everything is there: the match has just become active."""
    await h.deliver(*PEOPLE, program(), activated())


def client(h: Harness, person_id: UUID, *roles: str) -> httpx.AsyncClient:
    """A signed-in client."""
    return h.client(LOGINS[person_id], roles)


async def post(
    h: Harness, person_id: UUID, path: str, body: object = None, key: str | None = None
) -> httpx.Response:
    """A command of a member."""
    headers = {"Idempotency-Key": key} if key else {}
    async with client(h, person_id) as c:
        return await c.post(API + path, json=body, headers=headers)


async def get(h: Harness, person_id: UUID, path: str, *roles: str) -> httpx.Response:
    """A question of somebody."""
    async with client(h, person_id, *roles) as c:
        return await c.get(API + path)


async def log_held(h: Harness, at: datetime, session: int | None = None, by: UUID = ANA) -> httpx.Response:
    """A member logs 45 minutes."""
    body = {"outcome": "held", "minutes": 45, "themes": ["feedback"], "occurred_at": at.isoformat()}
    if session is not None:
        body["session_id"] = str(UUID(int=1000 + session))
    return await post(h, by, f"/matches/{MATCH}/session-logs", body)
