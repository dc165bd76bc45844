"""Matches in every situation that the life table tells apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.matching.domain.ids import CohortId, MatchId, ParticipantId, PersonId, ProgramId
from services.matching.domain.match.model import Match, Member
from services.matching.domain.match.states import EndReason, FlagCode, MatchState, PauseReason
from services.matching.domain.run.market import Role
from services.matching.domain.run.settings import Format

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = PersonId(UUID(int=1))
ALAN = PersonId(UUID(int=2))
STRANGER = PersonId(UUID(int=3))


def members(*, accepted: bool = False, away: bool = False, confirmed: bool = False) -> tuple[Member, ...]:
    """Grace, about whom it is, and Alan."""
    grace = Member(
        participant_id=ParticipantId(UUID(int=11)),
        person_id=GRACE,
        role=Role.MENTEE,
        accepted=accepted,
        away=away,
    )
    alan = Member(
        participant_id=ParticipantId(UUID(int=12)),
        person_id=ALAN,
        role=Role.MENTOR,
        accepted=accepted,
        confirmed=confirmed,
    )
    return (grace, alan)


PROPOSED = Match(
    id=MatchId(UUID(int=21)),
    program_id=ProgramId(UUID(int=22)),
    cohort_id=CohortId(UUID(int=23)),
    run_id=None,
    format=Format.ONE_TO_ONE,
    members=members(),
    score=700_000,
    starts_at=NOW - DAY,
    duration_days=90,
)
OFFERED = replace(PROPOSED, state=MatchState.OFFERED, expires_at=NOW + DAY)
PARTNER_ACCEPTED = replace(
    OFFERED,
    members=(members()[0], replace(members()[1], accepted=True)),
)
ACCEPTED = replace(OFFERED, state=MatchState.ACCEPTED, members=members(accepted=True))
ACTIVE = replace(ACCEPTED, state=MatchState.ACTIVE, activated_at=NOW - 30 * DAY, ends_at=NOW + 60 * DAY)
LEAVE = PauseReason.PARTNER_UNAVAILABLE
PAUSED = replace(ACTIVE, state=MatchState.PAUSED, paused_at=NOW - 10 * DAY, pause_reason=LEAVE)
FLAGGED = frozenset({FlagCode.REPORTING_LINE, FlagCode.OUT_OF_AUDIENCE})
SITUATIONS = {
    "proposed": PROPOSED,
    "proposed, locked": replace(PROPOSED, locked=True),
    "offered": OFFERED,
    "offered, too late": replace(OFFERED, expires_at=NOW),
    "offered, own yes": replace(OFFERED, members=(replace(members()[0], accepted=True), members()[1])),
    "offered, partner's yes": PARTNER_ACCEPTED,
    "accepted": ACCEPTED,
    "accepted, not begun": replace(ACCEPTED, starts_at=NOW + DAY),
    "accepted, away": replace(ACCEPTED, members=members(accepted=True, away=True)),
    "active": ACTIVE,
    "active, over": replace(ACTIVE, ends_at=NOW),
    "active, flagged": replace(ACTIVE, flags=FLAGGED),
    "active, locked": replace(ACTIVE, locked=True),
    "active, overridden": replace(ACTIVE, overridden=FLAGGED),
    "paused, away": replace(PAUSED, members=members(accepted=True, away=True)),
    "paused, back": PAUSED,
    "paused, partner's yes": replace(PAUSED, members=members(accepted=True, confirmed=True)),
    "paused, own yes": replace(PAUSED, members=(replace(members()[0], confirmed=True), members()[1])),
    "paused by coordinator": replace(PAUSED, pause_reason=PauseReason.COORDINATOR),
    "completed": replace(ACTIVE, state=MatchState.COMPLETED),
    "ended_early": replace(ACTIVE, state=MatchState.ENDED_EARLY, end_reason=EndReason.COORDINATOR),
    "declined": replace(OFFERED, state=MatchState.DECLINED),
    "expired": replace(OFFERED, state=MatchState.EXPIRED),
}
